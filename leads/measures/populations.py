"""Populations: which rows count, dated by what. One function per kind of row; tables give the variants."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from leads.handoffs import reasons
from leads.models import Deal, Decision
from smarketing.accounts.models import Side
from smarketing.measures.question import Question
from smarketing.measures.registry import Column, Population

from . import seen
from .dimensions import DECIDED
from .outcomes import about, left_out
from .values import BELONGS, campaign, not_corrected, number, people, value

FIRST, REPEATED = "n.is_first", "NOT n.is_first"
ANCHORS = {
    "created": ("l.created_at", "l.day_only"),
    "handed": ("b.occurred_at", "b.day_only"),
    "won": ("w.closed_at", "w.closed_day_only"),
    "opened": ("d.created_at", "d.day_only"),
}
LEAD = (
    Column("lead", _("lead"), "trim(l.first_name || ' ' || l.last_name)", personal=True),
    Column("reference", _("reference"), "(SELECT min(lk.key) FROM leads_leadkey lk WHERE lk.lead_id = l.id)", personal=True),
    Column("company", _("company"), "c.name"),
    Column("source", _("source"), "l.source"),
)  # fmt: skip
FIRM = f"({value('deal', 'company')})::bigint"
GRADE = (Column("grade", _("grade"), "h.grade"),)
AMOUNT = value("deal", "amount")
DEAL = (
    Column("deal", _("deal"), "coalesce(nullif(d.title, ''), d.key)", personal=True),
    Column("state", _("state"), value("deal", "state"), show=lambda text: dict(Deal.State.choices).get(text, text)),
    Column("amount", _("amount"), number(AMOUNT), "money"),
)
BORN = (
    "l.recorded_at <= %(cutoff)s",
    not_corrected("lead", "l"),
    "NOT EXISTS (SELECT FROM merged x WHERE x.loser_id = l.id)",
)
LINK = ("leads:lead", "l.id")
REACHED = "o.sql_at IS NOT NULL"
# A deal opened on no lead and without any contact, whatever the part that it plays.
NOBODY = f"""w.declared_id IS NULL AND NOT EXISTS (SELECT FROM leads_dealcontact dc WHERE dc.deal_id = w.id
  AND dc.recorded_at <= %(cutoff)s AND {not_corrected("dealcontact", "dc")})"""
# What dates a handoff by a step it came to: its first decision, the need confirmed, its first deal, its first win.
CAME = {"decided": "o.decided_at", "reached": "o.sql_at", "opened": "o.deal_at", "won": "o.won_at"}
CHARGED = " LEFT JOIN charged ch ON ch.handoff_id = h.id CROSS JOIN LATERAL (SELECT {rep}) rr"
OF_HANDOFF = CHARGED.format(rep="ch.rep_id")
HANDED = f"leads_handoff h JOIN numbered n ON n.id = h.id{OF_HANDOFF}"


def leads(question: Question) -> Population:
    """Leads created, a merged one with the lead that stands for it."""
    return _population(
        question, "leads_lead l" + BELONGS, "l.id", question.day("l.created_at", "l.day_only"),
        where=(*BORN, question.around("l.created_at")), columns=LEAD, instant="l.created_at",
    )  # fmt: skip


def handoffs(question: Question, which: str = "true") -> Population:
    """Handoffs made: all, first or repeated ones."""
    return _population(
        question, HANDED, "h.id", question.day("h.occurred_at", "h.day_only"),
        where=(which, question.around("h.occurred_at")), columns=(*LEAD, *GRADE), beside=people("h.lead_id", few=True),
        instant="h.occurred_at",
    )  # fmt: skip


def outcomes(question: Question, which: str = "true", hit: str = "true") -> Population:
    """Handoffs with what became of them by the cut-off, by the day they were made or came to a step (`CAME`)."""
    day = question.day("h.occurred_at", "h.day_only")
    at = CAME.get(question.date, "")
    more = () if question.window is None else (f"{question.day('o.sql_at')} - {day} <= %(window)s",)
    reached = " AND ".join((REACHED, *more))
    return _population(
        question, f"{HANDED} JOIN outcome o ON o.id = h.id", "h.id",
        question.day(at) if at else day, instant=at or "h.occurred_at",
        where=(which.replace("{reached}", reached), *((question.around("h.occurred_at"),) if question.date == "handed" else ())),
        hit=hit.replace("{reached}", reached), beside=people("h.lead_id", few=True),
        columns=(*LEAD, *GRADE, Column("decided", _("first decision"), "o.decided", show=lambda text: DECIDED.get(text, text)), Column("reason", _("reason"), "o.reason", show=reasons.label)),
    )  # fmt: skip


def decided(question: Question) -> Population:
    """Decided handoffs without the refusals that are left out; a hit was accepted and not given back for fit or data."""
    left = left_out()
    fault = f"o.returned IS NOT NULL AND o.reason IN {reasons.faults()} AND NOT {left}"
    kept = f"o.decided = 'accepted' AND NOT coalesce({fault}, false)"
    return outcomes(question, f"(o.decided = 'accepted' OR (o.decided = 'refused' AND NOT {left}))", f"({kept})")


def turned_down(question: Question) -> Population:
    """Refusals and returns by the day they were made; a hit says its reason."""
    return _population(
        question, f"{HANDED} JOIN leads_decision v ON v.handoff_id = h.id", "v.id", question.day("v.occurred_at"),
        where=("v.kind IN ('refuse', 'return')", "v.recorded_at <= %(cutoff)s", not_corrected("decision", "v"), question.around("v.occurred_at")),
        hit="v.reason <> ''", beside=people("h.lead_id", few=True), instant="v.occurred_at",
        columns=(*LEAD, *GRADE, Column("decision", _("decision"), "v.kind", show=lambda text: dict(Decision.Kind.choices).get(text, text)), Column("reason", _("reason"), "v.reason", show=reasons.label)),
    )  # fmt: skip


def tried(question: Question) -> Population:
    """Handoffs with an attempt; a hit was spoken to."""
    return _population(
        question, f"{HANDED} JOIN tried t ON t.handoff_id = h.id", "h.id", question.day("h.occurred_at", "h.day_only"),
        where=(question.around("h.occurred_at"),), hit="t.is_reached", beside=people("h.lead_id", few=True),
        instant="h.occurred_at", columns=(*LEAD, *GRADE),
    )  # fmt: skip


def cohort(question: Question) -> Population:
    """A cohort of leads (created) or of first handoffs (handed); a hit has a won deal, within the window if one is asked."""
    if question.date == "created":
        base, lead, key, at = leads(question), "l.id", "l.id", ("l.created_at", "l.day_only")
    else:
        base, lead, key, at = handoffs(question, FIRST), "n.lead_id", "h.id", ("h.occurred_at", "h.day_only")
    won = f" LEFT JOIN first_win w ON w.lead_id = {lead} LEFT JOIN leads_deal d ON d.id = w.id"
    day = question.day(*at)
    lag = f"{question.day('w.closed_at', 'w.closed_day_only')} - {day}"
    hit = "w.id IS NOT NULL" if question.window is None else f"coalesce({lag} <= %(window)s, false)"
    shown = Column("won_on", _("won on"), question.day("w.closed_at", "w.closed_day_only"), "date")
    return _population(
        question, base.source + won, key, day, where=base.where, hit=hit, columns=(*LEAD, shown, DEAL[2]),
        beside=base.beside, instant=base.instant,
    )  # fmt: skip


def deals(question: Question, state: str = "", value: str = "1", which: str = "true", hit: str = "true") -> Population:
    """Deals by the day they were won (else closed, else opened), or by the cohort of their lead. `state`: won or open."""
    charged = CHARGED.format(rep=f"coalesce({_rep()}, ch.rep_id) AS rep_id")
    source = (
        "dealt w JOIN leads_deal d ON d.id = w.id LEFT JOIN begun b ON b.lead_id = w.lead_id"
        f" LEFT JOIN leads_handoff h ON h.id = coalesce(w.handoff_id, b.handoff_id){charged}"
    )
    where = (f"w.is_{state}",) if state else ()
    lag = Column("days", _("days"), f"{_anchor(question, 'won')} - {_anchor(question, _from(question))}", "number")
    closed = Column("closed_on", _("closed on"), _anchor(question, "won"), "date")
    return _population(
        question, source, "w.id", _anchor(question, question.date), where=(*where, which), value=value, hit=hit,
        columns=(*LEAD, *DEAL, closed, lag), beside=people("w.declared_id", FIRM, few=True),
        instant=ANCHORS[question.date][0], spare=((charged, ("rr", "ch")),),
    )  # fmt: skip


def cycles(question: Question, which: str) -> Population:
    """Closed deals; the value is the lag in local days from the opening to the closing."""
    return deals(question, value=f"({_anchor(question, 'won')} - {_anchor(question, 'opened')})", which=which)


def lags(question: Question) -> Population:
    """Won deals; the value is the lag in local days from the cohort's date (else from the first handoff, or creation)."""
    handed, created, won = (_anchor(question, name) for name in ("handed", "created", "won"))
    start = created if question.date == "created" else f"coalesce({handed}, {created})"
    return deals(question, "won", f"({won} - {start})")


def quality(question: Question, relation: str) -> Population:
    """Won deals whose day of winning is before (<) or on (=) the day of first contact."""
    return deals(question, "won", which=f"{_anchor(question, 'won')} {relation} {_anchor(question, 'created')}")


def _rep() -> str:
    return f"({value('deal', 'rep')})::bigint"


def _from(question: Question) -> str:
    return "created" if question.date == "created" else "handed"


def _anchor(question: Question, name: str) -> str:
    return question.day(*ANCHORS[name])


def spend(question: Question) -> Population:
    """Money spent, on a campaign or nobody says on which, by the day it was spent."""
    return _population(
        question, "leads_spend sp" + campaign("sp.campaign_id"), "sp.id", "sp.spent_on",
        where=("sp.recorded_at <= %(cutoff)s", not_corrected("spend", "sp")), value="sp.amount", link=("leads:campaign", "g.id"), seen=None,
        columns=(Column("campaign", _("campaign"), "g.name"), Column("label", _("label"), "sp.label"), Column("amount", _("amount"), "sp.amount", "money")),
    )  # fmt: skip


def loose_spend(question: Question) -> Population:
    """Money spent of which nobody says on which campaign."""
    base = spend(question)
    return replace(base, where=(*base.where, "sp.campaign_id IS NULL"))


def time_spent(question: Question, what: str = "ts.hours * ts.rate") -> Population:
    """Hours of both sides and what they cost, by the day they were worked."""
    whose = "coalesce((SELECT u.name FROM accounts_user u WHERE u.id = ts.person_id), (SELECT t.name FROM accounts_team t WHERE t.id = ts.team_id))"
    return _population(
        question, "leads_timespent ts" + campaign("ts.campaign_id"), "ts.id", "ts.worked_on",
        where=("ts.recorded_at <= %(cutoff)s", not_corrected("timespent", "ts")), value=what, link=("leads:campaign", "g.id"), seen=None,
        columns=(
            Column("campaign", _("campaign"), "g.name"), Column("side", _("side"), "ts.side", show=lambda text: dict(Side.choices).get(text, text)),
            Column("whose", _("whose"), whose), Column("hours", _("hours"), "ts.hours", "number"), Column("label", _("label"), "ts.label"),
        ),
    )  # fmt: skip


def planned_spend(question: Question) -> Population:
    """What campaigns are to cost, day by day: a plan is spread evenly, its first days take the cents left over."""
    days, cents = "(pc.last_day - pc.first_day + 1)", "(pc.amount * 100)::bigint"
    each = f"({cents} / {days} + CASE WHEN pd.n < mod({cents}, {days}) THEN 1 ELSE 0 END) / 100.0"
    return _population(
        question,
        f"leads_plannedcost pc CROSS JOIN LATERAL (SELECT n, pc.first_day + n AS day FROM generate_series(0, {days} - 1) n) pd" + campaign("pc.campaign_id"),
        "(pc.id * 40000 + pd.n)", "pd.day", where=("pc.recorded_at <= %(cutoff)s", not_corrected("plannedcost", "pc")), value=each,
        link=("leads:campaign", "g.id"), seen=None,
        columns=(Column("campaign", _("campaign"), "g.name"), Column("label", _("label"), "pc.label"), Column("amount", _("amount"), each, "money")),
    )  # fmt: skip


def with_value(question: Question, subject: str, field: str, personal: bool = False) -> Population:
    """Rows of a subject whose field is filled in; the value is its number, where it is one. `personal`: shown as names are."""
    text = value(subject, field)
    base = (
        deals(question)
        if subject == "deal"
        else leads(question)
        if question.date == "created"
        else handoffs(question, FIRST)
    )
    column = Column("value", _("value"), text, personal=personal)
    return Population(
        base.source, base.key, base.day, (*base.where, f"coalesce({text}, '') <> ''"), number(text), "true", base.ctes,
        base.params, (*LEAD, column), base.instant, base.beside, base.brings, base.link, base.seen, base.spare,
    )  # fmt: skip


def _population(question: Question, source: str, key: str, day: str, **more) -> Population:
    return Population(
        source=source,
        key=key,
        day=day,
        ctes=about(question),
        brings=("l", "c", "g"),
        **{"link": LINK, "seen": seen.leads, "spare": ((OF_HANDOFF, ("rr", "ch")),), **more},
    )
