"""The one literal table of a contract's sections. Adding a field is one row here, its usual value in `defaults`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from leads.handoffs import reasons
from leads.models import Attempt

from ..acts import Pause
from . import defaults
from .fields import CHOICE, DAY, DECIMAL, FLAG, MANY, MONEY, NUMBER, PERCENT, PERSON, TEXT, Field


@dataclass(frozen=True)
class Section:
    """`key` in the body; `number` in the document; `fields` in the order in which they are asked for. Sections of clauses and
    of signatures have no fields: they are written and signed elsewhere."""

    key: str
    number: int
    title: Any
    intro: Any = ""
    fields: tuple[Field, ...] = ()

    @property
    def written(self) -> bool:
        """Whether it has a form of its own."""
        return bool(self.fields)


def left_out() -> Mapping[str, Any]:
    """Reasons that the acceptance rate leaves out, in words."""
    return {code: one.label for code, one in reasons.known().items() if one.excluded}


def models() -> Mapping[str, Any]:
    """Models of attribution that terms may name."""
    from .. import credited  # reads months, which read sections

    return credited.models()


GROUPS = {
    "managers": _("managers of both sides"), "signers": _("signers of both sides"), "marketers": _("marketers"),
    "contacts": _("points of contact"), "viewers": _("directors"),
}  # fmt: skip
AGENDA = {
    "figures": _("the promises of both sides"), "refusals": _("refusals and returns, by reason"),
    "praise": _("praise and problems"), "definition": _("the definition of the MQL"), "resolutions": _("resolutions of the last meeting"),
}  # fmt: skip
PAUSES = dict(Pause.Reason.choices)
NEVER: dict[str, Any] = {"empty": _("never")}
SIGNS = _("May sign the next version for their side while these terms are in force.")
NOT_SAID: dict[str, Any] = {"needed": False, "empty": _("not given")}

SECTIONS = (
    Section(
        "parties", 1, _("Parties"), _("Who speaks for each side, who stands in for them, and who decides when both disagree."),
        (
            Field("contact_marketing", _("Point of contact of marketing"), PERSON, side="marketing"),
            Field("deputy_marketing", _("Deputy for marketing"), PERSON, side="marketing", help=SIGNS),
            Field("contact_sales", _("Point of contact of sales"), PERSON, side="sales"),
            Field("deputy_sales", _("Deputy for sales"), PERSON, side="sales", help=SIGNS),
            Field("sponsor", _("Sponsor who arbitrates"), PERSON, help=_("Told when a contest has no ruling in time, and of what the escalation says.")),
        ),
    ),
    Section(
        "scope", 2, _("Scope and period"), _("The days themselves are given with the promises."),
        (
            Field("renewal", _("At its end"), CHOICE, options={
                "none": _("it ends, unless both sides sign new terms"), "proposed": _("new terms are proposed to extend it"),
            }),
            Field("renewal_months", _("Months of each extension"), NUMBER, 1, 60),
            Field("notice_days", _("Days of notice to end it"), NUMBER, 0, 365),
        ),
    ),
    Section("definitions", 3, _("Shared definitions")),
    Section(
        "goal", 4, _("Revenue arithmetic"),
        _("All that the targets were calculated from, so that anybody can check them. Leave empty a step that you do not measure."),
        (
            Field("revenue", _("Revenue goal"), MONEY, "0.01", 999_999_999_999, **NOT_SAID),
            Field("months", _("Months to reach it in"), NUMBER, 1, 60),
            Field("share", _("Share expected from marketing"), PERCENT, "0.01", 100),
            Field("deal", _("Average deal"), MONEY, "0.01", 999_999_999_999, **NOT_SAID),
            Field("accepted", _("MQL accepted"), PERCENT, "0.01", 100, **NOT_SAID),
            Field("sql", _("Accepted to SQL"), PERCENT, "0.01", 100, **NOT_SAID),
            Field("won", _("SQL to customer"), PERCENT, "0.01", 100, **NOT_SAID),
            Field("rounding", _("Rounding up"), CHOICE, options={
                "end": _("once, at the end"), "each": _("at each step"),
            }),
            Field("source_from", _("Rates and amounts measured from"), DAY, **NOT_SAID),
            Field("source_to", _("to the day"), DAY, **NOT_SAID),
        ),
    ),
    Section(
        "capacity", 4, _("Capacity of sales"),
        _("What sales can follow up: the targets are held against it before anybody signs."),
        (
            Field("reps", _("Reps who follow up"), NUMBER, 1, 10_000, **NOT_SAID),
            Field("hours_a_day", _("Hours of each a business day"), DECIMAL, "0.1", 24, **NOT_SAID),
            Field("minutes", _("Minutes an attempt takes"), DECIMAL, "0.5", 480),
            Field("reach", _("An attempt reaches the person"), PERCENT, "0.01", 100, **NOT_SAID,
                  help=_("Left empty, every MQL is counted with all attempts promised.")),
            Field("beyond", _("Why the targets may lie beyond the capacity"), TEXT, high=300, needed=False, empty=_("no reason given"),
                  help=_("Part of the signed text, in the language in which you write it. Name no person.")),
        ),
    ),
    Section("marketing", 5, _("What marketing promises")),
    Section("sales", 6, _("What sales promises")),
    Section("both", 7, _("Results of both sides")),
    Section(defaults.TIERS, 7, _("Targets by tier")),
    Section(
        "clock_rules", 8, _("Clock rules"), _("How time is counted, beside the calendar, which is chosen with the promises."),
        (
            Field("start", _("A clock starts"), CHOICE, options={"handoff": _("at the handoff")}),
            Field("month", _("A promise belongs to"), CHOICE, options={
                defaults.DUE: _("the month in which it falls due"), defaults.HANDOFF: _("the month of its handoff"),
            }),
            Field("pauses", _("A clock may be paused because of"), MANY, options=PAUSES, **NEVER),
            Field("same_within_minutes", _("Two attempts count as one within this many minutes"), NUMBER, 0, 1440),
            Field("per_day", _("Attempts that count on a day, at most"), NUMBER, 1, 20),
            Field("channels", _("Channels that count"), MANY, options=dict(Attempt.Channel.choices)),
        ),
    ),
    Section(
        "exclusions", 9, _("Exclusions"), _("What neither side is judged by."),
        (
            Field("reasons", _("Left out of the acceptance rate"), MANY, options=left_out, empty=_("nothing")),
            Field("force_majeure", _("An incident of an import or a system is waived by both sides"), FLAG, empty=_("no")),
        ),
    ),
    Section(
        "refusal", 10, _("Refusal, contest, recycling"), _("What becomes of a lead that sales does not take, or gives back."),
        (
            Field("silence_days", _("Days without any decision"), NUMBER, 1, 365),
            Field("on_silence", _("After them the handoff"), CHOICE, options={
                "escalate": _("stays, and is escalated"), "accept": _("counts as accepted"),
                "reassign": _("goes on to another rep"), "expire": _("expires"),
            }),
            Field("contest_days", _("Business days in which a refusal may be contested"), NUMBER, 0, 60),
            Field("recycle_days", _("Days after which a lead given back may qualify again"), NUMBER, 1, 730),
            Field("max_recycles", _("Times a lead may come back, at most"), NUMBER, 0, 20, needed=False, empty=_("as often as it qualifies"),
                  help=_("The next time sales sends it back or loses its deal it is disqualified: it comes back only by hand.")),
            Field("return_to_same_rep", _("A lead that comes back may go to the rep who gave it back"), FLAG, empty=_("no")),
        ),
    ),
    Section(
        "reporting", 11, _("Reporting"), _("Who gets which figures, and when a month's book closes."),
        (
            Field("nightly", _("Every night, the month so far to"), MANY, options=GROUPS, empty=_("nobody")),
            Field("monthly", _("Every month, its report to"), MANY, options=GROUPS, empty=_("nobody")),
            Field("grace_days", _("Days after a month in which late facts still count"), NUMBER, 0, 27),
            Field("close_day", _("Its book closes on the day"), NUMBER, 1, 28, needed=False, empty=_("after these days"),
                  help=_("Of the following month. Empty: as soon as those days are over.")),
            Field("model", _("Revenue is credited to campaigns by the model"), CHOICE, options=models, needed=False,
                  empty=_("the one of the settings of attribution"),
                  help=_("Named before the period: what a campaign brought is judged by it in every month that these terms begin.")),
        ),
    ),
    Section(
        "escalation", 12, _("Escalation"), _("What happens while a promise runs out, and when it is missed."),
        (
            Field("remind", _("The rep is reminded when this much of the time is gone (%)"), NUMBER, 1, 99),
            Field("copy", _("The manager is told when this much is gone (%)"), NUMBER, 1, 200),
            Field("reassign_after_days", _("Given to somebody else, business days after it was due"), NUMBER, 1, 60, needed=False,
                  empty=_("never by itself")),
            Field("sponsor_after_days", _("The sponsor is told of what nobody has touched, business days after it was due"), NUMBER, 1, 60,
                  needed=False, empty=_("never by itself")),
        ),
    ),
    Section(
        "meetings", 13, _("Meetings"), _("When both sides look at the figures together."),
        (
            Field("rhythm", _("Both sides meet"), CHOICE, options={
                "weekly": _("every week"), "fortnightly": _("every two weeks"), "monthly": _("every month"),
            }),
            Field("weekday", _("on"), CHOICE, options={day + 1: WEEKDAYS[day] for day in range(5)}),
            Field("minutes", _("Minutes"), NUMBER, 5, 240),
            Field("owner", _("Called by"), PERSON),
            Field("agenda", _("Agenda"), MANY, options=AGENDA, empty=_("free")),
        ),
    ),
    Section(
        "review", 14, _("Review of the contract"), _("When both sides ask whether the targets are still right."),
        (
            Field("rhythm", _("The contract is reviewed"), CHOICE, options={
                defaults.MONTHLY: _("every month"), defaults.QUARTERLY: _("every quarter"),
            }),
            Field("day", _("On the day of the month"), NUMBER, 1, 28),
        ),
    ),
    Section("signatures", 15, _("Signatures and versions")),
)  # fmt: skip
BY_KEY: Mapping[str, Section] = {one.key: one for one in SECTIONS}
WRITTEN = tuple(one for one in SECTIONS if one.written)
