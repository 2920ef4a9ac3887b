"""Restatements: what occurred in a closed month and was recorded after its cut-off, dated and shown, never silent."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils.translation import gettext_lazy as _

from leads.models import Attempt, Correction, Decision, Handoff, Merge
from reporting.models import BookClose
from sla.follow import Reader
from sla.models import Contract
from sla.terms import next_month

SUBJECTS = ("handoff", "attempt", "decision")
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


def of(book: BookClose, until: datetime | None = None) -> list[Restatement]:
    """The late facts of a closed month, in the order in which they were recorded (up to `until`)."""
    reader = Reader(book.contract, book.closed_at, book.cutoff)
    axis = reader.axes[reader.terms[-1].pk]
    inside = {"first": axis.day_starts(book.month), "until": axis.day_starts(next_month(book.month))}
    found = [*_facts(book, **inside), *_corrections(book, **inside), *_merges(book, **inside)]
    return sorted((one for one in found if until is None or one.recorded_at <= until), key=lambda one: one.recorded_at)


def _facts(book: BookClose, first: datetime, until: datetime) -> Iterator[Restatement]:
    """Handoffs of the month, and attempts and decisions on handoffs of the line made in the month."""
    late = {"occurred_at__gte": first, "occurred_at__lt": until, "recorded_at__gt": book.cutoff}
    line = book.contract.line_id
    for pk, recorded, occurred, lead in Handoff.objects.filter(line=line, **late).values_list(
        "pk", "recorded_at", "occurred_at", "lead"
    ):
        yield Restatement("handoff", recorded, occurred, pk, lead)
    for model, kind in ((Attempt, "attempt"), (Decision, "decision")):
        rows = model.objects.filter(handoff__line=line, **late)
        for recorded, occurred, pk, lead in rows.values_list("recorded_at", "occurred_at", "handoff", "handoff__lead"):
            yield Restatement(kind, recorded, occurred, pk, lead)


def _corrections(book: BookClose, first: datetime, until: datetime) -> Iterator[Restatement]:
    """Corrections, made after the cut-off, of facts that occurred in the month and were known at it."""
    late: dict[str, dict[int, datetime]] = defaultdict(dict)
    found = Correction.objects.filter(subject__in=SUBJECTS, recorded_at__gt=book.cutoff)
    for subject, pk, recorded in found.values_list("subject", "subject_id", "recorded_at"):
        late[subject][pk] = recorded
    for model, subject in ((Handoff, "handoff"), (Attempt, "attempt"), (Decision, "decision")):
        line, handoff, lead = (
            ("line", "pk", "lead") if model is Handoff else ("handoff__line", "handoff", "handoff__lead")
        )
        facts = model.objects.filter(
            pk__in=late[subject], occurred_at__gte=first, occurred_at__lt=until, recorded_at__lte=book.cutoff,
            **{line: book.contract.line_id},
        )  # fmt: skip
        for pk, occurred, *ids in facts.values_list("pk", "occurred_at", handoff, lead):
            yield Restatement("correction", late[subject][pk], occurred, *ids)


def _merges(book: BookClose, first: datetime, until: datetime) -> Iterator[Restatement]:
    """Merges, learned after the cut-off, of leads that have a handoff in the month."""
    late = list(
        Merge.objects.filter(recorded_at__gt=book.cutoff).values_list("loser", "root", "recorded_at", "occurred_at")
    )
    leads = {lead for loser, root, *_dates in late for lead in (loser, root)}
    mine = Handoff.objects.filter(
        line=book.contract.line_id, lead__in=leads, occurred_at__gte=first, occurred_at__lt=until
    )
    handoffs = dict(mine.order_by("-pk").values_list("lead", "pk"))
    for loser, root, recorded, occurred in late:
        if lead := next((one for one in (loser, root) if one in handoffs), None):
            yield Restatement("merge", recorded, occurred, handoffs[lead], lead)


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
