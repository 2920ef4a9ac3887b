"""The form of an attempt: an outcome, a note, the next step, and when it happened if not now."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.handoffs import attempts
from leads.models import Attempt
from smarketing.rows import clock


class AttemptForm(forms.Form):
    """`for_service()`: keyword arguments of `attempts.log` beside handoff, by, at."""

    outcome = forms.ChoiceField(
        choices=Attempt.Outcome.choices, label=_("Outcome"), error_messages={"required": _("Choose what happened.")}
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=attempts.MAX_NOTE,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
    )
    next_step_on = forms.DateField(
        label=_("Next step"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )
    occurred_at = forms.DateTimeField(
        label=_("Happened at"),
        required=False,
        help_text=_("Only if it was not now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "form-control"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean_occurred_at(self) -> datetime | None:
        """Written in the installation's local time."""
        value = self.cleaned_data["occurred_at"]
        return value.replace(tzinfo=clock.zone()) if value else None

    def for_service(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "channel": attempts.CHANNEL_OF[data["outcome"]],
            "outcome": data["outcome"],
            "note": data["note"],
            "next_step_on": data["next_step_on"],
            "occurred_at": data["occurred_at"],
        }
