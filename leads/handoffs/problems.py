"""What keeps a deed from being done, in words for the screen. Nothing was written when one of these is raised."""

from datetime import datetime

from smarketing.accounts.models import User


class Refusal(ValueError):
    """The deed is not allowed now; `field` names the one to mend ("" when none is)."""

    def __init__(self, message: str, field: str = ""):
        super().__init__(message)
        self.field = field


class Stale(Refusal):
    """Somebody did something since the page was read: who, what (a code of `words.DEEDS`), when."""

    def __init__(self, message: str, *, by: User | None, at: datetime | None):
        super().__init__(message)
        self.by, self.at = by, at


class NotYours(LookupError):
    """The handoff is not in this person's hands: answered as a missing one."""
