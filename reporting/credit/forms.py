"""The form of a version of the settings. It cleans; the service adopts."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reporting.attribution.journeys import FIRST, LAST, LEAD, MILESTONES, OPPORTUNITY
from reporting.attribution.models import BETWEEN, OTHERS, Shares
from smarketing.web.known import Offered

from . import labels, settings
from .settings import Settings


def _share(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=1000)


def _months(label: Any, said: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=settings.MONTHS, help_text=said)


class SettingsForm(forms.Form):
    seen = forms.IntegerField(widget=forms.HiddenInput)
    month_of = forms.RegexField(
        r"^[1-9][0-9]{3}-(0[1-9]|1[0-2])$", label=_("Holds from the month"), help_text=_("A month that has not begun: the model is named before the period."),
        widget=forms.TextInput(attrs={"type": "month", "pattern": "[0-9]{4}-[0-9]{2}", "placeholder": "2026-12"}),
    )  # fmt: skip
    model = forms.ChoiceField(label=_("Model agreed"))
    models = forms.MultipleChoiceField(
        label=_("Models compared with it"), widget=forms.CheckboxSelectMultiple, required=False
    )
    look_back = forms.IntegerField(
        label=_("Look-back, in days"), required=False, min_value=1, max_value=settings.LONGEST, help_text=_("Touches older than that before the win do not count. Blank: the whole past."),
    )  # fmt: skip
    half_life = forms.IntegerField(label=_("Half-life of time decay, in days"), min_value=1, max_value=365)
    margin = forms.DecimalField(
        label=_("Margin, in percent of revenue"),
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        localize=True,
    )
    term = _months(
        _("Months that the amount of a deal pays for"),
        _("Twelve for a year's contract. Blank: nobody has said, and no months to pay back are told."),
    )
    stay = _months(_("Months that a customer stays"), _("Blank: nobody has said, and no value of a customer is shown."))
    first = _share(_("Own weights: first touch"))
    lead = _share(_("creation of the lead"))
    opportunity = _share(_("opening of the deal"))
    last = _share(_("last touch"))
    rest = _share(_("what is left"))
    scope = forms.ChoiceField(
        label=_("What is left goes to"),
        choices=[(OTHERS, _("all other touches")), (BETWEEN, _("those between the milestones"))],
        help_text=_("Own weights are thousandths; together they make 1,000."),
    )
    sales_sources = forms.CharField(
        label=_("Sources of leads that are sales'"),
        required=False,
        widget=Offered([(_("Sources"), "source", "{}")], ", "),
        help_text=_("Separated by commas. All other sources are marketing's."),
    )
    sales_channels = forms.CharField(
        label=_("Channels of campaigns that are sales'"),
        required=False,
        widget=Offered([(_("Channels"), "channel", "{}")], ", "),
        help_text=_("Separated by commas. All other channels are marketing's."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        named = [(key, label) for key, (label, _words) in labels.MODELS.items()]
        self.fields["model"].choices = named
        self.fields["models"].choices = named

    @classmethod
    def of(cls, one: Settings, begins: date, data=None) -> "SettingsForm":
        """The form filled with a version, for the next month."""
        shares = {name: one.custom.anchors.get(name, 0) for name in MILESTONES}
        return cls(
            data,
            initial={
                "seen": one.number, "month_of": f"{begins:%Y-%m}", "model": one.model, "models": list(one.enabled), "look_back": one.look_back,
                "half_life": one.half_life, "margin": one.margin * 100, "term": one.term, "stay": one.stay,
                **shares, "rest": one.custom.rest, "scope": one.custom.scope,
                "sales_sources": ", ".join(one.sales_sources), "sales_channels": ", ".join(one.sales_channels),
            },
        )  # fmt: skip

    def month(self) -> date:
        return date.fromisoformat(f"{self.cleaned_data['month_of']}-01")

    def wanted(self) -> Settings:
        said = self.cleaned_data
        anchors = {name: said[name] for name in (FIRST, LEAD, OPPORTUNITY, LAST)}
        return Settings(
            model=said["model"], models=tuple(said["models"]), look_back=said["look_back"], half_life=said["half_life"],
            custom=Shares(anchors, said["rest"], said["scope"]), margin=said["margin"] / Decimal(100), term=said["term"], stay=said["stay"],
            sales_sources=settings.words(said["sales_sources"].split(",")), sales_channels=settings.words(said["sales_channels"].split(",")),
        )  # fmt: skip
