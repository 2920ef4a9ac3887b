"""What must hold in an edition before readers see it. Each check has a name; what breaks one is said with its two numbers.

`contradictions(rows)` yields `Problem`s; the night refuses to publish at the first, the edition before stays, and every page
of the loop says which check refused and what it found (`refused`).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.loop import asking
from reporting.loop.spans import PERIOD
from reporting.models import Pointer, PublishedSum
from smarketing.jobs.models import Chunk
from smarketing.measures import engine, listing, numbers, registry, words

# Every handoff is in exactly one of these.
DECIDED = ("handoffs", "accepted", "refused", "undecided", "expired", "withdrawn", "merged")
EVER = (date(1990, 1, 1), date(2098, 1, 1))
RECOUNTED = ("leads", "handoffs", "won")
NAMES = {
    "groups_and_total": gettext_lazy("the groups add up to the total"),
    "one_total": gettext_lazy("the total is the same however it is divided"),
    "first_decisions": gettext_lazy("every handoff is counted once by its first decision"),
    "states": gettext_lazy("every handoff has a state, and its first decision is counted once"),
    "shares": gettext_lazy("a share is at most the whole"),
    "credits": gettext_lazy("what each model credits adds up to the revenue won"),
    "matched": gettext_lazy("what is matched to the leads of a month adds up to what was spent in it"),
    "time": gettext_lazy("people’s time matched to leads adds up to all that was worked"),
    "rows": gettext_lazy("a number is as many as the rows it opens"),
}
_SAID = re.compile(r"DoesNotAddUp: (\w+) (\S+) (\S+) (\S+) (\S+)")


@dataclass(frozen=True)
class Problem:
    """A check that does not hold: `check` of NAMES, measure, how it is divided ("-" for not at all), the two numbers."""

    check: str
    measure: str
    dims: str
    counted: Any
    expected: Any

    def __str__(self) -> str:
        return " ".join(
            str(one).replace(" ", "_") or "-"
            for one in (self.check, self.measure, self.dims, self.counted, self.expected)
        )


class DoesNotAddUp(Exception):
    """What was counted contradicts itself: nothing is published."""


def contradictions(rows: list[PublishedSum]) -> Iterator[Problem]:
    """What does not hold in the rows of an edition, check after check."""
    for check in CHECKS:
        yield from check(rows)


def _groups(rows: Iterable[PublishedSum]) -> Iterator[Problem]:
    for row in rows:
        total = row.body["total"]["value"]
        if row.dims.rpartition("|")[2] in ("", "curve", "other") or total is None or not _adds(row):
            continue
        parted = sum((Fraction(one["value"] or 0) for one in row.body["rows"]), Fraction(0))
        if parted != Fraction(total):
            yield Problem("groups_and_total", row.measure, row.dims, parted, total)


def _adds(row: PublishedSum) -> bool:
    """Whether the parts of a measure add up to the whole: counts and sums do, medians and shares do not."""
    measure = registry.find(row.measure)
    return measure.combine is None and measure.reduce in ("count", "sum")


def _totals(rows: Iterable[PublishedSum]) -> Iterator[Problem]:
    seen: dict[tuple[str, ...], Any] = {}
    for row in rows:
        *view, by = row.dims.split("|", 2)
        by, *stat = by.split("|")  # another figure of the same rows is another number
        total = row.body["total"]
        if by == "other":  # dated otherwise
            continue
        key = (row.measure, *view, *stat, row.body["from"], row.body["to"])
        figure = (total["value"] and Fraction(total["value"]), total["n"])
        if seen.setdefault(key, figure) != figure:
            yield Problem("one_total", row.measure, row.dims, total["n"], seen[key][1])


def _shares(rows: Iterable[PublishedSum]) -> Iterator[Problem]:
    for row in rows:
        measure = _as_dated(row)
        if measure.unit != numbers.RATIO or measure.reduce not in ("share", "come") or measure.combine:
            continue
        for one in (row.body["total"], *row.body["rows"]):
            if one["of"] is not None and one["n"] > one["of"]:
                yield Problem("shares", row.measure, row.dims, one["n"], one["of"])


def _as_dated(row: PublishedSum) -> registry.Measure:
    """The measure that was counted. By some dates another one takes over: the deals won in a period are not the leads handed over
    in it, and may be more."""
    measure, found = registry.find(row.measure), asking.parse(row.dims)
    if found is None or row.measure not in asking.DATED:
        return measure
    view, by = found
    date_of = asking.DATED[row.measure][(view == PERIOD) != (by == asking.OTHER)]
    return measure.by_date.get(date_of, measure)


def _first_decisions(rows: Iterable[PublishedSum]) -> Iterator[Problem]:
    once = {row.measure: int(row.body["total"]["value"]) for row in rows if not row.dims and row.measure in DECIDED}
    made = once.pop("handoffs", None)
    if made is not None and made != sum(once.values()):
        yield Problem("first_decisions", "handoffs", "-", sum(once.values()), made)


def _states(_rows: Iterable[PublishedSum]) -> Iterator[Problem]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(s.handoff_id), count(*) FILTER (WHERE s.first_decision IN ('accept', 'refuse', ''))"
            " FROM leads_handoff h LEFT JOIN leads_handoffstate s ON s.handoff_id = h.id"
        )
        made, stated, counted = cursor.fetchone()
    if made != stated or made != counted:
        yield Problem("states", "handoffs", "-", min(stated, counted), made)


def _credits(rows: Iterable[PublishedSum]) -> Iterator[Problem]:
    """Every model shares the revenue of the won deals, all of it; of each view and period by what its revenue says."""
    rows = list(rows)
    won = {_span(row): Fraction(row.body["total"]["value"] or 0) for row in rows if row.measure == "revenue"}
    for row in rows:
        if row.measure != "revenue_attributed" and not row.measure.startswith("attributed:"):
            continue
        counted, expected = Fraction(row.body["total"]["value"] or 0), won.get(_span(row))
        if expected is not None and counted != expected:
            yield Problem("credits", row.measure, row.dims, counted, expected)


def _span(row: PublishedSum) -> tuple[str, str, str]:
    """Which view and days a sum is of."""
    return row.dims.rpartition("|")[0], row.body["from"], row.body["to"]


def _matched(rows: Iterable[PublishedSum]) -> Iterator[Problem]:
    """Every cent spent is matched to a lead or to none, month by month where months are told apart."""
    rows = list(rows)
    spent = {(_span(row), month): value for row in rows if row.measure == "cost" for month, value in _monthly(row)}
    for row in rows:
        for month, counted in _monthly(row) if row.measure == "matched_cost" else ():
            expected = spent.get((_span(row), month), counted if month is None else Fraction(0))
            if counted != expected:
                yield Problem("matched", row.measure, row.dims, counted, expected)


def _time(rows: Iterable[PublishedSum]) -> Iterator[Problem]:
    """Every hour is for leads or for none: over all days the shares are what was worked."""
    timed = next((row for row in rows if row.measure == "matched_time" and row.body["total"]["n"]), None)
    if timed is not None:
        asked = {"first": EVER[0], "until": EVER[1], "cutoff": datetime.fromisoformat(timed.edition)}
        counted, expected = (engine.answer(key, **asked).total.value for key in ("matched_time", "time_cost"))
        if counted != expected:
            yield Problem("time", "matched_time", "-", counted, expected)


def _monthly(row: PublishedSum) -> Iterator[tuple[str | None, Fraction]]:
    """What a sum says of all (None), and of each month where it is divided by months."""
    yield None, Fraction(row.body["total"]["value"] or 0)
    months: dict[str, Fraction] = {}
    for one in row.body["rows"] if "month" in row.dims.rpartition("|")[2].split("+") else ():
        month = one["group"]["month"]
        months[month] = months.get(month, Fraction(0)) + Fraction(one["value"] or 0)
    yield from months.items()


def _rows(rows: Iterable[PublishedSum]) -> Iterator[Problem]:
    for row in rows:
        if row.dims or row.measure not in RECOUNTED:
            continue
        asked = engine.ask(
            row.measure, first=datetime.fromisoformat(row.body["from"]).date(),
            until=datetime.fromisoformat(row.body["to"]).date(), cutoff=datetime.fromisoformat(row.edition),
        )  # fmt: skip
        counted = listing.count(engine.resolve(asked), asked)
        if counted != int(row.body["total"]["value"]):
            yield Problem("rows", row.measure, "-", row.body["total"]["value"], counted)


CHECKS: tuple[Callable[[list[PublishedSum]], Iterator[Problem]], ...] = (
    _groups, _totals, _shares, _first_decisions, _states, _credits, _matched, _time, _rows,
)  # fmt: skip


@dataclass(frozen=True)
class Refused:
    """That the newest edition was not published: when it was counted, which check refused it, what it found."""

    at: datetime
    name: str
    said: str


def refused() -> Refused | None:
    """The newest night whose edition was refused, as long as none after it is published."""
    last = Chunk.objects.filter(step="publish").exclude(error="").select_related("run").order_by("-run__cutoff").first()
    found = _SAID.search(last.error) if last and last.state != "done" else None
    if last is None or found is None:
        return None
    pointer = Pointer.objects.filter(name="reports").first()
    if pointer and datetime.fromisoformat(pointer.edition) >= last.run.cutoff:
        return None
    check, key, dims, counted, expected = found.groups()
    return Refused(last.run.cutoff, str(NAMES.get(check, check)), _what(key, dims, counted, expected))


def _what(key: str, dims: str, counted: str, expected: str) -> str:
    measure = registry.find(key)
    offered = engine.dimensions(measure)
    by = [words.dimension(name, offered) for name in dims.rpartition("|")[2].split("+") if name not in ("", "-")]
    said = {"measure": measure.label, "by": ", ".join(by), "counted": counted, "expected": expected}
    if by:
        return _("“%(measure)s” by %(by)s: %(counted)s instead of %(expected)s") % said
    return _("“%(measure)s”: %(counted)s instead of %(expected)s") % said
