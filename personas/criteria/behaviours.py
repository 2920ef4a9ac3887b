"""Behaviours: the distinct event filters of a definition, without window, count or points.

A filter is {"kind", "name"?, "page"?: {"op", "value"}, "form"?, "campaign"?, "props"?: [{"key", "op", "value"}]}, and of
sales' attempts {"kind": "attempt", "channel"?, "outcome"?}: what sales did counts like what the lead did, save that an
engagement reset leaves it standing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from . import canonical, tree
from .fields import BOOL, NUMBER, TEXT
from .operators import NONE, OPERATORS, fold, read, read_operand

# Kinds of event a filter may name; anything else that a site sends is `track` with a name.
ATTEMPT = "attempt"
LEAD_KINDS = (
    "page", "form", "track", "mail_open", "mail_click", "mail_delivered", "mail_bounce", "unsubscribe", "webinar",
    "download", "demo",
)  # fmt: skip
EVENT_KINDS = (*LEAD_KINDS, ATTEMPT)
# What an attempt may be narrowed by, and the values of each.
ATTEMPT_PARTS = {
    "channel": ("call", "mail", "message", "visit"),
    "outcome": ("reached", "no_answer", "voicemail", "mail_sent", "wrong_number"),
}
LEAD_PARTS = ("name", "page", "form", "campaign", "props")
# What a person may do next; the others are done to them, or are no good news.
POSSIBLE_KINDS = ("page", "form", "track", "mail_open", "mail_click", "webinar", "download", "demo")
PAGE_OPERATORS = ("like", "is")
_NO_DAY = date.min  # operators on properties never look at today


@dataclass(frozen=True)
class Behaviour:
    """`key` is the SHA-256 of the canonical filter: equal filters share one row of the ledger."""

    key: str
    filter: dict[str, Any]


def canonical_filter(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The same filter in its one spelling: no empty parts, properties and lists sorted, each once."""
    clean = {
        part: raw[part]
        for part in ("kind", "name", "page", "form", "campaign", *ATTEMPT_PARTS)
        if raw.get(part) not in (None, "")
    }
    if "page" in clean:
        clean["page"] = {"op": clean["page"]["op"], "value": clean["page"]["value"]}
    props = {canonical.dumps(one): one for one in map(_canonical_prop, raw.get("props") or ())}
    if props:
        clean["props"] = [props[spelling] for spelling in sorted(props)]
    return clean


def key_of(raw: Mapping[str, Any]) -> str:
    """Stable key of a filter (64 hex digits)."""
    return canonical.digest(canonical_filter(raw))


def behaviours(body: Mapping[str, Any]) -> list[Behaviour]:
    """Distinct behaviours of a definition, in the order of their keys."""
    found = {key_of(cond["event"]): cond["event"] for _, cond in tree.conditions(body) if "event" in cond}
    return [Behaviour(key, canonical_filter(found[key])) for key in sorted(found)]


def parts_of(kind: str) -> tuple[str, ...]:
    """What a filter of a kind may be narrowed by."""
    return tuple(ATTEMPT_PARTS) if kind == ATTEMPT else LEAD_PARTS


def lasts(filter_: Mapping[str, Any]) -> bool:
    """Whether a behaviour goes on counting after an engagement reset: what sales did, not what the lead did."""
    return filter_["kind"] == ATTEMPT


def matches(filter_: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Whether an event {"kind", "name", "page", "form", "campaign", "props"} is one of this behaviour, or an attempt
    {"kind", "channel", "outcome"}."""
    if event.get("kind") != filter_["kind"]:
        return False
    if any(filter_.get(part) and event.get(part) != filter_[part] for part in ATTEMPT_PARTS):
        return False
    for part in ("name", "form"):
        if filter_.get(part) and fold(event.get(part) or "") != fold(filter_[part]):
            return False
    if filter_.get("campaign") not in (None, "") and event.get("campaign") != filter_["campaign"]:
        return False
    if filter_.get("page") and not _page_matches(filter_["page"], fold(event.get("page") or "")):
        return False
    sent = event.get("props") or {}
    return all(property_holds(one, sent.get(one["key"])) for one in filter_.get("props") or ())


def property_type(cond: Mapping[str, Any]) -> str:
    """How a property is compared: by the operand's type (text, number, yes or no)."""
    value = cond.get("value")
    value = value[0] if isinstance(value, list) and value else value
    if isinstance(value, bool):
        return BOOL
    is_amount = isinstance(value, int) or cond["op"] in ("between", "at_least", "at_most")
    return NUMBER if is_amount else TEXT


def property_holds(cond: Mapping[str, Any], raw: Any) -> bool:
    """NULL law on a property: absent, null, empty or of another shape is false, except for `is_not_set`."""
    op = OPERATORS[cond["op"]]
    raw = None if isinstance(raw, (dict, list)) else raw
    if op.operand == NONE:
        return (raw is None or raw == "") == (op.name == "is_not_set")
    kind = property_type(cond)
    value = read(kind, str(raw) if isinstance(raw, float) else raw)
    return value is not None and op.test(value, read_operand(op, kind, cond["value"]), _NO_DAY)


def _page_matches(cond: Mapping[str, Any], page: str) -> bool:
    wanted = fold(cond["value"])
    return bool(page) and (wanted in page if cond["op"] == "like" else page == wanted)


def _canonical_prop(raw: Mapping[str, Any]) -> dict[str, Any]:
    clean = {"key": raw["key"], "op": raw["op"]}
    if OPERATORS[raw["op"]].operand != NONE:
        value = raw["value"]
        is_set_of = isinstance(value, list) and raw["op"] in ("one_of", "none_of")
        clean["value"] = sorted(set(value), key=str) if is_set_of else value
    return clean
