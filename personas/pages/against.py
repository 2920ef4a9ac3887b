"""What a text changes against the one in force, at its very lines: new, changed, gone. In words, by sign and word."""

from collections.abc import Iterator, Mapping
from typing import Any

from personas.criteria.differ import Change, differences
from personas.criteria.sentence import Voice

from .document import Document, Line, Mark, Section, document

NEW, CHANGED, GONE = "new", "changed", "gone"
WORDS = {  # kind -> sign, English, French
    NEW: ("+", "new", "ajout"),
    CHANGED: ("±", "changed", "changement"),
    GONE: ("−", "gone", "retrait"),
}
# What stands in no line of its own, or shares one: the section or line where it is said, with what it is about.
ELSEWHERE = {"fit": "fit", "engagement": "engagement", "mql": "mql", "fit_bands": "mql", "engagement_bands": "mql"}


def mark(shown: Document, old: Mapping[str, Any], new: Mapping[str, Any], speaker: Voice) -> None:
    """Mark the lines of `shown`, which reads `new`, where they differ from `old`; lines that are gone join it, struck."""
    told: dict[str, list[Change]] = {}
    for change in differences(old, new, speaker):
        told.setdefault(ELSEWHERE.get(change.key, change.key), []).append(change)
    before = document(old, speaker, notes=False)
    stood = {line.place for line in _lines(before)}
    for section in shown.sections:
        if section.key in ELSEWHERE and section.key in told:
            section.mark = _mark(CHANGED, speaker, *(change.text for change in told[section.key]))
        for line in section.lines:
            _line(line, section, told, stood, speaker)
    stands = {line.place for line in _lines(shown)}
    for section, was in zip(shown.sections, before.sections, strict=True):
        section.lines = list(_with_gone(section, was, stands, speaker))


def _line(line: Line, section: Section, told: Mapping[str, list[Change]], stood: set[str], speaker: Voice) -> None:
    named = line.key or (line.path if section.key == "rest" else "")
    if section.key in ELSEWHERE and not line.key:
        return
    if line.place not in stood:
        line.mark = _mark(NEW, speaker)
    elif named in told:
        line.mark = _mark(CHANGED, speaker, *(change.short for change in told[named]))
        line.unsaid = False


def _with_gone(section: Section, was: Section, stands: set[str], speaker: Voice) -> Iterator[Line]:
    """The lines of a section, each followed by those that stood behind it and are gone."""
    behind: dict[str, list[Line]] = {}
    last = ""
    for line in was.lines:
        if line.place in stands:
            last = line.place
        elif line.movable:
            gone = Line("", "", line.sentence, line.worth, depth=line.depth, mark=_mark(GONE, speaker))
            behind.setdefault(last, []).append(gone)
    here = {line.place for line in section.lines}
    for line in [one for place, lines in behind.items() if place not in here for one in lines]:
        yield line
    for line in section.lines:
        yield line
        yield from behind.get(line.place, ())


def _mark(kind: str, speaker: Voice, *said: str) -> Mark:
    sign, *words = WORDS[kind]
    return Mark(kind, sign, words[speaker.french], said)


def _lines(shown: Document) -> Iterator[Line]:
    return (line for section in shown.sections for line in section.lines)
