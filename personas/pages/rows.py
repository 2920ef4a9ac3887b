"""The form of one line of a definition: opened from the draft, reshaped while typing, read back into the body."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from personas.builder import moves, read, shape, write
from personas.builder import settings as rest
from personas.builder.names import Posted, one
from personas.criteria import grade, tree, validate
from personas.criteria.decay import DECAYS
from personas.criteria.fields import Catalogue
from personas.criteria.problems import Problem
from personas.criteria.sentence import Voice, plain
from personas.criteria.words import subject
from personas.models import DefinitionDraft

from . import labels, typed
from .fields import Builder, Messages, Node
from .typed import Typed
from .words import said

NEW = "new"
WORTH = ("points", "cap", "each", "daily", "decay.kind", "decay.days", "decay.steps")


@dataclass
class Row:
    """What the template draws. `form`: item, condition, group, mql or rest; `stray`: messages without a field; `before`: the
    line above which a new one is written, "" for the end."""

    path: str
    section: str
    form: str
    new: bool
    key: str
    focus: str
    values: Mapping[str, str] = field(default_factory=dict)
    node: Node | None = None
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    choices: Mapping[str, Any] = field(default_factory=dict)
    reads: str = ""
    stray: str = ""
    typed: Typed | None = None  # the line as one sentence, instead of its fields
    before: str = ""


@dataclass(frozen=True)
class Place:
    """Where a form belongs: `path` of the line (None: not in the body yet), `home` the list that holds it, `index` where a
    new one comes to stand in it (None: at the end)."""

    written: str
    form: str
    path: tree.Path | None
    home: tree.Path
    index: int | None = None

    @property
    def section(self) -> str:
        return str(self.home[0]) if self.home else self.form


def place(body: Mapping[str, Any], text: str) -> Place | None:
    """The place that an address names ("fit.items.new3": a new line before the fourth); None when the draft has no such line."""
    if text in ("mql", "rest"):
        return Place(text, text, None, ())
    path = tree.parsed(text)
    home, last = tuple(path[:-1]), path[-1]
    form = _form(body, home)
    fresh = isinstance(last, str) and last.startswith(NEW)
    if form is None or not (fresh or isinstance(last, int)):
        return None
    if fresh:
        index = str(last).removeprefix(NEW)
        if index and not (index.isascii() and index.isdecimal() and len(index) < 4):
            return None
        return Place(text, form, None, home, int(index) if index else None)
    try:
        entry = tree.find(body, path)
    except (KeyError, IndexError, TypeError):
        return None
    return Place(text, "group" if form == "item" and tree.is_group(entry) else form, path, home)


def _form(body: Mapping[str, Any], home: tree.Path) -> str | None:
    """What kind of form the members of a list take: its conditions, its criteria, those of a group."""
    if home in [(name,) for name in tree.LISTS]:
        return "condition"
    if home in [(axis, "items") for axis in tree.AXES]:
        return "item"
    inside_group = len(home) == 4 and home[:2] in [(axis, "items") for axis in tree.AXES] and home[3] == "items"
    if inside_group and isinstance(home[2], int):
        entries = body[str(home[0])]["items"]
        return "item" if home[2] < len(entries) and tree.is_group(entries[home[2]]) else None
    return None


def shown(body: Mapping[str, Any], where: Place) -> write.Shown:
    """What the form of a place shows when it opens."""
    if where.form in ("mql", "rest"):
        return rest.write(body, where.form)
    if where.path is None:
        return {name: list(values) for name, values in _FRESH[where.section].items()}
    entry = tree.find(body, where.path)
    if where.form == "group":
        return {"cap": [write.text(entry["cap"])]}
    return write.condition(entry, "when") if where.form == "condition" else write.criterion(entry)


def changed(
    body: Mapping[str, Any], where: Place, posted: Posted, fields: Catalogue, keys: set[str]
) -> tuple[dict, tree.Path]:
    """(a copy of the body with what was posted, the path of the line in it)."""
    if where.form in ("mql", "rest"):
        return rest.changed(body, posted, where.form), (where.form,)
    before = deepcopy(tree.find(body, where.path)) if where.path else None
    return put(body, where, _entry(where, posted, fields, before, keys))


def put(body: Mapping[str, Any], where: Place, entry: Mapping[str, Any]) -> tuple[dict, tree.Path]:
    """(a copy of the body with a line at its place, the path of the line in it)."""
    fresh = deepcopy(dict(body))
    if where.path:
        return tree.replace(fresh, where.path, entry), where.path
    siblings = fresh.setdefault(where.home[0], []) if len(where.home) == 1 else tree.find(fresh, where.home)
    index = len(siblings) if where.index is None else min(where.index, len(siblings))
    siblings.insert(index, entry)
    return fresh, (*where.home, index)


def _entry(where: Place, posted: Posted, fields: Catalogue, before: Any, keys: set[str]) -> dict[str, Any]:
    """The criterion, condition or group posted; parts that nobody touched stay as they were in `before`."""
    if where.form == "group":
        cap = read.whole(one(posted, "cap"))
        return before | {"cap": read.keep(cap, before["cap"], before["cap"])}
    when = read.condition(posted, "when", fields)
    if where.form == "condition":
        return (
            read.keep(when, before, read.condition(write.condition(before, "when"), "when", fields)) if before else when
        )
    fresh = read.worth(posted) | {"when": when}
    if before is None:
        return {"key": moves.fresh_key(keys)} | fresh
    again = write.criterion(before)
    was = read.worth(again) | {"when": read.condition(again, "when", fields)}
    entry = dict(before)
    for part, value in fresh.items():
        if read.keep(value, before.get(part), was[part]) != before.get(part):
            entry[part] = value
    return entry


def row(
    body: Mapping[str, Any], where: Place, posted: Posted, speaker: Voice, problems: Sequence[Problem] = (), focus: str = "",
    key: str = "",
) -> Row:  # fmt: skip
    """The form of a place as the template draws it."""
    found, stray = named(where, problems, speaker, body)
    messages = Messages(found)
    made = Row(where.written, where.section, where.form, where.path is None and bool(where.home), key, focus)
    if where.index is not None and where.index < len(
        tree.find(body, where.home) if len(where.home) > 1 else body.get(where.home[0]) or ()
    ):
        made.before = tree.written((*where.home, where.index))
    if where.form in ("item", "condition"):
        made.node = Builder(posted, speaker, messages).node("when")
        made.reads = _reads(where, posted, speaker)
    names = {"mql": ("fit.bands", "fit.cap", "engagement.bands", "engagement.cap"), "rest": tuple(rest.NUMBERS)}
    shown_names = names.get(where.form, WORTH)
    made.values = {name.replace(".", "_"): one(posted, name) for name in shown_names}
    made.errors = {name.replace(".", "_"): messages.take(name) for name in (*shown_names, "mql", "mandatory", "decay")}
    made.choices = choices(where, posted, body, speaker)
    left = [text for name in list(messages.left) for text in messages.take(name)]
    made.stray = " ".join(dict.fromkeys([*stray, *left]))
    return made


def sentence_row(
    where: Place, heard: Typed, speaker: Voice, body: Mapping[str, Any], problems: Sequence[Problem] = (), key: str = ""
) -> Row:
    """A line as one sentence to be typed; what is wrong with it stands below, wherever it belongs."""
    made = Row(where.written, where.section, where.form, where.path is None, key, typed.FIELD, typed=heard)
    heard.error = heard.error or " ".join(dict.fromkeys(said(problem, speaker, body) for problem in problems))
    return made


def open_row(draft: DefinitionDraft, text: str, focus: str, speaker: Voice, *, as_sentence: bool = False) -> Row | None:
    """The form of a line of the draft as it stands; None when there is no such line."""
    where = place(draft.body, text)
    if where is None:
        return None
    key = tree.find(draft.body, where.path).get("key", "") if where.path else ""
    if as_sentence and where.form in ("item", "condition"):
        heard = Typed(typed.written(tree.find(draft.body, where.path), where.form) if where.path else "")
        return sentence_row(where, heard, speaker, draft.body, key=key)
    return row(draft.body, where, shown(draft.body, where), speaker, focus=focus or _first(where), key=key)


def named(
    where: Place, problems: Sequence[Problem], speaker: Voice, body: Mapping
) -> tuple[dict[str, list[str]], list[str]]:
    """(messages by the name of their field, those of other places)."""
    start = tree.written(where.path) if where.path else where.written
    found: dict[str, list[str]] = {}
    stray = []
    for problem in problems:
        mine = problem.path == start or problem.path.startswith(f"{start}.")
        if where.form in ("mql", "rest"):
            found.setdefault(problem.path, []).append(said(problem, speaker, body))
        elif not mine:
            stray.append(said(problem, speaker, body))
        else:
            inner = shape.places(problem.path, start)
            name = ".".join(filter(None, ("when", inner))) if where.form == "condition" else inner
            found.setdefault(name or "when", []).append(said(problem, speaker, body))
    return found, stray


def _reads(where: Place, posted: Posted, speaker: Voice) -> str:
    """The sentence as typed so far; empty while it is none."""
    cond = read.condition(posted, "when", speaker.catalogue)
    kinds = ("field", "persona", "event")
    if validate.validate_condition(cond, speaker.catalogue, kinds):
        return ""
    return plain(speaker.condition(cond))


def choices(where: Place, posted: Posted, body: Mapping[str, Any], speaker: Voice) -> dict[str, Any]:
    """What the form of a place offers: fadings, cells, fields that may be needed."""
    if where.form == "item":
        return {"fading": [("", labels.NEVER), *((name, speaker.say(row.label)) for name, row in DECAYS.items())]}
    if where.form == "mql":
        axes = {axis: {"bands": rest.bands(one(posted, f"{axis}.bands"))} for axis in tree.AXES}
        good = all(len(axis["bands"]) <= validate.MAX_BANDS for axis in axes.values())
        chosen = set(posted.get("mql") or ())
        return {"cells": [[(cell, cell in chosen) for cell in line] for line in grade.cells(axes if good else body)]}
    if where.form == "rest":
        chosen = set(posted.get("mandatory") or ())
        fillable = {key: info for key, info in speaker.catalogue.items() if not info.counted}
        offered = {key: info for key, info in fillable.items() if key in chosen or info.offered}
        named = [(key, subject(info, speaker.lang), key in chosen) for key, info in offered.items()]
        named += [(key, key, True) for key in chosen - offered.keys()]  # needed, and not in the catalogue
        return {"fields": sorted(named, key=lambda entry: (not entry[2], entry[1].lower()))}
    return {}


_FRESH: dict[str, write.Shown] = {
    "fit": {"points": ["10"], "when.kind": ["field"]},
    "engagement": {"points": ["10"], "when.kind": ["event"], "when.event.kind": ["page"], "when.within": ["30"]},
    "must": {"when.kind": ["field"]},
    "never": {"when.kind": ["field"]},
    "direct": {"when.kind": ["event"], "when.event.kind": ["demo"], "when.within": ["30"]},
}


def _first(where: Place) -> str:
    """The field to begin with when nobody chose one."""
    if where.form == "group":
        return "cap"
    return "when.event.kind" if where.path is None and where.section in ("engagement", "direct") else "when.field"
