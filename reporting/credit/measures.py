"""Measures of credit: revenue by model, return with margin, sourced and influenced, and what the data say oddly.

Their rows are those of the deals, joined to what was reckoned of each: a credit per campaign, or a flag.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from leads.intake.bulk import array
from leads.measures import dimensions as d
from leads.measures import populations as p
from leads.measures.table import DEALS
from leads.measures.values import number, people
from leads.models import Deal
from reporting.attribution.models import BY_KEY
from smarketing.measures.numbers import COUNT, MONEY, NUMBER, RATIO
from smarketing.measures.question import Question
from smarketing.measures.reduces import Figure, product, quotient, returned
from smarketing.measures.registry import Agreed, Column, Measure, Part, Population, register, register_family

from . import labels, origins, reckoned, settings

AMOUNT = number(p.AMOUNT)
# Each model and each flag has its own names, so that several are read by one statement.
_CREDITS = """(SELECT * FROM unnest(%({0}_deals)s::bigint[], %({0}_campaigns)s::bigint[], %({0}_cents)s::bigint[])
  AS c(deal_id, campaign_id, cents))"""
_FLAGGED = "(SELECT unnest(%({0}_deals)s::bigint[]) AS deal_id)"
_CREDITED = (
    Column("credited_to", _("credited to"), "coalesce(nullif(g.name, ''), g.key)"),
    Column("credit", _("credit"), "cr.cents / 100.0", "money"),
)


def seen(user: Any, ids: Sequence[int]) -> set[int]:
    """Those of these deals that a person may open."""
    return set(Deal.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))


def credits(question: Question, model: str = "") -> Population:
    """Credits of the won deals, one row per deal and campaign; what no touch explains has none. `model` "": the chosen one."""
    found, name = reckoned.credits(question, model), f"credited_{model or 'agreed'}"
    base = p.deals(question, "won")
    return replace(
        base,
        source=f"{base.source} JOIN {name} cr ON cr.deal_id = w.id LEFT JOIN leads_campaign g ON g.id = cr.campaign_id",
        key="w.id * 16777216 + coalesce(cr.campaign_id, 0)",  # the same at every cut-off
        value="cr.cents / 100.0",
        ctes={**base.ctes, name: _CREDITS.format(name)},
        params={**base.params, **_columns(name, found)},
        columns=(*p.LEAD, *p.DEAL, *_CREDITED),
        beside=people("w.declared_id", p.FIRM, few=True, name="lg"),
        brings=("l", "c", "lg"),
        link=("reporting:journey", "w.id"),
        seen=seen,
    )


def to_campaigns(question: Question) -> Population:
    """The credits that campaigns have."""
    base = credits(question)
    return replace(base, where=(*base.where, "cr.campaign_id IS NOT NULL"))


def _columns(name: str, found: Sequence[tuple[int, int | None, int]]) -> dict[str, str]:
    columns = zip(*found, strict=True) if found else ((), (), ())
    return dict(zip((f"{name}_deals", f"{name}_campaigns", f"{name}_cents"), map(array, columns), strict=True))


def flagged(question: Question, flag: str, state: str = "won", **more: Any) -> Population:
    """Deals of which a flag holds (`reckoned.FLAGS`, or a definition of `origins`)."""
    base, name = p.deals(question, state, **more), f"flagged_{flag}"
    return replace(
        base,
        source=f"{base.source} JOIN {name} fl ON fl.deal_id = w.id",
        ctes={**base.ctes, name: _FLAGGED.format(name)},
        params={**base.params, f"{name}_deals": array(reckoned.deals_with(question, flag))},
        link=("reporting:journey", "w.id"),
        seen=seen,
    )


def with_margin(question: Question) -> Population:
    """Won deals; the value is the margin of the version that holds on the first day."""
    margin: Decimal = settings.of_day(question.first, question.cutoff).margin
    base = p.deals(question, "won", value=f"({AMOUNT} * %(margin)s::numeric)")
    return replace(base, params={**base.params, "margin": margin})


def agreed(name: str) -> Callable[[Question], Any]:
    """A number of the version that holds on the first day of a question's period."""
    return lambda question: getattr(settings.of_day(question.first, question.cutoff), name)


def lifetime(parts: Sequence[Figure]) -> Figure:
    """Margin won, deals won, months a customer stays, months an amount pays for → what a customer brings."""
    margin, won, stay, term = parts
    return product([quotient([margin, won]), stay, term])


def _paid_back(key: str, label: Any, words: Any, cost: str, what: Any) -> Measure:
    """Months until a cost per deal won is earned: cost ÷ (margin won ÷ months that an amount pays for)."""
    return Measure(key, label, words, NUMBER, dimensions=d.of_spend, dates=DEALS, order=79, nightly=False,
                   combine=lambda parts: product([parts[0], parts[2], parts[1]]), parts=(Part(cost, what), Part("margin", _("margin"))),
                   agreed=(TERM,))  # fmt: skip


MARGIN = Agreed(_("margin agreed"), RATIO, agreed("margin"))
TERM = Agreed(_("months that an amount pays for"), NUMBER, agreed("term"))
STAY = Agreed(_("months that a customer stays"), NUMBER, agreed("stay"))


def of_credits(question: Question) -> Mapping[str, Any]:
    """Dimensions of credits: campaign, channel, programme and whatever else is known of a campaign are those credited."""
    return {**d.of_deals(question), **d.of_spend(question)}


def _attributed(model: str) -> Measure | None:
    """`attributed:w`: revenue credited by one model."""
    if model not in BY_KEY:
        return None
    return Measure(
        f"attributed:{model}", labels.attributed(model), labels.MODELS[model][1], MONEY, partial(credits, model=model), "sum",
        of_credits, dates=DEALS,
    )  # fmt: skip


_ORIGINS: dict[str, tuple[Any, str, str, Callable[[str], dict[str, Any]]]] = {
    "origin": (_("revenue won"), MONEY, "sum", lambda flag: {"population": partial(flagged, flag=flag, value=AMOUNT), "dates": DEALS}),
    "origin_won": (_("deals won"), COUNT, "count", lambda flag: {"population": partial(flagged, flag=flag), "dates": DEALS}),
    "origin_rate": (_("win rate"), RATIO, "share", lambda flag: {"population": partial(flagged, flag=flag, state="", which="NOT w.is_open", hit="w.is_won"), "dates": ("won",), "interval": True}),
    "origin_open": (_("revenue open"), MONEY, "sum", lambda flag: {"population": partial(flagged, flag=flag, state="open", value=AMOUNT), "dates": ("opened",)}),
}  # fmt: skip


def _origin(prefix: str, flag: str) -> Measure | None:
    """`origin:before`: revenue won from deals that meet a definition; and their number, win rate, open revenue."""
    if flag not in origins.DEFINITIONS:
        return None
    what, unit, reduce, shape = _ORIGINS[prefix]
    label, words = labels.ORIGINS[flag]
    return Measure(
        f"{prefix}:{flag}", labels.joined(label, what), words, unit, reduce=reduce, dimensions=d.of_deals, **shape(flag)
    )


def _flag(flag: str, order: int) -> Measure:
    label, words = labels.FLAGS[flag]
    return Measure(
        f"won_{flag}",
        label,
        words,
        COUNT,
        partial(flagged, flag=flag),
        dimensions=d.of_deals,
        dates=DEALS,
        order=order,
        nightly=flag != reckoned.FALLING,
    )


MEASURES = (
    Measure("revenue_attributed", _("Revenue attributed"), _("Revenue of won deals, credited to campaigns by the model agreed for the first day of the period; what no touch explains is credited to none."),
            MONEY, credits, "sum", of_credits, dates=DEALS, order=78),
    Measure("revenue_of_campaigns", _("Revenue attributed to campaigns"), _("Revenue of won deals that the model agreed for the first day of the period credits to campaigns; what no touch explains is left out."),
            MONEY, to_campaigns, "sum", of_credits, dates=DEALS, order=78, nightly=False),
    Measure("roi_attributed", _("Return on investment, attributed"), _("(Revenue attributed to campaigns − money spent in the period) ÷ money spent in the period."),
            RATIO, dimensions=d.of_spend, dates=DEALS, combine=returned, order=78,
            parts=(Part("revenue_of_campaigns", _("revenue attributed to campaigns")), Part("cost", _("cost")))),
    Measure("margin", _("Margin won"), _("Revenue of won deals × the margin agreed for the first day of the period."),
            MONEY, with_margin, "sum", d.of_deals, dates=DEALS, order=78),
    Measure("romi", _("Return on marketing investment"), _("(Revenue × margin − money spent in the period) ÷ money spent in the period (ROMI)."),
            RATIO, dimensions=d.of_spend, dates=DEALS, combine=returned, order=78,
            parts=(Part("margin", _("margin")), Part("cost", _("cost")))),
    Measure("loaded_romi", _("Return on marketing investment, loaded"), _("(Revenue × margin − money spent − cost of people's time) ÷ (money spent + cost of people's time)."),
            RATIO, dimensions=d.of_spend, dates=DEALS, combine=returned, order=78,
            parts=(Part("margin", _("margin")), Part("loaded_cost", _("loaded cost")))),
    Measure("break_even", _("Revenue to break even"), _("Money spent in the period ÷ the margin agreed for its first day: the revenue whose margin is what was spent."),
            MONEY, dimensions=d.of_spend, dates=("spent",), combine=quotient, order=79, nightly=False,
            parts=(Part("cost", _("cost")),), agreed=(MARGIN,)),
    _paid_back("payback", _("Months to pay back"), _("Cost per deal won ÷ what a won deal brings a month in margin: its amount ÷ the months that an amount pays for, as agreed for the first day of the period, × the margin agreed."), "cost", _("cost")),
    _paid_back("loaded_payback", _("Months to pay back, loaded"), _("As months to pay back, with the cost of people's time."), "loaded_cost", _("loaded cost")),
    Measure("lifetime_value", _("Value of a customer"), _("Margin of a deal won × the months that a customer stays ÷ the months that an amount pays for, both as agreed for the first day of the period (LTV)."),
            MONEY, dimensions=d.of_deals, dates=DEALS, combine=lifetime, order=79, nightly=False,
            parts=(Part("margin", _("margin")), Part("won", _("won"))), agreed=(STAY, TERM)),
    Measure("lifetime_per_cac", _("Value of a customer per unit of its cost"), _("Value of a customer ÷ loaded cost per deal won (LTV:CAC)."),
            NUMBER, dimensions=d.of_spend, dates=DEALS, combine=quotient, order=79, nightly=False,
            parts=(Part("lifetime_value", _("value of a customer")), Part("loaded_cac", _("loaded cost per deal won")))),
    *(_flag(flag, 83) for flag in labels.FLAGS),
)  # fmt: skip


def register_all() -> None:
    """Called once when the app is ready."""
    for measure in MEASURES:
        register(measure)
    register_family("attributed", _attributed)
    for prefix in _ORIGINS:
        register_family(prefix, partial(_origin, prefix))
