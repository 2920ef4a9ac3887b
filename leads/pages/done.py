"""The strip above the next lead: what was just done, and the way to take it back."""

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leads.evidence import whens
from leads.handoffs import attempts
from leads.handoffs.rules import body_of
from leads.models import Attempt, Correction, Decision, HandoffState, Skip, Snooze
from smarketing.accounts.models import User

from . import telling


def done(request: HttpRequest, teller: telling.Teller) -> dict | None:
    """What the strip says of the deed just done: by this person, on a lead still theirs to see, and not taken back since."""
    kind, _dash, number = request.GET.get("done", "").partition("-")
    if kind not in DONE or not (number.isascii() and number.isdecimal()):
        return None
    return DONE[kind](int(number), cast(User, request.user), teller)


def _attempt_done(pk: int, user: User, teller: telling.Teller) -> dict | None:
    made = (
        Attempt.objects.filter(pk=pk, rep=user, handoff__state_row__in=HandoffState.objects.visible_to(user))
        .select_related("handoff__rules", "handoff__state_row", "lead")
        .first()
    )
    if made is None or Correction.objects.filter(subject="attempt", subject_id=pk).exists():
        return None
    state = made.handoff.state_row
    owed = state.is_open and state.due_at and state.due_at > teller.at and state.due_label != "first"
    return {
        "undo": reverse("leads:undo_attempt", args=[pk]),
        "bad": state.is_open and made.outcome == Attempt.Outcome.WRONG_NUMBER,
        "uncounted": attempts.not_counted(made.handoff).get(pk, ""),
        "lead": made.lead,
        "handoff": made.handoff_id,
        "what": _("%(outcome)s logged %(time)s")
        % {"outcome": made.get_outcome_display().capitalize(), "time": teller.hour(made.occurred_at)},
        "recorded": whens.recorded(made.occurred_at, made.recorded_at),
        "number": state.attempts,
        "promised": body_of(made.handoff)["attempts"],
        "next": teller.day_and_time(state.due_at) if owed else "",
    }


def _decision_done(pk: int, user: User, teller: telling.Teller) -> dict | None:
    theirs = HandoffState.objects.visible_to(user)
    made = (
        Decision.objects.filter(pk=pk, by=user, handoff__state_row__in=theirs).select_related("handoff__lead").first()
    )
    if made is None or Correction.objects.filter(subject="decision", subject_id=pk).exists():
        return None
    words = {"what": made.get_kind_display().capitalize(), "time": teller.hour(made.occurred_at)}
    return {
        "undo": reverse("leads:undo_decision", args=[pk]),
        "lead": made.handoff.lead,
        "handoff": made.handoff_id,
        "what": _("%(what)s recorded %(time)s") % words,
        "back_on": made.return_on,
    }


def _aside_done(pk: int, user: User, teller: telling.Teller) -> dict | None:
    theirs = HandoffState.objects.visible_to(user)
    made = (
        Snooze.objects.filter(pk=pk, by=user, handoff__state_row__in=theirs)
        .select_related("handoff__lead", "handoff__state_row")
        .first()
    )
    if made is None or made.handoff.state_row.snoozed_until != made.until or made.until <= teller.at:
        return None
    return {
        "lead": made.handoff.lead,
        "handoff": made.handoff_id,
        "what": _("Snoozed until %(when)s") % {"when": teller.day_and_time(made.until)},
        "undo": reverse("leads:wake", args=[made.handoff_id]),
    }


def _skip_done(pk: int, user: User, teller: telling.Teller) -> dict | None:
    theirs = HandoffState.objects.visible_to(user)
    made = Skip.objects.filter(pk=pk, by=user, handoff__state_row__in=theirs).select_related("handoff__lead").first()
    if made is None:
        return None
    what = _("Skipped: %(reason)s") % {"reason": made.get_reason_display()}
    return {"lead": made.handoff.lead, "handoff": made.handoff_id, "what": what}


# Kind of deed -> what the strip says of it; upper rooms add theirs.
DONE: dict[str, Callable[[int, User, telling.Teller], dict | None]] = {
    "attempt": _attempt_done, "decision": _decision_done, "snooze": _aside_done, "skip": _skip_done,
}  # fmt: skip
