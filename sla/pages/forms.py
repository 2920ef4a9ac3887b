"""The form of a draft: three clauses, calendar and days in, the body of the terms out. An empty clause is left out."""

from datetime import date
from decimal import Decimal

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from personas.models import DefinitionLine
from smarketing.calendars import services as calendars

from ..models import Contract

DAY = {"type": "date"}
# clause key, kind, target field, share field, (param, field)
CLAUSES = (
    ("5.1", "mql_volume", "volume", "", ()),
    ("6.1", "first_attempt", "hours", "hours_share", ()),
    ("6.2", "min_attempts", "attempts", "attempts_share", ("days", "attempt_days")),
)


def _plain(value: Decimal | int | str) -> str:
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


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
    calendar = forms.TypedChoiceField(label=_("Calendar"), coerce=int, required=False, empty_value=None)
    starts_on = forms.DateField(label=_("In force from"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    ends_on = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        help_text=_("Empty: until other terms replace them."),
    )  # fmt: skip
    volume = forms.IntegerField(label=_("MQL a month"), min_value=1, max_value=1_000_000, required=False)
    hours = forms.DecimalField(
        label=_("Business hours at most"), min_value=Decimal("0.25"), max_value=1000, decimal_places=2, required=False
    )
    hours_share = forms.DecimalField(
        label=_("On at least (%)"), min_value=1, max_value=100, decimal_places=2, required=False
    )
    attempts = forms.IntegerField(label=_("Attempts at least"), min_value=1, max_value=20, required=False)
    attempt_days = forms.IntegerField(label=_("Within business days"), min_value=1, max_value=250, required=False)
    attempts_share = forms.DecimalField(
        label=_("On at least (%)"), min_value=1, max_value=100, decimal_places=2, required=False
    )

    def __init__(self, data=None, *, initial=None):
        super().__init__(data, initial=initial)
        found = [(version.pk, version.calendar.name) for version in calendars.current()]
        kept = (initial or {}).get("calendar")
        if kept and kept not in dict(found):
            found.append((kept, gettext("the version signed before")))
        self.fields["calendar"].choices = [("", gettext("choose a calendar")), *found]

    @classmethod
    def of(cls, body: dict, revision: int, data=None) -> "TermsForm":
        """The form filled with a draft's body."""
        initial = {"revision": revision, "calendar": body.get("calendar")}
        initial |= {name: body.get(name) or "" for name in ("starts_on", "ends_on")}
        if ends := body.get("ends_on"):
            initial["ends_on"] = date.fromordinal(date.fromisoformat(ends).toordinal() - 1)
        found = {clause["kind"]: clause for clause in body.get("clauses", ())}
        for _key, kind, target, share, param in CLAUSES:
            if clause := found.get(kind):
                initial[target] = _plain(clause["target"])
                if share and clause.get("share"):
                    initial[share] = _plain(clause["share"])
                if param:
                    initial[param[1]] = clause.get("params", {}).get(param[0])
        return cls(data, initial=initial)

    def clean(self):
        data = super().clean()
        if not data.get("calendar") and "calendar" not in self.errors:
            self.add_error(
                "calendar", gettext("Choose a calendar: without one no delay can be counted in business hours.")
            )
        start, end = data.get("starts_on"), data.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", gettext("The last day must come after the first one."))
        for _key, _kind, target, share, param in CLAUSES:
            fields = [name for name in (target, share, param and param[1]) if name]
            given = [name for name in fields if data.get(name) not in (None, "")]
            for name in fields if given else ():
                if name not in given and name not in self.errors:
                    self.add_error(name, gettext("This number is missing: give it, or empty the whole clause."))
        targets = [target for _key, _kind, target, *_rest in CLAUSES]
        if not self.errors and not any(data.get(name) for name in targets):
            self.add_error("volume", gettext("A contract needs at least one clause."))
        return data

    def body(self) -> dict:
        """The body of the terms: text and whole numbers only. The end is the day after the last one."""
        data = self.cleaned_data
        ends = data["ends_on"]
        clauses = [
            {
                "key": key, "kind": kind, "target": _plain(data[target]), "share": _plain(data[share]) if share else None,
                "params": {param[0]: data[param[1]]} if param else {},
            }
            for key, kind, target, share, param in CLAUSES
            if data[target]
        ]  # fmt: skip
        return {
            "calendar": data["calendar"], "starts_on": data["starts_on"].isoformat(),
            "ends_on": date.fromordinal(ends.toordinal() + 1).isoformat() if ends else None, "clauses": clauses,
        }  # fmt: skip
