"""Money spent, matched to the leads that it brought: shared equally among the leads of a campaign, of all time or of the month in
which it was spent.

Month by month every cent has its place: on a lead that the campaign brought in that month, or, where it brought none or nobody says
which campaign it was, on no lead. So the parts of a month's cohort add up to what was spent in it (decision 83).
"""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from django.utils.translation import gettext_lazy as _

from smarketing.measures.numbers import COUNT, MONEY, NUMBER, RATIO
from smarketing.measures.question import Question
from smarketing.measures.reduces import quotient, returned
from smarketing.measures.registry import Column, Dimension, Measure, Part, Population

from . import dimensions as d
from . import outcomes, seen
from . import populations as p
from .offered import Offered
from .values import BELONGS, campaign, not_corrected, number, value

SPENT = f"""leads_spend sp{campaign("sp.campaign_id", "sg")}
    WHERE sp.recorded_at <= %(cutoff)s AND {not_corrected("spend", "sp")}"""
# The leads of each campaign and month, numbered: the first ones take the cents left over.
_BROUGHT = """MATERIALIZED (SELECT l.id, g.id AS campaign_id, {month} AS month, count(*) OVER same_cohort AS n,
    row_number() OVER (same_cohort ORDER BY l.id ROWS UNBOUNDED PRECEDING) AS rank
  FROM leads_lead l{belongs} WHERE g.id IS NOT NULL AND {born} WINDOW same_cohort AS (PARTITION BY g.id, {month}))"""
_SHARES = f"""MATERIALIZED (SELECT b.id AS lead_id, b.campaign_id, (t.cents + b.n - b.rank - mod(mod(t.cents + b.n - b.rank, b.n) + b.n, b.n)) / b.n / 100.0 AS amount
  FROM brought b JOIN (SELECT sg.id AS campaign_id, {{month}} AS month, (sum(sp.amount) * 100)::bigint AS cents
    FROM {SPENT} GROUP BY 1, 2) t ON t.campaign_id = b.campaign_id AND t.month = b.month)"""
MONTH_SPENT = "date_trunc('month', sp.spent_on)::date"
_MATCHED = f"""MATERIALIZED (SELECT sh.lead_id AS key, sh.lead_id, sh.campaign_id, sh.amount, NULL::date AS spent_on FROM shares sh
  UNION ALL SELECT -sp.id, NULL, sg.id, sp.amount, sp.spent_on FROM {SPENT}
    AND NOT EXISTS (SELECT FROM brought b WHERE b.campaign_id = sg.id AND b.month = {MONTH_SPENT}))"""
_EVER = "'-infinity'::date"
_BESIDE = (
    f" LEFT JOIN leads_company c ON c.id = {value('lead', 'company')}::bigint LEFT JOIN leads_campaign g ON g.id = x.campaign_id"
    " LEFT JOIN begun b ON b.lead_id = l.id LEFT JOIN leads_handoff h ON h.id = b.handoff_id"
    " LEFT JOIN charged ch ON ch.handoff_id = h.id CROSS JOIN LATERAL (SELECT ch.rep_id) rr"
)
HANDED, WAITING, NO_LEAD, NO_CAMPAIGN = "handed", "waiting", "no_lead", "no_campaign"
PARTS = {
    HANDED: _("leads handed over"),
    WAITING: _("leads not handed over"),
    NO_LEAD: _("no lead in the month"),
    NO_CAMPAIGN: _("no campaign"),
}
PART = Dimension(
    "spent_for", _("what it was spent for"),
    f"CASE WHEN x.campaign_id IS NULL THEN '{NO_CAMPAIGN}' WHEN l.id IS NULL THEN '{NO_LEAD}'"
    f" WHEN b.lead_id IS NULL THEN '{WAITING}' ELSE '{HANDED}' END",
    show=lambda text: PARTS.get(text, text),
)  # fmt: skip


# Of a period by creation only the leads of its months are read, and some days about them.
NEAR = "l.created_at >= %(month_first)s::date - 2 AND l.created_at < %(month_until)s::date + 2"


def _brought(month: str, near: str = "true") -> str:
    return _BROUGHT.format(month=month, belongs=BELONGS, born=" AND ".join((*p.BORN, near)))


def shared(question: Question) -> Population:
    """Leads whose campaign cost money; the value is each one's share of it, in whole cents that add up to what was spent."""
    base = p.leads(question)
    ctes = {**base.ctes, "brought": _brought(_EVER), "shares": _SHARES.format(month=_EVER)}
    return replace(
        base, source=f"{base.source} JOIN shares sh ON sh.lead_id = l.id", value="sh.amount", ctes=ctes,
        columns=(*p.LEAD, Column("campaign", _("campaign"), "g.name"), Column("share", _("share of the cost"), "sh.amount", "money")),
    )  # fmt: skip


def matched(question: Question) -> Population:
    """What was spent, in the shares of the leads that it brought in its month, and what brought none. A share is dated by the day of
    its lead's creation (by handoff: of its first handoff, where there is one), the rest by the day it was spent."""
    created = question.day("l.created_at", "l.day_only")
    handed = f"{question.day('b.occurred_at', 'b.day_only')}, " if question.date == "handed" else ""
    month = f"date_trunc('month', {created})::date"
    last = question.until - timedelta(days=1)
    months = {
        "month_first": question.first.replace(day=1),
        "month_until": (last.replace(day=28) + timedelta(days=4)).replace(day=1),
    }
    steps = {
        "brought": _brought(month, "true" if handed else NEAR),
        "shares": _SHARES.format(month=MONTH_SPENT),
        "matched": _MATCHED,
    }
    return Population(
        source="matched x LEFT JOIN leads_lead l ON l.id = x.lead_id", beside=_BESIDE, brings=("c", "g", "b", "h", "rr"),
        key="x.key", day=f"coalesce({handed}{created}, x.spent_on)", value="x.amount", ctes={**outcomes.ALL, **steps},
        params=months, link=p.LINK, seen=seen.leads,
        columns=(
            *p.LEAD, Column("campaign", _("campaign"), "g.name"), Column("spent_for", PART.label, PART.sql, show=PART.show),
            Column("amount", _("amount"), "x.amount", "money"),
        ),
    )  # fmt: skip


def bought(question: Question, value: str = "1") -> Population:
    """Won deals of leads for which money was spent in their month."""
    base = p.deals(question, "won", value=value)
    created = question.day("l.created_at", "l.day_only")
    steps = {"brought": _brought(f"date_trunc('month', {created})::date"), "shares": _SHARES.format(month=MONTH_SPENT)}
    return replace(base, source=f"{base.source} JOIN shares sh ON sh.lead_id = w.lead_id", ctes={**base.ctes, **steps})


def of_matched(question: Question) -> Offered:
    """Dimensions of what was spent: its campaign's, its lead's, those of the lead's first handoff; and what it was spent for."""
    return of_bought(question).more({PART.key: PART})


def of_bought(question: Question) -> Offered:
    """The dimensions that what was spent and what it brought have both."""
    of_lead = {key: replace(one, sql=f"CASE WHEN l.id IS NOT NULL THEN {one.sql} END") for key, one in d.SHARED.items()}
    of_campaign = {key: d.SHARED[key] for key in d.of_spend(question).keys() & d.SHARED.keys()}
    return Offered({**of_lead, **of_campaign, **d.HANDOFF}, ("lead", "company", "campaign"))


_DATES = ("created", "handed")
_COST = Part("matched_cost", _("cost"))
_WON, _REVENUE = Part("matched_won", _("won")), Part("matched_revenue", _("revenue"))
MEASURES = (
    Measure("shared_cost", _("Cost shared among leads"),
            _("Money spent on a campaign, shared equally among the leads it brought, by the day the lead was created. Leads of no campaign cost nothing; what was spent on campaigns without leads is left out."),
            MONEY, shared, "sum", d.of_leads, dates=("created",), order=72),
    Measure("shared_cost_per_win", _("Shared cost per deal won"), _("Cost shared among the leads created ÷ deals won by leads created in the period."),
            MONEY, dimensions=d.of_leads, dates=("created",), combine=quotient, order=75,
            parts=(Part("shared_cost", _("cost")), Part("won", _("won")))),
    Measure("matched_cost", _("Cost matched to its leads"),
            _("Money spent on a campaign in a month, shared equally among the leads that it brought in that month, by the day the lead was created (or handed over; those never handed over keep the day of their creation). What brought no lead in its month stays with the day it was spent, so that whole months add up to what was spent in them."),
            MONEY, matched, "sum", of_matched, dates=_DATES, cases=False, order=72, nightly=False),
    Measure("matched_won", _("Deals won by leads bought"), _("Won deals of leads for which money was spent in the month that they came, by the cohort of their lead."),
            COUNT, bought, dimensions=d.of_deals, dates=_DATES, order=72, nightly=False),
    Measure("matched_revenue", _("Revenue won by leads bought"), _("Sum of the amounts of won deals of leads for which money was spent in the month that they came, by the cohort of their lead."),
            MONEY, partial(bought, value=number(p.AMOUNT)), "sum", d.of_deals, dates=_DATES, order=72, nightly=False),
    Measure("matched_cost_per_win", _("Matched cost per deal won"), _("Cost matched to the leads of the cohort ÷ deals won of the same leads so far."),
            MONEY, dimensions=of_bought, dates=_DATES, combine=quotient, order=75, nightly=False, parts=(_COST, _WON)),
    Measure("matched_return", _("Return of the leads bought"), _("(Revenue won so far of the leads of the cohort − cost matched to them) ÷ this cost: spending and revenue are of the same leads, whenever they bought."),
            RATIO, dimensions=of_bought, dates=_DATES, combine=returned, order=76, nightly=False, parts=(_REVENUE, _COST)),
    Measure("matched_roas", _("Revenue per unit of money, of the leads bought"), _("Revenue won so far of the leads of the cohort ÷ cost matched to them."),
            NUMBER, dimensions=of_bought, dates=_DATES, combine=quotient, order=76, nightly=False, parts=(_REVENUE, _COST)),
)  # fmt: skip
