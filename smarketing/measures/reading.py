"""A question from an address: the same words for the API and for pages."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict

from smarketing.rows import fence

from .question import Refusal

# Every other name in an address is a dimension whose values are kept: `source=social&deal.x_lead_type=industry`.
NAMES = ("from", "to", "by", "window", "date", "stat", "zone", "cutoff")
MAX_WINDOW, MAX_DIMENSIONS = 3650, 4


def asked(query: QueryDict, ignore: Iterable[str] = ()) -> dict[str, Any]:
    """Keywords of `engine.answer` from query parameters. Refusal that names what is wrong.

    `from` and `to` are ISO dates, `to` exclusive; `by` names dimensions, separated by commas.
    """
    by = [name for text in query.getlist("by") for name in text.split(",") if name]
    if len(by) > MAX_DIMENSIONS:
        raise Refusal("too_many_dimensions", f"At most {MAX_DIMENSIONS} dimensions at a time.")
    where = {name: tuple(query.getlist(name)) for name in query if name not in {*NAMES, *ignore}}
    return {
        "first": _date(query, "from"),
        "until": _date(query, "to"),
        "by": by,
        "where": where,
        "window": _window(query.get("window", "")),
        "date": query.get("date", ""),
        "stat": query.get("stat", ""),
        "zone": _zone(query.get("zone", "")),
        "cutoff": _cutoff(query.get("cutoff", "")),
    }


def _date(query: QueryDict, name: str) -> date:
    text = query.get(name, "")
    if not text:
        raise Refusal("missing_date", f"{name} is missing: a date such as 2026-01-31.")
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Refusal("bad_date", f"{name} is no date such as 2026-01-31.") from None
    if not 1971 <= found.year <= 2098:
        raise Refusal("bad_date", f"{name} is too far from today.")
    return found


def _window(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text[:6]) <= MAX_WINDOW):
        raise Refusal("bad_window", f"window is a number of days from 0 to {MAX_WINDOW}.")
    return int(text)


def _zone(text: str) -> ZoneInfo | None:
    if not text:
        return None
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise Refusal("bad_zone", "zone is no name such as Europe/Paris.") from None


def _cutoff(text: str) -> datetime | None:
    """An instant with its offset; one that lies ahead is now. A `+` eaten by an address is put back."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.replace(" ", "+") if text.count("T") else text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Refusal("bad_cutoff", "cutoff is no instant such as 2026-01-31T12:00:00+00:00.")
    return min(found, fence.cutoff())
