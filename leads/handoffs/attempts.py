"""Attempts of follow-up: logged, and taken back. The first one is an implicit acceptance, derived."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.intake import facts
from leads.models import Attempt, AttemptNote, Correction, Handoff, OutsideCall
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows import clock
from smarketing.rows.fence import open_fence

from . import calling, hands, states, story
from .problems import Refusal
from .rules import body_of

CALL, MAIL, MESSAGE, VISIT = Attempt.Channel.CALL, Attempt.Channel.MAIL, Attempt.Channel.MESSAGE, Attempt.Channel.VISIT


@dataclass(frozen=True)
class Way:
    """An outcome: the channels it may go by, the usual one first, the number of its key ("" for a letter) and its sign."""

    outcome: Attempt.Outcome
    channels: tuple[Attempt.Channel, ...]
    key: str
    icon: str


# One literal table: what may come of an attempt on which channel, and the key that logs it in focus mode.
WAYS = (
    Way(Attempt.Outcome.REACHED, (CALL, VISIT, MESSAGE), "1", "telephone"),
    Way(Attempt.Outcome.NO_ANSWER, (CALL, VISIT), "2", "telephone-x"),
    Way(Attempt.Outcome.VOICEMAIL, (CALL,), "3", "voicemail"),
    Way(Attempt.Outcome.MAIL_SENT, (MAIL, MESSAGE, Attempt.Channel.AUTO_MAIL), "4", "envelope"),
    Way(Attempt.Outcome.WRONG_NUMBER, (CALL, MESSAGE), "5", "x-circle"),
    Way(Attempt.Outcome.REPLIED, (MAIL, CALL, MESSAGE, VISIT), "i", "reply"),
)
WAY_OF = {way.outcome: way for way in WAYS}
MAX_NOTE, MAX_MINUTES = 4000, 600
NOT_COUNTED = {
    story.INBOUND: gettext_lazy("no attempt of ours: they came back to us"),
    story.UNLISTED: gettext_lazy("does not count: this channel is not listed"),
    story.SAME: gettext_lazy("does not count: within %(minutes)s minutes of the one before"),
    story.DAY_FULL: gettext_lazy("does not count: %(day)s on this day count already"),
}


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
    next_step: str = "",
    minutes: int | None = None,
    outside: str = "",
) -> Attempt:
    """Add an attempt; `occurred_at` in the past is kept beside the instant of recording, and shown. `minutes`: how long it
    took; `next_step`: the channel of what follows; `outside`: why a past call was made when it was not lawful (`calling`).

    NotYours for a handoff in other hands, Stale for one that was closed, Refusal for an instant in the future or before
    the handoff, for a call that is not lawful now, and for a past one that was not without its reason.
    """
    hands.worked_in_hands(handoff, by, at)
    said_at, occurred_at = occurred_at, occurred_at or at
    _check_instants(handoff, at, occurred_at, next_step_on)
    _check_values(channel, outcome, next_step, minutes)
    told = calling.guard(handoff, channel=channel, outcome=outcome, at=at, occurred_at=said_at, outside=outside)
    fence = open_fence()
    attempt = Attempt.objects.create(
        handoff=handoff, lead_id=handoff.lead_id, rep=by, channel=channel, outcome=outcome, next_step_on=next_step_on,
        next_step=next_step, minutes=minutes,
        occurred_at=occurred_at, recorded_at=fence.recorded_at, known_at=fence.recorded_at,
    )  # fmt: skip
    _beside(attempt, note.strip(), told)
    states.derive([handoff.pk], fence)
    facts.attempted([attempt.pk], [attempt.lead_id], fence)
    more = {"outside": told.reason} if told is not None else {}
    record(by, "attempts.log", "handoff", handoff.pk, at, attempt=attempt.pk, channel=channel, outcome=outcome, **more)
    return attempt


def _beside(attempt: Attempt, note: str, told: OutsideCall | None) -> None:
    """What is written with an attempt: its note, and why it was made when it was not lawful."""
    if note:
        AttemptNote.objects.create(attempt=attempt, text=note[:MAX_NOTE])
    if told is not None:
        told.attempt = attempt
        told.save(force_insert=True)


@transaction.atomic
def undo(*, attempt: Attempt, by: User, at: datetime, reason: str = "") -> Correction:
    """Take an attempt back: struck through in the story, absent from every count.

    The author within 30 seconds without a reason, later with one until the month closes; a manager after.
    """
    state = hands.locked(attempt.handoff)
    hands.may_take_back("attempt", attempt, by=by, at=at, reason=reason)
    if not hands.goes_on(state):
        raise Refusal(_("This lead is closed: take the decision back first."))
    facts.correct(subject="attempt", subject_ids=[attempt.pk], by=by, at=at, reason=reason)
    states.derive([attempt.handoff_id])
    return Correction.objects.get(subject="attempt", subject_id=attempt.pk)


def _check_instants(handoff: Handoff, at: datetime, occurred_at: datetime, next_step_on: date | None) -> None:
    if occurred_at > at + timedelta(seconds=1):
        raise Refusal(_("This lies in the future: log it when it has happened."), "occurred_at")
    if occurred_at < handoff.occurred_at:
        raise Refusal(_("This lies before the lead was handed over."), "occurred_at")
    if next_step_on and next_step_on < clock.today(occurred_at):  # one kept on a device may be sent after its day
        raise Refusal(_("The next step lies in the past."), "next_step_on")


def _check_values(channel: str, outcome: str, next_step: str, minutes: int | None) -> None:
    if outcome not in WAY_OF or channel not in WAY_OF[Attempt.Outcome(outcome)].channels:
        raise Refusal(_("Choose what happened."), "outcome")
    if minutes is not None and not 0 <= minutes <= MAX_MINUTES:
        raise Refusal(_("A talk of at most %(minutes)s minutes.") % {"minutes": MAX_MINUTES}, "minutes")
    if next_step and next_step not in Attempt.Channel.values:
        raise Refusal(_("Choose the next step."), "next_step")


def not_counted(handoff: Handoff) -> dict[int, str]:
    """Attempt -> why it does not count by the handoff's rules, in words; those that count are not in it."""
    back = Correction.objects.filter(subject="attempt").values("subject_id")
    made = Attempt.objects.filter(handoff=handoff).exclude(pk__in=back).order_by("occurred_at", "pk")
    body = body_of(handoff)
    words = {"minutes": body["same_within_minutes"], "day": body["per_day"]}
    weighed = story.weighed(made, body, clock.zone())
    return {one.pk: str(NOT_COUNTED[why]) % words for one, why in weighed if why != story.COUNTS}
