"""Whether any key or address stands on several rows of a file: by hashes, eight bytes a row instead of a list of the names."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Twice:
    """`add` the names of block after block; then `found`: false says that each stands once, true that some may not."""

    def __init__(self) -> None:
        self._hashes: dict[str, list[NDArray[np.int64]]] = {}

    def add(self, kind: str, names: Sequence[str]) -> None:
        """Names of one kind, blank ones among them, which name nobody."""
        self._hashes.setdefault(kind, []).append(np.fromiter(map(hash, names), np.int64, len(names)))

    def found(self) -> bool:
        return any(_repeats(np.concatenate(blocks)) for blocks in self._hashes.values())


def _repeats(hashes: NDArray[np.int64]) -> bool:
    named = np.sort(hashes[hashes != hash("")])
    return bool((named[1:] == named[:-1]).any())
