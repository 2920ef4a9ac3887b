"""The form of a calendar: it cleans into a spec and shows a spec; the service saves."""

import re
from datetime import date
from itertools import pairwise
from zoneinfo import available_timezones

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from . import holidays
from .services import FIRST, YEARS_AHEAD

_HOURS = re.compile(r"^(\d{1,2})(?:[:h.]?(\d{2}))?h?\s*[-–—]\s*(\d{1,2})(?:[:h.]?(\d{2}))?h?$")


class HoursField(forms.CharField):
    """Windows of a weekday as people write them: "9-12, 14:00-18:00"; empty: closed."""

    def clean(self, value) -> list[list[str]]:
        text = super().clean(value)
        windows = sorted(_window(part.strip()) for part in re.split(r"[,;]|\s+(?:et|and)\s+", text) if part.strip())
        if any(one[1] > other[0] for one, other in pairwise(windows)):
            raise forms.ValidationError(gettext("These windows overlap."))
        return windows


def _window(part: str) -> list[str]:
    found = _HOURS.match(part)
    if not found:
        raise forms.ValidationError(gettext("Write hours as 09:00-18:00, several separated by commas."))
    hours, minutes = (int(found[1]), int(found[3])), (int(found[2] or 0), int(found[4] or 0))
    opens, closes = hours[0] * 60 + minutes[0], hours[1] * 60 + minutes[1]
    if max(minutes) > 59 or closes > 1440:
        raise forms.ValidationError(gettext("“%(part)s” is not a time of day.") % {"part": part})
    if opens >= closes:
        raise forms.ValidationError(gettext("“%(part)s” closes before it opens.") % {"part": part})
    return [f"{at // 60:02}:{at % 60:02}" for at in (opens, closes)]


def shown(windows: list[list[str]]) -> str:
    """Windows as the form shows them."""
    return ", ".join(f"{opens}-{closes}" for opens, closes in sorted(windows))


def _countries():
    return [("", gettext("no country: no holidays")), *holidays.countries(get_language() or "en")]


class CalendarForm(forms.Form):
    """`spec()` after validation; `of(spec)` for one that exists. `closed`: holidays kept, by their English name."""

    name = forms.CharField(label=_("Name"), max_length=80)
    zone = forms.ChoiceField(label=_("Time zone"), choices=lambda: [(z, z) for z in sorted(available_timezones())])
    country = forms.ChoiceField(label=_("Country of the holidays"), choices=lazy(_countries, list), required=False)
    region = forms.CharField(label=_("Region"), max_length=10, required=False, widget=forms.Select)
    closed = forms.MultipleChoiceField(label=_("Closed on"), required=False, widget=forms.CheckboxSelectMultiple)
    extra = forms.CharField(
        label=_("Other days closed"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One date a line, as 2026-05-15: bridge days, closing of the company."),
    )

    special = forms.CharField(
        label=_("Days with hours of their own"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, as 2026-12-24 09:00-12:00: half days, and holidays that are worked."),
    )  # fmt: skip

    def __init__(self, data=None, *, year: int, fixed_name: bool = False, initial=None):
        super().__init__(data, initial=initial)
        self.year = year
        for day, label in WEEKDAYS.items():
            self.fields[f"day_{day + 1}"] = HoursField(
                label=str(label).capitalize(), required=False, strip=True,
                widget=forms.TextInput(attrs={"placeholder": gettext("closed"), "autocomplete": "off", "class": "form-control"}),
            )  # fmt: skip
        self.fields["name"].disabled = fixed_name
        self.named = self._named()
        self.fields["closed"].choices = [(key, label) for key, label, _dates in self.named]
        found = holidays.named_regions(self._chosen("country"), get_language() or "en")
        self.fields["region"].widget.choices = [("", gettext("the whole country")), *found]

    @classmethod
    def of(cls, name: str, spec: dict, data=None, *, year: int, fixed_name: bool = True) -> "CalendarForm":
        """The form filled with a calendar."""
        initial = {
            "name": name, "zone": spec["zone"], "country": spec.get("country", ""), "region": spec.get("region", ""),
            "extra": "\n".join(spec.get("extra", [])),
            "special": "\n".join(f"{day} {shown(windows)}" for day, windows in sorted(spec.get("special", {}).items())),
        }  # fmt: skip
        initial |= {f"day_{day}": shown(windows) for day, windows in spec["windows"].items()}
        form = cls(data, year=year, fixed_name=fixed_name, initial=initial)
        opened = set(spec.get("open", ()))
        form.initial["closed"] = [key for key, _label, _dates in form.named if key not in opened]
        return form

    def _chosen(self, name: str) -> str:
        return (self.data.get(name) if self.is_bound else self.initial.get(name)) or ""

    def _named(self) -> list[tuple[str, str, list[date]]]:
        """(English name, label with this year's and next year's dates, dates) of the chosen country's holidays."""
        country, region = self._chosen("country"), self._chosen("region")
        if not country:
            return []
        language, found = get_language() or "en", {}
        for year in (self.year, self.year + 1):
            words = holidays.names(country, region, year, language)
            for day, key in holidays.names(country, region, year, "en").items():
                found.setdefault(key, (words.get(day, key), []))[1].append(day)
        return [
            (key, f"{word} · " + ", ".join(date_format(day, "SHORT_DATE_FORMAT") for day in days), days)
            for key, (word, days) in found.items()
        ]

    def week(self):
        """The seven fields of the week, in order."""
        return [self[f"day_{day}"] for day in range(1, 8)]

    def clean_extra(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["extra"].splitlines() if line.strip()]
        for line in lines:
            try:
                date.fromisoformat(line)
            except ValueError:
                raise forms.ValidationError(
                    gettext("“%(line)s” is not a date: write 2026-05-15.") % {"line": line}
                ) from None
        return sorted(set(lines))

    def clean_special(self) -> dict[str, list[list[str]]]:
        found: dict[str, list[list[str]]] = {}
        for line in filter(None, (one.strip() for one in self.cleaned_data["special"].splitlines())):
            day, _space, hours = line.partition(" ")
            try:
                key = date.fromisoformat(day).isoformat()
            except ValueError:
                raise forms.ValidationError(
                    gettext("“%(line)s” is not a date with hours: write 2026-12-24 09:00-12:00.") % {"line": line}
                ) from None
            if key in found:
                raise forms.ValidationError(gettext("“%(day)s” stands twice.") % {"day": day})
            found[key] = HoursField(required=True).clean(hours)
        return found

    def clean_region(self) -> str:
        region, codes = self.cleaned_data["region"].strip(), holidays.regions().get(self._chosen("country"), ())
        if region and region not in codes:
            raise forms.ValidationError(gettext("This country has no such region."))
        return region

    def clean(self):
        data = super().clean()
        if not any(data.get(f"day_{day}") for day in range(1, 8)) and not self.errors:
            self.add_error(
                "day_1", gettext("Give working hours on at least one day: without them no deadline ever passes.")
            )
        return data

    def spec(self) -> dict:
        """What `services.create_version` takes: the chosen holidays of every year, written out as dates."""
        data, until = self.cleaned_data, self.year + YEARS_AHEAD
        opened = [key for key, _label, _dates in self.named if key not in data["closed"]]
        closed = set(data["extra"])
        for year in range(int(FIRST[:4]), until) if data["country"] else ():
            found = holidays.names(data["country"], data["region"], year, "en")
            closed |= {day.isoformat() for day, key in found.items() if key not in opened}
        return {
            "zone": data["zone"], "country": data["country"], "region": data["region"], "open": opened,
            "extra": data["extra"], "holidays": sorted(closed), "first": FIRST, "until": f"{until}-01-01",
            **({"special": data["special"]} if data["special"] else {}),
            "windows": {str(day): data[f"day_{day}"] for day in range(1, 8) if data[f"day_{day}"]},
        }  # fmt: skip
