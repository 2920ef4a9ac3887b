"""When something was, in words: the time of a day, the later day on which it was learned, when and by whom it was taken back."""

from datetime import datetime, timedelta

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from leads.models import Correction

SOON = timedelta(minutes=5)  # what is written so soon after it happened is written at once


def time(at: datetime) -> str:
    """ "14:05", in the company's zone."""
    return formats.date_format(timezone.localtime(at), "TIME_FORMAT")


def learned(occurred_at: datetime, recorded_at: datetime) -> str:
    """The day on which a fact was learned, where that is a later one than the day it happened; "" otherwise."""
    day = timezone.localtime(recorded_at).date()
    return formats.date_format(day, "SHORT_DATE_FORMAT") if day > timezone.localtime(occurred_at).date() else ""


def recorded(occurred_at: datetime, recorded_at: datetime) -> str:
    """The time at which somebody wrote on the same day what had happened before; "" where it was written at once."""
    same = timezone.localtime(recorded_at).date() == timezone.localtime(occurred_at).date()
    return time(recorded_at) if same and recorded_at - occurred_at > SOON else ""


def taken_back(one: Correction, by: str) -> str:
    """ "taken back on 12 Nov 2026 10:00 by Claire · a test"; `by`: "" for the system."""
    when = formats.date_format(timezone.localtime(one.occurred_at), "SHORT_DATETIME_FORMAT")
    said = _("taken back on %(when)s by %(who)s") % {"when": when, "who": by or _("the system")}
    return f"{said} · {one.reason}" if one.reason else said
