"""Whether a handoff was made inside the working hours of the contract in force: a dimension of handoffs with an attempt."""

from django.utils.translation import gettext_lazy as _

from smarketing.calendars.sql import MICROS
from smarketing.measures.question import Question
from smarketing.measures.registry import Dimension

from .models import TermsSpan

WORDS = {"in": _("in working hours"), "out": _("outside working hours")}


def hours(question: Question) -> Dimension:
    """'in' or 'out' by the calendar of the terms in force on the day of the handoff; '' without terms or time of day."""
    day = question.day("h.occurred_at", "h.day_only")
    cases = []
    for span in TermsSpan.objects.select_related("terms").order_by("pk"):
        until = f" AND {day} < '{span.until}'::date" if span.until else ""
        cases.append(
            f"WHEN h.line_id = {span.line_id} AND {day} >= '{span.first}'::date{until} THEN {_in(span.terms.calendar_id)}"
        )
    sql = f"CASE WHEN h.day_only THEN '' {' '.join(cases)} ELSE '' END"
    return Dimension("hours", _("working hours"), sql, show=lambda text: WORDS.get(text, text))


def _in(version: int) -> str:
    """SQL: 'in' when the instant of the handoff lies in a window of this calendar."""
    at = f"{MICROS.format('h.occurred_at')}::bigint"

    def column(name: str) -> str:
        return f"(SELECT array_agg(x.{name} ORDER BY x.i) FROM calendars_axiswindow x WHERE x.version_id = {version})"

    return f"CASE WHEN {at} < {column('closes_us')}[width_bucket({at}, {column('opens_us')})] THEN 'in' ELSE 'out' END"
