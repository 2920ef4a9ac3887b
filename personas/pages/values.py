"""One value of a sentence, edited where it stands: a number, several, a date, a text with proposals, a choice, or a list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from personas.builder.names import Posted, one
from personas.criteria import tree
from personas.criteria.operators import DAYS, LIST
from personas.criteria.problems import Problem
from personas.criteria.sentence import Voice
from personas.models import DefinitionDraft

from . import labels, rows
from .fields import Builder, Choices, Messages, Node, Operand, events

COUNTS = ("points", "cap", "decay.days", "pace", "hysteresis", "cooldown_days")
COUNTED = (".within", ".count", ".daily")  # the end of names inside a condition
TEXTS = {".event.page.value": "page", ".event.form": "form", ".event.name": "name", ".event.campaign": "campaign"}


@dataclass
class Value:
    """`path`, `key`: of the line; `control`: the name of its field; `widget`: number, numbers, date, text, choice or list.
    `groups`: choices under titles; `hint`: how it is typed; `hidden`: the other fields of the line's form, sent along."""

    path: str
    form: str
    key: str
    control: str
    widget: str
    value: str = ""
    choices: Choices = field(default_factory=list)
    groups: Sequence[tuple[Any, Choices]] = ()
    hint: Any = ""
    known: Sequence[str] = ()
    operand: Operand | None = None
    hidden: list[tuple[str, str]] = field(default_factory=list)
    error: str = ""

    @property
    def at(self) -> str:
        """The line in whose sentence it stands."""
        return self.path if self.path != "rest" else self.control

    @property
    def focus(self) -> str:
        """What the templates of forms call the field that has the focus."""
        return self.control


def open_value(draft: DefinitionDraft, path: str, control: str, speaker: Voice) -> Value | None:
    """The value of the draft that an address names; None where there is none, or it is no single value."""
    where = rows.place(draft.body, path)
    if where is None or (where.path is None and where.form not in ("mql", "rest")):
        return None
    key = tree.find(draft.body, where.path).get("key", "") if where.path else ""
    return value(where, rows.shown(draft.body, where), control, speaker, key=key)


def value(
    where: rows.Place, posted: Posted, control: str, speaker: Voice, problems: Sequence[Problem] = (), key: str = "",
    body: Any = None,
) -> Value | None:  # fmt: skip
    """The value as typed, with what is wrong about it; None where it is no single value, or something else is wrong."""
    found, stray = rows.named(where, problems, speaker, body)
    mine = [name for name in found if f"{control}.".startswith(f"{name}.") or name.startswith(f"{control}.")]
    if stray or len(mine) != len(found):
        return None
    made = _widget(where, posted, control, speaker)
    if made is None:
        return None
    names = (control, f"{control}.more") if made.widget == "list" else (control,)
    made.key, made.error = key, " ".join(text for name in mine for text in found[name])
    made.hidden = [(name, text) for name, texts in posted.items() if name not in names for text in texts]
    if made.operand:
        made.operand.errors = [made.error] if made.error else []
    return made


def _widget(where: rows.Place, posted: Posted, control: str, speaker: Voice) -> Value | None:
    def made(widget: str, text: str = "", **more: Any) -> Value:
        return Value(where.written, where.form, "", control, widget, text, **more)

    if control in COUNTS or control.endswith(COUNTED):
        return made("number", one(posted, control)) if control in posted else None
    if control in labels.NUMBERS:
        text = "; ".join(one(posted, control).splitlines())
        return made("numbers", text, hint=labels.NUMBERS[control]) if control in posted else None
    if where.form == "rest" and control == "mandatory":
        return made("list", operand=_mandatory(where, posted, speaker))
    if where.form not in ("item", "condition"):
        return None
    nodes = _nodes(Builder(posted, speaker, Messages({})).node("when"))
    return next(filter(None, (_of_node(made, node, posted, control, speaker) for node in nodes)), None)


def _of_node(made: Any, node: Node, posted: Posted, control: str, speaker: Voice) -> Value | None:
    """The value where it is one of this condition's own."""
    if node.operand and control in (node.operand.name, f"{node.operand.name}.0", f"{node.operand.name}.1"):
        return _operand(made, node.operand, one(posted, control))
    if node.kind in ("field", "prop") and control == f"{node.name}.op":
        return made("choice", node.values["op"], choices=node.choices["ops"]) if "ops" in node.choices else None
    if node.kind == "field" and control == f"{node.name}.field":
        return made("choice", node.values["field"], groups=node.choices["fields"])
    if node.kind == "prop" and control == f"{node.name}.key":
        return made("text", node.values["key"])
    if node.kind == "persona" and control == f"{node.name}.persona":
        return made("choice", one(posted, control), choices=node.choices["personas"])
    return _of_event(made, node, posted, control, speaker) if node.kind == "event" else None


def _of_event(made: Any, node: Node, posted: Posted, control: str, speaker: Voice) -> Value | None:
    if control == "each":
        return made("choice", one(posted, control), choices=list(labels.EACH.items()))
    if control == f"{node.name}.event.kind":
        missed = bool(node.values["absent"]) and node.values["count"] in ("", "1")
        return made("choice", one(posted, control), groups=events(speaker, missed))
    for end, part in TEXTS.items():
        if control == f"{node.name}{end}":
            return made("text", one(posted, control), known=node.choices.get(f"known_{part}", ()))
    return None


def _operand(made: Any, operand: Operand, text: str) -> Value:
    if operand.shape == LIST:
        return made("list", operand=operand)
    if operand.input == "bool" or (operand.strict and operand.options):
        return made("choice", text, choices=operand.options)
    if operand.input == "date" and operand.shape != DAYS:
        return made("date", text)
    return made("number" if operand.input == "number" else "text", text, known=operand.known)


def _mandatory(where: rows.Place, posted: Posted, speaker: Voice) -> Operand:
    fields = [(key, title) for key, title, _chosen in rows.choices(where, posted, {}, speaker)["fields"]]
    return Operand("mandatory", LIST, "text", list(posted.get("mandatory") or ()), options=fields, strict=True)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for inner in (*node.children, *node.props):
        yield from _nodes(inner)
