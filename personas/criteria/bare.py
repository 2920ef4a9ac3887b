"""Which texts stand in a sentence without quotation marks: those that nobody can take for anything else.

"industry is SaaS" needs no marks; an industry called “SaaS or services” does, for "industry is SaaS or services" means two.
The words to beware of are those of the phrase tables, so a new phrase guards itself.
"""

import re
from functools import cache, lru_cache

from . import phrases
from .fields import FieldInfo
from .operators import OPERATORS, fold
from .words import NUMBERS, agreement, quoted

_SLOT = re.compile(r"\{\w+\}")
_MARKS = re.compile(r"[\[\],:;()“”«»\"]")
KEY = re.compile(r"[^\W\d][\w.-]*")


def value(text: str, lang: str) -> str:
    """A text as it stands after a verb: bare, or between quotation marks."""
    return text if is_bare(text, lang) else quoted(text, lang)


def typed(text: str, lang: str) -> str:
    """The same where numbers and yes or no may stand, too: the text “5” is not the number 5."""
    return text if is_bare(text, lang) and not _is_typed(text, lang) else quoted(text, lang)


def key(text: str, lang: str) -> str:
    """The name of a property of an event: bare when it is one plain word."""
    return text if KEY.fullmatch(text) else quoted(text, lang)


def label(text: str, lang: str) -> str:
    """What a field is called: bare unless it holds a verb, an "and" or another word that ends it."""
    return text if _is_plain(text, lang) else quoted(text, lang)


def is_bare(text: str, lang: str) -> bool:
    """Whether a value may stand without marks: plain, and not beginning like a phrase."""
    return _is_plain(text, lang) and _words(text)[0] not in starts(lang)


def _is_typed(text: str, lang: str) -> bool:
    yes_or_no = [_words(pair[lang == "fr"]) for pair in phrases.YES_NO.values()]
    return bool(NUMBERS[lang].fullmatch(text)) or _words(text) in yes_or_no


def _is_plain(text: str, lang: str) -> bool:
    return _plain(text, lang, tuple(OPERATORS))


@lru_cache(4_096)
def _plain(text: str, lang: str, _rows: tuple[str, ...]) -> bool:
    """Words with single spaces between them, no mark of a sentence, and no phrase in them or begun at their end."""
    words = _words(text)
    if not words or " ".join(text.split()) != text or _MARKS.search(text):
        return False
    return not any(
        _meets(words[index:], stop) for index, word in enumerate(words) for stop in stops(lang).get(word, ())
    )


def goes_on(words: list[str], lang: str) -> bool:
    """Whether these words are such that a value before them is over."""
    return bool(words) and any(tuple(words[: len(stop)]) == stop for stop in stops(lang).get(words[0], ()))


def _meets(words: list[str], phrase: tuple[str, ...]) -> bool:
    """Whether words begin with a phrase, or end within it."""
    return all(one == other for one, other in zip(words, phrase, strict=False))


def stops(lang: str) -> dict[str, list[tuple[str, ...]]]:
    """What may follow a value or a label: "and", "in the last", "is", …, as tuples of words by their first."""
    return _stops(lang, tuple(OPERATORS))


def starts(lang: str) -> frozenset[str]:
    """Words with which a condition, or what follows a verb, begins: no bare value does."""
    return _starts(lang, tuple(OPERATORS))


@cache
def _stops(lang: str, _rows: tuple[str, ...]) -> dict[str, list[tuple[str, ...]]]:
    after = [pair[lang == "fr"] for pair in (*phrases.JOIN.values(), *phrases.LISTS.values(), *phrases.AFTER_EVENT)]
    found: dict[str, list[tuple[str, ...]]] = {}
    for text in dict.fromkeys((*after, *_verbs(lang))):
        words = tuple(_words(_SLOT.split(text)[0]))
        if words and not _MARKS.search(" ".join(words)):
            found.setdefault(words[0], []).append(words)
    return found


@cache
def _starts(lang: str, _rows: tuple[str, ...]) -> frozenset[str]:
    begun = [*_verbs(lang), *(pair[lang == "fr"] for pair in (phrases.PERSONA, *phrases.WHOLE.values()))]
    found = {word for text in begun for word in _words(_SLOT.sub(" ", text))}
    for row in phrases.EVENT_TEMPLATES:
        found |= {_words(text)[0] for text in row[2 * (lang == "fr") :][:2]}
    return frozenset(found)


def _verbs(lang: str) -> list[str]:
    """What is said of a field, bent in every way: "is at least {value}", "are at least {value}", …"""
    ways = [
        agreement(FieldInfo("", "", "", "", gender=gender, plural=many)) for gender in "mf" for many in (False, True)
    ]
    return [phrases.bend(pair[lang == "fr"], {"S": "", **way}) for pair in phrases.of_fields() for way in ways]


def _words(text: str) -> list[str]:
    return fold(text).replace("'", "’").split()
