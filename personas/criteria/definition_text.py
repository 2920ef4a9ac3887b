"""A whole definition read aloud: headed sections of sentences, as signed, printed and compared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import phrases, tree
from .sentence import Segment, Voice, plain
from .tree import Path
from .words import is_plural, listing, number, subject


@dataclass(frozen=True)
class Line:
    """One sentence: its section, key ("" when it is no criterion), path, depth (1 inside a group) and segments."""

    section: str
    key: str
    path: Path
    depth: int
    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        return plain(self.segments)


def heading(section: str, lang: str) -> str:
    """The title of a section (fit, engagement, must, never, mql, direct, rest)."""
    return phrases.SECTIONS[section][lang == "fr"]


def lines(body: Mapping[str, Any], voice: Voice) -> list[Line]:
    """Every sentence of a definition in reading order."""
    found: list[Line] = []
    for axis in tree.AXES:
        found += _axis(body[axis]["items"], axis, voice)
    for name in ("must", "never"):
        found += _conditions(body, name, voice)
    cells = Segment(listing(body["mql"], voice.lang), ("mql",), body["mql"], "cells") if body["mql"] else Segment("–")
    found.append(Line("mql", "", ("mql",), 0, tuple(voice.fill(voice.say(phrases.GRADES), value=cells))))
    found.append(Line("mql", "", (), 0, tuple(_bands(body, voice))))
    found += _conditions(body, "direct", voice)
    return found + rest(body, voice)


def text(body: Mapping[str, Any], voice: Voice) -> str:
    """The definition as plain text, one section after the other."""
    parts: list[str] = []
    section = ""
    for line in lines(body, voice):
        if line.section != section:
            section = line.section
            parts.append(heading(section, voice.lang))
        parts.append("  " * (line.depth + 1) + line.text)
    return "\n".join(parts)


def _axis(items: list, axis: str, voice: Voice) -> Iterator[Line]:
    for index, entry in enumerate(items):
        path = (axis, "items", index)
        if not tree.is_group(entry):
            yield Line(axis, entry["key"], path, 0, tuple(voice.criterion(entry, path)))
            continue
        yield Line(axis, entry["key"], path, 0, tuple(group_line(entry, path, voice)))
        for inner, item in enumerate(entry["items"]):
            here = (*path, "items", inner)
            yield Line(axis, item["key"], here, 1, tuple(voice.criterion(item, here)))


def group_line(group: Mapping[str, Any], path: Path, voice: Voice) -> list[Segment]:
    """The sentence of a group: "these together: cap 40"."""
    cap = Segment(number(group["cap"], voice.lang), (*path, "cap"), group["cap"], "cap")
    return voice.fill(voice.say(phrases.GROUP), value=cap)


def _conditions(body: Mapping[str, Any], name: str, voice: Voice) -> Iterator[Line]:
    for index, cond in enumerate(body.get(name) or ()):
        yield Line(name, "", (name, index), 0, tuple(voice.condition(cond, (name, index))))


def _bands(body: Mapping[str, Any], voice: Voice) -> list[Segment]:
    slots = {}
    for axis in tree.AXES:
        edges = body[axis]["bands"]
        slots[axis] = Segment(", ".join(map(str, edges)), (axis, "bands"), edges, "bands")
    return voice.fill(voice.say(phrases.BANDS), **slots)


def rest(body: Mapping[str, Any], voice: Voice, unsaid: bool = False) -> list[Line]:
    """How leads are handed over. What is not asked for is no sentence; `unsaid`: those sentences alone."""
    return [line for said, line in _rest(body, voice) if said != unsaid]


def _rest(body: Mapping[str, Any], voice: Voice) -> Iterator[tuple[bool, Line]]:
    """(whether it asks for anything, the sentence) of each setting."""
    for name, table in (
        ("hysteresis", phrases.HYSTERESIS),
        ("cooldown_days", phrases.COOLDOWN),
        ("pace", phrases.PACE),
    ):
        count = body.get(name, tree.NUMBERS[name])
        pair = table if isinstance(table[0], str) else table[is_plural(count, voice.lang)]
        value = Segment(number(count, voice.lang), (name,), count, "days" if name == "cooldown_days" else "number")
        segments = voice.fill(voice.say(pair), value=value, days=voice.days(count))
        yield bool(count), Line("rest", "", (name,), 0, tuple(segments))
    names = body.get("mandatory") or []
    labels = [subject(voice.catalogue[name], voice.lang) if name in voice.catalogue else name for name in names]
    value = Segment(listing(labels, voice.lang, "and") if names else "–", ("mandatory",), names, "fields")
    yield bool(names), Line("rest", "", ("mandatory",), 0, tuple(voice.fill(voice.say(phrases.MANDATORY), value=value)))
