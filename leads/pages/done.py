"""The strip above the next lead: what was just done, and the way to take it back."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from leads.handoffs.rules import body_of
from leads.models import Attempt, Correction, Decision, HandoffState
from smarketing.accounts.models import User

from . import telling


def done(request: HttpRequest, teller: telling.Teller) -> dict | None:
    """What the strip says of the deed just done: by this person, on a lead still theirs to see, and not taken back since."""
    kind, _dash, number = request.GET.get("done", "").partition("-")
    if kind not in DONE or not number.isdigit():
        return None
    return DONE[kind](int(number), request.user, teller)


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
        "kind": "attempt",
        "pk": pk,
        "lead": made.lead,
        "handoff": made.handoff_id,
        "what": _("%(outcome)s logged %(time)s")
        % {"outcome": made.get_outcome_display().capitalize(), "time": teller.hour(made.occurred_at)},
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
        "kind": "decision",
        "pk": pk,
        "lead": made.handoff.lead,
        "handoff": made.handoff_id,
        "what": _("%(what)s recorded %(time)s") % words,
        "back_on": made.return_on,
    }


DONE = {"attempt": _attempt_done, "decision": _decision_done}
