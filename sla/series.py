"""What came on each day of a month, clause by clause: what the chart draws, and what a closed book keeps of it."""

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from . import chart, rates
from .clocks import MET, MISSED
from .figures import Share, Volume
from .follow import Month, Reader, Row
from .gathered import Settled
from .kinds import CLOCK, RATE, VOLUME


def rated(month: Month, row: Row) -> Settled:
    """Local day -> (met, missed) of a rate, by the day that dates its rows."""
    found = _counted(month, row).items()
    return {day: (states[MET], states[MISSED]) for day, states in found if states[MET] or states[MISSED]}


def book(month: Month) -> dict[str, dict[str, Any]]:
    """Clause key -> day of its period -> handoffs counted, or [met, missed], as a closed book keeps them."""
    out: dict[str, dict[str, Any]] = {}
    for row in month.rows:
        days = _days(month, row)
        out[row.clause.key] = {day.isoformat(): _plain(found) for day, found in sorted(days.items())}
    return out


def _plain(found: Any) -> Any:
    """What a book can keep: pairs as lists, amounts as text."""
    if isinstance(found, tuple):
        return list(found)
    return str(found) if isinstance(found, Fraction) else found


def _counted(month: Month, row: Row) -> Mapping[date, Any]:
    """What was counted on the days that the row is about, as far as terms promise it on them."""
    span, found = month.span(row), month.counted[rates.counted(row.clause)]
    held = row.days or ((span.first, span.until),)
    return {day: n for day, n in found.items() if day < span.seen and any(a <= day < b for a, b in held)}


def _days(month: Month, row: Row) -> Mapping[date, Any]:
    if row.kind.source == VOLUME:
        return _counted(month, row)
    return rated(month, row) if row.kind.source == RATE else month.settled.get(row.clause.key, {})


def of_volume(month: Month, row: Row) -> Mapping[date, int | Fraction]:
    """Local day -> what a volume counted: of a closed month what its book kept."""
    kept = month.frozen.days.get(row.clause.key) if month.frozen else None
    if kept is None:
        return _counted(month, row)
    return {date.fromisoformat(day): Fraction(n) if isinstance(n, str) else n for day, n in kept.items()}


def of_share(month: Month, row: Row) -> Settled:
    """Local day -> (met, missed): of a closed month what its book kept."""
    kept = month.frozen.days.get(row.clause.key) if month.frozen else None
    if kept is None:
        old = month.frozen and row.kind.source == CLOCK
        return month.then.settled.get((month.first, row.clause.key), {}) if old else dict(_days(month, row))
    return {date.fromisoformat(day): (met, missed) for day, (met, missed) in kept.items()}


def _line(month: Month, row: Row, figure: Volume, reader: Reader) -> Callable[[date], Fraction]:
    """Where the pace line stands as a day ends: each part of a month by its own target, nothing where nothing was promised yet."""
    assert month.terms is not None
    business, held, span = (
        reader.axes[month.terms.pk].business_days,
        reader.held(month.first, row.clause),
        month.span(row),
    )
    whole = [(a, b) for _terms, _clause, a, b in held] == [(span.first, span.until)]
    if held and not whole and business(span.first, span.until):
        return lambda day: reader.ideal(month.first, held, day)
    return chart.straight(span.first, span.until, figure.target, business)


def chart_of(month: Month, row: Row, reader: Reader) -> chart.Chart:
    """What is drawn of a clause in a month, or its longer period: its volume against the pace line, or its share against the
    promised one."""
    span, figure = month.span(row), row.figure
    today = min(reader.today, month.until if span.ends else month.last)
    if isinstance(figure, Volume) and month.terms:
        line = _line(month, row, figure, reader)
        return chart.volume(span.first, span.until, today, of_volume(month, row), figure.target, line, figure.forecast)
    promised = figure.promised if isinstance(figure, Share) else Fraction(1)
    return chart.share(span.first, span.until, today, of_share(month, row), promised)
