"""Filters of the pages of the common language."""

from collections.abc import Mapping
from typing import Any

from django import template

from smarketing.web.language import active_language

register = template.Library()


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
