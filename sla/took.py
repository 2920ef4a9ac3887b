"""How long first attempts took, kept packed: sorted business microseconds as text, and what is read of many such texts. Pure."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np

HOUR = 3_600_000_000
_EACH = "<i8"


def pack(values: Sequence[int]) -> str:
    """Microseconds as text; "" of none."""
    return b64encode(np.sort(np.array(values, _EACH)).tobytes()).decode() if values else ""


def together(packed: Iterable[str]) -> str:
    """All these texts as one."""
    return b64encode(np.sort(unpack(packed)).tobytes()).decode()


def unpack(packed: Iterable[str]) -> np.ndarray:
    """The microseconds of all these texts."""
    return np.frombuffer(b"".join(map(b64decode, packed)), _EACH)


def spread(packed: Iterable[str]) -> tuple[Fraction, Fraction, int] | None:
    """(90th percentile by nearest rank, median, how many) in hours; None of nothing."""
    values = unpack(packed)
    n = len(values)
    if not n:
        return None
    nine, low, high = -(-9 * n // 10) - 1, (n - 1) // 2, n // 2
    found = np.partition(values, sorted({nine, low, high}))
    return Fraction(int(found[nine]), HOUR), Fraction(int(found[low]) + int(found[high]), 2 * HOUR), n
