"""Over which time a clause is judged: a month, unless it says a quarter or a year. Pure, but for the words.

A clause of a month says nothing of it (its signed text is that of terms older than this). A longer one is looked at from each of
its months: what has come of the quarter by the end of that month; it is judged in its last one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import pgettext_lazy

PARAM = "period"
MONTH, QUARTER, YEAR = "month", "quarter", "year"
MONTHS = {MONTH: 1, QUARTER: 3, YEAR: 12}
# Phrases that stand whole in a sentence, in both languages: "600 MQL a quarter", "of the quarter's handoffs", "in the quarter".
PER: dict[str, Any] = {
    MONTH: pgettext_lazy("how many", "a month"), QUARTER: pgettext_lazy("how many", "a quarter"),
    YEAR: pgettext_lazy("how many", "a year"),
}  # fmt: skip
OF: dict[str, Any] = {
    MONTH: pgettext_lazy("whose", "the month's"), QUARTER: pgettext_lazy("whose", "the quarter's"),
    YEAR: pgettext_lazy("whose", "the year's"),
}  # fmt: skip
WITHIN: dict[str, Any] = {
    MONTH: pgettext_lazy("when", "in the month"), QUARTER: pgettext_lazy("when", "in the quarter"),
    YEAR: pgettext_lazy("when", "in the year"),
}  # fmt: skip
BY: dict[str, Any] = {
    MONTH: pgettext_lazy("judged", "by the month"), QUARTER: pgettext_lazy("judged", "by the quarter"),
    YEAR: pgettext_lazy("judged", "by the year"),
}  # fmt: skip


@dataclass(frozen=True)
class Span:
    """A period [first, until) looked at from one of its months, which ends as `seen` begins."""

    first: date
    until: date
    seen: date

    @property
    def months(self) -> tuple[date, ...]:
        """First days of its months up to the one from which it is looked at."""
        return between(self.first, self.seen)

    @property
    def ends(self) -> bool:
        """Whether it is looked at from its last month."""
        return self.seen == self.until


def of(params: Mapping[str, Any]) -> str:
    """The period of a clause with these parameters."""
    return params.get(PARAM) or MONTH


def words(params: Mapping[str, Any]) -> dict[str, Any]:
    """The phrases of a clause's period, by the names that its sentences have for them."""
    period = of(params)
    return {"per": PER[period], "of_period": OF[period], "within": WITHIN[period]}


def span(period: str, month: date) -> Span:
    """The period in which the month that begins on `month` lies, looked at from it."""
    length = MONTHS[period]
    first = _month(month, -((month.month - 1) % length))
    return Span(first, _month(first, length), _month(month, 1))


def between(first: date, until: date) -> tuple[date, ...]:
    """First days of the months of [first, until)."""
    out = []
    while first < until:
        out.append(first)
        first = _month(first, 1)
    return tuple(out)


def reach(months: Iterable[date], some: Iterable[str]) -> list[date]:
    """These months, and those that must be counted with them for clauses of these periods, in their order."""
    some = tuple(some)
    return sorted({one for month in months for period in some for one in span(period, month).months})


def begins(period: str, day: date) -> bool:
    """Whether a period of this length begins on a day."""
    return day == span(period, day.replace(day=1)).first


def whole(period: str, day: date, count: int) -> tuple[Sequence[date], Sequence[date]]:
    """The last months of as many whole periods as `count` months hold (one at least) that ended by `day`, and of as many that
    begin on it or later; a period that holds the day itself belongs to neither."""
    length, some = MONTHS[period], max(count // MONTHS[period], 1)
    here = span(period, day.replace(day=1))
    after = here.first if here.first == day else here.until
    before = [_month(here.first, -length * n - 1) for n in reversed(range(some))]
    return before, [_month(after, length * (n + 1) - 1) for n in range(some)]


def _month(first: date, count: int) -> date:
    """The first day of the month so many months on."""
    index = first.year * 12 + first.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)
