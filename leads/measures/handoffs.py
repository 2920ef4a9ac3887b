"""Populations of handoffs: the MQL of a month, first and repeated ones apart."""

from django.utils.translation import gettext_lazy as _

from smarketing.measures.question import Question
from smarketing.measures.registry import Column, Population

from .dimensions import CHARGED, REPS
from .values import CTES, not_corrected, people

COUNTED = ["h.recorded_at <= %(cutoff)s", not_corrected("handoff", "h")]
# The earliest handoff of each lead (its root) on each definition line is the first one; later ones are repeated.
NUMBERED = f"""(SELECT h.id, row_number() OVER (
    PARTITION BY coalesce(mg.root_id, h.lead_id), h.line_id ORDER BY h.occurred_at, h.id) AS nth
  FROM leads_handoff h LEFT JOIN merged mg ON mg.loser_id = h.lead_id WHERE {" AND ".join(COUNTED)})"""
HANDOFF_CTES = {**CTES, "numbered": NUMBERED, "charged": CHARGED, "reps": REPS}
FIRST, REPEATED, EVERY = "n.nth = 1", "n.nth > 1", "true"
LEAD_COLUMNS = (
    Column("lead", _("lead"), "trim(l.first_name || ' ' || l.last_name)", personal=True),
    Column("company", _("company"), "c.name"),
    Column("source", _("source"), "l.source"),
)
SOURCE = (
    "leads_handoff h JOIN numbered n ON n.id = h.id LEFT JOIN charged ch ON ch.handoff_id = h.id"
    f" CROSS JOIN LATERAL (SELECT ch.rep_id) rr{people('h.lead_id')}"
)


def handed(question: Question, which: str = EVERY, **more) -> Population:
    """Handoffs made in the period: all, first or repeated ones."""
    return Population(
        source=more.pop("source", SOURCE),
        key="h.id",
        day=question.day("h.occurred_at", "h.day_only"),
        where=(*COUNTED, which, question.around("h.occurred_at"), *more.pop("where", ())),
        ctes={**HANDOFF_CTES, **more.pop("ctes", {})},
        columns=more.pop(
            "columns", (*LEAD_COLUMNS, Column("gate", _("gate"), "h.gate"), Column("grade", _("grade"), "h.grade"))
        ),
        link=("leads:lead", "l.id"),
        **more,
    )
