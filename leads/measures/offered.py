"""The dimensions that a measure offers: its own ones, and those of attributes, of which the database is asked only where one of
them, or all, are wanted.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property

from smarketing.measures.registry import Dimension

from .values import attributes


class Offered(Mapping[str, Dimension]):
    """`first`, then the attributes of these subjects, then `then`, in this order; a later one of a name wins."""

    def __init__(
        self, first: Mapping[str, Dimension], subjects: tuple[str, ...], then: Mapping[str, Dimension] | None = None
    ):
        self._first, self._subjects, self._then = first, subjects, then or {}

    def more(self, then: Mapping[str, Dimension]) -> "Offered":
        """The same, and these after them."""
        return Offered(self._first, self._subjects, {**self._then, **then})

    @cached_property
    def _own(self) -> dict[str, Dimension]:
        return {**self._first, **self._then}

    @cached_property
    def _every(self) -> dict[str, Dimension]:
        return {**self._first, **attributes(*self._subjects), **self._then}

    def __getitem__(self, key: str) -> Dimension:
        """Attributes are named by their subject and a point; nothing else is."""
        return self._own[key] if key in self._own or "." not in key else self._every[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._every)

    def __len__(self) -> int:
        return len(self._every)
