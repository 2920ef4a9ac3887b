"""Restatements: what occurred in a closed month and was recorded after its cut-off, dated and shown, never silent."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from leads.models import Attempt, Correction, Decision, Handoff, Merge
from reporting.models import BookClose
from sla.follow import Reader
from sla.models import Contract
from sla.terms import next_month
from smarketing.calendars import services as calendars
from smarketing.rows.days import Days

FACTS: tuple[tuple[Any, str], ...] = ((Handoff, "handoff"), (Attempt, "attempt"), (Decision, "decision"))
SUBJECTS = tuple(subject for _model, subject in FACTS)
WORDS = {
    "handoff": _("handoff learned late"),
    "attempt": _("attempt learned late"),
    "decision": _("decision learned late"),
    "correction": _("correction"),
    "merge": _("merge of two leads"),
}


@dataclass(frozen=True)
class Restatement:
    """One late fact. `kind`: handoff, attempt, decision, correction, merge."""

    kind: str
    recorded_at: datetime
    occurred_at: datetime
    handoff: int
    lead: int

    @property
    def word(self) -> str:
        return str(WORDS[self.kind])


@dataclass(frozen=True)
class Window:
    """A closed month, cut in the contract's zone; a date without a time keeps its date, as `files` stored it."""

    book: BookClose
    zone: Days
    files: Days

    def edges(self, day_only: bool = False) -> tuple[datetime, datetime]:
        """The instants [first, until) of the month."""
        days = self.files if day_only else self.zone
        return days.midnight(self.book.month), days.midnight(next_month(self.book.month))

    def holds(self, occurred: datetime, day_only: bool = False) -> bool:
        first, until = self.edges(day_only)
        return first <= occurred < until


def of(book: BookClose, until: datetime | None = None) -> list[Restatement]:
    """The late facts of a closed month, in the order in which they were recorded (up to `until`)."""
    return [one for one in of_all([book])[book.pk] if until is None or one.recorded_at <= until]


def of_all(books: Sequence[BookClose]) -> dict[int, list[Restatement]]:
    """Book -> its late facts, in the order in which they were recorded: one query for each kind of fact, whatever the
    number of books. They are books of one contract."""
    if not books:
        return {}
    reader = Reader(books[0].contract, books[0].closed_at, books[0].cutoff)
    zone, files = Days(reader.zone), Days(calendars.file_zone())
    windows = [Window(one, zone, files) for one in books]
    found: dict[int, list[Restatement]] = {one.pk: [] for one in books}
    for part in (_facts, _corrections, _merges):
        for book, restatement in part(books[0].contract.line_id, windows):
            found[book].append(restatement)
    return {book: sorted(some, key=lambda one: one.recorded_at) for book, some in found.items()}


def _inside(model: Any, windows: Sequence[Window], late: bool) -> Q:
    """Facts that occurred in one of the months, recorded after its cut-off or by it."""
    out = Q(pk__in=())
    for one in windows:
        known = {"recorded_at__gt" if late else "recorded_at__lte": one.book.cutoff}
        for day_only in (False, True) if model is Handoff else (False,):
            first, until = one.edges(day_only)
            dated = {"day_only": day_only} if model is Handoff else {}
            out |= Q(occurred_at__gte=first, occurred_at__lt=until, **known, **dated)
    return out


def _of_line(model: Any, line: int) -> tuple[Any, tuple[Any, ...]]:
    """Facts of handoffs of a line; where their handoff and lead stand, and whether they are dates without a time."""
    if model is Handoff:
        return Handoff.objects.filter(line=line), ("pk", "lead", "day_only")
    return model.objects.filter(handoff__line=line), ("handoff", "handoff__lead", Value(False))


def _facts(line: int, windows: Sequence[Window]) -> Iterator[tuple[int, Restatement]]:
    """Handoffs of the months, and attempts and decisions made in them on handoffs of the line."""
    for model, kind in FACTS:
        rows, ids = _of_line(model, line)
        late = rows.filter(_inside(model, windows, True))
        for recorded, occurred, handoff, lead, dated in late.values_list("recorded_at", "occurred_at", *ids):
            for window in windows:
                if recorded > window.book.cutoff and window.holds(occurred, dated):
                    yield window.book.pk, Restatement(kind, recorded, occurred, handoff, lead)


def _corrections(line: int, windows: Sequence[Window]) -> Iterator[tuple[int, Restatement]]:
    """Corrections, made after the cut-off, of facts that occurred in the month and were known at it."""
    since = min(window.book.cutoff for window in windows)
    late: dict[str, dict[int, datetime]] = defaultdict(dict)
    found = Correction.objects.filter(subject__in=SUBJECTS, recorded_at__gt=since)
    for subject, pk, recorded in found.values_list("subject", "subject_id", "recorded_at"):
        late[subject][pk] = recorded
    for model, subject in FACTS:
        rows, ids = _of_line(model, line)
        facts = rows.filter(_inside(model, windows, False), pk__in=late[subject])
        for pk, learned, occurred, handoff, lead, dated in facts.values_list("pk", "recorded_at", "occurred_at", *ids):
            back = late[subject][pk]
            for window in windows:
                if learned <= window.book.cutoff < back and window.holds(occurred, dated):
                    yield window.book.pk, Restatement("correction", back, occurred, handoff, lead)


def _merges(line: int, windows: Sequence[Window]) -> Iterator[tuple[int, Restatement]]:
    """Merges, learned after the cut-off, of leads that have a handoff in the month."""
    since = min(window.book.cutoff for window in windows)
    late = list(Merge.objects.filter(recorded_at__gt=since).values_list("loser", "root", "recorded_at", "occurred_at"))
    leads = {lead for loser, root, *_dates in late for lead in (loser, root)}
    mine = list(
        Handoff.objects.filter(line=line, lead__in=leads)
        .order_by("-pk")
        .values_list("lead", "pk", "occurred_at", "day_only")
    )
    for window in windows:
        handoffs = {lead: pk for lead, pk, occurred, dated in mine if window.holds(occurred, dated)}
        for loser, root, recorded, occurred in late:
            lead = next((one for one in (loser, root) if one in handoffs), None)
            if lead is not None and recorded > window.book.cutoff:
                yield window.book.pk, Restatement("merge", recorded, occurred, handoffs[lead], lead)


def recorded_after(contract: Contract, until: date, cutoff: datetime) -> bool:
    """Whether a fact of this contract's handoffs that occurred before a day was recorded after an instant."""
    line, before = contract.line_id, {"occurred_at__lt": _midnight(until)}
    late = {"recorded_at__gt": cutoff, **before}
    own = {
        "handoff": Handoff.objects.filter(line=line),
        "attempt": Attempt.objects.filter(handoff__line=line),
        "decision": Decision.objects.filter(handoff__line=line),
    }
    back = Correction.objects.filter(recorded_at__gt=cutoff)
    return (
        any(rows.filter(**late).exists() for rows in own.values())
        or any(
            back.filter(subject=subject, subject_id__in=rows.filter(**before).values("pk")).exists()
            for subject, rows in own.items()
        )
        or Merge.objects.filter(recorded_at__gt=cutoff).exists()
    )


def _midnight(day: date) -> datetime:
    """An instant by which `day` has begun in every zone."""
    return datetime.combine(day, time(12), tzinfo=UTC) + timedelta(hours=2)
