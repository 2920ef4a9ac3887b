"""A definition's body as a document: sections of lines, each a sentence with its points. Pages draw it, builders open it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from personas.builder import places
from personas.builder.names import control
from personas.criteria import definition_text, grade, phrases, tree
from personas.criteria.lint import lint
from personas.criteria.lint_seen import Seen, lint_seen
from personas.criteria.sentence import Segment, Voice, plain
from personas.criteria.validate import retired, validate

from .words import at_lines, said, together

ADDABLE = (*tree.AXES, *tree.LISTS)
ASIDE = ("field", "op", "key")
SOFT = ("kind", "each", *ASIDE)
SETTINGS = {"mql": "mql", "fit": "mql", "engagement": "mql"}  # first step of a setting's path -> its form; else "rest"


@dataclass(frozen=True)
class Piece:
    """Text, or an editable value: `control` is the name of the field that edits it in the line's form. `soft`: words of the
    sentence rather than a value in it; `aside`: reached by the arrows, so that Tab goes from value to value; `unsaid`: what no
    sentence says, shown to whoever writes."""

    text: str
    control: str = ""
    soft: bool = False
    unsaid: bool = False
    aside: bool = False


@dataclass(frozen=True)
class Mark:
    """What a text changes against an older one: `kind` new, changed or gone, its sign and word, and what was said before."""

    kind: str
    sign: str
    word: str
    said: tuple[str, ...] = ()


@dataclass
class Line:
    """`path` written; `form`: the path whose form edits it; `worth`: points, cap, fading; `key` of a criterion. `wrong`: what must
    be mended; `notes`: what deserves a second look; `seen`: the same from what the leads say."""

    path: str
    form: str
    sentence: list[Piece]
    worth: list[Piece] = field(default_factory=list)
    key: str = ""
    depth: int = 0
    group: bool = False
    first: bool = True
    last: bool = True
    negative: bool = False
    notes: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    place: str = ""  # what a comment on it names (`personas.builder.places`)
    unsaid: bool = False  # a setting that asks for nothing, shown to whoever writes
    mark: Mark | None = None  # (`against`)

    @property
    def index(self) -> int:
        """Its place in its list; 0 for a setting."""
        last = self.path.rpartition(".")[2]
        return int(last) if last.isdecimal() else 0

    @property
    def above(self) -> str:
        """The form of a new line before it."""
        return f"{self.path.rpartition('.')[0]}.new{self.index}"

    @property
    def ident(self) -> str:
        """For an HTML id."""
        return self.path.replace(".", "-")

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.sentence)

    @property
    def counted(self) -> bool:
        """Whether leads can be counted for it: a criterion or a condition."""
        return not self.group and bool(self.key or self.path.split(".")[0] in tree.LISTS)

    @property
    def movable(self) -> bool:
        return bool(self.key or self.path.split(".")[0] in tree.LISTS)


@dataclass
class Section:
    key: str
    heading: str
    lines: list[Line]
    mark: Mark | None = None  # of what stands in none of its lines

    @property
    def addable(self) -> bool:
        return self.key in ADDABLE


@dataclass(frozen=True)
class Document:
    sections: list[Section]
    matrix: list[list[tuple[str, bool]]]
    digits: list[str]
    notes: list[str]
    wrong: list[str]

    @property
    def noted(self) -> int:
        """How much deserves a look, in all."""
        lines = [line for section in self.sections for line in section.lines]
        return len(self.notes) + len(self.wrong) + sum(len(one.notes) + len(one.wrong) + len(one.seen) for one in lines)

    @property
    def hindered(self) -> bool:
        """Whether something has to be mended before it can be proposed."""
        return bool(self.wrong or any(line.wrong for section in self.sections for line in section.lines))

    @property
    def empty(self) -> bool:
        """No criterion and no condition yet."""
        return not any(line.movable for section in self.sections for line in section.lines)


def document(body: Mapping[str, Any], speaker: Voice, notes: bool = True, seen: Seen | None = None) -> Document:
    """The whole body in reading order, with what is wrong, the notes of lint and, from `seen`, of lint_seen at their lines
    (those without one on the document)."""
    sections = [
        Section(name, definition_text.heading(name, speaker.lang), _lines(body, name, speaker))
        for name in (*tree.AXES, *tree.LISTS, "mql", "rest")
    ]
    lines = {line.path: line for section in sections for line in section.lines}
    wrong = validate(body, speaker.catalogue) if notes or seen else []
    found = {
        "wrong": at_lines([*wrong, *(retired(body, speaker.catalogue) if notes or seen else ())], lines),
        "notes": at_lines(lint(body, speaker.catalogue) if notes and not wrong else (), lines),
        "seen": at_lines(lint_seen(body, speaker.catalogue, seen) if seen and not wrong else (), lines),
    }
    for kind, by_line in found.items():
        for path, problems in by_line.items():
            if path:
                setattr(lines[path], kind, [said(one, speaker, body) for one in together(problems, speaker.lang)])
    cells = grade.cells(body)
    return Document(
        sections=sections,
        matrix=[[(cell, cell in body["mql"]) for cell in row] for row in cells],
        digits=[cell[1] for cell in cells[0]],
        notes=[said(one, speaker, body) for one in found["notes"].get("", ())],
        wrong=[said(one, speaker, body) for one in found["wrong"].get("", ())],
    )


def _lines(body: Mapping[str, Any], name: str, speaker: Voice) -> list[Line]:
    if name in tree.AXES:
        return _entries(body[name]["items"], (name, "items"), 0, speaker)
    if name in tree.LISTS:
        conditions = body.get(name) or []
        return [_condition(cond, (name, i), i == len(conditions) - 1, speaker) for i, cond in enumerate(conditions)]
    found = [
        _setting(line) for line in definition_text.lines(body, speaker) if line.section == name and _is_setting(line)
    ]
    if name == "rest":
        found += [_setting(line, unsaid=True) for line in definition_text.rest(body, speaker, unsaid=True)]
    return found


def _is_setting(line: definition_text.Line) -> bool:
    return line.path != ("mql",)  # the cells are drawn as a matrix


def _entries(items: Sequence[Mapping], path: tree.Path, depth: int, speaker: Voice) -> list[Line]:
    found = []
    for index, entry in enumerate(items):
        here, last = (*path, index), index == len(items) - 1
        line = _group(entry, here, speaker) if tree.is_group(entry) else _criterion(entry, here, speaker)
        line.depth, line.first, line.last = depth, index == 0, last
        found.append(line)
        if tree.is_group(entry):
            found += _entries(entry["items"], (*here, "items"), depth + 1, speaker)
    return found


def _criterion(item: Mapping[str, Any], path: tree.Path, speaker: Voice) -> Line:
    whole = speaker.criterion(item, path)
    sentence = speaker.condition(item["when"], (*path, "when"))
    worth = _pieces(whole[len(sentence) + 1 :], path)  # after the colon
    if tree.is_event_item(item) and not item.get("each") and item["when"].get("count", 1) == 1:
        once = Piece(speaker.say(phrases.ONCE), "each", soft=True, unsaid=True)
        worth[1:1] = [Piece(" ", unsaid=True), once]
    return Line(
        tree.written(path), tree.written(path), _pieces(sentence, path), worth, item["key"], negative=item["points"] < 0,
        place=item["key"],
    )  # fmt: skip


def _group(entry: Mapping[str, Any], path: tree.Path, speaker: Voice) -> Line:
    cap = definition_text.group_line(entry, path, speaker)
    return Line(
        tree.written(path), tree.written(path), _pieces(cap, path), key=entry["key"], group=True, place=entry["key"]
    )


def _condition(cond: Mapping[str, Any], path: tree.Path, last: bool, speaker: Voice) -> Line:
    sentence = _pieces(speaker.condition(cond, (*path, "when")), path)
    where = places.of_condition(str(path[0]), cond)
    return Line(tree.written(path), tree.written(path), sentence, first=path[-1] == 0, last=last, place=where)


def _setting(line: definition_text.Line, unsaid: bool = False) -> Line:
    path = line.path or ("mql",)
    form = "mql" if line.section == "mql" else "rest"
    pieces = [Piece(one.text, tree.written(one.path) if one.path else "") for one in line.segments]
    return Line(tree.written(path), form, pieces, place=tree.written(path), unsaid=unsaid)


def _pieces(segments: Sequence[Segment], start: tree.Path) -> list[Piece]:
    return [
        Piece(
            one.text, control(one.path[len(start) :]) if one.path else "", one.editor in SOFT, aside=one.editor in ASIDE
        )
        for one in segments
    ]


def spoken(cond: Mapping[str, Any], speaker: Voice) -> str:
    """One condition as plain text; a dash for none."""
    return plain(speaker.condition(cond)) if cond else "–"
