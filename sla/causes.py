"""Why a clause stands as it does, beyond its own rows: campaigns short of their plan, a rep who logged nothing, handoffs
that come too fast, and what both sides said of each other."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from django.db.models import Count, Exists, OuterRef, Q

from leads.models import Attempt, Correction, Decision, Handoff, Note, Remark
from personas.criteria.tree import NUMBERS
from personas.definitions.queries import version_in_force
from smarketing.accounts.models import User
from smarketing.rows.days import Days

from . import asking, plans
from .figures import Volume
from .follow import Month, Row
from .late import Late
from .models import Contract


@dataclass(frozen=True)
class Worst:
    """The day on which most promises broke, and the rep of most of them if that rep logged nothing on that day."""

    day: date
    count: int
    silent: User | None = None


def short(month: Month, row: Row) -> Iterator[plans.Given]:
    """Campaigns that gave less than their plan says for the business days that have come, the farthest behind first."""
    planned = plans.of_month(month.first, month.cutoff)
    part = Fraction(month.elapsed, month.days) if month.days else Fraction(1)
    found = plans.given(planned, month.contract.line_id, **asking.times(month))
    late = [one for one in found if one.gave < one.planned * part]
    yield from sorted(late, key=lambda one: (one.gave - one.planned * part, str(one.campaign)))


def pace(line: int, cutoff: datetime) -> int:
    """Handoffs a business day by which the definition in force releases a backlog."""
    found = version_in_force(line, cutoff)
    return int((found.body.get("pace") if found else 0) or NUMBERS["pace"])


def flood(month: Month, row: Row) -> tuple[int | Fraction, int] | None:
    """(MQL ahead of the line, release pace) where handoffs run ahead of the line by more than one day's pace; else None."""
    figure = row.figure
    if not isinstance(figure, Volume) or row.kind.unit != "leads" or figure.over or not figure.started:
        return None
    allowed = pace(month.contract.line_id, month.cutoff)
    return (figure.gap, allowed) if figure.gap > allowed else None


def worst(month: Month, late: Late) -> Worst:
    """Of the promises of a clause that broke: their worst day. There must be some."""
    day, count = max(late.days().items(), key=lambda pair: (pair[1], pair[0]))
    reps = Counter({rep: n for (on, rep), n in sorted(late.broken.items(), key=str) if rep and on == day})
    rep, most = reps.most_common(1)[0] if reps else (None, 0)
    silent = rep if rep and most * 2 > count and not _logged(rep, day, month) else None
    return Worst(day, count, User.objects.filter(pk=silent).first() if silent else None)


def _logged(rep: int, day: date, month: Month) -> bool:
    """Whether a rep logged an attempt or a decision on a local day, as known at the month's cut-off."""
    days = Days(month.zone)
    span = {
        "occurred_at__gte": days.midnight(day), "occurred_at__lt": days.midnight(day + timedelta(days=1)),
        "recorded_at__lte": month.cutoff,
    }  # fmt: skip
    return Attempt.objects.filter(rep=rep, **span).exists() or Decision.objects.filter(by=rep, **span).exists()


def said(month: Month) -> tuple[int, int]:
    """(praise, problems) that people wrote in the month about leads handed over on the line, taken back ones left out."""
    praise, problem, line = Remark.Kind.PRAISE, ~Q(remark__kind=Remark.Kind.PRAISE), month.contract.line_id
    found = remarks(month).aggregate(
        praise=Count("pk", filter=Q(remark__kind=praise)),
        problems=Count("pk", filter=Q(remark__isnull=False) & problem),
        contradicted=Count("pk", filter=Q(disagreement__line=line)),
    )
    return found["praise"], found["problems"] + found["contradicted"]


def of_contract(contract: Contract) -> Q:
    """Which notes are about a contract: on leads handed over on its line; on no lead, remarks on its clauses, its definition's
    criteria, campaigns, personas, or nothing in particular."""
    handed = Handoff.objects.filter(lead=OuterRef("lead"), line=contract.line_id)
    of_all = Q(remark__about__in=("campaign", "persona", "general"))
    clauses = Q(remark__about="clause", remark__ref__startswith=f"{contract.pk}:")
    criteria = Q(remark__about="criterion", remark__ref__startswith=f"{contract.line_id}:")
    return Q(Exists(handed)) | (Q(lead=None) & (of_all | clauses | criteria))


def remarks(month: Month):
    """Notes of the month about leads handed over on the contract's line, and remarks on no lead, as known at its cut-off."""
    days = Days(month.zone)
    back = Correction.objects.filter(subject="note", recorded_at__lte=month.cutoff).values("subject_id")
    return Note.objects.filter(
        of_contract(month.contract), occurred_at__gte=days.midnight(month.first), occurred_at__lt=days.midnight(month.until),
        recorded_at__lte=month.cutoff,
    ).exclude(pk__in=back)  # fmt: skip
