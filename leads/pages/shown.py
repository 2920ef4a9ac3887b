"""How instants of facts are shown: a date that came without a time keeps no time."""

from datetime import date, datetime
from typing import Any

from django.utils import formats, timezone


def moment(at: datetime | None, day_only: bool = False) -> str:
    """ "3 Nov 2026 14:10", or "3 Nov 2026" where only the day is known."""
    if at is None:
        return "–"
    return formats.date_format(timezone.localtime(at), "SHORT_DATE_FORMAT" if day_only else "SHORT_DATETIME_FORMAT")


def day(at: date | datetime) -> str:
    """ "3 Nov 2026"."""
    return formats.date_format(timezone.localtime(at) if isinstance(at, datetime) else at, "SHORT_DATE_FORMAT")


def number(value: Any) -> str:
    """A number in the reader's language."""
    return formats.number_format(value, use_l10n=True, force_grouping=True)
