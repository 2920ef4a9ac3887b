"""Decisions of a rep: accept, refuse at the door, give back after work, confirm the need; and taking one back."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from leads.intake import dirty, facts
from leads.models import (
    AttributeChange,
    Correction,
    Decision,
    EngagementReset,
    Handoff,
    HandoffState,
    Lead,
    Stage,
    StageMove,
)
from personas.definitions import queries
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows.fence import Fence, open_fence

from . import capacity, coming_back, hands, notices, reasons, records, rules, stages, states
from . import evidence as proofs
from .problems import Refusal

# How far a stage lies along the shared life: a decision never takes a lead back along it, except by a reason.
ALONG = (Stage.SUBSCRIBER, Stage.LEAD, Stage.MQL, Stage.SAL, Stage.SQL, Stage.OPPORTUNITY, Stage.CUSTOMER)
NOT_AS_AGREED = ("fit", "duplicate", "data")  # families of reasons that speak of the lead, not of the work on it
KEPT = (Stage.OPPORTUNITY, Stage.CUSTOMER)  # a reason about one handoff does not undo a deal


@transaction.atomic
def accept(*, handoff: Handoff, by: User, at: datetime) -> Decision:
    """The lead meets the definition on its face. Stale when it was accepted or closed before."""
    state = hands.open_in_hands(handoff, by, at)
    said = hands.standing(handoff).filter(kind=Decision.Kind.ACCEPT).last()
    if said:
        raise hands.said(said, at)
    if state.accepted_at:
        when = hands.short(state.accepted_at, at)
        raise Refusal(_("The first attempt at %(when)s accepted this lead already.") % {"when": when})
    return _decide(handoff, by, at, Decision.Kind.ACCEPT, stage=Stage.SAL)


@transaction.atomic
def refuse(
    *, handoff: Handoff, by: User, at: datetime, reason: str, evidence: str = "", return_on: date | None = None
) -> Decision:
    """A reasoned no before any attempt. Refusal when an attempt was made, or the reason is not proved."""
    state = hands.open_in_hands(handoff, by, at)
    if handoff_attempts(handoff).exists():
        raise Refusal(_("An attempt was made: give the lead back instead of refusing it."))
    if state.accepted_at:
        raise Refusal(_("This lead was accepted: give it back instead of refusing it."))
    return _close(state, handoff, by, at, reasons.REFUSE, reason, evidence, return_on)


@transaction.atomic
def give_back(
    *, handoff: Handoff, by: User, at: datetime, reason: str, evidence: str = "", return_on: date | None = None
) -> Decision:
    """A reasoned return after work, also after the need was confirmed while no deal came of it: then the handoff stays
    converted, and the lead ends. Refusal when nothing was tried or accepted yet, or the reason is not proved."""
    state = hands.worked_in_hands(handoff, by, at)
    if not state.accepted_at:
        raise Refusal(_("Nothing was tried yet: refuse the lead instead of giving it back."))
    return _close(state, handoff, by, at, reasons.RETURN, reason, evidence, return_on)


@transaction.atomic
def qualify(*, handoff: Handoff, by: User, at: datetime) -> Decision:
    """The need is confirmed: the lead becomes SQL and the handoff is converted."""
    hands.open_in_hands(handoff, by, at)
    return _decide(handoff, by, at, Decision.Kind.QUALIFY, stage=Stage.SQL)


@transaction.atomic
def undo(*, decision: Decision, by: User, at: datetime, reason: str = "") -> Correction:
    """Take a decision back with all that followed from it: stage, recycling, opposition. Refusal when others built on it."""
    state = hands.in_hands(decision.handoff, by)
    hands.may_take_back("decision", decision, by=by, at=at, reason=reason)
    return _take_back(decision, state, by, at, reason)


@transaction.atomic
def overrule(*, decision: Decision, by: User, at: datetime, reason: str) -> Correction:
    """Take a decision back because a contest of it was upheld, whoever made it. Refusal as for `undo`."""
    return _take_back(decision, hands.locked(decision.handoff), by, at, reason)


def _take_back(decision: Decision, state: HandoffState, by: User, at: datetime, reason: str) -> Correction:
    handoff = decision.handoff
    if Correction.objects.filter(subject="decision", subject_id=decision.pk).exists():
        raise Refusal(_("This was taken back before."))
    if hands.standing(handoff).last() != decision:
        raise Refusal(_("A later decision depends on this one: take that one back first."))
    reopens = not state.is_open and not _after_success(state, decision)
    if not state.is_open:
        _refuse_reopening(state, decision, reopens)
    facts.correct(subject="decision", subject_ids=[decision.pk], by=by, at=at, reason=reason)
    _undo_followers(decision, by, at, reason)
    if gives_back_turn(decision) and not _after_success(state, decision):
        capacity.credit(handoff, -1)
    states.derive([handoff.pk])
    return Correction.objects.get(subject="decision", subject_id=decision.pk)


def handoff_attempts(handoff: Handoff):
    """Attempts of a handoff that were not taken back, oldest first."""
    back = Correction.objects.filter(subject="attempt").values("subject_id")
    return handoff.attempts.exclude(pk__in=back).order_by("occurred_at", "pk")


def gives_back_turn(decision: Decision) -> bool:
    """Whether whoever got the lead by turn gets another one for it: refused, or given back because it was not as agreed."""
    if decision.kind == Decision.Kind.REFUSE:
        return True
    reason = reasons.known().get(decision.reason)
    return decision.kind == Decision.Kind.RETURN and reason is not None and reason.family in NOT_AS_AGREED


def names_duplicate(decision: Decision) -> bool:
    """Whether it says that the lead is another one, and not that it is a customer."""
    return decision.reason != records.CUSTOMER and decision.evidence.startswith("lead:")


def _close(
    state: HandoffState,
    handoff: Handoff,
    by: User,
    at: datetime,
    act: str,
    code: str,
    evidence: str,
    wished: date | None,
) -> Decision:
    reason = next((one for one in reasons.allowed(act) if one.code == code), None)
    if reason is None:
        raise Refusal(_("Choose a reason."), "reason")
    body = rules.body_of(handoff)
    proof = proofs.check(reason, state, handoff, evidence, by=by, at=at, promised=body["attempts"])
    then = coming_back.after(
        reason, act, body=body, times=coming_back.times(handoff.lead_id, body), at=at, wished=wished
    )
    decision = _decide(
        handoff, by, at, Decision.Kind(act), stage=then.stage, cause=stages.OFTEN if then.ends else act,
        reason=code, evidence=proof, return_on=then.on,
    )  # fmt: skip
    if state.is_open and gives_back_turn(decision):
        capacity.credit(handoff)
    if names_duplicate(decision):
        records.suggest(handoff, proof)
    if reason.opposes:
        change = facts.Change("lead", handoff.lead_id, "opted_out", True, at)
        facts.record_changes([change], origin=facts.Origin(by=by, source="hand"))
    return decision


def _decide(
    handoff: Handoff, by: User, at: datetime, kind: str, *, stage: str, cause: str = "", **said: Any
) -> Decision:
    fence = open_fence()
    decision = Decision.objects.create(
        handoff=handoff, kind=kind, by=by, occurred_at=at, recorded_at=fence.recorded_at, known_at=fence.recorded_at,
        version=handoff.version or queries.version_in_force(handoff.line_id, at), **said,
    )  # fmt: skip
    _move(handoff, stage, cause or kind, by, at, fence)
    states.derive([handoff.pk], fence)
    if kind in (Decision.Kind.REFUSE, Decision.Kind.RETURN):
        notices.tell_sent_back(decision)
    figures = {name: str(value) for name, value in said.items() if value}
    record(by, f"handoffs.{kind}", "handoff", handoff.pk, at, decision=decision.pk, **figures)
    return decision


def _move(handoff: Handoff, stage: str, cause: str, by: User, at: datetime, fence: Fence) -> None:
    current = Lead.objects.values_list("stage", flat=True).get(pk=handoff.lead_id)
    if current in KEPT or current == stage:
        return
    if stage in ALONG and current in ALONG and ALONG.index(stage) <= ALONG.index(current):
        return
    try:
        stages.move(lead_id=handoff.lead_id, to=stage, cause=cause, at=at, by=by, handoff=handoff.pk, fence=fence)
    except stages.NotAllowed as problem:
        raise Refusal(str(problem)) from None
    if stage == Stage.RECYCLED:
        EngagementReset.objects.create(
            lead_id=handoff.lead_id, handoff=handoff, occurred_at=at, recorded_at=fence.recorded_at,
            known_at=fence.recorded_at,
        )  # fmt: skip
        dirty.mark([handoff.lead_id], fence)


def _after_success(state: HandoffState, decision: Decision) -> bool:
    """Whether it ended a lead whose need had been confirmed: its handoff was converted before, and stays so."""
    return state.state == HandoffState.State.CONVERTED and decision.kind == Decision.Kind.RETURN


def _refuse_reopening(state: HandoffState, decision: Decision, reopens: bool) -> None:
    if HandoffState.objects.filter(lead=state.lead_id, line=state.line_id, is_open=True).exists():
        raise Refusal(_("The lead was handed over again since: this cannot be taken back."))
    if reopens and decision.handoff.deals.standing().exists():
        raise Refusal(_("A deal depends on this lead: it cannot be taken back."))


def _undo_followers(decision: Decision, by: User, at: datetime, reason: str) -> None:
    """Resets and opposition written with the decision, known by its instant of recording; and the stage before it."""
    handoff = decision.handoff
    if names_duplicate(decision):
        records.unsuggest(handoff, decision.evidence)
    same = {"recorded_at__gte": decision.recorded_at, "occurred_at": decision.occurred_at}
    resets = EngagementReset.objects.filter(handoff=handoff, **same).values_list("pk", flat=True)
    if facts.correct(subject="engagementreset", subject_ids=list(resets), by=by, at=at, reason=reason):
        dirty.mark([handoff.lead_id], open_fence())
    opposed = AttributeChange.objects.filter(
        subject="lead", subject_id=handoff.lead_id, field="opted_out", by=decision.by, **same
    )
    facts.correct(
        subject="attributechange", subject_ids=list(opposed.values_list("pk", flat=True)), by=by, at=at, reason=reason
    )
    move = StageMove.objects.filter(lead=handoff.lead_id).order_by("-number").first()
    if move and move.handoff_id == handoff.pk and move.recorded_at == decision.recorded_at and move.from_stage:
        stages.move(
            lead_id=handoff.lead_id,
            to=move.from_stage,
            cause=stages.CORRECTION,
            at=at,
            by=by,
            handoff=handoff.pk,
            fence=open_fence(),
        )
