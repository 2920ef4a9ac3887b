"""Setting a handoff aside for now: snoozed until an instant, passed over with a reason; and the order somebody works in."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from leads.models import Handoff, HandoffState, QueueChoice, Skip, Snooze
from leads.models.queues import ORDERS, PROMISE
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows.fence import open_fence
from smarketing.rows.written import Written

from . import hands, states
from .problems import Refusal

LONGEST = timedelta(days=92)
SNOOZES = [(code, label) for code, label in Snooze.Reason.choices if code != Snooze.Reason.WOKEN]


@transaction.atomic
def snooze(*, handoff: Handoff, reason: str, until: datetime, by: User, at: datetime) -> Snooze:
    """Set a handoff aside until then; its promises go on. A snooze never hides a promise that breaks before it ends.

    NotYours for a handoff in other hands, Stale for a closed one; Refusal without a listed reason or for an end that is not
    ahead, too far, or after the promise breaks.
    """
    state = hands.open_in_hands(handoff, by, at)
    if reason not in dict(SNOOZES):
        raise Refusal(_("Say why you snooze it."), "reason")
    if not at < until <= at + LONGEST:
        raise Refusal(_("Say until when: a moment to come, within three months."), "until")
    if (last := latest(state, at)) and until > last:
        when = hands.short(last, at)
        raise Refusal(
            _("The promise breaks earlier, at %(when)s: snooze until then at the latest, or wait for the prospect.") % {"when": when},
            "until",
        )  # fmt: skip
    return _write(handoff, Snooze(reason=reason, until=until), by, at)


def latest(state: HandoffState, at: datetime) -> datetime | None:
    """The instant at which a snooze ends at the latest: when the promise breaks; None where none runs that could break."""
    runs = state.due_at and at < state.due_at and state.due_label != states.PAUSED
    return state.due_at if runs else None


@transaction.atomic
def wake(*, handoff: Handoff, by: User, at: datetime) -> Snooze:
    """Take a snoozed handoff up again now. Refusal when it is not set aside."""
    state = hands.open_in_hands(handoff, by, at)
    if state.snoozed_until is None or state.snoozed_until <= at:
        raise Refusal(_("This lead is not snoozed."))
    return _write(handoff, Snooze(reason=Snooze.Reason.WOKEN, until=at), by, at)


@transaction.atomic
def skip(*, handoff: Handoff, reason: str, by: User, at: datetime) -> Skip:
    """Note that it was passed over in its turn, and why. NotYours, Stale, Refusal as for `snooze`."""
    hands.open_in_hands(handoff, by, at)
    if reason not in Skip.Reason.values:
        raise Refusal(_("Say why you skip it."), "reason")
    return _write(handoff, Skip(reason=reason), by, at)


def order_of(user: User) -> str:
    """A key of ORDERS: the order this person chose, by promise where they chose none."""
    chosen = next((order for (order,) in _CHOSEN.rows(user=user.pk)), PROMISE)
    return chosen if chosen in ORDERS else PROMISE


_CHOSEN = Written(lambda *, user: QueueChoice.objects.filter(user=user).values_list("order"), plan_once=True, user=int)


def choose_order(*, user: User, order: str) -> None:
    """Keep the order this person works in. Refusal for one there is not."""
    if order not in ORDERS:
        raise Refusal(_("Choose an order."), "order")
    QueueChoice.objects.update_or_create(user=user, defaults={"order": order})


def running(state: HandoffState, at: datetime) -> Snooze | None:
    """The snooze that sets a handoff aside at an instant."""
    if state.snoozed_until is None or state.snoozed_until <= at:
        return None
    return Snooze.objects.filter(handoff=state.pk).select_related("by").order_by("occurred_at", "pk").last()


def _write(handoff: Handoff, act, by: User, at: datetime):
    fence = open_fence()
    act.handoff, act.by, act.occurred_at = handoff, by, at
    act.recorded_at = act.known_at = fence.recorded_at
    act.save(force_insert=True)
    states.derive([handoff.pk], fence)
    record(by, f"handoffs.{type(act).__name__.lower()}", "handoff", handoff.pk, at, reason=act.reason)
    return act
