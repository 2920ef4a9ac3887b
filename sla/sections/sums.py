"""The arithmetic behind the targets in sentences that anybody can reckon again."""

from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..kinds import amount
from . import reckoning
from .fields import number
from .reading import Reading
from .table import BY_KEY


def goal(one: Reading) -> list[str]:
    said = one.section("goal")
    found = reckoning.goal_of(said)
    if found is None:
        return [_("No revenue goal stands behind these targets.")]
    words = {
        "revenue": one.said("goal", "revenue"), "deal": one.said("goal", "deal"), "share": one.said("goal", "share"),
        "mine": amount(exact(found.mine)), "n": number(found.months),
        "customers": number(exact(found.customers)), "leads": number(exact(found.leads)), "rate": percent(found.rate),
        "month": number(found.a_month), "worth": amount(exact(found.worth)),
    }  # fmt: skip
    goal_said = ngettext(
        "Revenue goal: %(revenue)s in %(n)s month; %(share)s of it, %(mine)s, is expected from marketing.",
        "Revenue goal: %(revenue)s in %(n)s months; %(share)s of it, %(mine)s, is expected from marketing.",
        found.months,
    )
    rounded = (
        _("Customers are rounded up before the MQL are.") if found.each_step else _("Rounded up once, at the end.")
    )
    return [
        goal_said % words, _steps(one),
        _("%(mine)s ÷ %(deal)s = %(customers)s customers; at %(rate)s that is %(leads)s MQL, or %(month)s a month.") % words,
        rounded, _("At these rates one MQL is worth %(worth)s of revenue.") % words, *_source(one),
    ]  # fmt: skip


def _steps(one: Reading) -> str:
    said = one.section("goal")
    given = [field for field in BY_KEY["goal"].fields if field.key in reckoning.STEPS and said[field.key]]
    if len(given) == 1:
        return _("MQL that become customers: %(rate)s.") % {"rate": given[0].said(said[given[0].key], one.names)}
    steps = ", ".join(f"{field.label} {field.said(said[field.key], one.names)}" for field in given)
    return _("What becomes of MQL: %(steps)s.") % {"steps": steps}


def _source(one: Reading) -> list[str]:
    said = one.section("goal")
    if not (said["source_from"] and said["source_to"]):
        return []
    words = {"first": one.said("goal", "source_from"), "last": one.said("goal", "source_to")}
    return [_("Rates and amounts as measured from %(first)s to %(last)s.") % words]


def capacity(one: Reading) -> list[str]:
    said, found = one.section("capacity"), reckoning.check(one)
    if found is None:
        return [_("The capacity of sales is not given.")]
    words = {
        "reps": number(said["reps"]), "hours": number(said["hours_a_day"]), "days": number(found.days),
        "minutes": number(said["minutes"]), "there": number(exact(found.load.there)), "each": number(exact(found.each)),
        "volume": number(exact(found.volume)), "needed": number(exact(found.load.needed)), "leads": number(found.leads),
        "share": percent(found.load.share),
    }  # fmt: skip
    out = [
        _("%(reps)s × %(hours)s h × %(days)s business days × 60 ÷ %(minutes)s min = %(there)s attempts a month, enough for %(leads)s MQL at %(each)s each.") % words,
        _("The promises take %(volume)s × %(each)s = %(needed)s attempts: %(share)s of the capacity.") % words,
    ]  # fmt: skip
    if not found.load.fits and said["beyond"]:
        out.append(_("Both sides accept targets beyond the capacity: “%(why)s”") % {"why": said["beyond"]})
    return out


def exact(value: Fraction) -> Decimal:
    """A fraction as it is shown: whole, else with two digits."""
    if value.denominator == 1:
        return Decimal(value.numerator)
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.01"))


def percent(share: Fraction) -> str:
    """A share with the digits it has, at most two."""
    return _("%(number)s%%") % {"number": number(exact(share * 100))}
