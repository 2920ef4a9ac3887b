"""Credit: what the deals of a period are credited to, by every model side by side; sourced and influenced beside it."""
