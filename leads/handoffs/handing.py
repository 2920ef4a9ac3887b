"""Passing leads to sales: gates, holds, release at the agreed pace, imported handoffs, silence.

A qualification has exactly one handoff or a current hold; what holds it is looked for in the order of `holds.REASONS`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from leads.intake import facts
from leads.intake.bulk import among
from leads.intake.facts import Origin
from leads.intake.hooks import Handed
from leads.models import Correction, Decision, Handoff, HandoffState, Hold, Lead, Qualification, Stage
from personas.models import DefinitionLine
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows import clock
from smarketing.rows.fence import Fence, open_fence

from . import holds, newborn, routing, rules, silence, stages, states

GATES = Handoff.Gate
OPPOSED = "OPP-OUT"  # reason of the withdrawal where somebody asked not to be contacted


class CannotHand(ValueError):
    """Why this lead cannot be handed over now; translated and meant for the screen."""


@dataclass(frozen=True)
class _Handing:
    lead_id: int
    line_id: int
    gate: str
    at: datetime
    qualification: Qualification | None = None
    day_only: bool = False
    known_at: datetime | None = None
    imported_by_id: int | None = None
    lead: Lead | None = None  # where it was read already


@transaction.atomic
def hand_over(
    *,
    lead: Lead,
    line: DefinitionLine,
    gate: str,
    by: User | None,
    at: datetime,
    qualification: Qualification | None = None,
    fence: Fence | None = None,
) -> Handoff:
    """Pass one lead to sales now. CannotHand when it opposes, is with sales already, or is no longer there."""
    fence = fence or open_fence()
    lead = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
    if holds.closed(lead):
        raise CannotHand(_("This lead has asked not to be contacted."))
    if HandoffState.objects.filter(lead=lead, line=line, is_open=True).exists():
        raise CannotHand(_("This lead is with sales already."))
    made = _written([_Handing(lead.pk, line.pk, gate, at, qualification, lead=lead)], by, fence)
    record(by, "handoff.make", "handoff", made[0].pk, at, gate=gate)
    _routed(made, by, fence)
    return made[0]


@transaction.atomic
def pass_on(
    qualifications: Iterable[Qualification], *, at: datetime | None, fence: Fence, paced: bool = True, caps: bool = True
) -> list[Handoff]:
    """Hand over what may pass at `at` (None: each at its own instant), hold the rest and say why. Returns the handoffs.

    Qualifications are taken in the order (effective_at, lead). `paced`: a version's backlog waits for `release`.
    """
    wanted = sorted(qualifications, key=lambda one: (one.effective_at, one.lead_id, one.pk))
    reasons = holds.reasons(wanted, at, paced=paced)
    free = [
        _Handing(one.lead_id, one.line_id, _gate(one), at or one.effective_at, one)
        for one in wanted
        if reasons[one.pk] is None
    ]
    holds.write([(one, reasons[one.pk], at or one.effective_at) for one in wanted if reasons[one.pk]], fence)
    # A lead that qualified is an MQL, handed over or not.
    stages.move_all(
        [stages.Move(one.lead_id, Stage.MQL, "qualified", one.effective_at) for one in wanted], fence, strict=False
    )
    return _make(free, None, fence, caps=caps)


@transaction.atomic
def release(*, line_id: int, at: datetime, fence: Fence, limit: int) -> list[Handoff]:
    """Hand over up to `limit` held qualifications of a line whose reason has gone (pace is what is released)."""
    held = holds.held(line_id)
    reasons = holds.reasons(held, at, paced=False)
    holds.write([(one, reasons[one.pk], at) for one in held if reasons[one.pk]], fence)
    free = [one for one in held if reasons[one.pk] is None][:limit]
    return _make([_Handing(one.lead_id, one.line_id, GATES.RELEASED, at, one) for one in free], None, fence)


@transaction.atomic
def release_over(*, line_id: int, nights: Sequence[tuple[datetime, int]], fence: Fence) -> list[Handoff]:
    """Release what was held over past nights (instant, how many may pass), as `release` would have done night by night.

    What something other than time holds at the last night stays held.
    """
    if not nights:
        return []
    waiting = holds.held(line_id)
    ready = holds.ready(waiting, nights[-1][0])
    waiting = [one for one in waiting if one.pk in ready]
    free = []
    for at, limit in nights:
        now = [one for one in waiting if ready[one.pk] <= at][:limit]
        free += [_Handing(one.lead_id, one.line_id, GATES.RELEASED, at, one) for one in now]
        waiting = [one for one in waiting if one not in now] if now else waiting
    return _make(free, None, fence, caps=False)


@transaction.atomic
def import_handoffs(rows: Sequence[Handed], origin: Origin, fence: Fence) -> list[int | None]:
    """Intake's hook: handoffs that really happened ("became MQL on"), without version or score.

    A lead that has an imported handoff on the line, or is with sales, gets none (None in its place). Those that nobody
    decided within the silence of the rules are expired at once, so that history never floods a pool.
    """
    leads = {one.lead_id for one in rows}
    back = Correction.objects.filter(subject="handoff").values("subject_id")
    imported = Handoff.objects.filter(lead__in=leads, gate=GATES.IMPORTED).exclude(pk__in=back)
    had = set(imported.values_list("lead_id", "line_id"))
    had |= set(HandoffState.objects.filter(lead__in=leads, is_open=True).values_list("lead_id", "line_id"))
    new: dict[tuple[int, int], _Handing] = {}
    for one in rows:
        key = (one.lead_id, one.line_id)
        if key not in had and key not in new:
            known = one.occurred_at if origin.history else fence.recorded_at
            file = origin.imported_by.pk if origin.imported_by else None
            new[key] = _Handing(*key, GATES.IMPORTED, one.occurred_at, None, one.day_only, known, file)
    made = _make(list(new.values()), origin.by, fence)
    silence.settle([one.pk for one in made], at=fence.recorded_at, fence=fence)
    opposed = Lead.objects.filter(among("pk", leads), opted_out=True).values_list("pk", flat=True)
    if quiet := set(opposed):
        gone = [one.pk for one in made if one.lead_id in quiet]
        withdraw(gone, reason=OPPOSED, by=None, at=fence.recorded_at, fence=fence)
    found = {(one.lead_id, one.line_id): one.pk for one in made}
    return [found.pop((one.lead_id, one.line_id), None) for one in rows]


@transaction.atomic
def withdraw(handoff_ids: Iterable[int], *, reason: str, by: User | None, at: datetime, fence: Fence) -> int:
    """Take open handoffs back from sales: opposition, erasure, a qualification that no longer holds. Returns how many."""
    wanted = list(HandoffState.objects.select_for_update().filter(handoff__in=list(handoff_ids), is_open=True))
    Decision.objects.bulk_create(
        Decision(
            handoff_id=one.handoff_id, kind=Decision.Kind.WITHDRAW, reason=reason, by=by, occurred_at=at,
            recorded_at=fence.recorded_at, known_at=fence.recorded_at,
        )
        for one in wanted
    )  # fmt: skip
    states.derive([one.handoff_id for one in wanted], fence)
    for one in wanted:
        record(by, "handoff.withdraw", "handoff", one.handoff_id, at, reason=reason)
    return len(wanted)


@transaction.atomic
def oppose(leads: Iterable[int], *, by: User | None, at: datetime, fence: Fence) -> int:
    """Take the open handoffs of leads that ask not to be contacted back from sales at once. Returns how many."""
    gone = HandoffState.objects.filter(among("lead_id", leads), is_open=True, lead__opted_out=True)
    return withdraw(list(gone.values_list("handoff_id", flat=True)), reason=OPPOSED, by=by, at=at, fence=fence)


@transaction.atomic
def oppose_back(recorded_at: datetime, *, by: User, at: datetime, reason: str) -> int:
    """Take back what `oppose` did in the transaction recorded then, where the lead opposes no more and is not with sales
    again. Returns how many."""
    back = Correction.objects.filter(subject="decision").values("subject_id")
    rows = Decision.objects.filter(kind=Decision.Kind.WITHDRAW, reason=OPPOSED, recorded_at=recorded_at)
    rows = rows.filter(handoff__lead__opted_out=False)
    ids = {
        one.pk: one.handoff_id
        for one in rows.exclude(pk__in=back).select_related("handoff")
        if not _is_open(one.handoff)
    }
    facts.correct(subject="decision", subject_ids=ids, by=by, at=at, reason=reason)
    states.derive(ids.values())
    return len(ids)


def _is_open(handoff: Handoff) -> bool:
    """Whether its lead is with sales on its line."""
    return HandoffState.objects.filter(lead=handoff.lead_id, line=handoff.line_id, is_open=True).exists()


def _gate(one: Qualification) -> str:
    return GATES.DIRECT if one.cause == "direct" else GATES.IMMEDIATE


def _make(handings: Sequence[_Handing], by: User | None, fence: Fence, caps: bool = True) -> list[Handoff]:
    """Handoffs with their stage moves, assignments and states."""
    if not handings:
        return []
    made = _written(handings, by, fence)
    _routed(made, by, fence, caps)
    return made


def _written(handings: Sequence[_Handing], by: User | None, fence: Fence) -> list[Handoff]:
    """Handoffs and the stage moves of their leads."""
    found = rules.Known()
    made = Handoff.objects.bulk_create(
        [
            Handoff(
                line_id=one.line_id, qualification=one.qualification,
                **({"lead": one.lead} if one.lead else {"lead_id": one.lead_id}),
                version_id=one.qualification and one.qualification.version_id,
                rules=None if one.gate == GATES.IMPORTED else found.of(one.line_id, one.at),
                gate=one.gate, grade=one.qualification.grade if one.qualification else "", day_only=one.day_only,
                imported_by_id=one.imported_by_id, by=by, occurred_at=one.at, recorded_at=fence.recorded_at,
                known_at=one.known_at or fence.recorded_at,
            )
            for one in handings
        ],
        batch_size=2000,
    )  # fmt: skip
    stages.move_all(
        [
            stages.Move(one.lead_id, Stage.MQL, one.gate, one.occurred_at, by.pk if by else None, one.pk, one.known_at)
            for one in made
        ],
        fence,
        strict=False,
    )
    return made


def _routed(made: Sequence[Handoff], by: User | None, fence: Fence, caps: bool = True) -> None:
    """Their assignments and states. Of those who assign one waits for the other, so this comes last and asks little."""
    new = [one for one in made if one.gate != GATES.IMPORTED]
    with clock.zone_kept():
        tied = newborn.ties(new)
        newborn.begin(new, routing.assign(handoffs=new, by=by, fence=fence, caps=caps), tied)
    if len(new) < len(made):
        states.derive([one.pk for one in made if one.gate == GATES.IMPORTED], fence)


def changed_deals(deal_ids: Iterable[int], fence: Fence) -> None:
    """Intake's hook: stages follow deals, and so do the handoffs they were sold on (or imported with their lead)."""
    from leads.models import Deal

    deal_ids = list(deal_ids)
    stages.follow_deals(deal_ids, fence)
    deals = Deal.objects.filter(pk__in=deal_ids)
    own = deals.exclude(handoff=None).values("handoff_id")
    leads = deals.filter(handoff=None).values("lead_id")
    ids = set(Handoff.objects.filter(pk__in=own).values_list("pk", flat=True))
    ids |= set(Handoff.objects.filter(lead__in=leads, gate=GATES.IMPORTED).values_list("pk", flat=True))
    states.derive(ids, fence)


def current_hold(qualification: Qualification) -> Hold | None:
    """What holds a qualification now; None when it was handed over or nothing was found."""
    if Handoff.objects.filter(qualification=qualification).exists():
        return None
    return qualification.holds.order_by("-occurred_at", "-pk").first()
