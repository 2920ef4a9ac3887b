"""People's time of both sides, matched to the leads that it was for, as money spent is (`matched`): so that a cohort holds all its cost.

What marketing worked in a month is shared among the leads that came in it, what sales worked among the leads that were handed over in it
for the first time; hours on a campaign among its leads only. What found no lead keeps the day it was worked (decision 103).
"""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from smarketing.accounts.models import Side
from smarketing.measures.numbers import MONEY, RATIO
from smarketing.measures.question import Question
from smarketing.measures.reduces import quotient, returned, total
from smarketing.measures.registry import Column, Dimension, Measure, Part, Population

from . import matched, outcomes, seen
from . import populations as p
from .matched import HANDED, NO_LEAD, WAITING
from .offered import Offered
from .values import BELONGS, campaign, not_corrected

_WORKED = f"""leads_timespent ts{campaign("ts.campaign_id", "sg")}
    WHERE ts.recorded_at <= %(cutoff)s AND {not_corrected("timespent", "ts")}"""
_MONTH = "date_trunc('month', ts.worked_on)::date"
# Cost in ten-thousandths: hours and rates have two decimals each.
_HOURS = f"""MATERIALIZED (SELECT ts.side, coalesce(sg.id, 0) AS campaign, {_MONTH} AS month, (sum(ts.hours * ts.rate) * 10000)::bigint AS cost
  FROM {_WORKED} GROUP BY 1, 2, 3)"""
# The leads for which each side worked, by the month in which it did.
_FOR = """(SELECT '{marketing}' AS side, l.id AS lead_id, g.id AS campaign_id, {created} AS month FROM leads_lead l{belongs} WHERE {born}
  UNION ALL SELECT '{sales}', l.id, g.id, {handed} FROM begun b JOIN leads_lead l ON l.id = b.lead_id{belongs})"""
# Numbered, of a campaign (0: of all) and month: the first ones take what is left over.
_POOLS = """MATERIALIZED (SELECT f.side, f.lead_id, o.campaign, f.month, count(*) OVER same AS n,
    row_number() OVER (same ORDER BY f.lead_id ROWS UNBOUNDED PRECEDING) AS rank
  FROM worked_for f CROSS JOIN LATERAL (VALUES (f.campaign_id), (0)) o(campaign)
  WHERE (f.side, o.campaign, f.month) IN (SELECT w.side, w.campaign, w.month FROM hours_worked w)
  WINDOW same AS (PARTITION BY f.side, o.campaign, f.month))"""
_EACH = "w.cost + q.n - q.rank"
_TIMED = f"""MATERIALIZED (SELECT q.lead_id * 4 + (q.campaign > 0)::int * 2 + (q.side = '{{sales}}')::int AS key, q.lead_id,
    nullif(q.campaign, 0) AS campaign_id, q.side, ({_EACH} - mod(mod({_EACH}, q.n) + q.n, q.n)) / q.n / 10000.0 AS amount, NULL::date AS worked_on
  FROM worked_pools q JOIN hours_worked w ON w.side = q.side AND w.campaign = q.campaign AND w.month = q.month
  UNION ALL SELECT -ts.id, NULL, sg.id, ts.side, ts.hours * ts.rate, ts.worked_on FROM {_WORKED}
    AND NOT EXISTS (SELECT FROM worked_pools q WHERE q.side = ts.side AND q.campaign = coalesce(sg.id, 0) AND q.month = {_MONTH}))"""
PART = Dimension(
    "spent_for", matched.PART.label,
    f"CASE WHEN l.id IS NULL THEN '{NO_LEAD}' WHEN b.lead_id IS NULL THEN '{WAITING}' ELSE '{HANDED}' END", show=matched.PART.show,
)  # fmt: skip
SIDE = Dimension("side", _("side"), "x.side", show=lambda text: dict(Side.choices).get(text, text))


def timed(question: Question) -> Population:
    """What people's time cost, in the shares of the leads that it was for, and what was for none. A share is dated by the day of its lead's
    creation (by handoff: of its first handoff, where there is one), the rest by the day it was worked."""
    base = matched.matched(question)
    created, handed = question.day("l.created_at", "l.day_only"), question.day("b.occurred_at", "b.day_only")
    sides = {"marketing": Side.MARKETING, "sales": Side.SALES}
    near = "true" if question.date == "handed" else matched.NEAR
    asked = _FOR.format(
        created=f"date_trunc('month', {created})::date", handed=f"date_trunc('month', {handed})::date",
        belongs=BELONGS, born=" AND ".join((*p.BORN, near)), **sides,
    )  # fmt: skip
    steps = {"hours_worked": _HOURS, "worked_for": asked, "worked_pools": _POOLS, "timed": _TIMED.format(**sides)}
    return replace(
        base, source="timed x LEFT JOIN leads_lead l ON l.id = x.lead_id", ctes={**outcomes.ALL, **steps},
        day=base.day.replace("x.spent_on", "x.worked_on"), seen=seen.leads,
        columns=(
            *p.LEAD, Column("campaign", _("campaign"), "g.name"), Column("side", _("side"), "x.side", show=SIDE.show),
            Column("spent_for", PART.label, PART.sql, show=PART.show), Column("amount", _("amount"), "x.amount", "money"),
        ),
    )  # fmt: skip


def of_timed(question: Question) -> Offered:
    """The dimensions of money matched, and whose time it was."""
    return matched.of_bought(question).more({PART.key: PART, SIDE.key: SIDE})


def of_loaded(question: Question) -> Offered:
    """The dimensions that money and time have both."""
    return matched.of_bought(question).more({PART.key: PART})


_DATES = ("created", "handed")
_LOADED = Part("matched_loaded", _("loaded cost"))
MEASURES = (
    Measure("matched_time", _("Cost of people's time matched to its leads"),
            _("Hours that both sides wrote down × what an hour costs: marketing's of a month shared equally among the leads that came in it, sales' among those handed over in it for the first time, hours on a campaign among its leads only; by the day the lead was created (or handed over). Hours that found no lead stay with the day they were worked, so that all shares add up to all hours."),
            MONEY, timed, "sum", of_timed, dates=_DATES, cases=False, order=77, nightly=False),
    Measure("matched_loaded", _("Loaded cost matched to its leads"), _("Money spent and people's time of both sides, matched to the leads of the cohort."),
            MONEY, dimensions=of_loaded, dates=_DATES, combine=total, cases=False, order=77, nightly=False,
            parts=(Part("matched_cost", _("cost")), Part("matched_time", _("cost of time")))),
    Measure("matched_loaded_cac", _("Loaded cost per deal won, of the cohort"), _("Money spent and people's time matched to the leads of the cohort ÷ deals won of these leads so far: the cost of a customer with the work of both sides in it."),
            MONEY, dimensions=matched.of_bought, dates=_DATES, combine=quotient, order=77, nightly=False,
            parts=(_LOADED, Part("won", _("won")))),
    Measure("matched_loaded_return", _("Loaded return of the cohort"), _("(Revenue won so far of the leads of the cohort − money and people's time matched to them) ÷ money and people's time matched to them."),
            RATIO, dimensions=matched.of_bought, dates=_DATES, combine=returned, order=77, nightly=False,
            parts=(Part("revenue", _("revenue")), _LOADED)),
)  # fmt: skip
