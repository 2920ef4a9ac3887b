"""What the terms switch, read from their body: whatever terms do not say is as it was before they could."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .acts import Pause

DUE, HANDOFF = "due", "handoff"


@dataclass(frozen=True)
class Steps:
    """What happens as the time of a promise passes, in percent of it: the rep is reminded, the manager told; after so many
    business days more an untouched lead goes on to somebody else (None: never)."""

    remind: int = 80
    copy: int = 100
    reassign_after_days: int | None = None


def month(body: Mapping[str, Any]) -> str:
    """In which month a clock counts: the one in which it falls due, or that of its handoff."""
    return HANDOFF if _rules(body).get("month") == HANDOFF else DUE


def pauses(body: Mapping[str, Any]) -> list[str]:
    """Reasons for which these terms let a promise stand still."""
    given = _rules(body).get("pauses")
    return [one for one in Pause.Reason.values if given is None or one in given]


def steps(body: Mapping[str, Any]) -> Steps:
    """The escalation that these terms promise."""
    given = body.get("escalation") or {}
    days = given.get("reassign_after_days")
    remind, copy = (_number(given.get(name), usual) for name, usual in (("remind", 80), ("copy", 100)))
    return Steps(min(max(remind, 1), 99), min(max(copy, 1), 1000), days if isinstance(days, int) and days > 0 else None)


def _rules(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return body.get("clock_rules") or {}


def _number(value: Any, usual: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else usual
