"""What could stand where reading stopped: the texts that one can take over, and words for the values that one must know."""

import re
from difflib import SequenceMatcher

from .operators import fold
from .reader import Unread
from .sentence import Voice

ALIKE = 0.6
_WORD = r"[^\s,:()]+"
_FIRST_WORDS = [re.compile(rf"{_WORD}(?:\s+{_WORD}){{0,{more}}}") for more in range(5)]
# Kinds of values that have no list of their own: English, French.
VALUES = {
    "number": ("a number", "un nombre"),
    "whole": ("a whole number", "un nombre entier"),
    "points": ("points, such as +20", "des points, comme +20"),
    "day": ("a day, such as 3 Nov 2026", "un jour, comme 03/11/2026"),
    "quoted": ("a text between “ ”", "un texte entre « »"),
    "text": ("a text", "un texte"),
    "key": ("the name of a property", "le nom d’une propriété"),
}


def texts(unread: Unread, voice: Voice, limit: int = 8) -> list[str]:
    """What one can take over, the nearest to what was typed there first."""
    typed = fold(unread.text[unread.at :].strip())
    found: dict[str, None] = {}
    for wanted in unread.wanted:
        if wanted.kind == "field":
            found |= dict.fromkeys(voice.subjects.said[key] for key, one in voice.catalogue.items() if one.offered)
        elif wanted.kind not in VALUES:
            found[wanted.text] = None
    return sorted(found, key=lambda text: _distance(fold(text), typed))[:limit]


def values(unread: Unread, voice: Voice) -> list[str]:
    """Words for the values that could stand there."""
    kinds = dict.fromkeys(wanted.kind for wanted in unread.wanted if wanted.kind in VALUES)
    if len(unread.wanted) > 1:
        kinds.pop("quoted", None)
    return [voice.say(VALUES[kind]) for kind in kinds]


def message(unread: Unread, voice: Voice) -> str:
    """The whole message: where reading stopped and what could stand there."""
    return unread.said(voice.lang, [*values(unread, voice), *texts(unread, voice)])


def taken(unread: Unread, words: str) -> str:
    """The sentence with offered words at their place: instead of what is like them, else before what was typed there."""
    before, rest = unread.text[: unread.at].rstrip(), unread.text[unread.at :].strip()
    as_long = _FIRST_WORDS[len(words.split()) - 1 if len(words.split()) < 5 else -1].match(rest)
    typed = as_long[0] if as_long else ""
    if typed and (
        fold(words).startswith(fold(typed)) or SequenceMatcher(None, fold(words), fold(typed)).ratio() >= ALIKE
    ):
        rest = rest[len(typed) :]
    glue = "" if words[:1] in ",:”»)" or before.endswith("(") else " "
    return f"{before}{glue}{words}{'' if rest[:1] in ',:)' else ' '}{rest.lstrip()}".strip()


def _distance(text: str, typed: str) -> tuple[float, int]:
    """0 for what begins as it was typed, up to 1 for what has nothing in common with it; the shorter first."""
    if not typed or text.startswith(typed):
        return 0, len(text) if typed else 0
    return 1 - SequenceMatcher(None, text, typed[: len(text) + 2]).ratio(), len(text)
