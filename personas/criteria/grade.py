"""Grade = letter of fit + digit of engagement; an MQL is a set of grade cells."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

LETTERS, DIGITS = "ABCDEF", "123456"


def band(value: int, bands: Sequence[int]) -> int:
    """Index of the band a value falls in: 0 is the best; bands are the lower edges, descending."""
    return sum(value < edge for edge in bands)


def grade(fit: int, engagement: int, fit_bands: Sequence[int], engagement_bands: Sequence[int]) -> str:
    """The cell, such as "A2"."""
    return LETTERS[band(fit, fit_bands)] + DIGITS[band(engagement, engagement_bands)]


def cells(body: Mapping[str, Any]) -> list[list[str]]:
    """Every cell of the matrix, one row per letter."""
    digits = DIGITS[: len(body["engagement"]["bands"]) + 1]
    return [[letter + digit for digit in digits] for letter in LETTERS[: len(body["fit"]["bands"]) + 1]]


def reaches(body: Mapping[str, Any], fit: int, engagement: int, *, after_no: bool = False) -> bool:
    """Whether both scores lie in a cell of the MQL set; after a "no" of the same cycle, past its band edges + hysteresis."""
    fit_bands, engagement_bands = body["fit"]["bands"], body["engagement"]["bands"]
    if grade(fit, engagement, fit_bands, engagement_bands) not in body["mql"]:
        return False
    extra = body.get("hysteresis", 0) if after_no else 0
    return not extra or _past_some_edge(body["mql"], fit, engagement, fit_bands, engagement_bands, extra)


def _past_some_edge(
    mql: Iterable[str], fit: int, engagement: int, fit_bands: Sequence[int], engagement_bands: Sequence[int], extra: int
) -> bool:
    return any(
        _past(fit, fit_bands, LETTERS.index(cell[0]), extra)
        and _past(engagement, engagement_bands, DIGITS.index(cell[1]), extra)
        for cell in mql
    )


def _past(value: int, bands: Sequence[int], index: int, extra: int) -> bool:
    """The last band has no edge below it; no edge asks for more than 100."""
    return index >= len(bands) or value >= min(100, bands[index] + extra)
