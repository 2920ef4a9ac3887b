"""Contests: marketing says why a refusal or a return does not hold, within the days of the contract; a manager rules on it.

A contest is a note on the lead with a `Contest`, a ruling a note with a `Ruling`: both are told in the story, taken back,
exported and erased as every note is. A contest upheld takes the decision back: the lead is with sales again, in the charge of
another rep, and marketing is credited with it wherever refusals are counted.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.handoffs import decisions, evidence, hands, holds, reasons, routing, rules, states
from leads.handoffs.problems import Refusal
from leads.models import Contest, Correction, Decision, Handoff, HandoffState, Lead, Routing, Ruling
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows import clock
from smarketing.rows.fence import open_fence

from . import contest_notices, notes
from .problems import Refusal as Unwritten

MAX_NOTE = 1000
KINDS = (Decision.Kind.REFUSE, Decision.Kind.RETURN)


@transaction.atomic
def contest(*, decision: Decision, text: str, proof: str, by: User, at: datetime) -> Contest:
    """Contest a refusal or a return. Refusal too late, without words or evidence, for an opposition, twice, or for what was
    taken back."""
    hands.locked(decision.handoff)
    if sentence := hindrance(decision, at):
        raise Refusal(sentence)
    if proof not in dict(evidence.against(decision.handoff)):
        raise Refusal(_("Name what speaks against it."), "proof")
    note = _note(decision, text, by, at)
    days = rules.body_of(decision.handoff)["contest_days"]
    made = Contest.objects.create(note=note, decision=decision, evidence=proof, due_on=after(clock.today(at), days))
    record(by, "handoffs.contest", "handoff", decision.handoff_id, at, decision=decision.pk, note=note.pk)
    contest_notices.tell_contested(made, at)
    return made


@transaction.atomic
def rule(*, to: Contest, kind: str, text: str, by: User, at: datetime) -> Ruling:
    """Rule on a contest. Refusal for one's own, for one that has its ruling or was taken back, without words, or where the lead
    cannot go back to sales."""
    decision = to.decision
    hands.locked(decision.handoff)
    if not standing().filter(pk=to.pk).exists():
        raise Refusal(_("This was taken back before."))
    if not standing().unruled().filter(pk=to.pk).exists():
        raise Refusal(_("Somebody was faster: this has been ruled on."))
    if to.note.by_id == by.pk:
        raise Refusal(_("Whoever contests does not rule: another manager does."))
    if kind not in Ruling.Kind.values:
        raise Refusal(_("Choose a ruling."), "kind")
    note = _note(decision, text, by, at)
    made = Ruling.objects.create(note=note, to=to, kind=kind)
    if kind == Ruling.Kind.UPHELD:
        _back_to_sales(decision, by, at)
    record(by, "handoffs.rule", "handoff", decision.handoff_id, at, note=note.pk, to=to.pk, kind=kind)
    contest_notices.tell_ruled(made, at)
    return made


def hindrance(decision: Decision, at: datetime) -> str:
    """Why a decision cannot be contested at `at`; "" when it can."""
    if decision.kind not in KINDS or decision.by_id is None:
        return _("Only a refusal or a return by sales can be contested.")
    if Correction.objects.filter(subject="decision", subject_id=decision.pk).exists():
        return _("This was taken back before.")
    reason = reasons.known().get(decision.reason)
    if reason is not None and reason.opposes:
        return _("Whoever asked not to be contacted is not contacted: this cannot be contested.")
    if decision.handoff.lead.erased or decision.handoff.lead.root_id:
        return _("This lead no longer exists: it was erased or merged into another.")
    if standing().filter(decision=decision).exists():
        return _("This was contested before.")
    days = rules.body_of(decision.handoff)["contest_days"]
    if clock.today(at) > after(clock.today(decision.occurred_at), days):
        said = ngettext("A decision may be contested for %(n)s business day; that is over.", "A decision may be contested for %(n)s business days; that is over.", days)  # fmt: skip
        return said % {"n": days}
    return ""


def after(day: date, days: int) -> date:
    """The local day that lies so many business days after another."""
    works = holds.business_days()
    while days > 0:
        day += timedelta(days=1)
        days -= works(day)
    return day


def standing() -> Any:
    """Contests that were not taken back."""
    return Contest.objects.standing()


def visible_to(user: User) -> QuerySet[Contest]:
    """Those about leads that a person may see."""
    return standing().filter(note__lead__in=Lead.objects.visible_to(user).values("pk"))


def rulings(some: Iterable[int]) -> Mapping[int, Ruling]:
    """Contest -> its ruling that was not taken back."""
    back = Correction.objects.filter(subject="note", subject_id=OuterRef("pk"))
    rows = Ruling.objects.filter(to__in=list(some)).exclude(Exists(back)).select_related("note__words", "note__by")
    return {one.to_id: one for one in rows}


def may_still(lead: int, at: datetime) -> list[Decision]:
    """Refusals and returns of a lead that may be contested at `at`, the newest first."""
    back = Correction.objects.filter(subject="decision").values("subject_id")
    rows = Decision.objects.filter(handoff__lead=lead, kind__in=KINDS).exclude(pk__in=back)
    rows = rows.select_related("handoff__rules", "handoff__lead", "by").order_by("-occurred_at", "-pk")
    return [one for one in rows if not hindrance(one, at)]


def look(at: datetime) -> int:
    """Tell the managers once of contests that nobody ruled on in time. Returns how many there are."""
    late = list(standing().unruled().filter(due_on__lt=clock.today(at)).select_related("note")[:500])
    for one in late:
        contest_notices.tell_late(one, at)
    return len(late)


def _note(decision: Decision, text: str, by: User, at: datetime) -> Any:
    if len(text.strip()) > MAX_NOTE:
        raise Refusal(_("Use at most %(n)s characters.") % {"n": MAX_NOTE}, "text")
    try:
        return notes.write(lead=decision.handoff.lead, text=text, by=by, at=at)
    except Unwritten as refusal:
        raise Refusal(str(refusal), refusal.field) from None


def _back_to_sales(decision: Decision, by: User, at: datetime) -> None:
    """The decision is taken back; whoever made it does not get the lead, unless the contract lets them and they work here."""
    handoff = decision.handoff
    rep = HandoffState.objects.select_related("rep").get(pk=handoff.pk).rep
    if holds.closed(Lead.objects.select_for_update(no_key=True).get(pk=handoff.lead_id)):  # as it stands now
        raise Refusal(_("This lead has asked not to be contacted."))
    decisions.overrule(decision=decision, by=by, at=at, reason=_("contested, and the contest was upheld"))
    if rep is None or (rep.is_active and rules.body_of(handoff)["return_to_same_rep"]):
        return
    fence = open_fence()
    one = Handoff.objects.select_related("rules", "lead").get(pk=handoff.pk)
    cause = Routing.Cause.CONTESTED
    moved = routing.move([one], by=by, fence=fence, at=at, avoid={one.pk: {rep.pk}}, cause=cause)
    if not moved:
        pool = HandoffState.objects.get(pk=one.pk).pool_id
        routing.name([(one.pk, None, pool, routing.POOL, at)], by, fence)
        states.derive([one.pk], fence)


def register() -> None:
    """Among what is looked at every minute."""
    from smarketing.notify import tasks

    if look not in tasks.LOOKS:
        tasks.LOOKS.append(look)
