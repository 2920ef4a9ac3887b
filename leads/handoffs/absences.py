"""Who is away: said by a rep of themselves, or by a manager; whoever is away gets no lead, and what they owe may be given on."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from leads.intake import facts
from leads.models import Absence, Correction
from smarketing.accounts.audit import record
from smarketing.accounts.models import Role, Side, User
from smarketing.rows import clock
from smarketing.rows.fence import open_fence

from .problems import NotYours, Refusal

# Those that were not taken back, as whoever assigns looks at them among other things (`capacity`).
STANDING = """
SELECT 'away', a.rep_id, 0, a.first, a.last FROM leads_absence a
WHERE NOT EXISTS (SELECT FROM leads_correction c WHERE c.subject = 'absence' AND c.subject_id = a.id)
"""
LONGEST = 366  # days of one absence


@transaction.atomic
def say(*, rep: User, first: date, last: date, by: User, at: datetime) -> Absence:
    """A rep is away from a day to another, both included. NotYours for somebody else's; Refusal for days that are none, that
    are over, or that were said before."""
    if not may_say(rep, by):
        raise NotYours
    if last < first:
        raise Refusal(_("The last day lies before the first."), "last")
    if (last - first).days >= LONGEST:
        raise Refusal(_("An absence is a year long at most."), "last")
    if last < clock.today(at):
        raise Refusal(_("These days are over: nothing is assigned on them any more."), "last")
    fence = open_fence()
    User.objects.select_for_update(no_key=True).get(pk=rep.pk)
    same = standing().filter(rep=rep, first__lte=first, last__gte=last).first()
    if same is not None:
        raise Refusal(_("These days are recorded already."), "first")
    made = Absence.objects.create(
        rep=rep,
        first=first,
        last=last,
        by=by,
        occurred_at=at,
        recorded_at=fence.recorded_at,
        known_at=fence.recorded_at,
    )
    record(by, "absences.say", "user", rep.pk, at, first=first.isoformat(), last=last.isoformat())
    return made


@transaction.atomic
def end(*, absence: Absence, by: User, at: datetime) -> Absence | None:
    """They are here from today on: of the days said those that are over stay. Returns what is left, None for nothing.

    NotYours for somebody else's, Refusal for one that is over or was taken back.
    """
    if not may_say(absence.rep, by):
        raise NotYours
    fence, today = open_fence(), clock.today(at)
    User.objects.select_for_update(no_key=True).get(pk=absence.rep_id)
    if not standing().filter(pk=absence.pk).exists():
        raise Refusal(_("This was taken back before."))
    if absence.last < today:
        raise Refusal(_("These days are over: nothing is assigned on them any more."))
    facts.correct(subject="absence", subject_ids=[absence.pk], by=by, at=at, reason=_("here again"))
    record(by, "absences.end", "user", absence.rep_id, at, absence=absence.pk)
    if absence.first >= today:
        return None
    return Absence.objects.create(
        rep=absence.rep, first=absence.first, last=today - timedelta(days=1), by=by, occurred_at=at,
        recorded_at=fence.recorded_at, known_at=fence.recorded_at,
    )  # fmt: skip


def may_say(rep: User, by: User) -> bool:
    """A rep of themselves, a sales manager of anybody who works leads."""
    if rep.role != Role.REP or not rep.is_active:
        return False
    return rep.pk == by.pk or (by.role == Role.MANAGER and by.side == Side.SALES)


def standing(known: datetime | None = None) -> QuerySet[Absence]:
    """Those that were not taken back, as far as that was known at an instant (None: now)."""
    back = Correction.objects.filter(subject="absence", subject_id=OuterRef("pk"))
    if known is None:
        return Absence.objects.exclude(Exists(back))
    return Absence.objects.filter(recorded_at__lte=known).exclude(Exists(back.filter(recorded_at__lte=known)))


def spans(reps: Iterable[int] | None = None) -> dict[int, list[tuple[date, date]]]:
    """Rep -> [(first, last day away)] of these reps (None: of all)."""
    rows = standing() if reps is None else standing().filter(rep__in=list(reps))
    found: dict[int, list[tuple[date, date]]] = {}
    for rep, first, last in rows.order_by("rep", "first", "pk").values_list("rep_id", "first", "last"):
        found.setdefault(rep, []).append((first, last))
    return found


def on(rep: int, day: date, known: datetime | None = None) -> bool:
    """Whether a rep was away on a local day, as far as that was known at an instant (None: now)."""
    return standing(known).filter(rep=rep, first__lte=day, last__gte=day).exists()


def until(rep: int, day: date) -> date | None:
    """The last day of the absence that a rep is in on a day, those that follow at once included; None for who is here."""
    end = None
    for first, last in spans([rep]).get(rep, ()):
        if first <= day <= last or (end is not None and (first - end).days <= 1):
            end = max(last, end or last)
    return end
