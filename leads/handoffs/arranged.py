"""What lists of reasons that a company arranges have in common: words that nobody has yet, a code made from words."""

import re
import unicodedata
from collections.abc import Collection, Iterable

from django.utils import translation

LONGEST_CODE = 12


class ReasonError(ValueError):
    """A change that is refused; the message is translated and meant for the screen. `field`: of the form, "" for none."""

    def __init__(self, text: str, field: str = ""):
        super().__init__(text)
        self.field = field


def taken(others: Iterable[object], en: str, fr: str) -> str:
    """The field of a form whose words one of these labels has already; "" for none. Labels speak the language that is active."""
    found = list(others)
    for field, said, language in (("label_en", en, "en"), ("label_fr", fr, "fr")):
        with translation.override(language):
            if said.casefold() in {str(label).casefold() for label in found}:
                return field
    return ""


def word(words: str) -> str:
    """The first word of at least three letters, in lower case without accents: "Strike at the carrier" → "strike"; else "own"."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return next((part for part in re.split(r"[^a-z0-9]+", plain) if len(part) > 2), "own")


def coded(stem: str, codes: Collection[str]) -> str:
    """A code of at most LONGEST_CODE signs that is not among these: the stem, numbered where that is taken."""
    code, number = stem[:LONGEST_CODE], 2
    while code in codes:
        code = stem[: LONGEST_CODE - len(str(number))] + str(number)
        number += 1
    return code
