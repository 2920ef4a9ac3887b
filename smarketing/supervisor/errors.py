class CannotStart(Exception):
    """The portal cannot start; the message is one clear sentence for whoever started it."""


class CannotRestore(Exception):
    """A backup cannot be made or restored; the message says what stands in the way, and nothing was changed."""
