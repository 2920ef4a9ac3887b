"""How a sentence of the language is written: each form with an example in English and French, said by the tables that read it back."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from personas import catalogue
from personas.criteria import phrases
from personas.criteria.behaviours import EVENT_KINDS
from personas.criteria.decay import DECAYS
from personas.criteria.fields import BOOL, CHOICE, DATE, MONEY, NUMBER, PERSON, SUBJECTS, TEXT, FieldInfo
from personas.criteria.operators import DAYS, LIST, NONE, OPERATORS, RANGE, YEARS, Operator, property_operators
from personas.criteria.sentence import Voice, plain

PERSONAS, CAMPAIGNS = {1: "Maud"}, {"fair": "Fair"}
# Values of each type, the first two of which make a list or a range.
VALUES: dict[str, tuple[Any, ...]] = {
    TEXT: ("SaaS", "Services"), CHOICE: ("SaaS", "Services"), PERSON: ("Claire", "Paul"), NUMBER: (50, 500),
    MONEY: (50, 500), DATE: ("2026-01-01", "2026-06-30"), BOOL: (True, False),
}  # fmt: skip
# Which field each type is shown with.
SHOWN = {TEXT: "company.industry", NUMBER: "company.employees", DATE: "lead.created", BOOL: "lead.opted_out"}
COUNTRY = {"field": "lead.country", "op": "one_of", "value": ["FR", "BE"]}
SIZE = {"field": "company.employees", "op": "at_least", "value": 50}
DEMO, PRICES = {"event": {"kind": "demo"}}, {"event": {"kind": "page", "page": {"op": "like", "value": "/pricing"}}}


@dataclass(frozen=True)
class Example:
    """`what` it shows; `said`: a condition, or a criterion with its points."""

    what: str
    said: Mapping[str, Any]

    def words(self, lang: str) -> str:
        speaker = voice(lang)
        return plain(speaker.criterion(self.said) if "points" in self.said else speaker.condition(self.said))


def voice(lang: str) -> Voice:
    """A voice that knows the fields built in, one persona, one campaign and one property."""
    usable = [one for one in catalogue.BUILTIN if one.key.split(".")[0] in SUBJECTS]
    fields = {one.key: FieldInfo(one.key, one.type, one.label_en, one.label_fr, one.article_fr) for one in usable}
    return Voice(lang, fields, PERSONAS, CAMPAIGNS, frozenset({"plan"}))


def of_fields() -> Iterator[Example]:
    """Each operator on a field that takes it, a list of one beside a list of two."""
    for op, kind in _shown(OPERATORS.values(), SHOWN):
        yield Example(f"`{op.name}`", {"field": SHOWN[kind], "op": op.name} | _operand(op, kind))
        if op.operand == LIST:
            yield Example(f"`{op.name}`, one value", {"field": SHOWN[kind], "op": op.name, "value": [VALUES[kind][0]]})


def of_properties() -> Iterator[Example]:
    """Each operator that asks of a property of an event."""
    for op, kind in _shown(property_operators(), (TEXT, NUMBER, BOOL)):
        prop = {"key": "plan", "op": op.name} | _operand(op, kind)
        yield Example(f"`{op.name}`", {"event": {"kind": "form", "props": [prop]}})


def _shown(ops: Iterable[Operator], kinds: Iterable[str]) -> Iterator[tuple[Operator, str]]:
    """Each operator with the first of these types that it takes."""
    return ((op, next(kind for kind in kinds if kind in op.types)) for op in ops if not set(op.types).isdisjoint(kinds))


def _operand(op: Operator, kind: str) -> dict[str, Any]:
    one, other = VALUES[kind][:2]
    values = {NONE: None, LIST: [one, other], RANGE: [one, other], DAYS: 30, YEARS: [30, 45]}
    value = values.get(op.operand, one)
    return {} if value is None else {"value": value}


def of_events() -> Iterator[Example]:
    """Each kind of act, done and not done; then what may follow one."""
    for kind in EVENT_KINDS:
        yield Example(f"`{kind}`", {"event": {"kind": kind}})
        yield Example(f"`{kind}`, not done", {"event": {"kind": kind}, "within": 30, "absent": True})
    for kind in phrases.NAMED_PHRASES:
        yield Example(f"`{kind}`, which", {"event": {"kind": kind, phrases.named_by(kind): "Prices"}})
    for op in phrases.PAGE_PHRASES:
        yield Example(f"`page`, {op}", {"event": {"kind": "page", "page": {"op": op, "value": "/pricing"}}})
    yield Example("on a page", {"event": {"kind": "form", "page": {"op": "like", "value": "/pricing"}}})
    yield Example("in a campaign", {"event": {"kind": "mail_click", "campaign": "fair"}})
    tried = {"kind": "attempt", "channel": next(iter(phrases.CHANNELS)), "outcome": next(iter(phrases.OUTCOMES))}
    yield Example("an attempt, how and with what outcome", {"event": tried})
    yield Example("how often, in how many days", DEMO | {"count": 2, "within": 30})
    yield Example("fewer than so often", DEMO | {"count": 2, "within": 30, "absent": True})


def of_groups() -> Iterator[Example]:
    """Conditions together."""
    yield Example("a persona", {"persona": 1})
    yield Example("all of them", {"all": [COUNTRY, SIZE]})
    yield Example("one of them", {"any": [COUNTRY, SIZE]})
    yield Example("none of them", {"none": [COUNTRY, SIZE]})
    yield Example("a group inside another", {"all": [COUNTRY, {"any": [SIZE, DEMO]}]})
    yield Example("a group of one", {"any": [COUNTRY]})


def of_criteria() -> Iterator[Example]:
    """Points, and what may follow them, in this order."""
    yield Example("points", {"when": COUNTRY, "points": 20})
    yield Example("points taken away", {"when": COUNTRY, "points": -20})
    yield Example(
        "each time, at most so many a day, capped", {"when": PRICES, "points": 5, "each": True, "daily": 10, "cap": 40}
    )
    for one in DECAYS.values():
        fading = {"kind": one.name} | ({"steps": [[7, 500_000], [30, 0]]} if one.by_steps else {"days": 30})
        yield Example(f"fading, `{one.name}`", {"when": PRICES, "points": 20, "decay": fading})


# Heading → examples.
CHAPTERS = {
    "Fields": of_fields,
    "What was done": of_events,
    "Properties of what was done": of_properties,
    "Together": of_groups,
    "Points": of_criteria,
}


def every() -> list[Example]:
    """All examples, in reading order."""
    return [one for chapter in CHAPTERS.values() for one in chapter()]
