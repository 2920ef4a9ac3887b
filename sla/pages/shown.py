"""A month of the contract as its pages show it: rows, parts, charts and causes in words and links."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from smarketing.measures import engine

from .. import asking, blocks, breakdown, chart, first_tries, follow, missing, series, split, states, words
from ..clocks import EXCLUDED, MISSED, PENDING, WAIVED
from ..figures import Figure, Volume
from . import links

THOUSANDS = 100_000  # from here on the scale of a chart, narrow on a phone, counts thousands


def line(month: follow.Month, row: follow.Row) -> dict[str, Any]:
    """One line of the table, in words and links."""
    figure = row.figure
    return {
        "clause": row.clause, "label": words.clause(row.clause), "promised": words.promised(figure),
        "so_far": words.so_far(figure), "fraction": words.fraction(figure), "line": words.line(figure),
        "apart": [(text, links.rows(month, row, key)) for key, text in words.apart(figure)],
        "forecast": words.forecast(figure), "state": words.state(figure.state), "rows_url": links.rows(month, row),
        "history": [(one, words.state(state) if state else None) for one, state in row.history],
        "volume": isinstance(figure, Volume), "parts": [part(month, row, one) for one in row.parts],
        "period": words.period(month, row), "own": _own(month, row),
    }  # fmt: skip


def _own(month: follow.Month, row: follow.Row) -> tuple[str, str] | None:
    """What a volume of a longer period came to in the month itself, with the page of these rows; None of others, and where the
    period began with it."""
    if (
        not row.long
        or not isinstance(row.figure, Volume)
        or month.span(row).first == month.first
        or not row.figure.started
    ):
        return None
    count = sum(n for day, n in series.of_volume(month, row).items() if day >= month.first)
    key, asked = asking.question(month, row)
    return words.amount(row.figure, count), engine.rows_url(key, **asked | asking.times(month))


def part(month: follow.Month, row: follow.Row, one: split.Part) -> dict[str, Any]:
    """One part of a clause, in words and links."""
    figure = one.figure
    return {
        "number": one.number, "clause": one.clause, "first": one.first,
        "last": one.until and one.until - timedelta(days=1), "label": words.clause(one.clause),
        "promised": words.promised(figure), "so_far": words.so_far(figure), "fraction": words.fraction(figure),
        "line": words.line(figure), "forecast": words.forecast(figure), "volume": isinstance(figure, Volume),
        "apart": [(text, links.part(month, row, one, key)) for key, text in words.apart(figure)],
        "state": words.state(figure.state), "rows_url": links.part(month, row, one),
    }  # fmt: skip


def response(month: follow.Month, row: follow.Row) -> dict[str, Any] | None:
    """How soon first attempts came, with the rows behind it; None for other clauses, and where none came."""
    if row.clause.kind != blocks.TIMED or month.phase == follow.FUTURE:
        return None
    found = first_tries.of(month, row.clause.key)
    if found is None:
        return None
    *figures, n = found
    said = [words.number(states.shown(Fraction(one), Fraction(0), 1)) for one in figures]
    url = engine.rows_url("response_time", stat="p90_nearest", **asking.clocks(month, row))
    return {"nine": said[0], "half": said[1], "n": n, "url": url}


def item(month: follow.Month, one: missing.Item) -> dict[str, Any]:
    """A cause with the page of its rows."""
    row = month.row(one.key)
    url = one.url or (links.rows(month, row, one.show, **one.where) if row else "")
    return {"key": one.key, "text": one.text, "url": url, "warns": one.warns}


def drawn(found: chart.Chart, figure: Figure) -> chart.Chart:
    """The chart of a figure with its numbers in words."""

    def said(value) -> str:
        if value is None:
            return "–"
        if not isinstance(figure, Volume):
            return words.percent(states.shown(value * 100, Fraction(0), 1))
        return words.amount(figure, states.shown(value, Fraction(0), 0 if value.denominator == 1 else 1))

    def tick(value: Fraction) -> str:
        if not isinstance(figure, Volume):
            return words.percent(Decimal(round(value * 100)))
        return (
            words.number(round(value)) if value < THOUSANDS else _("%(n)s k") % {"n": words.number(round(value / 1000))}
        )

    ticks = [(y, tick(value)) for y, value in found.ticks]
    points = [(one, said(reached), said(ideal)) for one, reached, ideal in found.points]
    day = pgettext("date", "j M") if found.long else pgettext("date", "D j")
    bars = [replace(bar, label=f"{date_format(bar.day, day)}: {said(bar.value)}") for bar in found.bars]
    return replace(found, ticks=ticks, points=points, bars=bars)


def broken_down(month: follow.Month, row: follow.Row, by: str, user: Any) -> list[dict[str, Any]]:
    """The lines of a clause by a dimension: each number in words, with the page of its rows."""
    return [_group(month, row, one) for one in breakdown.of(month, row, by, user)]


def _group(month: follow.Month, row: follow.Row, one: breakdown.Line) -> dict[str, Any]:
    def url(show: str = "") -> str:
        return links.rows(month, row, show, **one.where) if one.where is not None else ""

    figure = row.figure
    if isinstance(figure, Volume):
        count = one.counts.get(breakdown.COUNTED, 0)
        share = words.percent(round(Fraction(count) * 100 / figure.count)) if figure.count else "–"
        return {"name": one.name, "said": words.amount(figure, count), "url": url(), "share": share, "apart": []}
    apart = replace(
        figure, met=0, missed=0, pending=int(one.counts.get(PENDING, 0)),
        excluded=int(one.counts.get(EXCLUDED, 0)), waived=int(one.counts.get(WAIVED, 0)),
    )  # fmt: skip
    own = replace(apart, met=int(one.settled) - int(one.counts.get(MISSED, 0)), missed=int(one.counts.get(MISSED, 0)))
    return {
        "name": one.name, "said": words.so_far(own), "fraction": words.fraction(own), "url": url(),
        "apart": [(text, url(key)) for key, text in words.apart(apart)],
    }  # fmt: skip
