"""The table of clause kinds. Adding one is one row here and, for a clocked kind, one case in `clocks.py`.

`source` says what decides the clause in a period: a volume counted by a measure, clocks settled, or a rate that a measure
gives of the month's rows. What a clocked kind says to the statement of `sets.py` stands in its row, too: `runs`, `kept`,
`made_up`. `says` holds its sentences of the month.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from leads.handoffs import reasons
from smarketing.rows.models import Installation
from smarketing.web import money

VOLUME, CLOCK, RATE = "volume", "clock", "rate"
PERCENT, MONEY = "percent", "money"
BOTH = "both"  # the side of what both sides promise together


@dataclass(frozen=True)
class Asked:
    """Which rows of a measure are meant: `where()` gives dimension -> values; `by`: the dimension that names them."""

    measure: str
    where: Callable[[], Mapping[str, tuple[str, ...]]] = dict
    by: str = ""


@dataclass(frozen=True)
class Kind:
    key: str
    side: str  # marketing | sales | both: a result of both sides
    source: str  # volume | clock | rate
    unit: str  # leads | deals | money | business_hours | business_days | attempts | percent
    measure: str  # registered measure that gives its figure
    label: object
    target_label: object
    sentence: Any  # ngettext on target where it counts things
    short: Any  # the same, short enough for a table that shows the share beside it
    share: bool = False  # whether it is promised on a share of the handoffs, beside its target
    param: str = ""  # second number of the clause
    param_label: object = ""
    runs: str = ""  # clock: hours (of the target) | days (of the parameter, else of the target), of working time
    # clock: SQL of the instant from which the promise is kept, over tried, reached_at, sql_at, decided_at, %(target)s
    kept: str = ""
    queue: str = ""  # label of the promise in the queue
    made_up: str = "false"  # SQL over a clock k: missed, and owed no more
    idle: str = "done"  # clock: what says that nothing was done yet where it is empty, seen from the clock
    says: Mapping[str, Any] = field(default_factory=dict)  # sentences of the month, by what they are about
    fixed: Decimal | None = None  # the only target there is
    rows: Callable[[], Mapping[str, tuple[str, ...]]] = dict  # rate: which rows of the measure are settled
    apart: Mapping[str, Asked] = field(default_factory=dict)  # rate: what is pending, and what is left out
    against: Asked | None = None  # rate: what breaks the promise


_DECIDED = "EXISTS (SELECT FROM leads_handoffstate d WHERE d.handoff_id = k.handoff_id AND d.decided_at IS NOT NULL)"
_UNTOUCHED = ngettext_lazy(
    "%(count)s late and still untouched: %(names)s", "%(count)s late and still untouched: %(names)s", "number"
)


def _due(so_far: object, idle: object) -> dict[str, object]:
    """Sentences of promises that fall due."""
    return {
        "so_far": so_far,
        "idle": idle,
        "nothing": _("Nothing has fallen due for sales yet."),
        "nothing_over": _("Nothing fell due for sales."),
    }


def _of_rate(so_far: object, nothing: object, **more: object) -> dict[str, object]:
    """Sentences of a rate of the month's rows."""
    return {"so_far": so_far, "nothing": nothing, "nothing_over": nothing, **more}


KINDS = {
    kind.key: kind
    for kind in (
        Kind(
            "mql_volume", "marketing", VOLUME, "leads", "mql",
            _("MQL handed to sales"), _("MQL a month"),
            ngettext_lazy("%(target)s MQL a month", "%(target)s MQL a month", "number"),
            _("MQL handed to sales"),
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
            _("at least %(target)s of the month's handoffs accepted, of those decided"),
            _("acceptance rate"),
            apart={"pending": Asked("undecided"), "excluded": Asked("refused", lambda: {"reason": reasons.excluded()})},
            says=_of_rate(
                _("Sales accepted %(share)s of the month's decided MQL against %(promised)s promised by marketing."),
                _("No MQL of the month is decided yet."),
                against=ngettext_lazy(
                    "%(count)s refused or given back for a reason of fit or data: %(most)s",
                    "%(count)s refused or given back for a reason of fit or data: %(most)s",
                    "number",
                ),
                pending=ngettext_lazy("%(count)s without a decision", "%(count)s without a decision", "number"),
            ),
            against=Asked("turned_down", lambda: {"reason": reasons.quality()}, "reason"),
        ),
        Kind(
            "sql_rate", "marketing", RATE, PERCENT, "sql_rate",
            _("MQL to SQL"), _("SQL at least"),
            _("at least %(target)s of the month's handoffs become SQL"),
            _("MQL to SQL"),
            rows=lambda: {"course": ("sql", "ended", "late")},
            apart={"pending": Asked("sql_rate", lambda: {"course": ("open",)})},
            says=_of_rate(
                _("%(share)s of the month's settled MQL became SQL against %(promised)s promised by marketing."),
                _("None of the month's MQL has become SQL or ended yet."),
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
            "first_attempt", "sales", CLOCK, "business_hours", "first_attempt_in_time",
            _("First attempt in time"), _("business hours at most"),
            ngettext_lazy(
                "first attempt within %(target)s business hour", "first attempt within %(target)s business hours", "number"
            ),
            ngettext_lazy("first attempt in %(target)s bus. h", "first attempt in %(target)s bus. h", "number"),
            share=True, runs="hours", kept="tried[1]", queue="first", made_up="k.done > 0",
            says=_due(_("Sales made the first attempt in time on %(share)s against %(promised)s promised."), _UNTOUCHED),
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
            runs="days", kept="least(tried[%(target)s], reached_at, sql_at)", queue="attempts",
            says=_due(_("Sales made the promised attempts in time on %(share)s against %(promised)s promised."), _UNTOUCHED),
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
            share=True, runs="days", kept="decided_at", queue="decision", made_up=_DECIDED,
            idle="handoff__state_row__decided_at",
            says=_due(
                _("Sales decided in time on %(share)s against %(promised)s promised."),
                ngettext_lazy(
                    "%(count)s late and still undecided: %(names)s", "%(count)s late and still undecided: %(names)s", "number"
                ),
            ),
        ),
        Kind(
            "reasons", "sales", RATE, PERCENT, "reasoned",
            _("Reason on refusal and return"), _("with a reason"),
            _("a reason on every refusal and every return"),
            _("reason on refusal, return"),
            fixed=Decimal(100),
            says=_of_rate(
                _("Sales gave a reason on %(share)s of its refusals and returns; it promised one on each."),
                _("Sales has refused nothing and given nothing back in the month."),
                against=ngettext_lazy(
                    "%(count)s refusal or return without a reason: %(most)s",
                    "%(count)s refusals and returns without a reason: %(most)s",
                    "number",
                ),
            ),
            against=Asked("reasoned", lambda: {"reason": ("",)}, "rep"),
        ),
        Kind(
            "won", BOTH, VOLUME, "deals", "won",
            _("Deals won"), _("deals won a month"),
            ngettext_lazy("%(target)s deal won a month", "%(target)s deals won a month", "number"),
            _("deals won"),
            says={
                "kept": _("Both sides have kept their word: deals won, %(count)s of %(target)s promised."),
                "broken": _("Both sides won fewer deals than promised: %(count)s of %(target)s."),
                "behind": ngettext_lazy(
                    "Both sides are %(gap)s won deal behind the line.", "Both sides are %(gap)s won deals behind the line.", "number"
                ),
                "on_line": ngettext_lazy(
                    "Both sides are on the line with %(count)s won deal.", "Both sides are on the line with %(count)s won deals.", "counted"
                ),
                "needed": ngettext_lazy(
                    "%(pace)s won deals needed on the business day left",
                    "%(pace)s won deals a day needed over the %(days)s business days left",
                    "days",
                ),
            },
        ),
        Kind(
            "revenue", BOTH, VOLUME, MONEY, "revenue",
            _("Revenue won"), _("revenue won a month"),
            _("%(target)s of revenue won a month"),
            _("revenue won"),
            says={
                "kept": _("Both sides have kept their word: revenue won, %(count)s of %(target)s promised."),
                "broken": _("Both sides won less revenue than promised: %(count)s of %(target)s."),
                "behind": _("Both sides are %(gap)s of revenue behind the line."),
                "on_line": _("Both sides are on the line with %(count)s of revenue."),
                "needed": ngettext_lazy(
                    "%(pace)s of revenue needed on the business day left",
                    "%(pace)s of revenue a day needed over the %(days)s business days left",
                    "days",
                ),
            },
        ),
    )
}  # fmt: skip


def sentence(kind: str, target: Decimal, params: dict) -> str:
    """The clause in words, in the active language. KeyError for a kind that the table does not hold."""
    return _said(KINDS[kind], KINDS[kind].sentence, target, params)


def short(kind: str, target: Decimal, params: dict) -> str:
    """The clause in few words, for a table."""
    return _said(KINDS[kind], KINDS[kind].short, target, params)


def days(kind: str, target: Decimal, params: dict) -> int:
    """How many business days a clock of this kind runs."""
    row = KINDS[kind]
    return int(params[row.param] if row.param else target)


def _said(row: Kind, text, target: Decimal, params: dict) -> str:
    shown = SHOWN.get(row.unit, _plain)(target)
    words = {"target": shown, "number": int(target), "param": params.get(row.param, "")}
    return str(text % words)


def _plain(value: Decimal) -> str:
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _percent(value: Decimal) -> str:
    places = len(_plain(value).partition(".")[2])
    return gettext("%(number)s%%") % {"number": number_format(value, places, use_l10n=True)}


def amount(value: Decimal) -> str:
    """An amount in the installation's currency, with as many digits as it has, cents at least."""
    currency = Installation.objects.values_list("currency", flat=True).first() or "EUR"
    places = len(_plain(value).partition(".")[2])
    return money.text(value, currency, max(places, 2) if places else 0)


SHOWN: dict[str, Callable[[Decimal], str]] = {PERCENT: _percent, MONEY: amount}
