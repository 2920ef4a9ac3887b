"""What sales promise."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from .kind import CLOCK, PERCENT, RATE, Asked, Kind, due, of_rate

_DECIDED = "EXISTS (SELECT FROM leads_handoffstate d WHERE d.handoff_id = k.handoff_id AND d.decided_at IS NOT NULL)"
_REACHED = "EXISTS (SELECT FROM leads_handoffstate d WHERE d.handoff_id = k.handoff_id AND d.reached_at IS NOT NULL)"
_UNTOUCHED = ngettext_lazy(
    "%(count)s late and still untouched: %(names)s", "%(count)s late and still untouched: %(names)s", "number"
)
_NOBODY = (_("Nothing has fallen due for sales yet."), _("Nothing fell due for sales."))
KINDS = (
    Kind(
        "first_attempt", "sales", CLOCK, "business_hours", "first_attempt_in_time",
        _("First attempt in time"), _("business hours at most"),
        ngettext_lazy(
            "first attempt within %(target)s business hour", "first attempt within %(target)s business hours", "number"
        ),
        ngettext_lazy("first attempt in %(target)s bus. h", "first attempt in %(target)s bus. h", "number"),
        share=True, more=("tiers", "calendar"), runs="hours", kept="least(tried[1], reached_at)", queue="first", made_up=f"k.done > 0 OR {_REACHED}",
        says=due(_("Sales made the first attempt in time on %(share)s against %(promised)s promised."), _UNTOUCHED, _NOBODY),
    ),
    Kind(
        "min_attempts", "sales", CLOCK, "attempts", "attempts_in_time",
        _("Attempts on each MQL"), _("attempts at least"),
        ngettext_lazy(
            "at least %(target)s attempt within %(param)s business days",
            "at least %(target)s attempts within %(param)s business days",
            "number",
        ),
        ngettext_lazy(
            "%(target)s attempt in %(param)s bus. days", "%(target)s attempts in %(param)s bus. days", "number"
        ),
        share=True, param="days", param_label=_("business days"),
        more=("tiers", "apart", "calendar"), runs="days", kept="least({spaced}, reached_at, sql_at)", queue="attempts",
        says=due(_("Sales made the promised attempts in time on %(share)s against %(promised)s promised."), _UNTOUCHED, _NOBODY),
    ),
    Kind(
        "decision", "sales", CLOCK, "business_days", "decided_in_time",
        _("Decision in time"), _("business days at most"),
        ngettext_lazy(
            "accepted or refused within %(target)s business day",
            "accepted or refused within %(target)s business days",
            "number",
        ),
        ngettext_lazy("decision in %(target)s bus. day", "decision in %(target)s bus. days", "number"),
        share=True, more=("calendar",), runs="days", kept="decided_at", queue="decision", made_up=_DECIDED,
        idle="s.decided_at IS NULL",
        says=due(
            _("Sales decided in time on %(share)s against %(promised)s promised."),
            ngettext_lazy(
                "%(count)s late and still undecided: %(names)s", "%(count)s late and still undecided: %(names)s", "number"
            ),
            _NOBODY,
        ),
    ),
    Kind(
        "outcome", "sales", CLOCK, "business_days", "outcome_in_time",
        _("Outcome recorded"), _("business days at most"),
        ngettext_lazy(
            "an outcome within %(target)s business day: need confirmed, refused or given back",
            "an outcome within %(target)s business days: need confirmed, refused or given back",
            "number",
        ),
        ngettext_lazy("outcome in %(target)s bus. day", "outcome in %(target)s bus. days", "number"),
        share=True, more=("calendar",), runs="days", kept="least(sql_at, ended_at)", queue="outcome",
        drops="CASE WHEN ended_as IN ('withdrawn', 'merged') THEN dropped_at END", idle="s.sql_at IS NULL",
        says=due(
            _("Sales recorded an outcome in time on %(share)s against %(promised)s promised."),
            ngettext_lazy(
                "%(count)s late and still without an outcome: %(names)s",
                "%(count)s late and still without an outcome: %(names)s",
                "number",
            ),
            _NOBODY,
        ),
    ),
    Kind(
        "reasons", "sales", RATE, PERCENT, "reasoned",
        _("Reason on refusal and return"), _("with a reason"),
        _("a reason on every refusal and every return"),
        _("reason on refusal, return"),
        fixed=Decimal(100),
        says=of_rate(
            _("Sales gave a reason on %(share)s of its refusals and returns; it promised one on each."),
            _("Sales has refused nothing and given nothing back %(within)s."),
            against=ngettext_lazy(
                "%(count)s refusal or return without a reason: %(most)s",
                "%(count)s refusals and returns without a reason: %(most)s",
                "number",
            ),
        ),
        against=Asked("reasoned", lambda: {"reason": ("",)}, "rep"),
    ),
)  # fmt: skip
