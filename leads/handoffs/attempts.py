"""Attempts of follow-up: logged, and taken back. The first one is an implicit acceptance, derived."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from leads.intake import facts
from leads.models import Attempt, AttemptNote, Correction, Handoff
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows import clock
from smarketing.rows.fence import open_fence

from . import hands, states
from .problems import Refusal

# One key per outcome, in the order of the keys 1 to 5, each with the channel it goes by.
OUTCOMES = (
    (Attempt.Outcome.REACHED, Attempt.Channel.CALL),
    (Attempt.Outcome.NO_ANSWER, Attempt.Channel.CALL),
    (Attempt.Outcome.VOICEMAIL, Attempt.Channel.CALL),
    (Attempt.Outcome.MAIL_SENT, Attempt.Channel.MAIL),
    (Attempt.Outcome.WRONG_NUMBER, Attempt.Channel.CALL),
)
CHANNEL_OF = dict(OUTCOMES)
MAX_NOTE = 4000


@transaction.atomic
def log(
    *,
    handoff: Handoff,
    by: User,
    at: datetime,
    channel: str,
    outcome: str,
    note: str = "",
    occurred_at: datetime | None = None,
    next_step_on: date | None = None,
) -> Attempt:
    """Add an attempt; `occurred_at` in the past is kept beside the instant of recording, and shown.

    NotYours for a handoff in other hands, Stale for one that was closed, Refusal for an instant in the future or before
    the handoff.
    """
    hands.open_in_hands(handoff, by, at)
    occurred_at = occurred_at or at
    if occurred_at > at + timedelta(seconds=1):
        raise Refusal(_("This lies in the future: log it when it has happened."), "occurred_at")
    if occurred_at < handoff.occurred_at:
        raise Refusal(_("This lies before the lead was handed over."), "occurred_at")
    if next_step_on and next_step_on < clock.today(at):
        raise Refusal(_("The next step lies in the past."), "next_step_on")
    if channel not in Attempt.Channel.values or outcome not in Attempt.Outcome.values:
        raise Refusal(_("Choose what happened."), "outcome")
    fence = open_fence()
    attempt = Attempt.objects.create(
        handoff=handoff, lead_id=handoff.lead_id, rep=by, channel=channel, outcome=outcome, next_step_on=next_step_on,
        occurred_at=occurred_at, recorded_at=fence.recorded_at, known_at=fence.recorded_at,
    )  # fmt: skip
    if note.strip():
        AttemptNote.objects.create(attempt=attempt, text=note.strip()[:MAX_NOTE])
    states.derive([handoff.pk], fence)
    facts.attempted([attempt.pk], [attempt.lead_id], fence)
    record(by, "attempts.log", "handoff", handoff.pk, at, attempt=attempt.pk, channel=channel, outcome=outcome)
    return attempt


@transaction.atomic
def undo(*, attempt: Attempt, by: User, at: datetime, reason: str = "") -> Correction:
    """Take an attempt back: struck through in the story, absent from every count.

    The author within 30 seconds without a reason, later with one until the month closes; a manager after.
    """
    state = hands.locked(attempt.handoff)
    hands.may_take_back("attempt", attempt, by=by, at=at, reason=reason)
    if not state.is_open:
        raise Refusal(_("This lead is closed: take the decision back first."))
    facts.correct(subject="attempt", subject_ids=[attempt.pk], by=by, at=at, reason=reason)
    states.derive([attempt.handoff_id])
    return Correction.objects.get(subject="attempt", subject_id=attempt.pk)
