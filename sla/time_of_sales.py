"""The time that sales have, wherever a promise is held against it: as terms say it, else as the settings do."""

from collections.abc import Mapping
from typing import Any

from leads.replay.shown import sales_time
from smarketing.accounts.models import Role, User


def said(section: Mapping[str, Any]) -> Mapping[str, Any]:
    """A capacity section where it is filled in, else one filled with the reps there are and the hours of the settings."""
    if section["reps"] and section["hours_a_day"]:
        return section
    time, reps = sales_time(), User.objects.filter(role=Role.REP, is_active=True).count()
    return {
        **section,
        "reps": reps if time.minutes else 0,
        "hours_a_day": str(time.hours),
        "minutes": str(time.minutes),
    }
