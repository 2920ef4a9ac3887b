"""The table of measures of leads. Adding one is one row here and, where rows are new, one population."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from personas.models import FieldDef
from smarketing.measures.numbers import COUNT, DAYS, MONEY, NUMBER, RATIO
from smarketing.measures.reduces import STATS, product, quotient, returned, total
from smarketing.measures.registry import Measure, Part, register, register_family, register_note

from . import delays, flow, matched, matched_time, notes
from . import dimensions as d
from . import populations as p
from .populations import AMOUNT
from .values import label_of, number

MATURE = d.MATURE
DELAYS = ("median", "p90_nearest", *(name for name in STATS if name not in ("p90_nearest", "median", "sum")))
DECIDED = ("handed", "decided")
LOST = "NOT w.is_won AND NOT w.is_open"
COHORTS = ("handed", "created")
DEALS = ("won", "handed", "created")
CLOSED = (*DEALS, "opened")


def _outcome(key: str, label, words, order: int, which: str, dates=("handed",)) -> Measure:
    population = partial(p.outcomes, which=which)
    return Measure(key, label, words, COUNT, population, dimensions=d.of_outcomes, dates=dates, order=order)


MEASURES = (
    Measure("leads", _("Leads created"), _("Leads by the day they were created; a merged lead counts with its survivor."),
            COUNT, p.leads, dimensions=d.of_leads, dates=("created",), order=10),
    Measure("mql", _("MQL handed to sales"), _("First handoffs of a lead on a definition, by the day of the handoff."),
            COUNT, partial(p.handoffs, which=p.FIRST), dimensions=d.of_handoffs, order=20),
    Measure("mql_repeated", _("Repeated handoffs"), _("Handoffs of leads handed over before on the same definition, by the day of the handoff."),
            COUNT, partial(p.handoffs, which=p.REPEATED), dimensions=d.of_handoffs, order=21),
    Measure("handoffs", _("Handoffs"), _("All handoffs, first and repeated, by the day of the handoff."),
            COUNT, p.handoffs, dimensions=d.of_made, order=22),
    _outcome("accepted", _("Accepted"), _("Handoffs whose first decision was acceptance, said or shown by work; those given back later are among them."), 30, "o.decided = 'accepted'", DECIDED),
    _outcome("refused", _("Refused"), _("Handoffs refused before any attempt."), 31, "o.decided = 'refused'", DECIDED),
    _outcome("undecided", _("Undecided"), _("Handoffs open without a decision."), 32, "o.decided = 'undecided'"),
    _outcome("expired", _("Expired"), _("Handoffs that expired undecided."), 33, "o.decided = 'expired'"),
    _outcome("withdrawn", _("Withdrawn"), _("Handoffs withdrawn undecided."), 34, "o.decided = 'withdrawn'"),
    _outcome("merged", _("Merged away"), _("Undecided handoffs of leads merged into another."), 35, "o.decided = 'merged'"),
    _outcome("returned", _("Given back"), _("Accepted handoffs that were given back after work."), 36, "o.returned IS NOT NULL", DECIDED),
    _outcome("turned_down", _("Refused or given back"), _("Handoffs refused before any attempt, or given back after work."), 37, flow.TURNED_DOWN, DECIDED),
    Measure("reasoned", _("Reason given"), _("Refusals and returns that say their reason ÷ refusals and returns, by the day they were made."),
            RATIO, p.turned_down, "share", d.of_turned_down, dates=("decided",), interval=True, order=38),
    Measure("acceptance", _("Acceptance rate"),
            _("1 − (refusals + returns for a reason of fit or data) ÷ decided handoffs. Existing customers, duplicates and tests are left out; undecided handoffs are not counted. By the month of handoff."),
            RATIO, p.decided, "share", d.of_outcomes, interval=True, maturity=30, order=40),
    Measure("sql", _("Became SQL"), _("Handoffs whose need was confirmed, or shown by a deal."),
            COUNT, partial(p.outcomes, which="{reached}"), dimensions=d.of_outcomes, dates=("handed", "reached"), windowed=True, order=50),
    Measure("sql_rate", _("MQL to SQL"), _("Handoffs whose need was confirmed, or shown by a deal ÷ handoffs."),
            RATIO, partial(p.outcomes, hit="{reached}"), "share", d.of_outcomes, windowed=True, interval=True, maturity=MATURE, order=51),
    Measure("reach", _("Reached"), _("Handoffs in which the person was spoken to ÷ handoffs with an attempt, by the day of the handoff."),
            RATIO, p.tried, "share", d.of_tried, interval=True, order=52),
    Measure("system_delay", _("Time the system took"), _("Minutes from the fact that made a lead an MQL (or from its handing over by hand) to its first assignment to a rep, by the day of the handoff; imported handoffs are left out. The lead never waits again: it is counted once."),
            NUMBER, delays.system, "spread", d.of_handoffs, stats=DELAYS, interval=True, order=53),
    Measure("judging_delay", _("Time the judgement took"), _("Minutes from the fact that made a lead an MQL to the judgement that said so, by the day of the handoff."),
            NUMBER, delays.judging, "spread", d.of_handoffs, stats=DELAYS, interval=True, order=54),
    Measure("rep_delay", _("Time the rep took"), _("Hours on the clock from the assignment to the rep who first tried to their attempt, by the day of the handoff: it begins anew with each assignment. Handoffs without an attempt are left out."),
            NUMBER, delays.by_rep, "spread", d.of_handoffs, stats=DELAYS, interval=True, order=55),
    Measure("lead_delay", _("Time the lead waited"), _("Hours on the clock from the handoff to the first attempt, whoever had it meanwhile: it never begins anew. Handoffs without an attempt are left out."),
            NUMBER, delays.by_lead, "spread", d.of_handoffs, stats=DELAYS, interval=True, order=56),
    Measure("contested", _("Refusals and returns contested"), _("Refusals and returns that marketing contests, by the day they were contested."),
            COUNT, delays.contested, dimensions=d.of_turned_down, dates=("contested",), order=42),
    Measure("upheld", _("Contests upheld"), _("Contests that a manager upheld ÷ contests ruled on, by the day they were contested; those that wait for a ruling are left out."),
            RATIO, partial(delays.contested, which="ru.kind IS NOT NULL", hit="ru.kind = 'upheld'"), "share", d.of_turned_down, dates=("contested",), interval=True, order=43),
    Measure("deals", _("Deals opened"), _("Deals of any state, each once under its primary lead, by the cohort of their lead or by the day they were opened."),
            COUNT, p.deals, dimensions=d.of_deals, dates=("handed", "created", "opened"), order=60),
    Measure("won", _("Deals won"), _("Won deals, each once under its primary lead, by the day they were won or by the cohort of their lead."),
            COUNT, partial(p.deals, state="won"), dimensions=d.of_deals, dates=CLOSED, order=61),
    Measure("lost", _("Deals lost"), _("Lost deals, each once under its primary lead, by the day they were lost or by the cohort of their lead."),
            COUNT, partial(p.deals, which=LOST), dimensions=d.of_deals, dates=DEALS, order=61),
    Measure("deals_open", _("Deals open"), _("Deals neither won nor lost, by the day they were opened or by the cohort of their lead."),
            COUNT, partial(p.deals, state="open"), dimensions=d.of_deals, dates=("opened", "handed", "created"), order=61),
    Measure("win_rate", _("Win rate"), _("Won deals ÷ (won + lost deals); open ones are not counted. By the day they were closed or by the cohort of their lead."),
            RATIO, partial(p.deals, which="NOT w.is_open", hit="w.is_won"), "share", d.of_deals, dates=CLOSED, interval=True, order=61),
    Measure("conversion", _("Conversion to won"),
            _("Of the cohort (first handoffs, or leads created), those with a won deal; with a window, only deals won within so many days, earlier ones included."),
            RATIO, p.cohort, "share", d.of_deals, dates=("handed", "created", "won"), windowed=True, interval=True, maturity=MATURE, order=62,
            by_date={"created": Measure("conversion", _("Conversion to won"), _("Leads created that have a won deal ÷ leads created."),
                                        RATIO, p.cohort, "share", d.of_leads_and_deals, dates=("created",), windowed=True, interval=True, maturity=MATURE),
                     "won": Measure("conversion", _("Conversion to won"), _("Deals won in the period ÷ first handoffs of the period: two different groups of leads, so it may exceed 100 %."),
                                    RATIO, dimensions=d.of_handoffs, dates=("won",), combine=quotient,
                                    parts=(Part("won", _("won")), Part("mql", _("MQL"))))}),
    Measure("days_to_won", _("Days to won"), _("Local days from the first handoff (or, by creation, from the creation of the lead) to the day of winning, negative ones kept."),
            DAYS, p.lags, "spread", d.of_deals, dates=("handed", "created", "won"), stats=tuple(STATS), maturity=MATURE, order=63),
    Measure("cycle", _("Days from opening to won"), _("Local days from the opening of a deal to the day it was won."),
            DAYS, partial(p.cycles, which="w.is_won"), "spread", d.of_deals, dates=CLOSED, stats=tuple(STATS), order=64),
    Measure("cycle_lost", _("Days from opening to lost"), _("Local days from the opening of a deal to the day it was lost."),
            DAYS, partial(p.cycles, which=LOST), "spread", d.of_deals, dates=CLOSED, stats=tuple(STATS), order=65),
    Measure("average_deal", _("Average amount of a deal won"), _("Revenue of won deals ÷ won deals."),
            MONEY, dimensions=d.of_deals, dates=CLOSED, combine=quotient, order=71,
            parts=(Part("revenue", _("revenue")), Part("won", _("won")))),
    Measure("revenue", _("Revenue won"), _("Sum of the amounts of won deals, by the day they were won or by the cohort of their lead."),
            MONEY, partial(p.deals, state="won", value=number(AMOUNT)), "sum", d.of_deals, dates=CLOSED, order=70),
    Measure("pipeline", _("Revenue open"), _("Sum of the amounts of open deals, by the cohort of their lead."),
            MONEY, partial(p.deals, state="open", value=number(AMOUNT)), "sum", d.of_deals, dates=COHORTS, order=71),
    Measure("pipeline_open", _("Revenue of open deals"), _("Sum of the amounts of deals neither won nor lost, by the day they were opened."),
            MONEY, partial(p.deals, state="open", value=number(AMOUNT)), "sum", d.of_deals, dates=("opened",), order=71),
    Measure("velocity", _("Revenue in sight per day"), _("Open deals × average amount of a deal won × win rate ÷ days from opening to won (mean), all of the same deals: what a day brings as long as nothing changes (pipeline velocity)."),
            MONEY, dimensions=d.of_deals, dates=("opened", *COHORTS), combine=product, order=71, nightly=False,
            parts=(Part("deals_open", _("deals open")), Part("average_deal", _("average amount won")), Part("win_rate", _("win rate")),
                   Part("cycle", _("days from opening to won"), stat="mean"))),
    Measure("cost", _("Cost"), _("Money spent on campaigns, by the day it was spent."),
            MONEY, p.spend, "sum", d.of_spend, dates=("spent",), cases=False, order=72),
    Measure("cost_per_lead", _("Cost per lead"), _("Money spent in the period ÷ leads created in the period."),
            MONEY, dimensions=d.of_spend, dates=("created",), combine=quotient, order=73,
            parts=(Part("cost", _("cost")), Part("leads", _("leads")))),
    Measure("cost_per_mql", _("Cost per MQL"), _("Money spent in the period ÷ first handoffs of the period."),
            MONEY, dimensions=d.of_spend, dates=("handed",), combine=quotient, order=74,
            parts=(Part("cost", _("cost")), Part("mql", _("MQL")))),
    Measure("cac", _("Cost per deal won"), _("Money spent in the period ÷ deals won: customer acquisition cost without salaries and tools."),
            MONEY, dimensions=d.of_spend, dates=DEALS, combine=quotient, order=75,
            parts=(Part("cost", _("cost")), Part("won", _("won")))),
    Measure("roi", _("Return on investment"), _("(Revenue of won deals − money spent in the period) ÷ money spent in the period."),
            RATIO, dimensions=d.of_spend, dates=DEALS, combine=returned, order=76,
            parts=(Part("revenue", _("revenue")), Part("cost", _("cost")))),
    Measure("cost_per_sql", _("Cost per SQL"), _("Money spent in the period ÷ handoffs of the period that became SQL."),
            MONEY, dimensions=d.of_spend, dates=("handed",), combine=quotient, order=74,
            parts=(Part("cost", _("cost")), Part("sql", _("became SQL")))),
    Measure("cost_per_deal", _("Cost per deal opened"), _("Money spent in the period ÷ deals opened."),
            MONEY, dimensions=d.of_spend, dates=("handed", "created", "opened"), combine=quotient, order=75,
            parts=(Part("cost", _("cost")), Part("deals", _("deals opened")))),
    Measure("roas", _("Revenue per unit of money spent"), _("Revenue of won deals ÷ money spent in the period (ROAS)."),
            NUMBER, dimensions=d.of_spend, dates=DEALS, combine=quotient, order=76,
            parts=(Part("revenue", _("revenue")), Part("cost", _("cost")))),
    Measure("planned_cost", _("Planned cost"), _("What campaigns are to cost, by day: a plan is spread evenly over its days."),
            MONEY, p.planned_spend, "sum", d.of_spend, dates=("spent",), cases=False, order=77),
    Measure("hours", _("Hours of work"), _("Hours that both sides wrote down, by the day they were worked."),
            NUMBER, partial(p.time_spent, what="ts.hours"), "sum", d.of_time, dates=("spent",), cases=False, order=77),
    Measure("time_cost", _("Cost of people's time"), _("Hours that both sides wrote down × what an hour costs, by the day they were worked."),
            MONEY, p.time_spent, "sum", d.of_time, dates=("spent",), cases=False, order=77),
    Measure("loaded_cost", _("Loaded cost"), _("Money spent in the period + the cost of people's time in it."),
            MONEY, dimensions=d.of_spend, dates=("spent",), combine=total, cases=False, order=77,
            parts=(Part("cost", _("cost")), Part("time_cost", _("cost of time")))),
    Measure("loaded_cac", _("Loaded cost per deal won"), _("(Money spent in the period + the cost of people's time) ÷ deals won."),
            MONEY, dimensions=d.of_spend, dates=DEALS, combine=quotient, order=77,
            parts=(Part("loaded_cost", _("loaded cost")), Part("won", _("won")))),
    Measure("loose_cost", _("Cost without a campaign"), _("Money spent that names no campaign: a question about the data."),
            MONEY, p.loose_spend, "sum", d.of_spend, dates=("spent",), cases=False, order=82),
    Measure("open_without_contact", _("Open without a contact"), _("Open deals that name nobody, neither lead nor contact: a question about the data."),
            COUNT, partial(p.deals, state="open", which=p.NOBODY), dimensions=d.of_deals, dates=("opened",), order=82),
    Measure("won_without_amount", _("Won without an amount"), _("Won deals whose amount is missing: a question about the data."),
            COUNT, partial(p.deals, which=f"w.is_won AND {number(AMOUNT)} IS NULL"), dimensions=d.of_deals, dates=DEALS, order=82),
    Measure("won_for_nothing", _("Won for 0"), _("Won deals whose amount is 0: a question about the data."),
            COUNT, partial(p.deals, which=f"w.is_won AND {number(AMOUNT)} = 0"), dimensions=d.of_deals, dates=DEALS, order=82),
    Measure("refunds", _("Refunds"), _("Won deals with a negative amount: they are credited like any other, as a loss."),
            MONEY, partial(p.deals, which=f"w.is_won AND {number(AMOUNT)} < 0", value=number(AMOUNT)), "sum", d.of_deals, dates=DEALS, order=82),
    Measure("won_before_first_contact", _("Won before first contact"), _("Won deals whose day of winning is before the day the lead was created: a question about the data."),
            COUNT, partial(p.quality, relation="<"), dimensions=d.of_deals, dates=DEALS, order=80),
    Measure("won_same_day", _("Won on the day of first contact"), _("Won deals whose day of winning is the day the lead was created."),
            COUNT, partial(p.quality, relation="="), dimensions=d.of_deals, dates=DEALS, order=81),
)  # fmt: skip


def _field(name: str) -> FieldDef | None:
    return FieldDef.objects.filter(key=name, subject__in=("lead", "deal"), changeable=True).first()


def _shape(field: FieldDef) -> dict:
    deal = field.subject == "deal"
    return {
        "population": partial(p.with_value, subject=field.subject, field=field.name, personal=field.personal),
        "dimensions": d.of_deals if deal else d.of_leads,
        "dates": DEALS if deal else ("created", "handed"),
    }


def sum_of(name: str) -> Measure | None:
    """`sum:deal.x_…`: what the numbers of an attribute add up to, and their other statistics."""
    field = _field(name)
    if field is None or field.type not in (FieldDef.Type.NUMBER, FieldDef.Type.MONEY):
        return None
    unit = MONEY if field.type == FieldDef.Type.MONEY else NUMBER
    words = _("The numbers filled in for this attribute, added up; blank ones are left out.")
    stats = ("sum", *(name for name in STATS if name != "sum"))
    return Measure(f"sum:{name}", label_of(field), words, unit, reduce="spread", stats=stats, **_shape(field))


def count_of(name: str) -> Measure | None:
    """`count:deal.x_…`: how many have the attribute filled in."""
    field = _field(name)
    words = _("Those for which this attribute is filled in.")
    return Measure(f"count:{name}", label_of(field), words, COUNT, **_shape(field)) if field else None


def register_all() -> None:
    """Called once when the app is ready."""
    for measure in (*MEASURES, *flow.MEASURES, *matched.MEASURES, *matched_time.MEASURES):
        register(measure)
    register_family("sum", sum_of)
    register_family("count", count_of)
    register_note("definition", notes.definition)
