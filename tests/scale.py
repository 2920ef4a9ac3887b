"""How many examples a property draws: all of them in `make trust`, a third in `make test`, which has to stay short. What draws so
is marked `sized` (or `trust`, or `invariant`), so that `make trust` runs it."""

import os
from collections.abc import Sequence
from typing import Any

import pytest

WHOLE = bool(os.environ.get("SMARKETING_TRUST"))


def examples(whole: int, share: int = 3) -> int:
    """`whole` in `make trust`; one of `share`, three at least, otherwise."""
    return whole if WHOLE else max(3, whole // share)


def one_of(names: str, values: Sequence[Any], turn: int = 0):
    """`parametrize` of which `make test` asks one value, the `turn`-th, and `make trust` the others: the same day in the other
    language, theme or width."""
    several = "," in names
    later = [pytest.param(*(value if several else (value,)), marks=pytest.mark.trust) for value in values]
    return pytest.mark.parametrize(names, [value if n == turn else later[n] for n, value in enumerate(values)])
