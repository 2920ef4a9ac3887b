"""Deals by hand: opened, changed, won, lost. Imported ones share `leads.intake.hooks.deals`, by which stages follow."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.intake import dirty, facts
from leads.models import (
    AttributeChange,
    Correction,
    Deal,
    DealContact,
    EngagementReset,
    Handoff,
    HandoffState,
    Lead,
    Stage,
)
from smarketing.accounts.audit import record
from smarketing.accounts.models import Role, Side, User
from smarketing.rows import clock
from smarketing.rows.fence import Fence, open_fence

from . import coming_back, hands, reasons, stages
from .problems import NotYours, Refusal

ROLES = {
    "decides": gettext_lazy("decides"),
    "pays": gettext_lazy("pays"),
    "uses": gettext_lazy("uses"),
    "advises": gettext_lazy("advises"),
    "blocks": gettext_lazy("blocks"),
}
MAX_AMOUNT = Decimal("999999999999.99")


@transaction.atomic
def open_deal(
    *,
    lead: Lead,
    by: User,
    at: datetime,
    title: str,
    amount: Decimal | None = None,
    handoff: Handoff | None = None,
    contacts: Mapping[int, str] | None = None,
) -> Deal:
    """A deal with `lead` as its primary lead; `contacts`: lead id → role. On a handoff in the hands of `by`.

    NotYours for a foreign lead, Refusal for a title or amount that is none.
    """
    if handoff is not None:
        held = hands.in_hands(handoff, by)
        if handoff.lead_id != lead.pk:
            raise NotYours
        if not held.is_open and held.state != HandoffState.State.CONVERTED:
            raise hands.closed(handoff, at)
    elif not _may_without_handoff(lead, by):
        raise NotYours
    values = {"title": _title(title), "state": Deal.State.OPEN, "amount": _amount(amount), "rep": by.pk}
    fence = open_fence()
    birth = facts.Birth(at, values, fixed={"lead_id": lead.pk, "handoff_id": handoff and handoff.pk})
    (pk,) = facts.create_deals([birth], origin=facts.Origin(by=by, source="hand"), fence=fence)
    deal = Deal.objects.get(pk=pk)
    _say_contacts(deal, contacts or {}, by, at, fence)
    record(by, "deals.open", "deal", pk, at, lead=lead.pk, amount=values["amount"])
    return deal


@transaction.atomic
def change_deal(
    *,
    deal: Deal,
    by: User,
    at: datetime,
    title: str,
    amount: Decimal | None,
    contacts: Mapping[int, str] | None = None,
    seen: datetime | None = None,
) -> Deal:
    """Set title, amount and contacts (None: as they are) of a deal, open or closed.

    `seen`: instant at which the page was read; Refusal when somebody changed the deal since.
    """
    deal = locked(deal, by, seen)
    if deal.state == Deal.State.WON and not amount:
        raise Refusal(_("A deal is won for an amount: say how much."), "amount")
    values = {"title": _title(title), "amount": _amount(amount)}
    fence = open_fence()
    _write(deal, values, by, at, fence)
    _say_contacts(deal, contacts or {}, by, at, fence)
    record(by, "deals.change", "deal", deal.pk, at, amount=values["amount"])
    return Deal.objects.get(pk=deal.pk)


@transaction.atomic
def win(
    *,
    deal: Deal,
    by: User,
    at: datetime,
    amount: Decimal | None,
    closed_on: date | None = None,
    seen: datetime | None = None,
) -> Deal:
    """The deal is won on a day (default today) for an amount; its lead becomes a customer.

    Refusal without an amount, or for a day in the future or before the deal was opened.
    """
    if amount is None or amount <= 0:
        raise Refusal(_("A deal is won for an amount: say how much."), "amount")
    return _close(deal, by, at, Deal.State.WON, closed_on, seen, amount=_amount(amount), reason=None)


@transaction.atomic
def lose(
    *,
    deal: Deal,
    by: User,
    at: datetime,
    reason: str,
    closed_on: date | None = None,
    return_on: date | None = None,
    seen: datetime | None = None,
) -> Deal:
    """The deal is lost on a day (default today) for a reason; a lead without another open or won deal is recycled.

    `return_on`: from when that lead may come back, as the person says (default: `coming_back`), kept on the deal.
    """
    code = next((one for one in reasons.allowed(reasons.LOSE) if one.code == reason), None)
    if code is None:
        raise Refusal(_("Choose a reason."), "reason")
    deal = locked(deal, by, seen)
    then = coming_back.after_loss(deal, code, at, return_on)
    deal = _close(deal, by, at, Deal.State.LOST, closed_on, None, reason=reason, return_on=then.on and str(then.on))
    if (
        deal.lead_id
        and not Deal.objects.filter(lead=deal.lead_id, state__in=(Deal.State.OPEN, Deal.State.WON)).standing().exists()
    ):
        _recycle(deal, by, at, open_fence(), then)
    return deal


def may_open(lead: Lead, by: User) -> bool:
    """Whether `by` may open a deal on a lead without a handoff in hand."""
    return not lead.erased and not lead.root_id and _may_without_handoff(lead, by)


def may_work(deal: Deal, by: User) -> bool:
    """Whether `by` may change this deal: its rep, the rep in charge of its handoff, or a sales manager."""
    if by.role == Role.MANAGER and by.side == Side.SALES:
        return True
    if by.role != Role.REP:
        return False
    held = HandoffState.objects.filter(handoff=deal.handoff_id, rep=by)
    return deal.rep_id == by.pk or (deal.handoff_id is not None and held.exists())


def last_change(deal: Deal) -> datetime:
    """When something about a deal was recorded last: what a page shows of its freshness."""
    said = AttributeChange.objects.filter(subject="deal", subject_id=deal.pk)
    newest = said.order_by("-recorded_at").first()
    back = Correction.objects.filter(subject="attributechange", subject_id__in=said.values("pk"))
    undone = back.order_by("-recorded_at").first()
    return max(one.recorded_at for one in (newest or deal, undone or deal))


def contacts_of(deal: Deal) -> dict[int, str]:
    """Lead id → role of the contacts named on a deal, the newest word counting; the empty role takes one off."""
    back = Correction.objects.filter(subject="dealcontact").values("subject_id")
    said = DealContact.objects.filter(deal=deal).exclude(pk__in=back).order_by("recorded_at", "pk")
    found = dict(said.values_list("lead_id", "role"))
    return {lead: role for lead, role in found.items() if role}


def _close(
    deal: Deal, by: User, at: datetime, state: str, closed_on: date | None, seen: datetime | None, **values
) -> Deal:
    deal = locked(deal, by, seen)
    if deal.state != Deal.State.OPEN:
        when = hands.short(deal.closed_at, at) if deal.closed_at else "–"
        words = {"state": deal.get_state_display(), "when": when}
        raise Refusal(_("This deal is closed since %(when)s: %(state)s.") % words)
    closed_at, day_only = _closing(deal, closed_on, at)
    values |= {"state": state, "closed_at": closed_at.isoformat(), "closed_day_only": day_only}
    _write(deal, values, by, at, open_fence())
    figures = {name: values[name] for name in ("amount", "reason") if values.get(name)}
    record(by, f"deals.{'win' if state == Deal.State.WON else 'lose'}", "deal", deal.pk, at, **figures)
    return Deal.objects.get(pk=deal.pk)


def _closing(deal: Deal, closed_on: date | None, at: datetime) -> tuple[datetime, bool]:
    """(instant, day_only): today is this instant, an earlier day its start."""
    today, zone = clock.today(at), clock.zone()
    if closed_on is None or closed_on == today:
        return at, False
    if closed_on > today:
        raise Refusal(_("This day lies in the future."), "closed_on")
    if closed_on < deal.created_at.astimezone(zone).date():
        raise Refusal(_("This day lies before the deal was opened."), "closed_on")
    return datetime.combine(closed_on, time(), tzinfo=zone), True


def _recycle(deal: Deal, by: User, at: datetime, fence: Fence, then: coming_back.After) -> None:
    if Lead.objects.values_list("stage", flat=True).get(pk=deal.lead_id) != Stage.OPPORTUNITY:
        return
    cause = stages.OFTEN if then.ends else "lost"
    stages.move(lead_id=deal.lead_id, to=then.stage, cause=cause, at=at, by=by, handoff=deal.handoff_id, fence=fence)
    if then.stage != Stage.RECYCLED:
        return
    EngagementReset.objects.create(
        lead_id=deal.lead_id, handoff_id=deal.handoff_id, occurred_at=at, recorded_at=fence.recorded_at,
        known_at=fence.recorded_at,
    )  # fmt: skip
    dirty.mark([deal.lead_id], fence)


def locked(deal: Deal, by: User, seen: datetime | None) -> Deal:
    """The deal, locked until the transaction ends. NotYours for whoever may not work it; `seen` as for `change_deal`."""
    deal = Deal.objects.select_for_update(no_key=True, of=("self",)).select_related("handoff", "lead").get(pk=deal.pk)
    if not may_work(deal, by):
        raise NotYours
    if seen and last_change(deal) > seen:
        raise Refusal(_("Somebody changed this deal since you opened it: compare, then save again."))
    return deal


def _may_without_handoff(lead: Lead, by: User) -> bool:
    """A rep who was in charge of the lead's latest handoff, or of none yet made; a sales manager."""
    if by.role == Role.MANAGER and by.side == Side.SALES:
        return True
    latest = HandoffState.objects.filter(lead=lead).order_by("-handoff_id").first()
    return by.role == Role.REP and (latest is not None and latest.rep_id == by.pk)


def _write(deal: Deal, values: dict, by: User, at: datetime, fence: Fence) -> None:
    changes = [facts.Change("deal", deal.pk, name, value, at) for name, value in values.items()]
    facts.record_changes(changes, origin=facts.Origin(by=by, source="hand"), fence=fence)


def _say_contacts(deal: Deal, contacts: Mapping[int, str], by: User, at: datetime, fence: Fence) -> None:
    current = contacts_of(deal)
    allowed = set(Lead.objects.filter(pk__in=contacts, erased=False).values_list("pk", flat=True))
    for lead, role in sorted(contacts.items()):
        if lead not in allowed or (role and role not in ROLES):
            raise Refusal(_("This contact or role does not exist."), "contacts")
        if current.get(lead, "") != role:
            DealContact.objects.create(
                deal=deal, lead_id=lead, role=role, by=by, occurred_at=at, recorded_at=fence.recorded_at,
                known_at=fence.recorded_at,
            )  # fmt: skip


def _title(text: str) -> str:
    text = " ".join((text or "").split())
    if not text:
        raise Refusal(_("Give the deal a title."), "title")
    return text[:200]


def _amount(value: Decimal | None) -> str | None:
    if value is None:
        return None
    if not 0 <= value <= MAX_AMOUNT:
        raise Refusal(_("An amount lies between 0 and a thousand billions."), "amount")
    return str(value.quantize(Decimal("0.01")))
