class CannotStart(Exception):
    """One clear sentence: what could not start and what to do."""
