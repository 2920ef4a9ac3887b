"""What restatements did to the figures of a closed month, day by day: together they are the difference between its book and
what is known now."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

from django.utils.translation import gettext as _

from reporting.models import BookClose
from sla import follow, rates, words
from sla.figures import Figure, Share, Volume, from_book
from sla.kinds import KINDS, RATE
from smarketing.rows import clock, fence
from smarketing.rows.days import Days

from . import restatements, services

MOST = 12  # days told apart; earlier ones are told as one


@dataclass(frozen=True)
class Effect:
    """A local day on which late facts were recorded: how many, and each clause that they moved, before and after."""

    day: date
    facts: int
    moved: dict[str, tuple[Figure, Figure]] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """ "5.1 +2, 6.1 88/104 → 89/105"; "" where no figure moved."""
        return ", ".join(f"{key} {_moved(*pair)}" for key, pair in self.moved.items())


def of(
    book: BookClose,
    late: Sequence[restatements.Restatement] | None = None,
    most: int = MOST,
    cutoff: datetime | None = None,
) -> list[Effect]:
    """The effects of what came late, the oldest first, at most so many days, as known at `cutoff` (None: now)."""
    late = restatements.of(book) if late is None else late
    if not late:
        return []
    days = Days(follow.Reader(book.contract, book.closed_at, book.cutoff).zone)
    by_day: dict[date, int] = {}
    for one in late:
        by_day[days.of(one.recorded_at)] = by_day.get(days.of(one.recorded_at), 0) + 1
    shown = sorted(by_day)[-most:]
    earlier = sum(n for day, n in by_day.items() if day < shown[0])
    before, out = _kept(book), []
    for number, day in enumerate(shown):
        last = number == len(shown) - 1
        after = _known(book, (cutoff or fence.cutoff()) if last else days.midnight(day + timedelta(days=1)))
        moved = {
            key: (before[key], after[key]) for key in before if key in after and not _same(before[key], after[key])
        }
        out.append(Effect(day, by_day[day] + (earlier if number == 0 else 0), moved))
        before = before | after
    return out


def _kept(book: BookClose) -> dict[str, Figure]:
    """The figures of the book that restatements can move: a cohort that goes on growing is shown as since close."""
    kept = services.parsed(book)["clauses"]
    return {key: from_book(one["figure"]) for key, one in kept.items() if not _grows(one["kind"])}


def _grows(key: str) -> bool:
    kind = KINDS.get(key)
    return kind is not None and kind.source == RATE and rates.maturity(kind) > 0


def _known(book: BookClose, cutoff: datetime) -> dict[str, Figure]:
    reader = follow.Reader(book.contract, max(clock.now(), book.closed_at), cutoff, closed=False)
    return {key: figure for key, (_clause, figure) in reader.only(book.month).items()}


def _counts(figure: Figure) -> tuple:
    if isinstance(figure, Volume):
        return (Fraction(figure.count),)
    return (figure.met, figure.missed, figure.excluded)


def _same(one: Figure, other: Figure) -> bool:
    return _counts(one) == _counts(other)


def _moved(before: Figure, after: Figure) -> str:
    if isinstance(before, Volume) and isinstance(after, Volume):
        gap = Fraction(after.count) - before.count
        return ("+" if gap >= 0 else "−") + words.amount(after, abs(gap) if gap.denominator > 1 else abs(int(gap)))
    assert isinstance(before, Share) and isinstance(after, Share)
    if (before.met, before.settled) == (after.met, after.settled):
        return _("left out %(before)s → %(after)s") % {
            "before": words.number(before.excluded), "after": words.number(after.excluded),
        }  # fmt: skip
    return f"{words.number(before.met)}/{words.number(before.settled)} → {words.number(after.met)}/{words.number(after.settled)}"
