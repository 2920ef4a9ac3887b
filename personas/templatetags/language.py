"""Filters of the pages of the common language."""

from collections.abc import Mapping
from typing import Any

from django import template

from personas.criteria.statistics import BAD, GOOD, OPEN, THIN, Lift
from smarketing.measures import numbers, shown
from smarketing.web.language import active_language

register = template.Library()
MARKS = {GOOD: "✓", OPEN: "~", BAD: "▼", THIN: "·"}


@register.filter
def at(found: Mapping[str, Any] | None, key: str) -> Any:
    """The value under a key, None when there is none."""
    return found.get(key) if found else None


@register.filter
def told(version: Any) -> dict[str, str]:
    """The story of a persona's version, in the reader's language."""
    return version.told(active_language())


@register.filter
def dashed(name: str) -> str:
    """The id of a field: "when.value.0" as "f-when-value-0"."""
    return f"f-{name.replace('.', '-').replace('+', '')}"


@register.simple_tag
def ident(*parts: object) -> str:
    """The id of a field, from its name and what tells it from others of the same name."""
    return dashed(".".join(map(str, parts)))


@register.filter
def as_input(kind: str) -> str:
    """The type of an input: dates get a calendar, all else is typed."""
    return "date" if kind == "date" else "text"


@register.filter
def as_mode(kind: str) -> str:
    return "decimal" if kind == "number" else ""


@register.inclusion_tag("personas/lift.html")
def lift(found: Lift, url: str) -> dict[str, Any]:
    """How much more often those whom a condition hits were won; grey under twenty cases."""
    edges = found.interval
    return {
        "url": url, "mark": MARKS[found.verdict], "verdict": found.verdict, "won": found.won, "hit": found.hit,
        "told": found.value is not None,
        "value": tenths(found.value), "low": tenths(edges and edges[0]), "high": tenths(edges and edges[1]),
    }  # fmt: skip


@register.filter
def tenths(value: Any) -> str:
    """A figure with one decimal, as read; a dash for none."""
    return shown.NOTHING if value is None else shown.number(numbers.rounded(value, 1))


@register.filter
def percent(value: Any) -> str:
    """A share in percent, as read; a dash for none."""
    return shown.NOTHING if value is None or value == "" else shown.figure(value, numbers.RATIO)
