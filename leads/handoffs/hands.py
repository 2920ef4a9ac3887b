"""In whose hands a handoff is: the locks and questions that every deed of a rep asks first."""

from datetime import datetime
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.intake import corrections
from leads.models import Correction, Deal, Decision, Handoff, HandoffState, Merge
from smarketing.accounts.models import Role, Side, User
from smarketing.rows import clock

from .problems import NotYours, Refusal, Stale

DEEDS: dict[str, Any] = {
    Decision.Kind.ACCEPT: gettext_lazy("%(who)s already accepted this lead at %(when)s."),
    Decision.Kind.REFUSE: gettext_lazy("%(who)s already refused this lead at %(when)s."),
    Decision.Kind.RETURN: gettext_lazy("%(who)s already gave this lead back at %(when)s."),
    Decision.Kind.QUALIFY: gettext_lazy("%(who)s already confirmed the need at %(when)s."),
    Decision.Kind.WITHDRAW: gettext_lazy("This lead was withdrawn at %(when)s."),
    Decision.Kind.EXPIRE: gettext_lazy("The time to work this lead ended at %(when)s."),
}
TAKEN = gettext_lazy("%(who)s took this lead at %(when)s.")


def locked(handoff: Handoff) -> HandoffState:
    """The handoff's state, locked until the transaction ends."""
    return HandoffState.objects.select_for_update().get(handoff_id=handoff.pk)


def is_in_hands(state: HandoffState, user: User) -> bool:
    """Whether `user` is the rep in charge, or a sales manager, who may act for any rep."""
    if state.rep_id is None:
        return False
    return state.rep_id == user.pk or (user.role == Role.MANAGER and user.side == Side.SALES)


def in_hands(handoff: Handoff, by: User) -> HandoffState:
    """The locked state of a handoff in the hands of `by`. NotYours else."""
    state = locked(handoff)
    if not is_in_hands(state, by):
        raise NotYours
    return state


def open_in_hands(handoff: Handoff, by: User, at: datetime) -> HandoffState:
    """As `in_hands`, and still open: Stale names who closed it, and when."""
    state = in_hands(handoff, by)
    if not state.is_open:
        raise closed(handoff, at)
    return state


def goes_on(state: HandoffState) -> bool:
    """Whether a handoff can be worked: it is open, or its need was confirmed and no deal was opened. Until one is, attempts
    go on, and the lead may end with a reason; the handoff itself stays converted."""
    if state.is_open:
        return True
    if state.state != HandoffState.State.CONVERTED:
        return False
    return not Deal.objects.standing().filter(handoff=state.pk).exists() and not _ended(state)


def _ended(state: HandoffState) -> bool:
    back = Correction.objects.filter(subject="decision").values("subject_id")
    said = Decision.objects.filter(handoff=state.pk, kind=Decision.Kind.RETURN).exclude(pk__in=back)
    return said.exists()


def worked_in_hands(handoff: Handoff, by: User, at: datetime) -> HandoffState:
    """As `in_hands`, and it `goes_on`: Stale names who closed it, and when."""
    state = in_hands(handoff, by)
    if not goes_on(state):
        raise closed(handoff, at)
    return state


def standing(handoff: Handoff):
    """Decisions of a handoff that were not taken back, oldest first."""
    back = Correction.objects.filter(subject="decision").values("subject_id")
    return handoff.decisions.exclude(pk__in=back).select_related("by").order_by("occurred_at", "pk")


def closed(handoff: Handoff, at: datetime) -> Stale:
    """What closed a handoff, as seen at `at`: "Paul already refused this lead at 09:50." """
    last = standing(handoff).exclude(kind=Decision.Kind.ACCEPT).last()
    if last is not None:
        return said(last, at)
    deal = handoff.deals.standing().order_by("created_at", "pk").first()
    if deal is not None:
        when = short(deal.created_at, at)
        return Stale(
            _("A deal was opened with this lead at %(when)s.") % {"when": when}, by=deal.rep, at=deal.created_at
        )
    merge = Merge.objects.filter(loser=handoff.lead_id).select_related("by").order_by("occurred_at", "pk").last()
    if merge is not None and HandoffState.objects.filter(pk=handoff.pk, state=HandoffState.State.MERGED).exists():
        words = {"who": merge.by or _("The system"), "when": short(merge.occurred_at, at)}
        return Stale(
            _("%(who)s merged this lead into another one at %(when)s.") % words, by=merge.by, at=merge.occurred_at
        )
    return Stale(_("This lead is closed."), by=None, at=None)


def said(decision: Decision, at: datetime) -> Stale:
    """One decision in words, as seen at `at`."""
    words = {"who": decision.by or _("The system"), "when": short(decision.occurred_at, at)}
    return Stale(DEEDS[decision.kind] % words, by=decision.by, at=decision.occurred_at)


def gone(handoff: Handoff, at: datetime) -> Stale:
    """Why a handoff left somebody's queue: closed, or in another rep's charge since."""
    state = HandoffState.objects.select_related("rep").get(handoff_id=handoff.pk)
    if not state.is_open:
        return closed(handoff, at)
    if state.rep is None:
        return Stale(_("This lead went back to the pool."), by=None, at=None)
    words = {"who": state.rep, "when": short(state.assigned_at, at)}
    return Stale(TAKEN % words, by=state.rep, at=state.assigned_at)


def short(moment: datetime, at: datetime) -> str:
    """The local time of an instant, with its date when it is not of the day of `at`."""
    zone = clock.zone()
    local = moment.astimezone(zone)
    same = local.date() == at.astimezone(zone).date()
    return formats.date_format(local, "TIME_FORMAT" if same else "SHORT_DATETIME_FORMAT")


def may_take_back(subject: str, fact: Any, *, by: User, at: datetime, reason: str) -> None:
    """NotYours or Refusal unless `by` may take this fact back now, by the table of `intake.corrections`."""
    found = corrections.hindrance(subject, fact, by=by, at=at, reason=reason)
    if found and found.key == corrections.NOT_YOURS:
        raise NotYours
    if found:
        raise Refusal(found.said, found.field)
