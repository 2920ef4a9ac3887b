"""Forms of conditions as templates draw them: nodes with their choices, values and messages, from what was posted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from personas import hooks
from personas.builder.names import CHILDREN, DEEPEST, Posted, lines, numbered, one
from personas.criteria import phrases
from personas.criteria.behaviours import ATTEMPT, ATTEMPT_PARTS, LEAD_KINDS
from personas.criteria.fields import BOOL, CHOICE, DATE, MONEY, NUMBER, TEXT, FieldInfo
from personas.criteria.operators import DAYS, LIST, OPERATORS, YEARS, operators_for, property_operators
from personas.criteria.sentence import Voice
from personas.criteria.tree import GROUPS
from personas.definitions import traits
from personas.definitions.persona_services import current_versions

from . import labels

SHOWN_VALUES = 18
Choices = list[tuple[str, Any]]


class Messages:
    """Messages by the name of their field; each is taken once, by the nearest field that the page draws."""

    def __init__(self, found: Mapping[str, Sequence[str]]):
        self.left = {name: list(texts) for name, texts in found.items()}

    def take(self, name: str) -> list[str]:
        mine = [key for key in self.left if key == name or key.startswith(f"{name}.")]
        return [text for key in mine for text in self.left.pop(key)]


@dataclass
class Operand:
    """`shape` of `operators` (none, one, list, range, days, years); `input`: text, number, date, bool."""

    name: str
    shape: str
    input: str
    values: list[str]
    low: str = ""
    high: str = ""
    options: Choices = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    strict: bool = False  # only the options are values

    @property
    def known(self) -> list[str]:
        """What is proposed while typing."""
        return [] if self.strict else [value for value, _label in self.options]

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def others(self) -> str:
        """Values of a list that are none of the options, one a line."""
        known = {value for value, _label in self.options}
        return "\n".join(value for value in self.values if value not in known)


@dataclass
class Node:
    """One condition: a leaf with the parts of its kind, or a group with children."""

    name: str
    kind: str
    kinds: Choices
    depth: int
    values: dict[str, str] = field(default_factory=dict)
    choices: dict[str, Any] = field(default_factory=dict)
    operand: Operand | None = None
    props: list["Node"] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)  # of a field that nobody knows: sent along as it is
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def group(self) -> bool:
        return self.kind in GROUPS


class Builder:
    """Draws the tree that was posted. `kinds`: which leaves are allowed (persona rules: fields only)."""

    def __init__(
        self, posted: Posted, speaker: Voice, found: Messages, kinds: Sequence[str] = ("field", "event", "persona")
    ):
        self.posted, self.speaker, self.found, self.kinds = posted, speaker, found, kinds
        self._stored = cache(hooks.values)  # however many conditions ask for the same
        self._personas = cache(lambda: {str(one.pk): one.persona.name for one in current_versions()})

    def node(self, name: str, depth: int = 1) -> Node:
        kind = one(self.posted, f"{name}.kind") if depth <= DEEPEST else ""
        leaf_kinds = [key for key in labels.KINDS if key in self.kinds or key in GROUPS]
        made = Node(name, kind, [(key, labels.KINDS[key]) for key in leaf_kinds], depth)
        if kind in GROUPS:
            under = f"{name}.{CHILDREN}"
            made.children = [self.node(f"{under}.{index}", depth + 1) for index in numbered(self.posted, under)]
        elif kind in _PARTS:
            _PARTS[kind](self, made)
        made.errors[""] = self.found.take(name)
        return made

    def _read(self, made: Node, parts: Sequence[str]) -> None:
        for part in parts:
            made.values[part.replace(".", "_")] = one(self.posted, f"{made.name}.{part}")
            made.errors[part.replace(".", "_")] = self.found.take(f"{made.name}.{part}")

    def _field(self, made: Node) -> None:
        self._read(made, ("field", "op"))
        made.choices["fields"] = self._fields_with(made.values["field"])
        info = self.speaker.catalogue.get(made.values["field"])
        if info is None:
            made.kept = [
                (key, text)
                for key, texts in self.posted.items()
                if made.values["field"] and (key == f"{made.name}.op" or f"{key}.".startswith(f"{made.name}.value."))
                for text in texts
            ]
            return
        offered = [op.name for op in operators_for(info.type)]
        made.choices["ops"] = self._operators(offered)
        op = made.values["op"]
        if op not in offered:
            op = usual(info, offered)
        made.values["op"] = op
        made.operand = self.operand(f"{made.name}.value", op, info)

    def _persona(self, made: Node) -> None:
        self._read(made, ("persona",))
        versions = self._personas()
        chosen = made.values["persona"]
        if chosen and chosen not in versions:
            name = self.speaker.personas.get(int(chosen)) if chosen.isdecimal() else None
            versions = versions | {chosen: name or chosen}
        made.choices["personas"] = sorted(versions.items(), key=lambda pair: pair[1].lower())

    def _event(self, made: Node) -> None:
        filter_ = ("kind", "name", "form", "campaign", "page.op", "page.value", *ATTEMPT_PARTS)
        self._read(made, [f"event.{part}" for part in filter_])
        self._read(made, ("within", "count", "absent"))
        made.choices["events"] = events(self.speaker)
        for part, (_phrase, words) in phrases.ATTEMPT_WORDS.items():
            made.choices[part] = [(value, self.speaker.say(pair)) for value, pair in words.items()]
        made.choices["pages"] = list(labels.PAGES.items())
        for part in ("page", "form", "name"):
            made.choices[f"known_{part}"] = self._stored(f"event.{part}")
        made.choices["known_campaign"] = self._stored("campaign")
        under = f"{made.name}.event.props"
        made.props = [self._prop(f"{under}.{index}") for index in numbered(self.posted, under)]
        made.errors["props"] = self.found.take(under)

    def _prop(self, name: str) -> Node:
        made = Node(name, "prop", [], 0)
        self._read(made, ("key", "op", "type"))
        kind = made.values["type"] = made.values["type"] or TEXT
        made.values["op"] = made.values["op"] or "is"
        offered = [op.name for op in property_operators()]
        made.choices["ops"] = self._operators(offered)
        made.choices["types"] = list(labels.TYPES.items())
        if made.values["op"] in offered:
            made.operand = self.operand(f"{name}.value", made.values["op"], FieldInfo(name, kind, "", ""))
        made.errors[""] = self.found.take(name)
        return made

    def _operators(self, names: Sequence[str]) -> Choices:
        return [(name, self.speaker.say(OPERATORS[name].label)) for name in names]

    def operand(self, name: str, op: str, info: FieldInfo) -> Operand:
        shape = OPERATORS[op].operand
        values = [text.strip() for text in self.posted.get(name) or () if text.strip()]
        if shape == LIST:
            values = list(dict.fromkeys(values + lines(self.posted, f"{name}.more")))
        kind = "number" if shape in (DAYS, YEARS) else _INPUTS.get(info.type, "text")
        low, high = (one(self.posted, f"{name}.{index}") for index in (0, 1))
        options = self._options(info, values if shape == LIST else ())
        return Operand(name, shape, kind, values, low, high, options, self.found.take(name), bool(info.choices))

    def _options(self, info: FieldInfo, chosen: Sequence[str]) -> Choices:
        """Values to choose from: those of the catalogue, else the most frequent ones stored, and those chosen already."""
        if info.type == BOOL:
            return list(labels.YES_NO.items())
        if info.choices:
            return [(value, self.speaker.say(pair)) for value, pair in info.choices.items()]
        if info.type != TEXT or "." not in info.key or info.key.startswith("when"):
            return []
        stored = self._stored(info.key)
        known = [value for value in stored[:SHOWN_VALUES]] + [
            value for value in chosen if value in stored[SHOWN_VALUES:]
        ]
        return [(value, value) for value in known]

    def _fields_with(self, chosen: str) -> list[tuple[Any, Choices]]:
        """The fields on offer, and one that is offered no more where it is the one chosen, be it known or not."""
        info = self.speaker.catalogue.get(chosen)
        if info is None:
            return [*self.field_choices, (labels.UNKNOWN, [(chosen, chosen)])] if chosen else self.field_choices
        if info.offered:
            return self.field_choices
        label = info.label_fr if self.speaker.french else info.label_en
        mine = labels.SUBJECTS[info.subject]
        return [(title, [*said, (chosen, label)] if title == mine else said) for title, said in self.field_choices]

    @cached_property
    def field_choices(self) -> list[tuple[Any, Choices]]:
        """Fields by subject, sorted by their label in the page's language."""
        groups = []
        for subject, title in labels.SUBJECTS.items():
            known = [info for info in self.speaker.catalogue.values() if info.subject == subject]
            mine = [info for info in known if info.offered]
            named = [(info.key, info.label_fr if self.speaker.french else info.label_en) for info in mine]
            groups.append((title, sorted(named, key=lambda pair: pair[1].lower())))
        return groups


def events(speaker: Voice, absent: bool = False) -> list[tuple[Any, Choices]]:
    """Kinds of event by who acts; `absent`: as what was not done."""
    column = speaker.french * 2 + absent
    return [
        (title, [(kind, phrases.EVENT_PHRASES[kind][column]) for kind in kinds])
        for title, kinds in ((labels.THEY, LEAD_KINDS), (labels.SALES, (ATTEMPT,)))
    ]


def usual(info: FieldInfo, offered: Sequence[str]) -> str:
    """The operator that a new condition on a field begins with: what people mostly ask of such a field."""
    wanted = "age_between" if info.key in traits.FIELDS else _USUAL.get(info.type, "")
    return wanted if wanted in offered else offered[0]


_USUAL = {TEXT: "one_of", CHOICE: "one_of", NUMBER: "between", MONEY: "between", DATE: "days_since_at_most"}
_INPUTS = {NUMBER: "number", MONEY: "number", DATE: "date", BOOL: "bool"}
_PARTS: dict[str, Callable[[Builder, Node], None]] = {
    "field": Builder._field,
    "persona": Builder._persona,
    "event": Builder._event,
}
