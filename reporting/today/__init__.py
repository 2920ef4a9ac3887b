"""Today: what is about to break, what changed since yesterday, who owes what; for each role."""
