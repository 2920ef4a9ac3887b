"""What is wrong with the sections of terms, and what is only unusual, in words, by section."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import time_of_sales
from . import defaults, reckoning
from .fields import number
from .reading import Reading, day
from .sums import exact
from .table import WRITTEN, Section
from .text import beyond


def problems(body: Mapping[str, Any]) -> dict[str, list[str]]:
    """Section -> sentences about what keeps the terms from being proposed. A section that is not written has none."""
    out = {}
    for section in WRITTEN:
        if defaults.written(body, section.key) and (found := _of(section, body)):
            out[section.key] = found
    return out


def _of(section: Section, body: Mapping[str, Any]) -> list[str]:
    said = body[section.key]
    if not isinstance(said, Mapping) or set(said) - {one.key for one in section.fields}:
        return [_("This section holds something that it does not know.")]
    value = defaults.section(body, section.key)
    found = [sentence for one in section.fields if (sentence := one.wrong(value[one.key]))]
    check = CHECKS.get(section.key)
    return found or (check(value) if check else [])


def _goal(said: Mapping[str, Any]) -> list[str]:
    found = []
    if any(said[key] for key in ("revenue", "deal", *reckoning.STEPS)) and reckoning.goal_of(said) is None:
        found.append(_("The arithmetic needs the revenue goal, an average deal and at least one rate."))
    if bool(said["source_from"]) != bool(said["source_to"]):
        found.append(_("Give both days of the period that rates and amounts were measured in."))
    first, last = day(said["source_from"]), day(said["source_to"])
    if first and last and last < first:
        found.append(_("The period that rates and amounts were measured in ends before it begins."))
    return found


def _capacity(said: Mapping[str, Any]) -> list[str]:
    if bool(said["reps"]) != bool(said["hours_a_day"]):
        return [_("The capacity needs both the reps and their hours a day.")]
    return []


def _clock_rules(said: Mapping[str, Any]) -> list[str]:
    return [] if said["channels"] else [_("Without any channel no attempt would ever count: choose at least one.")]


def _reporting(said: Mapping[str, Any]) -> list[str]:
    if said["close_day"] is not None and said["close_day"] <= said["grace_days"]:
        return [_("The book would close before its late facts are in: choose a later day, or fewer days.")]
    return []


def _escalation(said: Mapping[str, Any]) -> list[str]:
    if said["copy"] < said["remind"]:
        return [_("The manager would be told before the rep is reminded: choose a later moment.")]
    days, last = said["reassign_after_days"], said["sponsor_after_days"]
    if days and last and last <= days:
        return [_("The sponsor would be told before the lead goes to somebody else: choose more days.")]
    return []


def _parties(said: Mapping[str, Any]) -> list[str]:
    return [
        _("A deputy is another person than the point of contact.")
        for side in ("marketing", "sales")
        if said[f"deputy_{side}"] and said[f"deputy_{side}"] == said[f"contact_{side}"]
    ]


CHECKS: dict[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "goal": _goal, "capacity": _capacity, "clock_rules": _clock_rules, "reporting": _reporting,
    "escalation": _escalation, "parties": _parties,
}  # fmt: skip


def over_capacity(one: Reading, *, signed: bool = False) -> str:
    """The promises that nobody has time for, as a sentence; "" where they fit or sales has nobody yet. `signed`: by the capacity
    that the terms themselves say alone, not by that of the settings."""
    section = one.section("capacity")
    found = reckoning.check(one, section if signed else time_of_sales.said(section))
    if found is None or found.load.fits:
        return ""
    text = ngettext(
        "These promises take %(needed)s attempts a month and there is time for %(there)s: enough for %(leads)s MQL.",
        "These promises take %(needed)s attempts a month and there is time for %(there)s: enough for %(leads)s MQL.",
        found.leads,
    )
    return text % (beyond(found.load) | {"leads": number(found.leads)})


def below_goal(one: Reading) -> str:
    """A promised volume that does not reach the revenue goal, as a sentence; "" where it does or nothing is said."""
    found = reckoning.goal_of(one.section("goal"))
    check = one.of_kind("mql_volume")
    volume = sum((reckoning.a_month(clause) for clause in check if not clause.params.get("where")), Fraction(0))
    if found is None or not volume or volume >= found.a_month:
        return ""
    words = {"promised": number(exact(volume)), "needed": number(found.a_month)}
    return _("%(promised)s MQL a month are promised; the revenue goal needs %(needed)s.") % words


def warnings(one: Reading) -> dict[str, list[str]]:
    """Section -> sentences about what is allowed but probably not meant."""
    said = one.section("parties")
    out: dict[str, list[str]] = {}
    if not (said["contact_marketing"] and said["contact_sales"] and said["sponsor"]):
        out["parties"] = [_("A name is missing: a point of contact on each side, or who arbitrates.")]
    if one.section("escalation")["sponsor_after_days"] and not said["sponsor"]:
        out["escalation"] = [_("Nobody is named who arbitrates: the sponsor cannot be told.")]
    if sentence := below_goal(one):
        out["goal"] = [sentence]
    if sentence := over_capacity(one):
        out["capacity"] = [sentence]
    return out


def known(body: Mapping[str, Any]) -> bool:
    """Whether a body holds only what the table knows."""
    return set(body) <= {"calendar", "starts_on", "ends_on", "clauses", *defaults.DEFAULTS}
