"""A clause in a month (or its longer period) split by an amendment: under each set of terms, beside the whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from .figures import Figure, from_book
from .hooks import Frozen
from .kinds import KINDS, VOLUME, periods
from .models import Clause, Contract

if TYPE_CHECKING:
    from .counting import Counting


@dataclass(frozen=True)
class Part:
    """A clause under one set of terms, in force in [first, until) of the period. Promises made before the month that
    fall due in it have no days of their own in it: `first` is None."""

    number: int  # of the terms
    clause: Clause
    figure: Figure
    first: date | None
    until: date | None

    def book(self) -> dict[str, Any]:
        """The part as a closed book keeps it."""
        return {
            "terms": self.number, "first": self.first and self.first.isoformat(), "state": self.figure.state,
            "until": self.until and self.until.isoformat(), "figure": self.figure.book(),
        }  # fmt: skip


def of(
    reader: "Counting", first: date, clause: Clause, counted: Mapping[str, Mapping[date, Any]],
    clocks: Mapping[int, dict[str, int]], book: Frozen | None,
) -> tuple[Part, ...]:  # fmt: skip
    """The parts of a clause: where the month was split, or promises made under other words fall due in it; else none."""
    if book is not None:
        return frozen(reader.contract, clause.key, book.parts.get(clause.key, ()))
    span = periods.span(clause.period, first)
    inside = [one for one in reader.inside(span.first, span.until) if one[1] < span.seen]
    held: dict[int, tuple] = {terms.pk: (terms, a, b) for terms, a, b in inside}
    held |= {terms.pk: (terms, None, None) for terms in reader.terms if terms.pk in clocks and terms.pk not in held}
    found = []
    for terms, a, b in sorted(held.values(), key=lambda one: one[0].span.first):
        own = next((one for one in terms.clauses.all() if one.key == clause.key), None)
        figure: Figure | None = None
        if own is not None and KINDS[own.kind].source != VOLUME:
            figure = reader.share(first, own, {terms.pk: clocks[terms.pk]} if terms.pk in clocks else {}, b)
        elif own is not None and a is not None:
            figure = reader.volume(first, [(terms, a, b)], own.key, counted, b)
        if own is not None and figure is not None:
            found.append(Part(terms.number, own, figure, a, b))
    promises = {(one.clause.target, one.clause.share, str(one.clause.params)) for one in found}
    return tuple(found) if len(found) > 1 and (len(inside) > 1 or len(promises) > 1) else ()


def frozen(contract: Contract, key: str, kept: Sequence[Mapping[str, Any]]) -> tuple[Part, ...]:
    """The parts of a clause as a closed book kept them."""
    clauses = (
        {
            clause.terms.number: clause
            for clause in Clause.objects.filter(terms__contract=contract, key=key).select_related("terms")
        }
        if kept
        else {}
    )
    return tuple(
        Part(one["terms"], clauses[one["terms"]], from_book(one["figure"]), _day(one["first"]), _day(one["until"]))
        for one in kept
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
