"""Whether two headers are the same column: written otherwise, or renamed. Pure.

Written otherwise: case, accents, spaces, punctuation and marks that nobody sees differ. Renamed: both mean the same
here, or their words are nearly the same. Where one column went and one came at the same place, that is only asked.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

NEARLY = 0.72  # share of letters in common from which a header is taken for another one renamed


@lru_cache(maxsize=20_000)
def fold(header: str) -> str:
    """The header without case, accents, spaces, punctuation and marks that nobody sees; as it is when nothing is left."""
    text = header
    for _turn in range(2):  # some letters have a capital only once they are taken apart
        text = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(one for one in text if one.isalnum())
    return letters.replace("œ", "oe").replace("æ", "ae") or header.strip()


def same(headers: Sequence[str], others: Iterable[str]) -> dict[str, str]:
    """Header -> the other one that is the same column, each once; those spelled alike first."""
    there = dict.fromkeys(others)
    found = {header: header for header in headers if header in there}
    rest: dict[str, list[str]] = {}
    for other in there:
        if other not in found:
            rest.setdefault(fold(other), []).append(other)
    for header in headers:
        if header not in found and rest.get(fold(header)):
            found[header] = rest[fold(header)].pop(0)
    return found


def renamed(gone: Sequence[str], new: Sequence[str], meaning: Callable[[str], str]) -> dict[str, str]:
    """New header -> the one gone whose column it is now, each once, the surest first. `meaning`: what a header says here."""
    sure = [(_sureness(old, one, meaning), -gone.index(old), -new.index(one)) for old in gone for one in new]
    found: dict[str, str] = {}
    for sureness, left, right in sorted(sure, reverse=True):
        old, one = gone[-left], new[-right]
        if sureness and one not in found and old not in found.values():
            found[one] = old
    return found


def at_one_place(before: Sequence[str], now: Sequence[str], gone: Sequence[str], new: Sequence[str]) -> dict[str, str]:
    """New header -> the one gone that stood between the same neighbours: perhaps the same column."""
    found: dict[str, str] = {}
    for one in new:
        around = _around(now, one)
        hits = [old for old in gone if _around(before, old) == around]
        if len(hits) == 1 and hits[0] not in found.values():
            found[one] = hits[0]
    return found


def _around(headers: Sequence[str], header: str) -> tuple[str, str]:
    at = headers.index(header)
    left, right = headers[at - 1] if at else "", headers[at + 1] if at + 1 < len(headers) else ""
    return fold(left) if left else "", fold(right) if right else ""


def _sureness(old: str, one: str, meaning: Callable[[str], str]) -> float:
    if meaning(old) and meaning(old) == meaning(one):
        return 2
    if meaning(old) and meaning(one):
        return 0  # both are known, as two things
    before, now = (re.sub(r"\d+$", "", fold(header)) for header in (old, one))
    if re.search(r"\d*$", fold(old))[0] != re.search(r"\d*$", fold(one))[0]:  # "Address 1" is not "Address 2"
        return 0
    told = SequenceMatcher(None, before, now, autojunk=False)
    share = told.ratio() if told.real_quick_ratio() >= NEARLY and told.quick_ratio() >= NEARLY else 0
    return share if share >= NEARLY else 0
