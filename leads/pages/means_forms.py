"""Forms of plans, time, rates, loose costs, merges and link rules. They clean; services save."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.models import Campaign
from leads.touches.utm import KEYS
from smarketing.accounts.models import Side, Team, User

from .forms import DAY, MAX_AMOUNT, _text


def _campaigns():
    return Campaign.objects.standing().filter(root_id=None).order_by("name", "key")


class PlanForm(forms.Form):
    first_day = forms.DateField(label=_("From day"), widget=DAY)
    last_day = forms.DateField(label=_("To day"), widget=DAY)
    amount = forms.DecimalField(
        label=_("Planned cost"), min_value=0, max_digits=14, decimal_places=2, max_value=MAX_AMOUNT, localize=True
    )
    label = _text(_("What for"), 80)

    def clean(self):
        data = super().clean()
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day comes before the first one."))
        if first and last and (last - first).days > 3660:
            self.add_error("last_day", _("Plan at most ten years at a time."))
        return data


class WhoForm(forms.Form):
    """Whose hours: a side, or a team or a person of it."""

    side = forms.ChoiceField(label=_("Side"), choices=Side.choices)
    team = forms.ModelChoiceField(Team.objects.order_by("name"), label=_("Team"), required=False, empty_label="–")
    person = forms.ModelChoiceField(
        User.objects.filter(is_active=True).exclude(side="").order_by("name"),
        label=_("Person"),
        required=False,
        empty_label="–",
    )


class TimeForm(WhoForm):
    worked_on = forms.DateField(label=_("Day"), widget=DAY)
    hours = forms.DecimalField(
        label=_("Hours of work"),
        min_value=Decimal("0.01"),
        max_value=Decimal(100_000),
        max_digits=8,
        decimal_places=2,
        localize=True,
    )
    campaign = forms.ModelChoiceField(
        Campaign.objects.none(), label=_("Campaign"), required=False, empty_label=_("leads in general")
    )
    label = _text(_("What for"), 80)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["campaign"].queryset = _campaigns()


class RateForm(WhoForm):
    rate = forms.DecimalField(
        label=_("An hour costs"), required=False, min_value=0, max_digits=10, decimal_places=2, localize=True,
    )  # fmt: skip


class MergeForm(forms.Form):
    root = forms.ModelChoiceField(Campaign.objects.none(), label=_("It is the same as"), empty_label="–")

    def __init__(self, *args, campaign: Campaign, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["root"].queryset = _campaigns().exclude(pk=campaign.pk)


class RuleForm(forms.Form):
    """One rule: five patterns and a campaign; a rule whose campaign is blank is left out."""

    source, medium, campaign, content, term = (_text(key, 120) for key in KEYS)
    to = forms.ModelChoiceField(Campaign.objects.none(), label=_("Campaign meant"), required=False, empty_label="–")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = _campaigns()
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-select" if name == "to" else "form-control"

    def clean(self):
        data = super().clean()
        if any(data.get(key) for key in KEYS) and not data.get("to") and "to" not in self.errors:
            self.add_error("to", _("Choose the campaign that this link means."))
        if data.get("to") and not any(data.get(key) for key in KEYS):
            self.add_error("source", _("Write at least one pattern."))
        return data

    def rule(self) -> dict | None:
        said = self.cleaned_data
        return {**{key: said[key] for key in KEYS}, "to": said["to"].pk} if said.get("to") else None


class RuleSet(forms.BaseFormSet):
    """Rules with their places."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].widget.attrs |= {"class": "form-control place", "min": 1}
