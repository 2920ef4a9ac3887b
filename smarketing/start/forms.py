"""What an empty company asks first."""

from functools import cache
from zoneinfo import available_timezones

from babel import Locale, numbers
from django import forms
from django.utils import translation
from django.utils.dates import WEEKDAYS
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from smarketing.accounts.forms import AcceptForm
from smarketing.calendars import holidays
from smarketing.calendars.forms import HoursField


@cache
def _currencies(language: str) -> list[tuple[str, str]]:
    """(code, "code · name") of every currency that some country pays with now."""
    names = Locale.parse(language).currencies
    used = {
        code for country, _name in holidays.countries(language) for code in numbers.get_territory_currencies(country)
    }
    return [(code, f"{code} · {names.get(code, code)}") for code in sorted(used)]


def _language() -> str:
    return translation.get_language() or "en"


class StartForm(AcceptForm):
    """`fields_for_service()` are the keyword arguments of `first.begin`."""

    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    company = forms.CharField(
        label=_("Name of the company"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    country = forms.ChoiceField(
        label=_("Country"),
        choices=lazy(lambda: holidays.countries(_language()), list),
        help_text=_("Its public holidays are closed in your first calendar."),
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=lazy(lambda: _currencies(_language()), list))
    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=lambda: [(z, z) for z in sorted(available_timezones())],
        help_text=_("It sets where days begin and end, for ages and measures."),
    )
    days = forms.MultipleChoiceField(
        label=_("Working days"),
        choices=[(str(day + 1), label) for day, label in WEEKDAYS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    hours = HoursField(
        label=_("Working hours"), help_text=_("Several windows are separated by commas: 09:00-12:00, 14:00-18:00.")
    )

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        for name in ("password", "again"):  # what was typed is kept, on this one page that nothing stores
            self.fields[name].widget.render_value = True

    def fields_for_service(self) -> dict:
        out = {name: value for name, value in self.cleaned_data.items() if name not in ("again", "days", "hours")}
        return out | {"windows": {day: self.cleaned_data["hours"] for day in sorted(self.cleaned_data["days"])}}

    @property
    def parts(self):
        """The fields as they stand on the page: you, your company, its week."""
        groups = (
            (_("You"), ("name", "email", "password", "again", "language")),
            (_("Your company"), ("company", "country", "currency", "zone")),
            (_("Its working week"), ("days", "hours")),
        )
        return [(title, [self[name] for name in names]) for title, names in groups]
