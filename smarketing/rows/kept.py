"""What a process asks for on every page and changes rarely: read once, kept for seconds."""

from collections.abc import Callable, Hashable
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")
_all: list["Kept"] = []


class Kept(Generic[T]):
    """Reads by `read` and answers so for that many seconds, apart for each argument; other processes see a change that late."""

    def __init__(self, read: Callable[..., T], seconds: float):
        self.read, self.seconds = read, seconds
        self._found: dict[tuple[Hashable, ...], tuple[float, T]] = {}
        _all.append(self)

    def __call__(self, *asked: Hashable) -> T:
        found = self._found.get(asked)
        if found is None or monotonic() - found[0] > self.seconds:
            self._found[asked] = found = monotonic(), self.read(*asked)
        return found[1]

    def forget(self) -> None:
        """Read again at the next question."""
        self._found.clear()


def forget_all() -> None:
    """Read everything again at the next question."""
    for one in _all:
        one.forget()
