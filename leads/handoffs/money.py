"""Amounts as people type them, in either language; pure."""

import re
from decimal import Decimal

_SPACES = re.compile(r"[\s\u00a0\u2009\u202f']")
_CURRENCY = re.compile(r"^(?:€|\$|£|EUR|USD|GBP)|(?:€|\$|£|EUR|USD|GBP)$", re.IGNORECASE)
_GROUPED = re.compile(r"[0-9]{1,3}([.,])[0-9]{3}(?:\1[0-9]{3})*")
_PLAIN = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,2})?")


class NoAmount(ValueError):
    """The text is no amount, or can be read in two ways."""


def amount(text: str, language: str) -> Decimal | None:
    """ "12 000,50", "12,000.50", "12000.5", "12 000 €" → Decimal; None for an empty text.

    With both marks the last one is decimal. A single mark before exactly three digits is what the language says:
    "1,234" is 1234 in English; in French it has three decimals, which money does not. NoAmount for what is none.
    """
    plain = _CURRENCY.sub("", _SPACES.sub("", text or ""))
    if not plain:
        return None
    decimal = "," if language.startswith("fr") else "."
    if "," in plain and "." in plain:
        decimal = max(",.", key=plain.rfind)
    elif match := _GROUPED.fullmatch(plain):
        if match[1] == decimal and plain.count(decimal) == 1:
            raise NoAmount(text)
        decimal = "." if match[1] == "," else ","
    elif "," in plain:
        decimal = ","
    else:
        decimal = "."
    group = "." if decimal == "," else ","
    if plain.rfind(group) > plain.find(decimal) > -1 or not _grouped_well(plain.split(decimal)[0], group):
        raise NoAmount(text)
    plain = plain.replace(group, "").replace(decimal, ".")
    if not _PLAIN.fullmatch(plain):
        raise NoAmount(text)
    return Decimal(plain).quantize(Decimal("0.01"))


def _grouped_well(whole: str, group: str) -> bool:
    first, *others = whole.split(group)
    return not others or (1 <= len(first) <= 3 and all(len(part) == 3 for part in others))
