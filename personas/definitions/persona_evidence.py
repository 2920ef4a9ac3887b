"""On what a persona stands: interviews, each with its date and who held it; what was said only with consent, never a name."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from personas.models import InterviewBack, InterviewWords, Persona, PersonaInterview
from smarketing.accounts.audit import record
from smarketing.accounts.models import Role, User
from smarketing.rows import clock

QUICK = timedelta(seconds=31)  # within which its author needs no reason (as for every record)
MOST = 2000


class Refusal(ValueError):
    """What is refused; the message is translated and meant for the screen. `field`: of the form, "" for none."""

    def __init__(self, text: str, field: str = ""):
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class Interview:
    """One interview as it is read. `back`: who took it back, when and why; then its words are gone."""

    row: PersonaInterview
    source: str
    quote: str
    consented: bool
    back: InterviewBack | None

    @property
    def is_back(self) -> bool:
        return self.back is not None


def interviews(persona: Persona) -> list[Interview]:
    """The interviews of a persona, the latest first, those taken back among them."""
    rows = persona.interviews.select_related("interviewer", "by", "words", "back__by").order_by("-held_on", "-pk")
    found = []
    for row in rows:
        words, back = getattr(row, "words", None), getattr(row, "back", None)
        source, quote, consented = (words.source, words.quote, words.consented) if words else ("", "", False)
        found.append(Interview(row, source, quote, consented, back))
    return found


@transaction.atomic
def add(
    *,
    persona: Persona,
    held_on: date,
    interviewer: User,
    source: str,
    quote: str,
    consented: bool,
    by: User,
    at: datetime,
) -> PersonaInterview:
    """Note an interview. Refusal for one to come, one without saying with whom in general, or words kept without consent."""
    if held_on > clock.today(at):
        raise Refusal(_("This day is still to come."), "held_on")
    if not source.strip():
        raise Refusal(_("Say with whom, in general: job and kind of company."), "source")
    if "@" in source or "@" in quote:
        field = "source" if "@" in source else "quote"
        raise Refusal(_("No address and no name here: job and kind of company are enough."), field)
    if quote.strip() and not consented:
        raise Refusal(_("What somebody said is kept only when they agreed to it."), "consented")
    made = PersonaInterview.objects.create(persona=persona, held_on=held_on, interviewer=interviewer, by=by, at=at)
    InterviewWords.objects.create(
        interview=made, source=source.strip()[:160], quote=quote.strip()[:MOST], consented=consented
    )
    record(by, "persona.interview", "persona", persona.pk, at, interview=made.pk)
    return made


def may_take_back(row: PersonaInterview, by: User) -> bool:
    """Its author, or a manager."""
    return by.pk == row.by_id or by.role == Role.MANAGER


@transaction.atomic
def take_back(*, row: PersonaInterview, reason: str, by: User, at: datetime) -> InterviewBack:
    """Strike an interview through and forget its words. Refusal without a reason later than 30 seconds after it was noted."""
    words = list(InterviewWords.objects.select_for_update().filter(interview=row))  # one at a time
    if not words or InterviewBack.objects.filter(interview=row).exists():
        raise Refusal(_("This was taken back before."))
    if not may_take_back(row, by):
        raise Refusal(_("Only whoever wrote it, or a manager, may take it back."))
    if not reason.strip() and not (by.pk == row.by_id and at - row.at <= QUICK):
        raise Refusal(_("Say why this is taken back."), "reason")
    InterviewWords.objects.filter(interview=row).delete()
    record(by, "persona.interview_back", "persona", row.persona_id, at, interview=row.pk)
    return InterviewBack.objects.create(interview=row, by=by, at=at, reason=reason.strip()[:300])
