"""Settings: when people may be called, country by country. Views only translate."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leads.handoffs import calling_rules as service
from leads.handoffs import countries
from leads.handoffs.problems import Refusal
from leads.models import CallingRule
from smarketing.accounts.policy import needs
from smarketing.calendars import holidays
from smarketing.calendars.forms import HoursField, shown
from smarketing.calendars.views import week
from smarketing.rows import clock
from smarketing.web.once import once

from . import arranging

MOST, DAYS = 100, 730
NEW = {"reach": CallingRule.Reach.PRIVATE, "within": 30, "holidays": True}


def _countries() -> list[tuple[str, str]]:
    return [("", _("every country without its own rule")), *holidays.countries((get_language() or "en")[:2])]


class RuleForm(forms.Form):
    """`said()`: what the service takes; `of(row)` shows one."""

    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=_countries, required=False)
    reach = forms.ChoiceField(label=gettext_lazy("Counts for"), choices=CallingRule.Reach.choices)
    zones = forms.CharField(
        label=gettext_lazy("Time zones"), max_length=200, required=False,
        help_text=gettext_lazy("As Europe/Paris, several separated by commas: the hours must be open in each. Empty: ours."),
    )  # fmt: skip
    holidays = forms.BooleanField(label=gettext_lazy("No calls on its public holidays"), required=False)
    most = forms.IntegerField(label=gettext_lazy("Calls at most"), min_value=1, max_value=MOST, required=False)
    within = forms.IntegerField(label=gettext_lazy("within days"), min_value=1, max_value=DAYS, initial=30)
    rest = forms.IntegerField(
        label=gettext_lazy("Days of rest after a no"), min_value=1, max_value=DAYS, required=False,
        help_text=gettext_lazy("After a return for “not now” or “no project”, and after a lost deal. Empty: none."),
    )  # fmt: skip
    consent = forms.ChoiceField(
        label=gettext_lazy("A consent to be called"), choices=CallingRule.Consent.choices, required=False
    )

    def __init__(self, data: Any = None, **more: Any):
        super().__init__(data, **more)
        for day, label in WEEKDAYS.items():
            self.fields[f"day_{day + 1}"] = HoursField(
                label=str(label).capitalize(), required=False, strip=True,
                widget=forms.TextInput(attrs={"placeholder": _("no calls"), "autocomplete": "off"}),
            )  # fmt: skip
        order = ["country", "reach", "zones", *(f"day_{day}" for day in range(1, 8))]
        self.order_fields([*order, "holidays", "most", "within", "rest", "consent"])

    @classmethod
    def of(cls, values: dict[str, Any], data: Any = None) -> "RuleForm":
        """The form filled with what a rule says."""
        days = {f"day_{day}": shown(windows) for day, windows in values.get("windows", {}).items()}
        return cls(data, initial={**values, "zones": ", ".join(values.get("zones", ())), **days})

    def clean_zones(self) -> list[str]:
        named = [one.strip() for one in self.cleaned_data["zones"].split(",") if one.strip()]
        for one in named:
            if one not in available_timezones():
                raise forms.ValidationError(_("“%(zone)s” is not a time zone that is known.") % {"zone": one})
        return named

    def said(self) -> dict[str, Any]:
        data = self.cleaned_data
        windows = {str(day): data[f"day_{day}"] for day in range(1, 8) if data[f"day_{day}"]}
        return {name: data[name] for name in service.FIELDS if name != "windows"} | {"windows": windows}


@needs("settings.routing")
@once
def listing(request: HttpRequest, pk: int | None = None) -> HttpResponseBase:
    """Every rule, and a form that adds one or changes the one opened; `?as=FR` fills it with a starter."""
    opened = get_object_or_404(CallingRule, pk=pk) if pk else None
    rows = sorted(
        CallingRule.objects.select_related("by"), key=lambda one: (not one.country, countries.name(one.country))
    )
    start = service.STARTERS.get(request.GET.get("as", "")) if opened is None else None
    first = {name: getattr(opened, name) for name in service.FIELDS} if opened else dict(start or NEW)
    form = RuleForm.of(first, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _written(request, form, opened):
        return redirect("leads:calling")
    lines = [_line(one) for one in rows]
    if (file := arranging.saved(request, "calling", "callingrule", _("Calling hours"), _head(), lines)) is not None:
        return file
    context = {
        "rows": [(one, countries.name(one.country), _hours(one)) for one in rows], "form": form, "opened": opened,
        "offers": arranging.offers(), "filled": start is not None,
        "starters": [(code, countries.name(code)) for code in service.STARTERS if code not in {one.country for one in rows}],
    }  # fmt: skip
    return render(request, "leads/calling.html", context, status=422 if form.errors else 200)


def _written(request: HttpRequest, form: RuleForm, opened: CallingRule | None) -> bool:
    try:
        service.save(rule=opened, by=request.user, at=clock.now(), **form.said())
    except Refusal as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return False
    messages.success(request, _("Saved."))
    return True


@needs("settings.routing")
@require_POST
@once
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """No rule for this country any more."""
    service.delete(rule=get_object_or_404(CallingRule, pk=pk), by=request.user, at=clock.now())
    messages.success(request, _("Deleted."))
    return redirect("leads:calling")


def _hours(one: CallingRule) -> list[tuple[str, str]]:
    return week({"windows": one.windows})


def _head() -> list[str]:
    return [_("Country"), _("Counts for"), _("Hours"), _("Time zones"), _("Public holidays"), _("Calls at most"), _("within days"), _("Days of rest after a no"), _("A consent to be called")]  # fmt: skip


def _line(one: CallingRule) -> list[Any]:
    hours = "; ".join(f"{days} {said}" for days, said in _hours(one))
    closed = _("no calls") if one.holidays else _("as any day")
    return [
        countries.name(one.country), one.get_reach_display(), hours, ", ".join(one.zones), closed, one.most, one.within, one.rest,
        one.get_consent_display(),
    ]  # fmt: skip
