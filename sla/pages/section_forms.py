"""Forms of the sections, made from the table: what is written in, the section's value out."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..sections import defaults, sound
from ..sections.fields import DAY, PERSON, plain
from ..sections.reading import day
from ..sections.table import Section

ROWS = 6  # tiers that a contract may have


class SectionForm(forms.Form):
    """A section's fields. `value()` after validation; `seen` is the fingerprint of what was read."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, section: Section, body: Mapping[str, Any], seen: str, data=None):
        self.section, self.body = section, body
        value = defaults.section(body, section.key)
        begin = {one.key: day(value[one.key]) if one.kind == DAY else value[one.key] for one in section.fields}
        super().__init__(data, initial=begin | {"seen": seen})
        for one in section.fields:
            self.fields[one.key] = one.form()
            if one.kind == PERSON:
                self.fields[one.key].empty_label = str(one.empty)

    @property
    def asked(self) -> list[forms.BoundField]:
        return [self[one.key] for one in self.section.fields]

    def clean(self):
        data = super().clean()
        if not self.errors:
            for sentence in sound.problems({**self.body, self.section.key: self._value(data)}).get(
                self.section.key, ()
            ):
                self.add_error(None, sentence)
        return data

    def value(self) -> dict[str, Any]:
        return self._value(self.cleaned_data)

    def _value(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {one.key: one.kept(data.get(one.key)) for one in self.section.fields}


class TiersForm(forms.Form):
    """One row a tier; an empty row is left out."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, section: Section, body: Mapping[str, Any], seen: str, data=None):
        self.section, begin = section, {"seen": seen}
        for row, one in enumerate(body.get(defaults.TIERS) or ()):
            begin |= {
                f"name{row}": one["name"], f"grades{row}": ", ".join(one["grades"]),
                f"hours{row}": one.get("hours"), f"attempts{row}": one.get("attempts"),
            }  # fmt: skip
        super().__init__(data, initial=begin)
        for row in range(ROWS):
            self.fields |= self._row(row)

    def _row(self, row: int) -> dict[str, forms.Field]:
        return {
            f"name{row}": forms.CharField(label=_("Tier"), max_length=40, required=False),
            f"grades{row}": forms.CharField(label=_("Grades, such as A1, A2"), max_length=120, required=False),
            f"hours{row}": forms.DecimalField(
                label=_("First attempt in business hours"), min_value=Decimal("0.25"), max_value=1000, decimal_places=2,
                required=False,
            ),
            f"attempts{row}": forms.IntegerField(label=_("Attempts at least"), min_value=1, max_value=20, required=False),
        }  # fmt: skip

    @property
    def rows(self) -> list[list[forms.BoundField]]:
        return [[self[f"{name}{row}"] for name in ("name", "grades", "hours", "attempts")] for row in range(ROWS)]

    def clean(self):
        data = super().clean()
        if not self.errors:
            for sentence in sound.tier_problems(self._value(data)):
                self.add_error(None, sentence)
        return data

    def value(self) -> list[dict[str, Any]]:
        return self._value(self.cleaned_data)

    def _value(self, data: Mapping[str, Any]) -> list[dict[str, Any]]:
        out = []
        for row in range(ROWS):
            name, grades = data.get(f"name{row}", "").strip(), data.get(f"grades{row}", "")
            hours, attempts = data.get(f"hours{row}"), data.get(f"attempts{row}")
            if name or grades.strip() or hours is not None or attempts is not None:
                out.append({
                    "name": name, "grades": re.findall(r"[^\s,;]+", grades.upper()),
                    "hours": None if hours is None else plain(hours), "attempts": attempts,
                })  # fmt: skip
        return out


def form_of(section: Section, body: Mapping[str, Any], seen: str, data=None) -> SectionForm | TiersForm:
    """The form of a section, filled with a draft's body, or with what was sent."""
    kind = TiersForm if section.key == defaults.TIERS else SectionForm
    return kind(section, body, seen, data)


def stale(by: Any) -> str:
    """Who saved meanwhile, for the head of a form that keeps what was typed."""
    words = {"name": by or gettext("Somebody")}
    return (
        gettext(
            "%(name)s saved this since you opened it. What you typed stands below; save again to put it in its place."
        )
        % words
    )
