"""One value of a sentence, edited where it stands: a number, a date, a text with proposals, a choice, or a list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from personas.builder.names import Posted, one
from personas.criteria import tree
from personas.criteria.operators import DAYS, LIST
from personas.criteria.problems import Problem
from personas.criteria.sentence import Voice
from personas.models import DefinitionDraft

from . import rows
from .fields import Builder, Choices, Messages, Node, Operand

COUNTS = ("points", "cap", "decay.days", "pace", "hysteresis", "cooldown_days")
COUNTED = (".within", ".count", ".daily")  # the end of names inside a condition
TEXTS = {".event.page.value": "page", ".event.form": "form", ".event.name": "name", ".event.campaign": "campaign"}


@dataclass
class Value:
    """`path`, `key`: of the line; `control`: the name of its field; `widget`: number, date, text, choice or list. `hidden`: the
    other fields of the line's form, sent along as they are."""

    path: str
    form: str
    key: str
    control: str
    widget: str
    value: str = ""
    choices: Choices = field(default_factory=list)
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
    if where is None or (where.path is None and where.form != "rest"):
        return None
    key = tree.find(draft.body, where.path).get("key", "") if where.path else ""
    return value(where, rows.shown(draft.body, where), control, speaker, key=key)


def value(
    where: rows.Place, posted: Posted, control: str, speaker: Voice, problems: Sequence[Problem] = (), key: str = "",
    body: Any = None,
) -> Value | None:  # fmt: skip
    """The value as typed, with what is wrong about it; None where it is no single value, or something else is wrong."""
    found, stray = rows.named(where, problems, speaker, body)
    mine = [name for name in found if control == name or control.startswith(f"{name}.")]
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
    if where.form not in ("item", "condition"):
        return None
    for node in _nodes(Builder(posted, speaker, Messages({})).node("when")):
        if node.operand and control in (node.operand.name, f"{node.operand.name}.0", f"{node.operand.name}.1"):
            return _operand(made, node.operand, one(posted, control))
        if node.kind == "persona" and control == f"{node.name}.persona":
            return made("choice", one(posted, control), choices=node.choices["personas"])
        for end, part in TEXTS.items():
            if node.kind == "event" and control == f"{node.name}{end}":
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


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for inner in (*node.children, *node.props):
        yield from _nodes(inner)
