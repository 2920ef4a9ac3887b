"""A line of a definition written as a sentence: what was typed, what it was read as, or where reading stopped."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings

from personas import hooks
from personas.builder.names import Posted, one
from personas.criteria import offers, reader, spelling, tree
from personas.criteria.fields import Catalogue
from personas.criteria.sentence import Voice, plain
from personas.models import DefinitionLine

from .words import voice

FIELD = "sentence"
FRESH_POINTS = 10


@dataclass
class Typed:
    """`said`: the line as it was read ({"when"}, with points and the rest where they were said). Otherwise `error` says where
    reading stopped, between `before` and `rest`, and `goes_on` is what could be written there: (words, the sentence with them).
    `reads`: the line in the page's words, for who wrote it otherwise.
    """

    text: str
    said: dict[str, Any] | None = None
    error: str = ""
    before: str = ""
    rest: str = ""
    goes_on: list[tuple[str, str]] = field(default_factory=list)
    reads: str = ""


def text_of(posted: Posted) -> str:
    """What was typed; words taken over from what could stand next come with the whole sentence."""
    return one(posted, "take") or one(posted, FIELD)


# What a form's sentence is read as.
_READ: dict[str, Callable[[str, Voice], dict[str, Any]]] = {
    "item": reader.read_line,
    "condition": lambda text, speaker: {"when": reader.read_condition(text, speaker)},
    "rules": lambda text, speaker: {"when": reader.read_rules(text, speaker)},
}


def hear(text: str, form: str, line: DefinitionLine | None = None) -> Typed:
    """Read a sentence in the page's language, then in the other. `form`: item (with points, if any), condition, or rules (of a
    persona); `line`: the definition whose properties of events are known."""
    heard = Typed(text)
    if not text:
        return heard
    here, *others = _voices(line)
    missed: list[tuple[reader.Unread, Voice]] = []
    for speaker in (here, *others):
        try:
            heard.said = _READ[form](text, speaker)
        except reader.Unread as stopped:
            missed.append((stopped, speaker))
        else:
            heard.reads = _reads(heard.said, here)
            return heard
    stopped, speaker = max(missed, key=lambda pair: (pair[0].at, pair[1] is here))
    heard.error = stopped.said(here.lang, [*offers.values(stopped, here), *offers.texts(stopped, speaker)])
    heard.before, heard.rest = text[: stopped.at], text[stopped.at :]
    heard.goes_on = [(words, offers.taken(stopped, words)) for words in offers.texts(stopped, speaker)]
    return heard


def written(entry: Mapping[str, Any], form: str) -> str:
    """A line as its sentence."""
    speaker = voice()
    return plain(speaker.criterion(entry) if form == "item" else speaker.condition(entry))


def entry(heard: Typed, form: str, before: Mapping[str, Any] | None, fields: Catalogue) -> dict[str, Any]:
    """The line to keep: a condition, or a criterion whose points stay (or are 10) where the sentence said none. What says the
    same as before stays as it was."""
    said = heard.said or {}
    if form == "condition":
        same = before and spelling.condition(before, fields) == said["when"]
        return dict(before) if same else said["when"]
    fresh = {"points": FRESH_POINTS} | spelling.WORTH | dict(before or {}) | said
    return dict(before) if before and spelling.criterion(before, fields) == fresh else fresh


def _reads(said: Mapping[str, Any], speaker: Voice) -> str:
    return plain(speaker.criterion(said) if "points" in said else speaker.condition(said["when"]))


def _voices(line: DefinitionLine | None) -> list[Voice]:
    """The page's voice, then the other language's; both know campaigns by their keys and properties used before."""
    campaigns = {key: key for key in hooks.values("campaign")} if line else {}
    bodies = [line.draft.body, *line.versions.values_list("body", flat=True)] if line else []
    known = frozenset(_properties(bodies))
    first = voice()
    voices = [first, *(voice(lang) for lang, _name in settings.LANGUAGES if lang != first.lang)]
    return [replace(one, campaigns=campaigns, properties=known) for one in voices]


def _properties(bodies: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for body in bodies:
        for _path, cond in tree.conditions(body):
            yield from (prop["key"] for prop in cond.get("event", {}).get("props") or ())
