"""The words both teams agreed on, in both languages: written, signed in versions, bound to what the house executes."""
