"""What was written of a deal, taken back: its opening, its closing, its values, its contacts."""

from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from leads.intake import dirty, facts
from leads.intake import hooks as intake_hooks
from leads.models import (
    AttributeChange,
    Correction,
    Deal,
    DealContact,
    EngagementReset,
    HandoffState,
    Stage,
    StageMove,
)
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows import clock
from smarketing.rows.fence import Fence, open_fence

from . import deals, hands, stages
from .problems import Refusal

ENDS = ["state", "closed_at", "closed_day_only", "reason", "return_on"]  # what a closing says


@transaction.atomic
def reopen(*, deal: Deal, by: User, at: datetime, reason: str = "", seen: datetime | None = None) -> Deal:
    """Take a closing back: its values are struck through, the deal is open again, its lead an opportunity.

    By whoever closed it (within 30 seconds without a reason, until the month of its closing is closed) or a sales manager.
    """
    deal = deals.locked(deal, by, seen)
    if deal.state == Deal.State.OPEN:
        raise Refusal(_("This deal is open."))
    found = closing(deal)
    hands.may_take_back("closing", found, by=by, at=at, reason=reason)
    fence, was = open_fence(), deal.state
    facts.correct(subject="attributechange", subject_ids=found.ids, by=by, at=at, reason=reason)
    if was == Deal.State.LOST and deal.lead_id:
        ids = _recyclings(deal, found)
        facts.correct(subject="engagementreset", subject_ids=ids, by=by, at=at, reason=reason)
        dirty.mark([deal.lead_id], fence)
    record(by, "deals.reopen", "deal", deal.pk, at, was=was)
    return Deal.objects.get(pk=deal.pk)


def _recyclings(deal: Deal, closed: "Closing") -> list[int]:
    """The recycling of its lead, done in the deed that closed the deal; none where another deal was open then."""
    back = Correction.objects.filter(subject="engagementreset").values("subject_id")
    same = EngagementReset.objects.filter(lead=deal.lead_id, handoff=deal.handoff_id, occurred_at=closed.said_at)
    return list(same.exclude(pk__in=back).values_list("pk", flat=True))


@dataclass(frozen=True)
class Closing:
    """By whom (an id, None for a file) a deal was closed, for which instant, said when, learned when; `ids` of the values that
    say so."""

    by_id: int | None
    closed_at: datetime
    said_at: datetime
    recorded_at: datetime
    ids: list[int]


def closing(deal: Deal) -> Closing:
    """What closed a deal: the newest standing value of its state, with what was said in the same deed."""
    said = _standing(deal).filter(recorded_at__lte=clock.now())
    newest = said.filter(field="state").order_by("-occurred_at", "-recorded_at", "-pk")[0]
    fields = [*ENDS, "amount"] if newest.recorded_at > deal.recorded_at and newest.source == "hand" else ENDS
    same = said.filter(recorded_at=newest.recorded_at, by=newest.by_id, imported_by=newest.imported_by_id)
    ids = list(same.filter(field__in=fields).values_list("pk", flat=True))
    return Closing(newest.by_id, deal.closed_at or deal.created_at, newest.occurred_at, newest.recorded_at, ids)


@transaction.atomic
def take_back_values(*, deal: Deal, change: AttributeChange, by: User, at: datetime, reason: str) -> list[int]:
    """Take back what was written of a deal in one deed: the values before it hold again. Returns the ids taken back.

    A closing is taken back by opening the deal again (`reopen`). Refusal for the first values of a deal, what was taken
    back before, and an amount without which a won deal would have none.
    """
    deal = deals.locked(deal, by, None)
    rows = written_together(deal, change)
    ids = list(rows.values_list("pk", flat=True))
    if not ids:
        raise Refusal(_("This was taken back before."))
    if change.recorded_at == deal.recorded_at:
        raise Refusal(_("These are its first values: edit them instead."))
    if rows.filter(field="state").exists():
        raise Refusal(_("This closed the deal: open it again instead."))
    hands.may_take_back("dealvalues", change, by=by, at=at, reason=reason)
    facts.correct(subject="attributechange", subject_ids=ids, by=by, at=at, reason=reason)
    if Deal.objects.filter(pk=deal.pk, state=Deal.State.WON, amount=None).exists():
        raise Refusal(_("A deal is won for an amount: say how much."))
    return ids


def written_together(deal: Deal, change: AttributeChange) -> QuerySet[AttributeChange]:
    """The values of a deal that were written by hand in one deed and stand, this one among them."""
    same = _standing(deal).filter(recorded_at=change.recorded_at, by=change.by_id, source="hand")
    return same.exclude(by=None).order_by("pk")


@transaction.atomic
def take_back_contact(*, contact: DealContact, by: User, at: datetime, reason: str) -> Correction:
    """Take back what was said of a contact of a deal: their role before it holds again. Refusal as for every fact."""
    deals.locked(contact.deal, by, None)
    if Correction.objects.filter(subject="dealcontact", subject_id=contact.pk).exists():
        raise Refusal(_("This was taken back before."))
    hands.may_take_back("dealcontact", contact, by=by, at=at, reason=reason)
    facts.correct(subject="dealcontact", subject_ids=[contact.pk], by=by, at=at, reason=reason)
    return Correction.objects.get(subject="dealcontact", subject_id=contact.pk)


@transaction.atomic
def take_back(*, deal: Deal, by: User, at: datetime, reason: str) -> Correction:
    """A deal opened by mistake: absent from every count and list, its lead and handoff as if it had not been opened.

    By whoever opened it (within 30 seconds without a reason) or a sales manager. Refusal for a closed deal, one from a
    file, or when the lead is with sales again.
    """
    deal = deals.locked(deal, by, None)
    if Correction.objects.filter(subject="deal", subject_id=deal.pk).exists():
        raise Refusal(_("This was taken back before."))
    if deal.imported_by_id:
        raise Refusal(_("This deal came from a file: undo the import, or lose the deal."))
    if deal.state != Deal.State.OPEN:
        raise Refusal(_("This deal is closed: open it again first."))
    hands.may_take_back("deal", deal, by=by, at=at, reason=reason)
    held = HandoffState.objects.filter(handoff=deal.handoff_id, is_open=False).first()
    if held and HandoffState.objects.filter(lead=held.lead_id, line=held.line_id, is_open=True).exists():
        raise Refusal(_("The lead was handed over again since: this cannot be taken back."))
    fence = open_fence()
    facts.correct(subject="deal", subject_ids=[deal.pk], by=by, at=at, reason=reason)
    facts.correct(
        subject="dealcontact", subject_ids=deal.contacts.values_list("pk", flat=True), by=by, at=at, reason=reason
    )
    for hook in intake_hooks.deals:
        hook([deal.pk], fence)
    _stage_back(deal, by, at, fence)
    return Correction.objects.get(subject="deal", subject_id=deal.pk)


def _standing(deal: Deal) -> QuerySet[AttributeChange]:
    """Values of a deal that were not taken back."""
    back = Correction.objects.filter(subject="attributechange", subject_id=OuterRef("pk"))
    return AttributeChange.objects.filter(subject="deal", subject_id=deal.pk).exclude(Exists(back))


def _stage_back(deal: Deal, by: User, at: datetime, fence: Fence) -> None:
    """The stage before the deals, where nothing but deals has moved their lead since."""
    if Deal.objects.filter(lead=deal.lead_id, state__in=(Deal.State.OPEN, Deal.State.WON)).standing().exists():
        return
    moves = StageMove.objects.filter(lead=deal.lead_id).order_by("-number")
    ours = list(takewhile(lambda one: one.cause in ("deal", stages.CORRECTION), moves))
    first = next((one for one in reversed(ours) if one.cause == "deal"), None)
    if first is not None:
        to = first.from_stage or Stage.LEAD
        stages.move(lead_id=deal.lead_id, to=to, cause=stages.CORRECTION, at=at, by=by, handoff=deal.handoff_id, fence=fence)  # fmt: skip
