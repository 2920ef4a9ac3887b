"""What people believe before a meeting, beside what was measured: one question, the same words for both sides.

An answer names nobody (`Estimate`), counts once a person (`Answered`), and is given before the meeting begins. Means are
shown from then on, and only where at least five answered on each side: no cell of fewer, on no page, in no file or API.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from sla import follow, words
from sla.figures import Share
from sla.models import Clause, Contract
from smarketing.accounts import audit
from smarketing.accounts.models import Side, User
from smarketing.rows import fence

from ..models import Answered, Estimate, Meeting
from .problems import Refused

LEAST = 5  # answers of each side
DIGITS = 1


@dataclass(frozen=True)
class Belief:
    """Means of both sides in percent, with how many answered, and the measured share (met of settled; None: nothing was
    settled). `gap`: between the sides; `bias`: of a side against what was measured."""

    means: dict[str, Fraction]
    counts: dict[str, int]
    measured: Share | None

    @property
    def gap(self) -> Fraction:
        return abs(self.means[Side.MARKETING] - self.means[Side.SALES])

    @property
    def fact(self) -> Fraction | None:
        """The measured share in percent."""
        return Fraction(self.measured.met, self.measured.settled) * 100 if self.measured else None

    def bias(self, side: str) -> Fraction | None:
        return None if self.fact is None else self.means[side] - self.fact


def questions(contract: Contract) -> list[tuple[str, str]]:
    """Clauses of the newest terms that promise a share, of which people may be asked: key → words."""
    return [(one.key, f"{one.key} {words.clause(one)}") for one in _shares(contract)]


def usual(contract: Contract) -> str:
    """The clause that is asked about unless somebody chooses another: the first attempt, else the first share."""
    return next((one.key for one in sorted(_shares(contract), key=lambda one: one.kind != "first_attempt")), "")


def _shares(contract: Contract) -> list[Clause]:
    newest = contract.terms.order_by("-number").first()
    return [one for one in newest.clauses.all() if one.share is not None] if newest else []


def clause_of(meeting: Meeting) -> Clause | None:
    """The clause that is asked about, as the newest terms have it."""
    found = Clause.objects.filter(terms__contract=meeting.contract_id, key=meeting.question)
    return found.order_by("-terms__number").first() if meeting.question else None


def asked(meeting: Meeting) -> str:
    """The question in words, "" for none."""
    clause = clause_of(meeting)
    return (
        _("On what share of the leads was this promise kept: %(clause)s?") % {"clause": words.clause(clause)}
        if clause
        else ""
    )


def why_not(meeting: Meeting, user: User, at: datetime) -> str:
    """Why somebody may not answer now, as a sentence; "" when they may."""
    if not meeting.question:
        return _("This meeting asks no question.")
    if meeting.cancelled_at or hasattr(meeting, "closed") or at >= meeting.starts_at:
        return _("The meeting has begun: its question is not answered any more.")
    if user.side not in Side.values:
        return _("Marketing and sales are asked: you belong to neither side.")
    if Answered.objects.filter(meeting=meeting, user=user).exists():
        return _("You have answered: once for each meeting.")
    return ""


def waiting_for(user: User, at: datetime) -> list[Meeting]:
    """Meetings whose question somebody may still answer, the next one first."""
    if user.side not in Side.values:
        return []
    mine = Answered.objects.filter(user=user).values("meeting")
    found = Meeting.objects.visible_to(user).ahead().filter(starts_at__gt=at).exclude(question="").exclude(pk__in=mine)
    return list(found.select_related("contract").order_by("starts_at"))


def has_answers(meeting: Meeting) -> bool:
    return Answered.objects.filter(meeting=meeting).exists()


@transaction.atomic
def answer(*, meeting: Meeting, value: Decimal, by: User, at: datetime) -> None:
    """Say what one believes, in percent. Refused twice, too late, or outside 0 to 100. No record ties it to who said it."""
    if reason := why_not(meeting, by, at):
        raise Refused(reason)
    if not 0 <= value <= 100:
        raise Refused(_("Say a share from 0 to 100 %."), "value")
    try:
        with transaction.atomic():
            Answered.objects.create(meeting=meeting, user=by, at=at)
    except IntegrityError:
        raise Refused(_("You have answered: once for each meeting.")) from None
    Estimate.objects.create(meeting=meeting, side=by.side, value=value)
    audit.record(by, "meeting.answer", "meeting", meeting.pk, at)


def shown(meeting: Meeting, at: datetime) -> Belief | None:
    """What both sides believed, beside the fact; None before the meeting begins, or under five answers of a side."""
    if not meeting.question or at < meeting.starts_at:
        return None
    by_side: dict[str, list[Decimal]] = {side: [] for side in Side.values}
    for side, value in Estimate.objects.filter(meeting=meeting).values_list("side", "value"):
        by_side[side].append(value)
    if any(len(values) < LEAST for values in by_side.values()):
        return None
    means = {side: sum(map(Fraction, values), Fraction(0)) / len(values) for side, values in by_side.items()}
    return Belief(means, {side: len(values) for side, values in by_side.items()}, measured(meeting, at))


def measured(meeting: Meeting, at: datetime) -> Share | None:
    """The share of the promise that was kept in the month the meeting looks at."""
    found = follow.Reader(meeting.contract, at, fence.cutoff()).only(meeting.month).get(meeting.question)
    figure: Any = found[1] if found else None
    return figure if isinstance(figure, Share) and figure.settled else None
