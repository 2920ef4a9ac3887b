"""What follows a reason for which a lead leaves sales: from when it may come back, or that it ends for good."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from leads.intake import spans
from leads.models import Correction, Deal, EngagementReset
from smarketing.rows import clock

from . import reasons, rules
from .problems import Refusal


@dataclass(frozen=True)
class After:
    """`stage` that follows; `on`: the day from which the lead may be qualified again, None for any change, and where it does
    not come back; `ends`: it would, but came back as often as its rules let it."""

    stage: str
    on: date | None = None
    ends: bool = False


def after(
    reason: reasons.Reason, act: str, *, body: Mapping[str, Any], times: int, at: datetime, wished: date | None = None
) -> After:
    """What follows a reason by the rules of the handoff (`body`), of a lead that came back `times` before.

    The day is as wished where the reason asks, else after its delay, else (given back or its deal lost, to be recycled) after
    the days that the rules name. Refusal for a wish that is not in the future or lies too far.
    """
    day = _day(reason, act, body, at, wished)
    if reason.next != reasons.RECYCLED:
        return After(reason.next, day)
    most = body["max_recycles"]
    if most is not None and times >= most:
        return After(reasons.DISQUALIFIED, ends=True)
    return After(reason.next, day)


def after_loss(deal: Deal, reason: reasons.Reason, at: datetime, wished: date | None = None) -> After:
    """What follows for the lead of a deal that is lost for a reason, by the rules of its handoff. Refusal as for `after`."""
    if deal.lead_id is None:
        return After(reason.next)
    body = rules.body_of(deal.handoff) if deal.handoff else rules.STARTER
    return after(reason, reasons.LOSE, body=body, times=times(deal.lead_id, body), at=at, wished=wished)


def times(lead: int, body: Mapping[str, Any]) -> int:
    """How often a lead, or one merged with it, was recycled so far; 0, unread, where no rule counts it."""
    if body["max_recycles"] is None:
        return 0
    back = Correction.objects.filter(subject="engagementreset").values("subject_id")
    return EngagementReset.objects.filter(lead__in=spans.members(lead)).exclude(pk__in=back).count()


def check(wished: date, today: date) -> None:
    """Refusal for a day on which nothing comes back: not in the future, or too far."""
    if wished <= today:
        raise Refusal(_("The return date must lie in the future."), "return_on")
    if wished > today + timedelta(days=reasons.MAX_DELAY):
        raise Refusal(_("The return date lies more than two years ahead."), "return_on")


def _day(reason: reasons.Reason, act: str, body: Mapping[str, Any], at: datetime, wished: date | None) -> date | None:
    today = clock.today(at)
    if reason.asks_date and wished:
        check(wished, today)
        return wished
    days = reason.delay
    if not days and act in (reasons.RETURN, reasons.LOSE) and reason.next == reasons.RECYCLED:
        days = body["recycle_days"]
    return today + timedelta(days=days) if days else None
