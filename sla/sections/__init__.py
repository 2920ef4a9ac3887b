"""The sections of a contract's terms: what they hold, what they say in both languages, what is wrong with them."""
