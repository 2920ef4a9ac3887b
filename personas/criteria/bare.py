"""Which texts stand in a sentence without quotation marks: those that nobody can take for anything else.

"industry is SaaS" needs no marks; an industry called “SaaS or services” does, for "industry is SaaS or services" means two.
The words to beware of are those of the phrase tables, so a new phrase guards itself.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from . import phrases
from .fields import FieldInfo
from .operators import OPERATORS, fold
from .words import NUMBERS, agreement, quoted

_SLOT = re.compile(r"\{\w+\}")
_MARKS = re.compile(r"[\[\],:;()“”«»\"]")
KEY = re.compile(r"[^\W\d][\w.-]*")
Phrases = dict[str, list[tuple[str, ...]]]


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
    """Whether a value may stand without marks: plain, and not beginning with a phrase."""
    return _is_plain(text, lang) and not _begins(_words(text), starts(lang))


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
    return _begins(words, stops(lang))


def _begins(words: list[str], phrases_: Phrases) -> bool:
    """Whether words begin with one of the phrases."""
    return bool(words) and any(tuple(words[: len(one)]) == one for one in phrases_.get(words[0], ()))


def _meets(words: list[str], phrase: tuple[str, ...]) -> bool:
    """Whether words begin with a phrase, or end within it."""
    return all(one == other for one, other in zip(words, phrase, strict=False))


def stops(lang: str) -> Phrases:
    """What may follow a value or a label: "and", "in the last", "is", …, as tuples of words by their first."""
    return _stops(lang, tuple(OPERATORS))


def starts(lang: str) -> Phrases:
    """With what a condition begins, or what another phrase says behind the same verb: no bare value does."""
    return _starts(lang, tuple(OPERATORS))


@cache
def _stops(lang: str, _rows: tuple[str, ...]) -> Phrases:
    after = (*phrases.JOIN.values(), *phrases.LISTS.values(), *phrases.AFTER_EVENT)
    return _by_word(_literal(text) for text in (*(pair[lang == "fr"] for pair in after), *_verbs(lang)))


@cache
def _starts(lang: str, _rows: tuple[str, ...]) -> Phrases:
    column = lang == "fr"
    begun = [pair[column] for pair in (phrases.PERSONA, *phrases.WHOLE.values())]
    begun += [text for row in phrases.EVENT_TEMPLATES for text in row[2 * column :][:2]]
    verbs = {text: _literal(text) for text in _verbs(lang)}
    before_value = {words for text, words in verbs.items() if _SLOT.search(text)}
    behind = [words[len(verb) :] for words in verbs.values() for verb in before_value if words[: len(verb)] == verb]
    return _by_word([*map(_literal, begun), *behind])


def _by_word(found: Iterable[tuple[str, ...]]) -> Phrases:
    """Phrases by their first word, those of marks alone left out."""
    by_word: Phrases = {}
    for words in dict.fromkeys(found):
        if words and not _MARKS.search(words[0]):
            by_word.setdefault(words[0], []).append(words)
    return by_word


def _literal(template: str) -> tuple[str, ...]:
    """The words of a phrase before its first value."""
    return tuple(_words(_SLOT.split(template)[0]))


def _verbs(lang: str) -> list[str]:
    """What is said of a field, bent in every way: "is at least {value}", "are at least {value}", …"""
    ways = [
        agreement(FieldInfo("", "", "", "", gender=gender, plural=many)) for gender in "mf" for many in (False, True)
    ]
    return [phrases.bend(pair[lang == "fr"], {"S": "", **way}) for pair in phrases.of_fields() for way in ways]


def _words(text: str) -> list[str]:
    return fold(text).replace("'", "’").split()
