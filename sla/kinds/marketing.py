"""What marketing promises."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from leads.handoffs import reasons

from .kind import CLOCK, PERCENT, QUALIFICATION, RATE, VOLUME, Asked, Kind, due, of_rate

KINDS = (
    Kind(
        "mql_volume", "marketing", VOLUME, "leads", "mql",
        _("MQL handed to sales"), _("MQL %(per)s"),
        ngettext_lazy("%(target)s MQL %(per)s", "%(target)s MQL %(per)s", "number"),
        _("MQL handed to sales"),
        more=("where",),
        says={
            "kept": _("Marketing has kept its word: %(count)s MQL of %(target)s promised."),
            "broken": _("Marketing handed over %(count)s MQL of the %(target)s promised."),
            "behind": ngettext_lazy(
                "Marketing is %(gap)s MQL behind the line.", "Marketing is %(gap)s MQL behind the line.", "number"
            ),
            "on_line": _("Marketing is on the line with %(count)s MQL."),
            "needed": ngettext_lazy(
                "%(pace)s MQL needed on the business day left",
                "%(pace)s MQL a day needed over the %(days)s business days left",
                "days",
            ),
        },
    ),
    Kind(
        "acceptance", "marketing", RATE, PERCENT, "acceptance",
        _("Acceptance rate"), _("accepted at least"),
        _("at least %(target)s of %(of_period)s handoffs accepted, of those decided"),
        _("acceptance rate"),
        apart={"pending": Asked("undecided"), "excluded": Asked("refused", lambda: {"left_out": ("yes",)})},
        says=of_rate(
            _("Sales accepted %(share)s of %(of_period)s decided MQL against %(promised)s promised by marketing."),
            _("None of %(of_period)s MQL is decided yet."),
            against=ngettext_lazy(
                "%(count)s refused or given back for a reason of fit or data: %(most)s",
                "%(count)s refused or given back for a reason of fit or data: %(most)s",
                "number",
            ),
            pending=ngettext_lazy("%(count)s without a decision", "%(count)s without a decision", "number"),
        ),
        against=Asked("turned_down", lambda: {"reason": reasons.faults(), "left_out": ("no",)}, "reason"),
    ),
    Kind(
        "sql_rate", "marketing", RATE, PERCENT, "sql_rate",
        _("MQL to SQL"), _("SQL at least"),
        _("at least %(target)s of %(of_period)s handoffs become SQL"),
        _("MQL to SQL"),
        rows=lambda: {"course": ("sql", "ended", "late")},
        apart={"pending": Asked("sql_rate", lambda: {"course": ("open",)})},
        says=of_rate(
            _("%(share)s of %(of_period)s settled MQL became SQL against %(promised)s promised by marketing."),
            _("None of %(of_period)s MQL has become SQL or ended yet."),
            against=ngettext_lazy(
                "%(count)s did not become SQL: %(most)s", "%(count)s did not become SQL: %(most)s", "number"
            ),
            pending=ngettext_lazy(
                "%(count)s still open, to become SQL or not", "%(count)s still open, to become SQL or not", "number"
            ),
        ),
        against=Asked("sql_rate", lambda: {"course": ("ended", "late")}, "course"),
    ),
    Kind(
        "mandatory_fields", "marketing", RATE, PERCENT, "complete",
        _("Mandatory fields filled in"), _("complete at least"),
        _("all mandatory fields filled in on at least %(target)s of %(of_period)s handoffs"),
        _("mandatory fields filled in"),
        more=("fields",), needs=("fields",),
        says=of_rate(
            _("Marketing filled in every mandatory field on %(share)s of %(of_period)s handoffs against %(promised)s promised."),
            _("Nothing has been handed over %(within)s."),
            against=ngettext_lazy(
                "%(count)s handed over without a mandatory field, by source: %(most)s",
                "%(count)s handed over without a mandatory field, by source: %(most)s",
                "number",
            ),
        ),
        against=Asked("incomplete", by="source"),
    ),
    Kind(
        "hand_over", "marketing", CLOCK, "business_hours", "handed_in_time",
        _("Hand-over in time"), _("business hours at most"),
        ngettext_lazy(
            "a qualified lead is handed over within %(target)s business hour",
            "a qualified lead is handed over within %(target)s business hours",
            "number",
        ),
        ngettext_lazy("hand-over in %(target)s bus. h", "hand-over in %(target)s bus. h", "number"),
        share=True, more=("calendar",), subject=QUALIFICATION, runs="hours", kept="handed_at", drops="excused_at",
        says=due(
            _("Marketing handed leads over in time on %(share)s against %(promised)s promised."),
            ngettext_lazy(
                "%(count)s late and still not handed over: %(names)s",
                "%(count)s late and still not handed over: %(names)s",
                "number",
            ),
            (_("No hand-over has fallen due yet."), _("No hand-over fell due.")),
        ),
    ),
)  # fmt: skip
