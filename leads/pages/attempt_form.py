"""The form of an attempt: an outcome by a channel, a note, how long it took, the next step, and when it happened if not now."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.handoffs import attempts, calling
from leads.models import Attempt
from smarketing.rows import clock


class AttemptForm(forms.Form):
    """`for_service()`: keyword arguments of `attempts.log` beside handoff, by, at."""

    outcome = forms.ChoiceField(
        choices=Attempt.Outcome.choices, label=_("Outcome"), error_messages={"required": _("Choose what happened.")}
    )
    channel = forms.ChoiceField(
        choices=[("", _("as usual for the outcome")), *Attempt.Channel.choices],
        label=_("Channel"),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    minutes = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        min_value=0,
        max_value=attempts.MAX_MINUTES,
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
    )
    next_step = forms.ChoiceField(
        choices=[
            ("", "–"),
            *((way.value, way.label) for way in (attempts.CALL, attempts.MAIL, attempts.MESSAGE, attempts.VISIT)),
        ],
        label=_("Next step"),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    next_step_in = forms.DateField(required=False, label=_("When"))  # the day behind "+ 2 business days"
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=attempts.MAX_NOTE,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
    )
    next_step_on = forms.DateField(
        label=_("or on the day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )
    occurred_at = forms.DateTimeField(
        label=_("Happened at"),
        required=False,
        help_text=_("Only if it did not happen just now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "form-control"}, format="%Y-%m-%dT%H:%M"),
    )

    outside = forms.ChoiceField(
        choices=[("", "–"), *calling.OFFERED],
        label=_("Why at an hour that is not lawful"),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def clean_occurred_at(self) -> datetime | None:
        """Written in the installation's local time."""
        value = self.cleaned_data["occurred_at"]
        return value.replace(tzinfo=clock.zone()) if value else None

    def say_when(self, since: datetime) -> None:
        """Offer this minute (not before `since`) as the time of what happened, where none was said."""
        if not self.data.get("occurred_at"):
            now = max(clock.now(), since).astimezone(clock.zone())
            self.data = {name: self.data[name] for name in self.data} | {"occurred_at": f"{now:%Y-%m-%dT%H:%M}"}

    def for_service(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "channel": data["channel"] or attempts.WAY_OF[data["outcome"]].channels[0],
            "outcome": data["outcome"],
            "note": data["note"],
            "minutes": data["minutes"],
            "next_step": data["next_step"],
            "next_step_on": data["next_step_on"] or data["next_step_in"],
            "occurred_at": data["occurred_at"],
            "outside": data["outside"],
        }
