"""Pausing the promises on a handoff, and letting them go on. A pause says why and until when; both ends are acts."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.handoffs import hands
from leads.handoffs.problems import Refusal
from leads.models import Handoff
from smarketing.accounts import audit
from smarketing.accounts.models import Role, User
from smarketing.rows.fence import open_fence

from . import derive
from .clocks import OWED
from .models import Clock, Pause, Terms
from .sections import defaults

LONGEST = timedelta(days=366)
QUICK = timedelta(seconds=31)  # within it a pause is taken back as if it never was


def reasons(terms: Terms) -> list[tuple[str, str]]:
    """(code, words) of the reasons for which these terms let a promise stand still."""
    return [(code, str(Pause.Reason(code).label)) for code in defaults.pauses_allowed(terms)]


@transaction.atomic
def pause(*, handoff: Handoff, reason: str, until: datetime, by: User, at: datetime) -> Pause:
    """Stop the time of every promise on a handoff from now until then.

    NotYours for a handoff in other hands, Stale for one that was closed; Refusal where nothing is owed on it, where it is
    paused already, for a reason that its terms do not name, and for an end that is not ahead.
    """
    hands.open_in_hands(handoff, by, at)
    derive.derive([handoff.pk], at)
    owed = Clock.objects.filter(handoff=handoff, state__in=OWED).select_related("terms").first()
    if owed is None:
        raise Refusal(_("Nothing is owed on this lead any more: there is no time to stop."))
    allowed = defaults.pauses_allowed(owed.terms)
    if reason not in allowed:
        raise Refusal(_("The terms do not name this reason for a pause."), "reason")
    if reason == Pause.Reason.INCIDENT and by.role != Role.MANAGER:
        raise Refusal(_("A system incident is recorded by a manager."), "reason")
    if running(handoff, at):
        raise Refusal(_("This lead is paused already: end that pause first."))
    if not at < until <= at + LONGEST:
        raise Refusal(_("Say until when: a moment to come, within a year."), "until")
    fence = open_fence()
    made = Pause.objects.create(
        handoff=handoff, reason=reason, until=until, by=by, occurred_at=at, recorded_at=fence.recorded_at
    )
    derive.mark([handoff.pk])
    audit.record(by, "promises.pause", "handoff", handoff.pk, at, pause=made.pk, reason=reason)
    return made


@transaction.atomic
def resume(*, pause: Pause, by: User, at: datetime) -> Pause:
    """End a pause now; within 30 seconds, by whoever began it, as if it never was. Refusal for one that is over."""
    hands.in_hands(pause.handoff, by)
    if running(pause.handoff, at) != pause:
        raise Refusal(_("This pause is over."))
    never = pause.by_id == by.pk and at - pause.recorded_at <= QUICK
    fence, moment = open_fence(), pause.occurred_at if never else at
    made = Pause.objects.create(
        handoff=pause.handoff, reason=pause.reason, ends=pause, until=moment, by=by, occurred_at=moment,
        recorded_at=fence.recorded_at,
    )  # fmt: skip
    derive.mark([pause.handoff_id])
    audit.record(by, "promises.resume", "handoff", pause.handoff_id, at, pause=pause.pk)
    return made


def running(handoff: Handoff | int, at: datetime) -> Pause | None:
    """The pause that runs on a handoff at an instant."""
    found = Pause.objects.filter(handoff=handoff, ends=None, ended=None, occurred_at__lte=at, until__gt=at)
    return found.select_related("by", "handoff").order_by("-until", "pk").first()


def said(lost: int) -> str:
    """Working time that pauses took out of a promise, in words; "" of none."""
    hours, minutes = divmod(round(lost / 60_000_000), 60)
    if hours:
        text = ngettext("%(count)s working hour paused", "%(count)s working hours paused", hours)
        return text % {"count": hours}
    if minutes:
        text = ngettext("%(count)s working minute paused", "%(count)s working minutes paused", minutes)
        return text % {"count": minutes}
    return ""
