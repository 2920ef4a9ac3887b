"""Measures of the flow: how long each step takes, counting those who still wait; cohorts and the months after them; people
who were never handed over but bought; what the first attempt's hour goes with; refusals one by one."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from django.utils.translation import gettext_lazy as _

from smarketing.measures.numbers import COUNT, DAYS, MONEY, RATIO
from smarketing.measures.question import Question
from smarketing.measures.reduces import STATS
from smarketing.measures.registry import Column, Measure, Population

from . import dimensions as d
from . import populations as p
from .populations import AMOUNT
from .values import number

HANDED = ("h.occurred_at", "h.day_only")
# Each step of the way: where it begins and ends. A deal's instants are known to the minute where its handoff's is.
INSTANTS = {
    "handed": HANDED, "accepted": ("o.accepted_at", "false"), "sql": ("o.sql_at", "false"),
    "deal": ("o.deal_at", "false"), "won": ("o.won_at", "false"),
}  # fmt: skip
QUARTILES = ("median", "p25", "p75")
TURNED_DOWN = "(o.decided = 'refused' OR o.returned IS NOT NULL)"


def waits(question: Question, start: str, end: str) -> Population:
    """Handoffs that came to a step, by the day they were made or came to it; a hit came to the next one. The value: local
    days until then, or watched so far; whoever was refused or given back is watched on, for others still come."""
    begin, until = question.day(*INSTANTS[start]), question.day(*INSTANTS[end])
    watched = f"greatest(coalesce({until}, '{question.last_day}'::date) - {begin}, 0)"
    came = f"{INSTANTS[end][0]} IS NOT NULL"
    if question.window is not None:
        came, watched = f"({came} AND {watched} <= %(window)s)", f"least({watched}, %(window)s)"
    base = p.outcomes(question, f"{INSTANTS[start][0]} IS NOT NULL", came)
    waited = Column("days", _("days"), watched, "number")
    found = replace(base, value=watched, columns=(*base.columns, waited))
    return replace(found, day=begin, instant=INSTANTS[start][0]) if question.date == "entered" else found


def before(question: Question) -> Population:
    """Leads by the day they were created; a hit was handed over, within the window where one is asked. The value: local days until
    the first handoff, or watched so far."""
    base = p.leads(question)
    begin, until = question.day("l.created_at", "l.day_only"), question.day("b.occurred_at", "b.day_only")
    watched = f"greatest(coalesce({until}, '{question.last_day}'::date) - {begin}, 0)"
    came = "b.lead_id IS NOT NULL"
    if question.window is not None:
        came, watched = f"({came} AND {watched} <= %(window)s)", f"least({watched}, %(window)s)"
    return replace(
        base, source=f"{base.source} LEFT JOIN begun b ON b.lead_id = l.id", value=watched, hit=came,
        columns=(*base.columns, Column("handed_on", _("handed over on"), until, "date"), Column("days", _("days"), watched, "number")),
    )  # fmt: skip


def people(question: Question) -> Population:
    """The first handoff in the period of each lead: people, whatever they were handed over for and how often."""
    base = p.handoffs(question)
    day = question.day("n.occurred_at", "n.day_only")
    firsts = (
        f"(SELECT DISTINCT ON (n.lead_id) n.id FROM numbered n WHERE {day} >= %(first)s AND {day} < %(until)s"
        " ORDER BY n.lead_id, n.occurred_at, n.id)"
    )
    return replace(base, source=f"{base.source} JOIN earliest e ON e.id = h.id", ctes={**base.ctes, "earliest": firsts})


def direct(question: Question) -> Population:
    """Leads whose first deal was opened though nobody had handed them over: by that day they were MQL, inferred."""
    base = p.deals(question)
    ctes = {
        "opening": "(SELECT DISTINCT ON (lead_id) lead_id, id, created_at FROM dealt ORDER BY lead_id, created_at, id)",
        "unasked": "(SELECT op.id FROM opening op LEFT JOIN begun bg ON bg.lead_id = op.lead_id AND bg.occurred_at <= op.created_at"
        " WHERE bg.lead_id IS NULL)",
    }
    return replace(base, source=f"{base.source} JOIN unasked u ON u.id = w.id", ctes={**base.ctes, **ctes})


def since_last(question: Question) -> Population:
    """Won deals; the value is the lag in local days from the last handoff before the win."""
    base = p.deals(question, "won")
    latest = """(SELECT DISTINCT ON (x.id) x.id, n.occurred_at, n.day_only FROM dealt x JOIN numbered n ON n.lead_id = x.lead_id
      AND n.occurred_at <= x.closed_at WHERE x.is_won ORDER BY x.id, n.occurred_at DESC, n.id DESC)"""
    lag = f"({question.day('w.closed_at', 'w.closed_day_only')} - {question.day('lt.occurred_at', 'lt.day_only')})"
    return replace(
        base, source=f"{base.source} JOIN latest lt ON lt.id = w.id", ctes={**base.ctes, "latest": latest}, value=lag,
        columns=(*base.columns[:-1], Column("days", _("days"), lag, "number")),
    )  # fmt: skip


def won_of_cohort(question: Question) -> Population:
    """First handoffs of the cohort that have a won deal."""
    base = p.cohort(question)
    return replace(base, where=(*base.where, "w.id IS NOT NULL"))


def tried(question: Question, hit: str) -> Population:
    """Handoffs with an attempt, with what became of them."""
    base = p.tried(question)
    shown = Column("tried_at", _("first attempt"), "t.at")
    return replace(
        base, source=f"{base.source} JOIN outcome o ON o.id = h.id", hit=hit, columns=(*base.columns, shown)
    )  # fmt: skip


def _wait(start: str, end: str, label, words, order: int) -> Measure:
    return Measure(f"wait_{end}", label, words, DAYS, partial(waits, start=start, end=end), "wait", d.of_outcomes,
                   dates=("handed", "entered"), stats=QUARTILES, order=order)  # fmt: skip


def _come(end: str, label, words, order: int) -> Measure:
    return Measure(f"come_{end}", label, words, RATIO, partial(waits, start="handed", end=end), "come", d.of_outcomes,
                   windowed=True, interval=True, order=order)  # fmt: skip


def _with(start: Callable[[Question], tuple[str, str]]):
    return lambda question: d.of_since(question, *start(question))


COME = _(
    "The share of handoffs that get this far, within the window where one is asked, by Kaplan–Meier: those still on their way count for as long as they were watched, so that a young cohort does not look worse than an old one."
)
WAIT = _(
    "Local days from one step to the next, by Kaplan–Meier: the day by which half of all have got there (or a quarter, or three quarters), those who still wait counting for as long as they were watched. Nothing as long as fewer have got there."
)
COME_MQL = _(
    "The share of leads created that are handed over, within the window where one is asked, by Kaplan–Meier: those not handed over yet count for as long as they were watched."
)
WAIT_MQL = _(
    "Local days from the creation of a lead to its first handoff, by Kaplan–Meier: the day by which half of all leads were handed over (or a quarter, or three quarters), those not handed over yet counting for as long as they were watched. Nothing as long as fewer were."
)
_MEASURES = (
    Measure("mql_rate", _("Leads handed over"), _("Leads created that were handed over so far ÷ leads created, by the day they were created; with a window, within so many days."),
            RATIO, before, "share", d.of_leads, dates=("created",), windowed=True, interval=True, maturity=d.MATURE, order=12),
    Measure("come_mql", _("Handed over, those who wait included"), COME_MQL,
            RATIO, before, "come", d.of_leads, dates=("created",), windowed=True, interval=True, order=12),
    Measure("wait_mql", _("Days from creation to handoff"), WAIT_MQL,
            DAYS, before, "wait", d.of_leads, dates=("created",), stats=QUARTILES, order=13),
    Measure("with_deal", _("Handoffs with a deal"), _("Handoffs on which a deal was opened, however many, by the day they were made or the day of their first deal."),
            COUNT, partial(p.outcomes, which="o.deal_at IS NOT NULL"), dimensions=d.of_outcomes, dates=("handed", "opened"), order=52),
    Measure("with_win", _("Handoffs with a deal won"), _("Handoffs on which a deal was won, however many, by the day they were made or the day of their first win."),
            COUNT, partial(p.outcomes, which="o.won_at IS NOT NULL"), dimensions=d.of_outcomes, dates=("handed", "won"), order=52),
    Measure("mql_people", _("People handed over"), _("People who were handed over in the period, each once, under the first of their handoffs in it."),
            COUNT, people, dimensions=d.of_made, order=23),
    Measure("mql_inferred", _("MQL inferred"), _("Leads whose first deal was opened without a handoff before it: they were never handed over, and count as MQL by inference on the day of that deal."),
            COUNT, direct, dimensions=d.of_deals, dates=("opened",), order=24),
    Measure("turndowns", _("Refusals and returns"), _("Refusals and returns one by one, by the day they were made."),
            COUNT, p.turned_down, dimensions=d.of_turned_down, dates=("decided",), order=38),
    Measure("turned_down_rate", _("Share refused or given back"), _("Handoffs refused before any attempt, or given back after work ÷ handoffs."),
            RATIO, partial(p.outcomes, hit=TURNED_DOWN), "share", d.of_outcomes, interval=True, order=39),
    Measure("deal_rate", _("MQL to deal"), _("Handoffs with a deal opened on them ÷ handoffs."),
            RATIO, partial(p.outcomes, hit="o.deal_at IS NOT NULL"), "share", d.of_outcomes, interval=True, maturity=d.MATURE, order=53),
    Measure("won_rate", _("MQL to won"), _("Handoffs with a won deal opened on them ÷ handoffs."),
            RATIO, partial(p.outcomes, hit="o.won_at IS NOT NULL"), "share", d.of_outcomes, interval=True, maturity=d.MATURE, order=53),
    Measure("tried_sql", _("Became SQL, of those tried"), _("Handoffs whose need was confirmed, or shown by a deal ÷ handoffs with an attempt, by the day of the handoff."),
            RATIO, partial(tried, hit="o.sql_at IS NOT NULL"), "share", d.of_tried, interval=True, maturity=d.MATURE, order=54),
    Measure("tried_won", _("Won, of those tried"), _("Handoffs with a won deal ÷ handoffs with an attempt, by the day of the handoff."),
            RATIO, partial(tried, hit="o.won_at IS NOT NULL"), "share", d.of_tried, interval=True, maturity=d.MATURE, order=55),
    _come("accepted", _("Accepted, those on their way included"), COME, 56),
    _come("sql", _("SQL, those on their way included"), COME, 57),
    _come("won", _("Won, those on their way included"), COME, 58),
    _wait("handed", "accepted", _("Days from handoff to acceptance"), WAIT, 66),
    _wait("accepted", "sql", _("Days from acceptance to SQL"), WAIT, 67),
    _wait("sql", "deal", _("Days from SQL to a deal"), WAIT, 68),
    _wait("deal", "won", _("Days from a deal to won"), WAIT, 69),
    Measure("days_to_won_last", _("Days to won from the last handoff"), _("Local days from the last handoff before the win to the day of winning; deals won without a handoff before are left out."),
            DAYS, since_last, "spread", d.of_deals, dates=("handed", "won"), stats=tuple(STATS), maturity=d.MATURE, order=63),
    Measure("won_since", _("Won by months since the handoff"), _("First handoffs of the cohort that have a won deal, by the calendar months from the month of the handoff to the month of the first win."),
            COUNT, won_of_cohort, dimensions=_with(lambda q: HANDED), order=64),
    Measure("revenue_since", _("Revenue by months since the handoff"), _("Sum of the amounts of won deals, by the calendar months from the month of the lead's first handoff to the month of the win."),
            MONEY, partial(p.deals, state="won", value=number(AMOUNT)), "sum", _with(lambda q: ("b.occurred_at", "b.day_only")), order=71),
)  # fmt: skip
# The pages of the loop ask the night for what they show of these.
MEASURES = tuple(replace(one, nightly=False) for one in _MEASURES)
