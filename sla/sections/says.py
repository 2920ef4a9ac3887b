"""What each section says: its sentences in the active language, out of a reading. One function a section, one table."""

from collections.abc import Callable
from fractions import Fraction

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from smarketing.calendars.views import week

from . import defaults
from .fields import number
from .reading import Reading
from .sums import capacity, goal, percent


def parties(one: Reading) -> list[str]:
    words = {key: one.said("parties", key) for key in one.section("parties")}
    return [
        _("The parties are marketing and sales of this company."),
        _("Point of contact of marketing: %(contact_marketing)s; deputy: %(deputy_marketing)s.") % words,
        _("Point of contact of sales: %(contact_sales)s; deputy: %(deputy_sales)s.") % words,
        _("Who arbitrates when both sides disagree: %(sponsor)s.") % words,
    ]


def scope(one: Reading) -> list[str]:
    said = one.section("scope")
    out = [_("Contract “%(name)s” is made between marketing and sales.") % {"name": one.contract}, in_force(one)]
    if not defaults.written(one.body, "scope"):
        return out
    if one.last and said["renewal"] == "proposed":
        text = ngettext(
            "Before it ends, new terms are proposed for %(n)s further month.",
            "Before it ends, new terms are proposed for %(n)s further months.",
            said["renewal_months"],
        )
        out.append(text % {"n": number(said["renewal_months"])})
    elif one.last:
        out.append(_("It ends with its last day, unless both sides sign new terms."))
    if one.last:
        days = max(int(said["notice_days"]), 7)
        reminded = ngettext(
            "The managers of both sides are reminded %(n)s day before its end, and again in the last week.",
            "The managers of both sides are reminded %(n)s days before its end, and again in the last week.",
            days,
        )
        out.append(reminded % {"n": number(days)})
    text = ngettext(
        "Either side may end it with %(n)s day of notice.",
        "Either side may end it with %(n)s days of notice.",
        said["notice_days"],
    )
    return [*out, text % {"n": number(said["notice_days"])}]


def in_force(one: Reading) -> str:
    """From when to when."""
    first = date_format(one.starts, "DATE_FORMAT") if one.starts else "–"
    if one.last is None:
        return _("In force from %(first)s until other terms replace them.") % {"first": first}
    return _("In force from %(first)s to %(last)s.") % {"first": first, "last": date_format(one.last, "DATE_FORMAT")}


def definitions(one: Reading) -> list[str]:
    version = one.section("definitions")["version"]
    counted = _("It counts the leads that definition “%(line)s” calls MQL, as both sides had signed it at the moment of each qualification.")  # fmt: skip
    out = [counted % {"line": one.line}]
    if version:
        out.append(
            _("When these terms were proposed, version %(n)s was the one signed by both sides.") % {"n": version}
        )
    return out


def clock_rules(one: Reading) -> list[str]:
    return [*_calendar(one), *(_rules(one) if defaults.written(one.body, "clock_rules") else [_falls_due()]), _last()]


def _falls_due() -> str:
    return _("The promises of a month are those that fall due in it.")


def _last() -> str:
    return _("An attempt at the due instant is in time. A handoff is judged by the terms in force on its day.")


def _calendar(one: Reading) -> list[str]:
    if one.calendar is None:
        return [_("No calendar is chosen yet.")]
    spec = one.calendar.spec
    year = one.starts.year if one.starts else None
    closed = sum(day.startswith(f"{year}-") for day in spec.get("holidays", ()))
    words = {"name": one.calendar.calendar.name, "number": one.calendar.number, "zone": spec["zone"],
             "week": "; ".join(f"{days} {hours}" for days, hours in week(spec))}  # fmt: skip
    text = ngettext("%(n)s day closed in %(year)s.", "%(n)s days closed in %(year)s.", closed)
    return [
        _("By calendar “%(name)s”, version %(number)s, in the zone %(zone)s: %(week)s.") % words,
        text % {"n": closed, "year": year},
    ]


def _rules(one: Reading) -> list[str]:
    said = one.section("clock_rules")
    words = {key: one.said("clock_rules", key) for key in said}
    per_day = ngettext(
        "Two attempts within %(minutes)s minutes are one; at most %(n)s a day counts. Channels that count: %(channels)s.",
        "Two attempts within %(minutes)s minutes are one; at most %(n)s a day count. Channels that count: %(channels)s.",
        said["per_day"],
    )
    month = (
        _("The promises of a month are those on its handoffs, whenever they fall due.")
        if said["month"] == defaults.HANDOFF
        else _falls_due()
    )
    return [
        _("A clock starts at the handoff."), month, _("A clock may be paused because of: %(pauses)s.") % words,
        per_day % {"minutes": words["same_within_minutes"], "n": words["per_day"], "channels": words["channels"]},
    ]  # fmt: skip


def exclusions(one: Reading) -> list[str]:
    out = [_("Left out of the acceptance rate, each proved by the record: %(what)s.") % {"what": one.said("exclusions", "reasons")}]  # fmt: skip
    if one.section("exclusions")["force_majeure"]:
        out.append(_("What an incident of an import or a system made late is waived by both sides together."))
    return out


def _silence(switch: str, n: int) -> str:
    """What becomes of a handoff that nobody decided; one sentence for each switch."""
    said = {
        "expire": ngettext("Without any decision for %(n)s day, a handoff expires.", "Without any decision for %(n)s days, a handoff expires.", n),
        "accept": ngettext("Without any decision for %(n)s day, a handoff counts as accepted.", "Without any decision for %(n)s days, a handoff counts as accepted.", n),
        "reassign": ngettext("Without any decision for %(n)s day, a handoff goes on to another rep.", "Without any decision for %(n)s days, a handoff goes on to another rep.", n),
    }  # fmt: skip
    escalated = ngettext("Without any decision for %(n)s day, a handoff is escalated.", "Without any decision for %(n)s days, a handoff is escalated.", n)  # fmt: skip
    return said.get(switch, escalated)


def _often(most: int | None) -> list[str]:
    """How often a lead may come back; nothing where it may as often as it qualifies."""
    if most is None:
        return []
    if most == 0:
        return [_("A lead that sales sent back, or whose deal was lost, comes back only by hand.")]
    said = ngettext(
        "It comes back %(n)s time at most; then it is closed for good, and comes back only by hand.",
        "It comes back %(n)s times at most; then it is closed for good, and comes back only by hand.",
        most,
    )
    return [said % {"n": number(most)}]


def refusal(one: Reading) -> list[str]:
    said = one.section("refusal")
    silence = _silence(said["on_silence"], said["silence_days"])
    contest = ngettext(
        "Marketing may contest a refusal within %(n)s business day; a manager rules on it within as many.",
        "Marketing may contest a refusal within %(n)s business days; a manager rules on it within as many.",
        said["contest_days"],
    )
    again = ngettext(
        "A lead given back may qualify again after %(n)s day, unless the decision names a date.",
        "A lead given back may qualify again after %(n)s days, unless the decision names a date.",
        said["recycle_days"],
    )
    return [
        _("Sales refuses a lead with a reason before any attempt, and gives it back with a reason after work."),
        silence % {"n": number(said["silence_days"])}, contest % {"n": number(said["contest_days"])},
        again % {"n": number(said["recycle_days"])}, *_often(said["max_recycles"]),
        _("It may then go to the rep who gave it back.") if said["return_to_same_rep"] else _("It then goes to another rep."),
    ]  # fmt: skip


def reporting(one: Reading) -> list[str]:
    words, said = {key: one.said("reporting", key) for key in one.section("reporting")}, one.section("reporting")
    grace = ngettext(
        "Late facts count for %(n)s day after a month.",
        "Late facts count for %(n)s days after a month.",
        said["grace_days"],
    )
    out = [
        _("Every night the month so far goes to: %(nightly)s.") % words,
        _("Every month its report goes to: %(monthly)s.") % words,
        grace % {"n": words["grace_days"]},
    ]
    if said["close_day"] is None:
        out.append(_("Then its book closes."))
    else:
        out.append(_("Its book closes on day %(n)s of the following month.") % {"n": words["close_day"]})
    if said["model"]:
        out.append(_("Revenue is credited to campaigns by the model: %(model)s.") % words)
    return out


def escalation(one: Reading) -> list[str]:
    said = defaults.escalation(one.body)
    out = [
        _("When %(remind)s of a promise's time is gone its rep is reminded; at %(copy)s the manager is told.")
        % {"remind": percent(Fraction(said.remind, 100)), "copy": percent(Fraction(said.copy, 100))}
    ]
    last = []
    if said.sponsor_after_days is not None:
        told = ngettext(
            "%(n)s business day after it was due, the sponsor is told of a handoff that nobody has touched.",
            "%(n)s business days after it was due, the sponsor is told of a handoff that nobody has touched.",
            said.sponsor_after_days,
        )
        last = [told % {"n": number(said.sponsor_after_days)}]
    if said.reassign_after_days is None:
        return [*out, _("A handoff that is late is given to somebody else by a manager only."), *last]
    text = ngettext(
        "%(n)s business day after it was due, a handoff still untouched is given to somebody else.",
        "%(n)s business days after it was due, a handoff still untouched is given to somebody else.",
        said.reassign_after_days,
    )
    return [*out, text % {"n": number(said.reassign_after_days)}, *last]


def meetings(one: Reading) -> list[str]:
    words = {key: one.said("meetings", key) for key in one.section("meetings")}
    return [
        _("Both sides meet %(rhythm)s, %(weekday)s, %(minutes)s minutes; called by: %(owner)s.") % words,
        _("Agenda: %(agenda)s.") % words,
    ]


def review(one: Reading) -> list[str]:
    words = {key: one.said("review", key) for key in one.section("review")}
    return [
        _("The contract is reviewed %(rhythm)s, on day %(day)s.") % words,
        _(
            "With: the MQL that became customers and their revenue, the whole revenue won from MQL, and the revenue won overall."
        ),
    ]


SAYS: dict[str, Callable[[Reading], list[str]]] = {
    "parties": parties, "scope": scope, "definitions": definitions, "goal": goal, "capacity": capacity,
    "clock_rules": clock_rules, "exclusions": exclusions, "refusal": refusal, "reporting": reporting,
    "escalation": escalation, "meetings": meetings, "review": review,
}  # fmt: skip
ALWAYS = ("scope", "definitions", "clock_rules")  # said of an older body too: it holds what they say elsewhere
