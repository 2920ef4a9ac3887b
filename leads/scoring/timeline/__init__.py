"""Every moment of many leads at once, on arrays: the judge's walk through days, months or the whole history.

`walk.walk(...)` gives one row per (lead, moment) at which a definition's judgement may change. Leads whose facts were
corrected, or that others were merged into, are read by the SQL scorer at the same moments; the tests hold arrays, SQL and plain Python equal.
"""
