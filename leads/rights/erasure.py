"""Erasing a person: every value of theirs goes, from wherever the house keeps one; what was done stays, without a person.

Counts, books and signed papers keep their hashes, which cover ids and figures only. Of whoever opposed the addresses stay
on the suppression list as keyed hashes, and whoever comes with one is not taken in; anybody else may come back as a new
person. A backup made before still holds the person: `replay` makes erasures again after a restore.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from leads.intake import columns, dirty, locks, spans, suppression
from leads.intake.bulk import among
from leads.models import (
    BehaviourDay,
    Erasure,
    ErasureProposal,
    HandoffState,
    Lead,
    PersonaMatch,
    RawSum,
    Score,
    ScoreHistory,
    Suppression,
    Visitor,
)
from leads.scoring import ledger
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows.fence import Fence, open_fence

from . import person, staged, told
from .person import Person
from .places import PARTS
from .problems import Refusal

# What an erasure removes and what stays, as sections of the export.
REMOVED = ("values", "keys", "visitors", "events", "event_details", "consents", "notes", "personas", "grades")
KEPT = ("qualifications", "handoffs", "attempts", "decisions", "stages", "deals", "deal_roles", "merges")


@dataclass(frozen=True)
class Preview:
    """`removed`, `kept`: section -> rows; `files`: names of uploaded files that go; `refusal`: why it cannot be done now."""

    removed: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    staged: int = 0
    files: list[str] = field(default_factory=list)
    refusal: str = ""
    owed: HandoffState | None = None
    opposed: bool = False


def preview(lead: Lead) -> Preview:
    """What erasing this person would remove and keep. Reads only."""
    if lead.erased or lead.root_id:
        return Preview(refusal=_already(lead))
    who = person.of(lead)
    counts = {name: person.SECTIONS[name](who).count() for name in (*REMOVED, *KEPT)}
    rows = staged.find(who)
    return Preview(
        {name: counts[name] for name in REMOVED if counts[name]},
        {name: counts[name] for name in KEPT if counts[name]},
        sum(len(lines) for lines in rows.values()),
        [one.filename for one in staged.files(who, rows)],
        _hindrance(who) or staged.under_way(rows),
        _open(who),
        _opposed(who),
    )


def erase(*, leads: Sequence[Lead], by: User | None, at: datetime) -> int:
    """Erase these people. Returns how many leads they were.

    Refusal, and nothing is done, while a handoff of one of them is open, an import that names them is under way, or one of
    them was erased or merged into another lead before.
    """
    if connection.in_atomic_block:
        return _erase(leads, by, at)
    return locks.again(lambda: _erase(leads, by, at))


@transaction.atomic
def _erase(leads: Sequence[Lead], by: User | None, at: datetime) -> int:
    fence = open_fence()
    everybody = _locked(leads)
    if said := _hindrance(everybody):
        raise Refusal(said)
    _keep_suppressed(everybody, by, at, fence)
    for part in PARTS:
        part(everybody)
    Erasure.objects.bulk_create(
        Erasure(lead_id=pk, by=by, occurred_at=at, recorded_at=fence.recorded_at, known_at=fence.recorded_at)
        for pk in everybody.leads
    )
    Lead.objects.filter(pk__in=everybody.leads).update(erased=True)
    _forget(everybody)
    ledger.recount(spans.ever_roots(everybody.leads) - set(everybody.leads))
    decided = {"state": ErasureProposal.State.ERASED, "decided_at": at, "by": by, "reason": ""}
    ErasureProposal.objects.filter(lead__in=everybody.leads, state=ErasureProposal.State.OPEN).update(**decided)
    ErasureProposal.objects.filter(lead__in=everybody.leads).update(reason="")
    dirty.mark(everybody.leads, fence)
    for lead in leads:
        record(by, "leads.erase", "lead", lead.pk, at)
    transaction.on_commit(told.write, robust=True)
    return len(everybody.leads)


def _locked(leads: Sequence[Lead]) -> Person:
    """Everybody these leads are, locked: their browsers first, as whoever writes events does, then leads and deals.

    What others were writing of them is written by then, and found; what they write later finds nobody.
    """
    seen: Person | None = None
    while True:
        everybody = Person()
        for lead in leads:
            fresh = Lead.objects.get(pk=lead.pk)
            if fresh.erased or fresh.root_id:
                raise Refusal(_already(fresh))
            everybody += person.of(fresh)
        if seen and _rows(everybody) <= _rows(seen):
            return everybody
        list(Visitor.objects.select_for_update().filter(pk__in=everybody.joined).order_by("pk").values_list("pk"))
        list(
            Lead.objects.select_for_update(of=("self",)).filter(pk__in=everybody.leads).order_by("pk").values_list("pk")
        )
        columns.lock("deal", everybody.deals)
        seen = everybody


def _rows(who: Person) -> set[tuple[str, int]]:
    names = ("leads", "deals", "joined")
    return {(name, pk) for name in names for pk in getattr(who, name)}


def _already(lead: Lead) -> str:
    if lead.erased:
        return _("This person was erased before.")
    return _("This lead was merged into lead #%(number)s: erase that one, and all of them go.") % {
        "number": lead.root_id
    }


def _open(who: Person) -> HandoffState | None:
    rows = HandoffState.objects.filter(lead__in=who.leads, is_open=True)
    return rows.select_related("rep", "handoff", "lead").order_by("handoff").first()


def _hindrance(who: Person) -> str:
    """Why these people cannot be erased now; "" when they can."""
    owed = _open(who)
    if owed is None:
        return ""
    words = {"number": owed.lead_id, "rep": owed.rep.name if owed.rep else _("nobody yet")}
    return (
        _("Sales is still working lead #%(number)s (in charge: %(rep)s): nothing was erased. Record the opposition first, which withdraws the handoff, or wait until it is closed.")
        % words
    )  # fmt: skip


def _opposed(who: Person) -> bool:
    return Lead.objects.filter(pk__in=who.leads, opted_out=True).exists()


def _keep_suppressed(who: Person, by: User | None, at: datetime, fence: Fence) -> None:
    """Who opposed is not taken in again, by any address they ever had; of anybody else no address is kept."""
    if _opposed(who):
        emails = dict.fromkeys(who.emails)
        suppression.add(emails, origin=Suppression.Origin.GONE, by=by, at=at, fence=fence)


def _forget(who: Person) -> None:
    """What was derived from their facts."""
    for model in (BehaviourDay, RawSum, Score, ScoreHistory, PersonaMatch):
        model.objects.filter(among("lead_id", who.leads)).delete()
