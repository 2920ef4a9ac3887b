"""The last lines of a lead's story, for the rep who works it: at most ten, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from django.db.models import Q
from django.utils.translation import gettext as _

from leads.handoffs import evidence, reasons
from leads.handoffs.queue import Touch
from leads.models import Assignment, Attempt, Correction, Decision, Event, Handoff, Join, Lead, StageMove

from .telling import Teller, touch

LINES = 10
LEARNED_LATE = timedelta(minutes=10)


@dataclass
class Line:
    """`struck`: taken back. `learned`: when it was recorded, if much later than it happened. `kind`, `pk`: for undoing."""

    at: datetime
    text: str
    icon: str
    by: str = ""
    note: str = ""
    learned: datetime | None = None
    struck: bool = False
    kind: str = ""
    pk: int = 0
    author_id: int | None = None
    when: str = ""


def lines(lead: Lead, teller: Teller, limit: int = LINES) -> list[Line]:
    """The newest lines known at the teller's instant."""
    at = teller.at
    sources = (_events, _attempts, _decisions, _assignments, _handoffs, _stages)
    found = sorted(
        chain.from_iterable(source(lead, limit) for source in sources), key=lambda line: line.at, reverse=True
    )
    found = [line for line in found if line.at <= at + timedelta(seconds=1)][:limit]
    for line in found:
        line.when = teller.when(line.at)
    return found


def _taken_back(subject: str, ids) -> set[int]:
    found = Correction.objects.filter(subject=subject, subject_id__in=list(ids))
    return set(found.values_list("subject_id", flat=True))


def _events(lead: Lead, limit: int) -> Iterator[Line]:
    visitors = Join.objects.filter(lead=lead).values("visitor")
    own = Event.objects.filter(lead=lead).order_by("-occurred_at")[:limit]
    before = Event.objects.filter(lead=None, visitor__in=visitors).order_by("-occurred_at")[:limit]
    rows = [*own, *before]
    back = _taken_back("event", (row.pk for row in rows))
    for row in rows:
        what = row.name or row.form or row.page
        yield Line(row.occurred_at, touch(Touch(row.kind, what, row.occurred_at)), "cursor", struck=row.pk in back)


def _attempts(lead: Lead, limit: int) -> Iterator[Line]:
    rows = list(Attempt.objects.filter(lead=lead).select_related("rep", "note").order_by("-occurred_at")[:limit])
    back = _taken_back("attempt", (row.pk for row in rows))
    for row in rows:
        late = row.recorded_at - row.occurred_at > LEARNED_LATE
        yield Line(
            row.occurred_at, str(row.get_outcome_display()), "telephone-outbound", by=row.rep.name,
            note=row.note.text if hasattr(row, "note") else "", learned=row.recorded_at if late else None,
            struck=row.pk in back, kind="attempt", pk=row.pk, author_id=row.rep_id,
        )  # fmt: skip


def _decisions(lead: Lead, limit: int) -> Iterator[Line]:
    found = Decision.objects.filter(handoff__lead=lead).select_related("by", "handoff__version", "handoff__lead")
    rows = list(found.order_by("-occurred_at")[:limit])
    back = _taken_back("decision", (row.pk for row in rows))
    for row in rows:
        said = [str(row.get_kind_display())]
        if row.reason:
            said.append(reasons.label(row.reason))
        if row.evidence and (named := evidence.words(row.evidence, row.handoff)):
            said.append(named)
        yield Line(
            row.occurred_at, " · ".join(said), "check2-circle", by=row.by.name if row.by else "", struck=row.pk in back,
            kind="decision", pk=row.pk, author_id=row.by_id,
        )  # fmt: skip


HOW = {
    "turn": lambda row: _("assigned to %(name)s: their turn in %(pool)s"),
    "account": lambda row: _("assigned to %(name)s: the account's rep"),
    "taken": lambda row: _("taken by %(name)s from the pool"),
    "manager": lambda row: _("given to %(name)s by the manager"),
}


def _assignments(lead: Lead, limit: int) -> Iterator[Line]:
    found = Assignment.objects.filter(handoff__lead=lead).select_related("rep", "pool")
    for row in found.order_by("-occurred_at", "-pk")[:limit]:
        if row.rep is None:
            text = _("waits in the pool %(pool)s") % {"pool": row.pool or "–"}
        else:
            text = HOW.get(row.how, HOW["manager"])(row) % {"name": row.rep.name, "pool": row.pool or "–"}
        yield Line(row.occurred_at, text, "person-check", note=row.reason)


def _handoffs(lead: Lead, limit: int) -> Iterator[Line]:
    for row in Handoff.objects.filter(lead=lead).select_related("version").order_by("-occurred_at")[:limit]:
        number = row.version.number if row.version else None
        text = _("handed to sales by v%(number)s") % {"number": number} if number else _("handed to sales")
        yield Line(row.occurred_at, text, "arrow-right")


def _stages(lead: Lead, limit: int) -> Iterator[Line]:
    told = Q(cause="correction") | Q(to_stage__in=("opportunity", "customer"))
    for row in StageMove.objects.filter(told, lead=lead).order_by("-number")[:limit]:
        from leads.models import Stage

        yield Line(row.occurred_at, _("stage: %(stage)s") % {"stage": Stage(row.to_stage).label}, "flag")
