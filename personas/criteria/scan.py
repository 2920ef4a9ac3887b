"""A text being read: what stands at a place, and how far anything could be read.

Every rule takes a place and yields (what it read, the place after it), once for each way to read it, nothing when there is
none. So rules follow one another without knowing what comes next, and a sentence with two readings shows both.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from . import bare
from .spelling import amount
from .spoken import Tokens, alike, tokens
from .words import MONTHS, NUMBERS

Found = Iterator[tuple[Any, int]]
_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"[^\s\[\],:;()“”«»\"]+")
_PIECE = re.compile(r"\w+|[^\w\s]")
_WHOLE = re.compile(r"\d{1,3}(?:[,\s]\d{3})+(?!\d)|\d+")
_POINTS = re.compile(r"([+−-]?)\s*(\d+)")
AHEAD = 120  # characters in which the words of a phrase stand, however far apart
_QUOTES = {"“": "”", "«": "»", '"': '"'}
_DAYS = {
    "en": re.compile(r"(?P<d>\d{1,2})\s+(?P<m>[a-z]{3})[a-z]*\s+(?P<y>\d{1,4})(?!\d)"),
    "fr": re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{1,4})(?!\d)"),
}
_ISO_DAY = re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?!\d)")


@dataclass(frozen=True)
class Wanted:
    """What could stand at a place: words of a phrase, or a kind of value (`kind`) with what it may be called."""

    text: str
    kind: str = "words"


class Scan:
    """`far`: the last place where nothing fitted; `wanted`: what could stand there."""

    def __init__(self, text: str, lang: str) -> None:
        self.text, self.lang = text, lang
        self.folded = alike(text)
        self.far, self.wanted = 0, dict[Wanted, None]()

    def after_space(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def miss(self, at: int, *wanted: Wanted) -> None:
        """Nothing fitted at a place: the furthest such place is where reading stopped."""
        at = self.after_space(at)
        if at > self.far:
            self.far, self.wanted = at, {}
        if at == self.far:
            self.wanted |= dict.fromkeys(wanted)

    def end(self, at: int) -> bool:
        """Whether the text ends here."""
        if self.after_space(at) == len(self.text):
            return True
        self.miss(at)
        return False

    # --- words and marks

    def word(self, at: int) -> str:
        """The word or mark that stands here, as it is compared."""
        found = _PIECE.match(self.folded, self.after_space(at))
        return found[0] if found else ""

    def words(self, at: int, wanted: Tokens, said: str) -> int | None:
        """The place after these words and marks, None when they do not stand here. `said`: how a person would type them."""
        for index, word in enumerate(wanted):
            at = self.after_space(at)
            found = _PIECE.match(self.folded, at)
            if not found or found[0] != word:
                self.miss(at, Wanted(_rest(said, index)))
                return None
            at = found.end()
        return at

    def literal(self, at: int, text: str) -> Found:
        """The words of a phrase."""
        after = self.words(at, tokens(text), text.strip())
        if after is not None:
            yield text, after

    # --- values

    def number(self, at: int) -> Found:
        """12, 12,000.5 or 12 000,5: whole numbers as numbers, others as decimal text."""
        yield from self._matched(at, NUMBERS[self.lang], "number", self._amount)

    def _amount(self, found: re.Match) -> Any:
        plain = re.sub(r"\s", "", found[0]).replace("−", "-")
        return amount(plain.replace(",", ".") if self.lang == "fr" else plain.replace(",", ""))

    def whole(self, at: int) -> Found:
        yield from self._matched(at, _WHOLE, "whole", lambda found: int(re.sub(r"\D", "", found[0])))

    def points(self, at: int) -> Found:
        yield from self._matched(
            at, _POINTS, "points", lambda found: int(found[2]) * (-1 if found[1] in "−-" and found[1] else 1)
        )

    def day(self, at: int) -> Found:
        """A day as the language writes it, or as 2026-11-03; always as 2026-11-03."""
        for pattern in (_DAYS[self.lang], _ISO_DAY):
            yield from self._matched(at, pattern, "day", _day)

    def quoted(self, at: int) -> Found:
        """The text between “ ”, « » or " "; a closing mark inside stands twice."""
        start = self.after_space(at)
        closing = _QUOTES.get(self.text[start : start + 1])
        if closing is None:
            return self.miss(at, Wanted("", "quoted"))
        pattern = re.compile(f"((?:[^{closing}]|{closing}{closing})*){closing}(?!{closing})", re.DOTALL)
        found = pattern.match(self.text, start + 1)
        if not found:
            return self.miss(len(self.text), Wanted(closing))
        text = found[1].replace(closing * 2, closing)
        yield (text.strip() if closing == "»" else text), found.end()

    def key(self, at: int) -> Found:
        """The name of a property: one plain word, as it is typed."""
        start = self.after_space(at)
        found = bare.KEY.match(self.text, start)
        if found:
            yield found[0], found.end()
        else:
            self.miss(start, Wanted("", "key"))

    def bare(self, at: int) -> Found:
        """Words up to the first that a phrase could go on with; nothing when they would not stand so without marks."""
        start = end = self.after_space(at)
        said: list[str] = []
        while found := _WORD.match(self.text, end):
            if bare.goes_on(self.folded[found.start() : found.start() + AHEAD].split(), self.lang):
                break
            said.append(found[0])
            end = self.after_space(found.end())
        text = " ".join(said)
        if text and bare.is_bare(text, self.lang):
            yield text, end
        else:
            self.miss(start, Wanted("", "text"))

    def _matched(self, at: int, pattern: re.Pattern, kind: str, read: Any) -> Found:
        found = pattern.match(self.folded, self.after_space(at))
        value = read(found) if found else None
        if found and value is not None:
            yield value, found.end()
        else:
            self.miss(at, Wanted("", kind))


@cache
def _rest(said: str, index: int) -> str:
    """What is left of a phrase after its first words and marks."""
    return said[list(_PIECE.finditer(said))[index].start() :]


def _day(found: re.Match) -> str | None:
    months = [month.lower() for month in MONTHS]
    month = months.index(found["m"]) + 1 if found["m"] in months else int(found["m"]) if found["m"].isdecimal() else 0
    try:
        return date(int(found["y"]), month, int(found["d"])).isoformat()
    except ValueError:
        return None
