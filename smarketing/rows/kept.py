"""What is asked for again and again and changes rarely: read once, kept for seconds, or for as long as one piece of work lasts."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from time import monotonic
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_all: list["Kept"] = []
_work: ContextVar[dict[Any, Any] | None] = ContextVar("work", default=None)


@contextmanager
def together() -> Iterator[None]:
    """One piece of work: what functions marked `once` read inside is read once, apart for each argument. Not for work that
    writes what it reads so; a thread begun inside reads for itself."""
    before = _work.set({})
    try:
        yield
    finally:
        _work.reset(before)


def inside() -> bool:
    """Whether somebody who reads now reads for one piece of work."""
    return _work.get() is not None


def all_once(work: Callable[..., T]) -> Callable[..., T]:
    """`work` as one piece of work: a page that only reads."""

    @wraps(work)
    def done(*asked: Any, **more: Any) -> T:
        with together():
            return work(*asked, **more)

    return done


def once(read: Callable[..., T]) -> Callable[..., T]:
    """Read by `read` only once inside of `together`, each time outside; whoever asks does not change what is returned."""

    @wraps(read)
    def ask(*asked: Hashable) -> T:
        found = _work.get()
        if found is None:
            return read(*asked)
        if (read, asked) not in found:
            found[read, asked] = read(*asked)
        return found[read, asked]

    return ask


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
