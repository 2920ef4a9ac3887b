"""Forms of the sections, made from the table: what is written in, the section's value out."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext

from ..sections import defaults, sound
from ..sections.fields import DAY, PERSON
from ..sections.reading import day
from ..sections.table import Section


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


def stale(by: Any) -> str:
    """Who saved meanwhile, for the head of a form that keeps what was typed."""
    words = {"name": by or gettext("Somebody")}
    return (
        gettext(
            "%(name)s saved this since you opened it. What you typed stands below; save again to put it in its place."
        )
        % words
    )
