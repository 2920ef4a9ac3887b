"""Day one: the first page of an empty company, and the steps from there to the first handoff."""
