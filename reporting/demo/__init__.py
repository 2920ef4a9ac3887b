"""The demo company: a fixed seed, dates ending today, facts written by COPY and judged by the real judge.

`plan` says how much and when, `words` what people and campaigns are called, `crowd` and `traffic` draw leads and
events as arrays, `writing` puts them into the tables, `setting` makes people, language and contract through the
services, `work` plays what sales did with each handoff, `seed` runs it all.
"""
