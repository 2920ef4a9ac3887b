"""What the terms switch, for clocks; whatever terms do not say is as it was before they could (`sections.defaults`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .acts import Pause
from .sections import defaults

DUE, HANDOFF = defaults.DUE, defaults.HANDOFF


@dataclass(frozen=True)
class Steps:
    """What happens as the time of a promise passes, in percent of it: the rep is reminded, the manager told; after so many
    business days more an untouched lead goes on to somebody else (None: never)."""

    remind: int = 80
    copy: int = 100
    reassign_after_days: int | None = None


def month(body: Mapping[str, Any]) -> str:
    """In which month a clock counts: the one in which it falls due, or that of its handoff."""
    return defaults.month_switch(body)


def pauses(body: Mapping[str, Any]) -> list[str]:
    """Reasons for which these terms let a promise stand still."""
    allowed = defaults.pauses_allowed(body)
    return [one for one in Pause.Reason.values if one in allowed]


def steps(body: Mapping[str, Any]) -> Steps:
    """The escalation that these terms promise, within what can be: a reminder before the end, the manager by ten times it."""
    said = defaults.escalation(body)
    days = said.reassign_after_days
    return Steps(min(max(said.remind, 1), 99), min(max(said.copy, 1), 1000), days if days and days > 0 else None)
