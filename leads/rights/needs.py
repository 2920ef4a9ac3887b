"""What was found out when a need was confirmed: need, budget, authority, timing; kept with the decision, words as a note."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.handoffs import deals, decisions
from leads.handoffs.problems import Refusal
from leads.models import Correction, Decision, Handoff, Need
from smarketing.accounts.models import User
from smarketing.rows import clock

from . import notes
from .problems import Refusal as Unwritten

QUESTIONS = {
    "need": gettext_lazy("Need: there is a problem that we solve"),
    "budget": gettext_lazy("Budget: money is there, or can be"),
    "authority": gettext_lazy("Authority: this person decides, or brings us to who does"),
    "timing": gettext_lazy("Timing: it is known when they want to decide"),
}


@dataclass(frozen=True)
class Found:
    """Which of the four are confirmed; the amount of the budget and the day of their decision, where they are known."""

    need: bool = True
    budget: bool = False
    authority: bool = False
    timing: bool = False
    amount: Decimal | None = None
    decides_on: date | None = None


@transaction.atomic
def confirm(*, handoff: Handoff, by: User, at: datetime, found: Found, text: str = "") -> Decision:
    """The need is confirmed, with what was found out. Refusal without a need, for an amount that is none or a day that is past;
    else as `decisions.qualify`."""
    if not found.need:
        raise Refusal(_("Without a need there is nothing to confirm: give the lead back instead."), "need")
    if found.amount is not None and not 0 <= found.amount <= deals.MAX_AMOUNT:
        raise Refusal(_("An amount lies between 0 and a thousand billions."), "amount")
    if found.decides_on and found.decides_on < clock.today(at):
        raise Refusal(_("This day is over."), "decides_on")
    made = decisions.qualify(handoff=handoff, by=by, at=at)
    note = None
    if text.strip():
        try:
            note = notes.write(lead=handoff.lead, text=text, by=by, at=at)
        except Unwritten as refusal:
            raise Refusal(str(refusal), refusal.field) from None
    Need.objects.create(
        decision=made, need=found.need, budget=found.budget or found.amount is not None, authority=found.authority,
        timing=found.timing or found.decides_on is not None, amount=found.amount, decides_on=found.decides_on, note=note,
    )  # fmt: skip
    return made


def of_lead(lead: int, at: datetime | None = None) -> Need | None:
    """What was found out last about a lead, and stands; as known at an instant where one is asked."""
    back = Correction.objects.filter(subject="decision").values("subject_id")
    rows = Need.objects.filter(decision__handoff__lead=lead).exclude(decision__in=back)
    rows = rows.filter(decision__known_at__lte=at) if at else rows
    return rows.select_related("decision__by", "note__words").order_by("-decision__occurred_at").first()
