"""Forms of leads and campaigns. They clean; services save. `values()` are the arguments of the service."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from leads.intake.companies import domain_of, one_line
from leads.models import Campaign, Company, Lead, Level
from leads.models.identities import Stage
from personas.definitions import traits
from personas.models import DefinitionLine
from smarketing.web.known import Known

from .own_fields import OwnFields, filter_field, filters

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
LEAD_FIELDS = ("first_name", "last_name", "email", "phone", "function", "country", "source", "birth_date")
COMPANY_FIELDS = ("name", "domain", "industry", "country", "employees")
CAMPAIGN_FIELDS = ("key", "name", "channel", "starts_on", "ends_on", "level", "parent")
MAX_AMOUNT = Decimal("999999999999.99")


def _text(label: Any, length: int = 120, **more) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=False, **more)


def email_is_valid(email: str) -> bool:
    """Whether the text is written as an e-mail address."""
    try:
        validate_email(email)
    except forms.ValidationError:
        return False
    return True


class LeadForm(OwnFields):
    """A lead by hand: at least a name or an e-mail address. A second lead with the same address must be asked for."""

    subject = "lead"

    first_name = _text(_("First name"))
    last_name = _text(_("Last name"))
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=320)
    phone = _text(_("Phone"), 40)
    function = _text(_("Function"))
    company_name = _text(_("Company"), 200, widget=Known("company"))
    company_domain = _text(
        _("Domain of the company"), 200, help_text=_("For instance acme.example. It finds the company again.")
    )
    country = _text(_("Country"), 60, widget=Known("country"))
    source = _text(_("Source"), widget=Known("source"), help_text=_("Where the lead first came from."))
    campaign = forms.ModelChoiceField(
        Campaign.objects.standing().order_by("name", "key"), label=_("Campaign"), required=False, empty_label="–"
    )
    birth_date = forms.DateField(label=_("Date of birth"), required=False, widget=DAY)
    anyway = forms.BooleanField(
        label=_("It is somebody else: save all the same"), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not traits.wanted():
            del self.fields["birth_date"]

    @classmethod
    def of(cls, lead: Lead, data=None) -> "LeadForm":
        """The form filled with a lead."""
        first = {name: getattr(lead, name) for name in LEAD_FIELDS} | {"campaign": lead.campaign}
        firm = lead.company
        return cls(
            data,
            initial=first | {"company_name": firm.name if firm else "", "company_domain": firm.domain if firm else ""},
            said=lead.attributes,
        )

    def clean_company_domain(self) -> str:
        said = self.cleaned_data["company_domain"]
        domain = domain_of(said) if said else ""
        if said and not domain:
            raise forms.ValidationError(_("This is not a domain: write it like acme.example."))
        return domain

    def clean(self):
        data = super().clean()
        if not self.errors and not any(data.get(name) for name in ("first_name", "last_name", "email")):
            self.add_error("last_name", _("Write a name or an e-mail address."))
        return data

    def warn(self) -> None:
        """Ask whether a second lead with the same address is meant."""
        self.fields["anyway"].widget = forms.CheckboxInput()

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        campaign = data["campaign"]
        said = {name: data[name] for name in LEAD_FIELDS if name in data} | {"campaign": campaign and campaign.pk}
        if born := said.get("birth_date"):
            said["birth_date"] = born.isoformat()
        return said | self.own_values()

    def company(self) -> dict[str, str]:
        said = {"name": self.cleaned_data["company_name"], "domain": self.cleaned_data["company_domain"]}
        return {name: value for name, value in said.items() if value}


class CompanyForm(OwnFields):
    """A company by hand: at least a name or a domain, by which files and forms find it again."""

    subject = "company"

    name = _text(_("Name"), 200)
    domain = _text(_("Domain"), 200, help_text=_("For instance acme.example. It finds the company again."))
    industry = _text(_("Industry"), widget=Known("industry"))
    country = _text(_("Country"), 60, widget=Known("country"))
    employees = forms.IntegerField(label=_("Headcount"), required=False, min_value=0, max_value=2**31 - 1)

    @classmethod
    def of(cls, company: Company, data=None) -> "CompanyForm":
        """The form filled with a company."""
        first = {name: getattr(company, name) for name in COMPANY_FIELDS}
        return cls(data, initial=first, said=company.attributes)

    def clean_domain(self) -> str:
        said = self.cleaned_data["domain"]
        domain = domain_of(said) if said else ""
        if said and not domain:
            raise forms.ValidationError(_("This is not a domain: write it like acme.example."))
        return domain

    def clean(self):
        data = super().clean()
        if not self.errors and not (data.get("name") or data.get("domain")):
            self.add_error("name", _("Write a name or a domain."))
        return data

    def values(self) -> dict[str, Any]:
        said = {name: self.cleaned_data[name] for name in COMPANY_FIELDS}
        return said | {"name": one_line(self.cleaned_data["name"])} | self.own_values()


def _lines() -> list[tuple[str, Any]]:
    """The definitions by which leads qualify."""
    return [
        ("", _("all")),
        *((str(pk), name) for pk, name in DefinitionLine.objects.order_by("name").values_list("pk", "name")),
    ]


class LeadFilters(forms.Form):
    """Filters of the leads table; a wrong value filters nothing and says so. `further`: shown when they are asked for."""

    FURTHER = ("list", "source", "campaign", "rep", "waits", "since", "until")

    q = _text(_("Name, e-mail or company"), 200, widget=forms.TextInput(attrs={"type": "search"}))
    stage = forms.ChoiceField(label=_("Stage"), required=False, choices=[("", _("all")), *Stage.choices])
    grade = forms.ChoiceField(label=_("Grade"), required=False)
    source = forms.ChoiceField(label=_("Source"), required=False)
    campaign = forms.ChoiceField(label=_("Campaign"), required=False)
    rep = forms.ChoiceField(label=_("Rep in charge"), required=False)
    waits = forms.ChoiceField(label=_("Qualified and waiting"), required=False, choices=_lines)
    since = forms.DateField(label=_("Created from"), required=False, widget=DAY)
    until = forms.DateField(label=_("to"), required=False, widget=DAY)

    def __init__(self, data, choices: dict[str, list], personal: bool = True):
        super().__init__(data)
        self.fields["list"] = forms.ChoiceField(label=_("List"), required=False)
        for name, found in choices.items():
            self.fields[name].choices = [("", _("all")), *found]
            if not found:
                del self.fields[name]
        if not personal:
            self.fields["q"].label = _("Company")
        self.own = filters("lead", personal)
        for row in self.own:
            self.fields[row.name] = filter_field(row)
        self.further = (*self.FURTHER, *(row.name for row in self.own))

    def clean(self):
        data = super().clean()
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", _("This day comes before the first one."))
        return data


class CampaignForm(forms.Form):
    key = forms.CharField(
        label=_("Key"),
        max_length=80,
        help_text=_("The short name by which files and links name it, for instance webinar-sla."),
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    channel = _text(_("Channel"), 60, widget=Known("channel"), help_text=_("The kind of touch: mail, event, search…"))
    starts_on = forms.DateField(label=_("First day"), required=False, widget=DAY)
    ends_on = forms.DateField(label=_("Last day"), required=False, widget=DAY)
    level = forms.ChoiceField(label=_("Level"), required=False, choices=[("", "–"), *Level.choices])
    parent = forms.ModelChoiceField(
        Campaign.objects.none(), label=_("Part of"), required=False, empty_label="–",
        help_text=_("The programme of a campaign, or the campaign of an asset."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = Campaign.objects.standing().filter(root_id=None).order_by("name", "key")

    @classmethod
    def of(cls, campaign: Campaign, data=None, **proposed: Any) -> "CampaignForm":
        """The form filled with a campaign; `proposed`: values beside what it has."""
        return cls(data, initial={name: getattr(campaign, name) for name in CAMPAIGN_FIELDS} | proposed)

    def clean_key(self) -> str:
        key = self.cleaned_data["key"]
        if re.search(r"[\x00-\x1f]", key):
            raise forms.ValidationError(_("Letters, figures, spaces and signs on one line."))
        return key

    def clean(self):
        data = super().clean()
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day comes before the first one."))
        return data

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        days = {name: data[name] and data[name].isoformat() for name in ("starts_on", "ends_on")}
        above = {"parent": data["parent"] and data["parent"].pk}
        return {name: data[name] for name in ("key", "name", "channel", "level")} | days | above


class SpendForm(forms.Form):
    spent_on = forms.DateField(label=_("Day"), widget=DAY)
    amount = forms.DecimalField(label=_("Amount"), max_digits=14, decimal_places=2, max_value=MAX_AMOUNT, localize=True)
    label = _text(_("What for"), 80)

    def clean_amount(self) -> Decimal:
        amount = self.cleaned_data["amount"]
        if amount == 0:
            raise forms.ValidationError(_("Write an amount other than 0."))
        return amount


class TakeBackForm(forms.Form):
    """Whether a reason is needed is said by the rule of what is taken back (`intake.corrections`)."""

    reason = forms.CharField(label=_("Why it is taken back"), max_length=200, required=False)


class ChangeSpendForm(SpendForm):
    """A cost said anew; whether a reason is needed is said by the rule of taking a cost back."""

    reason = forms.CharField(label=_("Why it is changed"), max_length=200, required=False)
