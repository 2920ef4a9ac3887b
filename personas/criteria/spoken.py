"""What fields, choices, personas and campaigns are called in sentences: each so that nothing else is called the same."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any

from . import bare
from .fields import Catalogue, FieldInfo
from .operators import fold
from .words import quoted, subject

_TOKEN = re.compile(r"\w+|[^\w\s]")
_ALIKE = str.maketrans("'“”«»", "’" + '"' * 4)
Tokens = tuple[str, ...]


def alike(text: str) -> str:
    """A text of the same length in which capitals, kinds of apostrophes and of quotation marks are alike."""
    return fold(text).translate(_ALIKE)


@lru_cache(4_096)
def tokens(text: str) -> Tokens:
    """Words and marks as they are compared, spaces aside."""
    return tuple(_TOKEN.findall(alike(text)))


class Subjects:
    """The fields of a catalogue by what they are called, and the reverse."""

    def __init__(self, catalogue: Catalogue, lang: str) -> None:
        self.catalogue, self.lang = catalogue, lang

    @cached_property
    def said(self) -> Mapping[str, str]:
        """Key → what it is called; where several are called alike, with the key: "country [lead.x_country]"."""
        plain = {key: subject(info, self.lang, bare.label) for key, info in self.catalogue.items()}
        often = Counter(map(tokens, plain.values()))
        return {key: text if often[tokens(text)] == 1 else f"{text} [{key}]" for key, text in plain.items()}

    def of(self, info: FieldInfo) -> str:
        """What a field is called; one that the catalogue does not know, by its key."""
        return self.said[info.key] if info.key in self.catalogue else subject(info, self.lang, bare.label)

    @cached_property
    def heard(self) -> Mapping[str, list[tuple[Tokens, str]]]:
        """First word → (all words, key), the longest first. Where it is clear without, the article may be left out."""
        found = {tokens(text): key for key, text in self.said.items()}
        short = [(tokens(bare.label(self._label(info), self.lang)), key) for key, info in self.catalogue.items()]
        often = Counter(words for words, _key in short)
        found = {words: key for words, key in short if often[words] == 1} | found
        by_word: dict[str, list[tuple[Tokens, str]]] = {}
        for words in sorted(found, key=len, reverse=True):
            by_word.setdefault(words[0], []).append((words, found[words]))
        return by_word

    def _label(self, info: FieldInfo) -> str:
        return info.label_fr if self.lang == "fr" else info.label_en


class Names:
    """Personas or campaigns: identifier → name. What has no name of its own is called “Fair” #12, #12 or #“key”."""

    def __init__(self, names: Mapping[Any, str], lang: str, open_: bool = False) -> None:
        """`open_`: any text is an identifier, too (a campaign that is not known by name yet)."""
        self.names, self.lang, self.open = names, lang, open_
        self._often = Counter(fold(name) for name in names.values())

    def say(self, key: Any) -> str:
        name, itself = self.names.get(key), quoted(key, self.lang) if isinstance(key, str) else str(key)
        if name is not None:
            return quoted(name, self.lang) + ("" if self._often[fold(name)] == 1 else f" #{itself}")
        is_clear = self.open and isinstance(key, str) and fold(key) not in self._often
        return itself if is_clear else f"#{itself}"

    def hear(self, text: str) -> Any:
        """The identifier of a name; None when nothing, or more than one, is called so."""
        found = [key for key, name in self.names.items() if fold(name) == fold(text)]
        if not found and self.open:
            return text
        return found[0] if len(found) == 1 else None

    def identifier(self, said: Any) -> Any:
        """What stands behind #: an identifier that is known, whatever its capitals, or as it was typed."""
        found = [
            key for key in self.names if isinstance(key, str) and isinstance(said, str) and fold(key) == fold(said)
        ]
        return found[0] if said not in self.names and len(found) == 1 else said


class Choices:
    """The values that a field offers, by label."""

    def __init__(self, info: FieldInfo, lang: str) -> None:
        self.info, self.lang = info, lang
        labels = {value: pair[lang == "fr"] for value, pair in info.choices.items()}
        often = Counter(map(_loose, labels.values()))
        clear = {value: label for value, label in labels.items() if often[_loose(label)] == 1}
        taken = set(map(_loose, clear.values()))
        self._said = {
            value: clear.get(value, value) for value in labels if value in clear or _loose(value) not in taken
        }
        self._heard = {_loose(text): value for value, text in self._said.items()}

    def say(self, value: str) -> str:
        """The label, or the value itself where two labels are alike; #“value” where that is another's label."""
        text = self._said.get(value, value)
        return bare.value(text, self.lang) if self.hear(text) in (value, None) else f"#{quoted(value, self.lang)}"

    def hear(self, text: str) -> str | None:
        return self._heard.get(_loose(text))

    def all(self) -> Iterable[str]:
        return map(self.say, self._said)


def _loose(text: str) -> str:
    return " ".join(fold(text).split())
