"""Past instants in addresses: a day, for its end, or a local date and time, or an instant with its zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from leads.scoring.days import here

FIRST = 1971


@dataclass(frozen=True)
class Asked:
    """What an address asks for: `at`, None for the present; `wrong`: it was no past instant. `day`: the end of that day."""

    at: datetime | None = None
    day: date | None = None
    wrong: bool = False

    @property
    def words(self) -> str:
        """ "at the end of 12 Nov 2026", "on 12 Nov 2026 18:00"."""
        if self.day:
            return _("at the end of %(day)s") % {"day": date_format(self.day, "SHORT_DATE_FORMAT")}
        return _("on %(moment)s") % {"moment": date_format(timezone.localtime(self.at), "SHORT_DATETIME_FORMAT")}


def asked(query: Mapping[str, str], name: str, present: datetime) -> Asked:
    """The past instant that a query asks for by `name`; the present for nothing, for today and for no past instant."""
    text = query.get(name, "").strip()
    if not text:
        return Asked()
    day = _day(text)
    if day is not None and day == here().of(present):
        return Asked()
    at = end_of(day) if day else read(text)
    return Asked(at, day) if at is not None and at < present else Asked(wrong=True)


def end_of(day: date) -> datetime:
    return here().midnight(day + timedelta(days=1)) - timedelta(microseconds=1)


def read(text: str) -> datetime | None:
    """A local date and time as a field of a page sends it, or an instant with its zone; None for anything else."""
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))  # a plus sign that an address lost
    except ValueError:
        return None
    if not FIRST <= at.year < 9999:
        return None
    return at if at.tzinfo else at.replace(tzinfo=here().zone)


def field(at: datetime) -> str:
    """An instant as a field for a local date and time holds it."""
    return at.astimezone(here().zone).strftime("%Y-%m-%dT%H:%M")


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST <= day.year < 9999 else None
