"""The form of a draft: its clauses, calendar and days in, the body of the terms out. An empty clause is left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from personas.models import DefinitionLine
from smarketing.calendars import services as calendars
from smarketing.calendars.models import CalendarVersion
from smarketing.rows import clock

from ..kinds import KINDS, Kind, periods
from ..kinds.said import plain
from ..models import Contract
from . import more

DAY = {"type": "date"}
NOTHING = (None, "", False)


@dataclass(frozen=True)
class Promise:
    """A clause that the form offers: its key in the terms, its kind, and the fields of its numbers."""

    key: str
    kind: str
    target: str
    share: str = ""
    param: str = ""
    words: object = ""

    @property
    def fields(self) -> list[str]:
        return [name for name in (self.target, self.param, self.share) if name]


CLAUSES = (
    Promise("5.1", "mql_volume", "volume",
            words=_("This many first handoffs of leads that the signed definition calls MQL, in each month, quarter or year.")),
    Promise("5.2", "acceptance", "acceptance",
            words=_("Of the handoffs of the time judged that are decided. Known customers, duplicates and tests are left out; what is undecided is pending.")),
    Promise("5.3", "sql_rate", "sql_rate",
            words=_("Of the handoffs of the time judged. One that is still open is pending for 90 days.")),
    Promise("5.4", "mandatory_fields", "complete",
            words=_("Filled in when the lead was handed over, as known then; what marketing adds later does not count.")),
    Promise("5.5", "hand_over", "handover_hours", "handover_share",
            words=_("Counted from the qualification in business hours. A backlog that is paced and a missing field count; a lead that may not be handed over yet is left out.")),
    Promise("6.1", "first_attempt", "hours", "hours_share",
            words=_("Counted from the handoff in business hours; a lead refused with a reason before that is left out.")),
    Promise("6.2", "min_attempts", "attempts", "attempts_share", "attempt_days",
            words=_("Reaching the lead earlier keeps the promise. The day of the handoff is not counted.")),
    Promise("6.3", "decision", "decision_days", "decision_share",
            words=_("Accepted, said or shown by the first attempt, or refused. The day of the handoff is not counted.")),
    Promise("6.4", "reasons", "reasons", words=_("Counted by the day on which sales refused or gave back.")),
    Promise("6.5", "outcome", "outcome_days", "outcome_share",
            words=_("A need confirmed, a refusal or a return. The day of the handoff is not counted; silence is no outcome.")),
    Promise("7.1", "won", "won", words=_("A result of both sides, by the day on which a deal was won.")),
    Promise("7.2", "revenue", "revenue",
            words=_("A result of both sides: the amounts of the deals won, by the day on which they were won.")),
)  # fmt: skip


def _percent(label: object) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=1, max_value=100, decimal_places=2, required=False)


def _share() -> forms.DecimalField:
    return _percent(_("On at least (%)"))


def _named(version: CalendarVersion) -> str:
    """A calendar as it is chosen: one through whose holidays deadlines would run on says so."""
    bare = calendars.closed_in(version, clock.today().year) == 0
    return gettext("%(name)s (no holidays!)") % {"name": version.calendar.name} if bare else version.calendar.name


class NewContractForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("For instance the market and the year: France 2026.")
    )
    line = forms.ModelChoiceField(
        DefinitionLine.objects.order_by("name"), label=_("Definition of the MQL that it counts"), empty_label=None
    )

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        if Contract.objects.filter(name=name).exists():
            raise forms.ValidationError(gettext("A contract of this name exists."))
        return name


class TermsForm(forms.Form):
    """`body()` after validation; `of(body)` for a draft that exists."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    calendar = forms.TypedChoiceField(label=_("Calendar"), coerce=int, required=False, empty_value=None)
    starts_on = forms.DateField(label=_("In force from"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    ends_on = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        help_text=_("Empty: until other terms replace them."),
    )  # fmt: skip
    volume = forms.IntegerField(label=_("MQL"), min_value=1, max_value=1_000_000, required=False)
    acceptance = _percent(_("Accepted at least (%)"))
    sql_rate = _percent(_("SQL at least (%)"))
    hours = forms.DecimalField(
        label=_("Business hours at most"), min_value=Decimal("0.25"), max_value=1000, decimal_places=2, required=False
    )
    hours_share = _share()
    attempts = forms.IntegerField(label=_("Attempts at least"), min_value=1, max_value=20, required=False)
    attempt_days = forms.IntegerField(label=_("Within business days"), min_value=1, max_value=250, required=False)
    attempts_share = _share()
    decision_days = forms.IntegerField(label=_("Within business days"), min_value=1, max_value=250, required=False)
    decision_share = _share()
    reasons = forms.BooleanField(label=_("A reason on every refusal and every return"), required=False)
    complete = _percent(_("Complete at least (%)"))
    handover_hours = forms.DecimalField(
        label=_("Business hours at most"), min_value=Decimal("0.25"), max_value=1000, decimal_places=2, required=False
    )
    handover_share = _share()
    outcome_days = forms.IntegerField(label=_("Within business days"), min_value=1, max_value=250, required=False)
    outcome_share = _share()
    won = forms.IntegerField(label=_("Deals won"), min_value=1, max_value=1_000_000, required=False)
    revenue = forms.DecimalField(
        label=_("Revenue won"), min_value=1, max_value=9_999_999_999, decimal_places=2, required=False
    )

    def __init__(self, data=None, *, initial=None):
        super().__init__(data, initial=initial)
        found = [(version.pk, _named(version)) for version in calendars.current()]
        kept = (initial or {}).get("calendar")
        if kept and kept not in dict(found):
            found.append((kept, gettext("the version signed before")))
        self.fields["calendar"].choices = [("", gettext("choose a calendar")), *found]
        self.fields |= more.fields()
        kept = {pk for kind in more.CLOCKED if (pk := (initial or {}).get(f"{kind}_calendar"))} - set(dict(found))
        own = [*found, *((pk, gettext("the version signed before")) for pk in sorted(kept))]
        for kind in more.CLOCKED:
            self.fields[f"{kind}_calendar"].choices = [("", gettext("that of the contract")), *own]

    @classmethod
    def of(cls, body: dict, revision: int, data=None, *, seen: str = "") -> "TermsForm":
        """The form filled with a draft's body; `seen`: fingerprint of what it shows (`drafts.fingerprint`)."""
        initial = {"revision": revision, "seen": seen, "calendar": body.get("calendar")}
        initial |= {name: body.get(name) or "" for name in ("starts_on", "ends_on")}
        if ends := body.get("ends_on"):
            initial["ends_on"] = date.fromordinal(date.fromisoformat(ends).toordinal() - 1)
        some = [clause for clause in body.get("clauses", ()) if clause.get("params", {}).get("where")]
        found = {clause["kind"]: clause for clause in body.get("clauses", ()) if clause not in some}
        initial["volume_of"] = more.shown_some(some)
        if some:
            initial["mql_volume_period"] = some[0]["params"].get(periods.PARAM, "")
        for one in CLAUSES:
            if clause := found.get(one.kind):
                initial[one.target] = plain(clause["target"])
                if one.share and clause.get("share"):
                    initial[one.share] = plain(clause["share"])
                if one.param:
                    initial[one.param] = clause.get("params", {}).get(KINDS[one.kind].param)
                initial |= more.initial(one.kind, clause.get("params", {}))
        return cls(data, initial=initial)

    def offered(self) -> Iterator[tuple[Promise, Kind, list[forms.BoundField]]]:
        """Each clause with its kind and fields, in the order of the terms."""
        for one in CLAUSES:
            yield one, KINDS[one.kind], [self[name] for name in (*one.fields, *more.names(one.kind))]

    @property
    def has_error_in_fields(self) -> bool:
        """Whether something typed is not usable; what is refused as a whole still is."""
        return bool(set(self.errors) - {forms.forms.NON_FIELD_ERRORS})

    def clean(self):
        data = super().clean()
        if not data.get("calendar") and "calendar" not in self.errors:
            self.add_error(
                "calendar", gettext("Choose a calendar: without one no delay can be counted in business hours.")
            )
        start, end = data.get("starts_on"), data.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", gettext("The last day must come after the first one."))
        for one in CLAUSES:
            given = [name for name in one.fields if data.get(name) not in NOTHING]
            for name in one.fields if given else ():
                if name not in given and name not in self.errors:
                    self.add_error(name, gettext("This number is missing: give it, or empty the whole clause."))
        if data.get("complete") and not data.get("complete_fields") and "complete_fields" not in self.errors:
            self.add_error("complete_fields", gettext("Choose the fields that must be filled in."))
        if not self.errors and not any(data.get(one.target) for one in CLAUSES):
            self.add_error("volume", gettext("A contract needs at least one clause."))
        return data

    def body(self) -> dict:
        """The body of the terms: text and whole numbers only. The end is the day after the last one."""
        data = self.cleaned_data
        ends = data["ends_on"]
        clauses = [
            {
                "key": one.key, "kind": one.kind, "target": plain(KINDS[one.kind].fixed or data[one.target]),
                "share": plain(data[one.share]) if one.share else None,
                "params": ({KINDS[one.kind].param: data[one.param]} if one.param else {}) | more.given(one.kind, data),
            }
            for one in CLAUSES
            if data[one.target]
        ]  # fmt: skip
        at = next((n for n, one in enumerate(clauses) if one["kind"] == "mql_volume"), -1) + 1
        clauses[at:at] = more.volumes("5.1", data)
        return {
            "calendar": data["calendar"], "starts_on": data["starts_on"].isoformat(),
            "ends_on": date.fromordinal(ends.toordinal() + 1).isoformat() if ends else None, "clauses": clauses,
        }  # fmt: skip
