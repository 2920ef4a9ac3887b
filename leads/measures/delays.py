"""Two delays of a handoff, apart: what the system took, and what people took. And what marketing contests."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from leads.handoffs import reasons
from leads.models import Decision, Ruling
from smarketing.measures.question import Question
from smarketing.measures.registry import Column, Population

from .populations import GRADE, HANDED, LEAD, handoffs
from .values import not_corrected, people

# Handed over here, and learned when it happened: a file that tells of the past took no time of ours.
OURS = ("h.gate <> 'imported'", "h.known_at = h.recorded_at", "NOT h.day_only")
CAPTURED = "coalesce(q.effective_at, h.occurred_at)"
_CHARGES = f"""SELECT {{what}} FROM leads_assignment a WHERE a.handoff_id = h.id AND a.rep_id IS NOT NULL
  AND a.recorded_at <= %(cutoff)s AND {not_corrected("assignment", "a")}"""
_ASSIGNED = (
    " LEFT JOIN leads_qualification q ON q.id = h.qualification_id"
    f" JOIN LATERAL ({_CHARGES.format(what='min(a.recorded_at) AS at')}) s ON s.at IS NOT NULL"
)
# In whose charge it was when somebody first tried.
_TRIED = (
    "leads_handoff h JOIN numbered n ON n.id = h.id LEFT JOIN charged ch ON ch.handoff_id = h.id JOIN tried t ON t.handoff_id = h.id"
    f" JOIN LATERAL ({_CHARGES.format(what='a.occurred_at AS at, a.rep_id')} AND a.occurred_at <= t.at"
    " ORDER BY a.occurred_at DESC, a.id DESC LIMIT 1) mine ON true CROSS JOIN LATERAL (SELECT mine.rep_id) rr"
)
_RULED = f"""LEFT JOIN LATERAL (SELECT r.kind FROM leads_ruling r JOIN leads_note rn ON rn.id = r.note_id
  WHERE r.to_id = x.note_id AND rn.recorded_at <= %(cutoff)s AND {not_corrected("note", "rn")} ORDER BY rn.id DESC LIMIT 1) ru ON true"""
MINUTES = "greatest(extract(epoch FROM {1} - {0})::numeric, 0) / 60"
HOURS = "greatest(extract(epoch FROM {1} - {0})::numeric, 0) / 3600"


def _of(question: Question, source: str, value: str, label: object) -> Population:
    base = handoffs(question)
    shown = Column("took", label, f"round({value}, 2)", "number")
    return replace(base, source=source, where=(*base.where, *OURS), value=value, columns=(*LEAD, *GRADE, shown))


def system(question: Question) -> Population:
    """Handoffs that reached a rep; the value is the minutes from the fact that made the lead an MQL (or from the handing over by
    hand) to the first assignment."""
    return _of(question, HANDED + _ASSIGNED, MINUTES.format(CAPTURED, "s.at"), _("minutes"))


def judging(question: Question) -> Population:
    """Handoffs of a qualification; the value is the minutes from the fact that made it true to the judgement."""
    source = HANDED + " JOIN leads_qualification q ON q.id = h.qualification_id"
    return _of(question, source, MINUTES.format("q.effective_at", "q.recorded_at"), _("minutes"))


def by_rep(question: Question) -> Population:
    """Handoffs with an attempt, each with the rep who had it then; the value is the hours since it was theirs."""
    return _of(question, _TRIED, HOURS.format("mine.at", "t.at"), _("hours"))


def by_lead(question: Question) -> Population:
    """Handoffs with an attempt; the value is the hours since they were handed over, whoever had them meanwhile."""
    return _of(question, _TRIED, HOURS.format("h.occurred_at", "t.at"), _("hours"))


def contested(question: Question, which: str = "true", hit: str = "true") -> Population:
    """Contests of refusals and returns by the day they were contested; `ru.kind` is their ruling."""
    base = handoffs(question)
    source = (
        f"{HANDED} JOIN leads_decision v ON v.handoff_id = h.id JOIN leads_contest x ON x.decision_id = v.id"
        f" JOIN leads_note xn ON xn.id = x.note_id {_RULED}"
    )
    kinds, rulings = dict(Decision.Kind.choices), dict(Ruling.Kind.choices)
    return replace(
        base, source=source, key="x.note_id", day=question.day("xn.occurred_at"), hit=hit, instant="xn.occurred_at",
        where=("xn.recorded_at <= %(cutoff)s", not_corrected("note", "xn"), question.around("xn.occurred_at"), which),
        beside=people("h.lead_id", few=True),
        columns=(
            *LEAD, Column("decision", _("decision"), "v.kind", show=lambda text: kinds.get(text, text)),
            Column("reason", _("reason"), "v.reason", show=reasons.label),
            Column("ruling", _("ruling"), "coalesce(ru.kind, '')", show=lambda text: rulings.get(text, text) if text else _("waits")),
        ),
    )  # fmt: skip
