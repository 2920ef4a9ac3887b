"""Forms of people, teams, tokens and the audit log. They clean; services save."""

import re

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from . import deeds, languages
from .models import AuditEntry, Side, SignInRule, Team, User
from .people import POSITIONS, as_seen, position_of
from .policy import SCOPES

MOST = 100  # people invited at once
SCOPE_LABELS = {
    "measures.read": _("read measures"),
    "leads.view": _("read leads, without personal values"),
    "leads.personal": _("read personal values of leads"),
    "handoffs.view": _("read handoffs"),
    "deals.view": _("read deals"),
    "campaigns.view": _("read campaigns"),
    "personas.view": _("read personas"),
    "glossary.view": _("read the glossary"),
    "definition.view": _("read definitions, with their comments"),
    "meetings.view": _("read meetings, resolutions and remarks"),
    "metrics.scrape": _("read the health of the system (Prometheus)"),
}


class PlaceForm(forms.Form):
    """Where somebody stands: role with its side, team, language, whether they sign."""

    position = forms.ChoiceField(label=_("Role"), choices=[(key, label) for key, (_r, _s, label) in POSITIONS.items()])
    team = forms.ModelChoiceField(Team.objects.order_by("name"), label=_("Team"), required=False, empty_label="–")
    language = forms.ChoiceField(label=_("Language"), choices=languages.choices)
    signs = forms.BooleanField(label=_("May sign for their side"), required=False)

    def fields_for_service(self) -> dict:
        return self._place() | {"email": self.cleaned_data["email"].lower()}

    def _place(self) -> dict:
        out = dict(self.cleaned_data)
        role, side, _label = POSITIONS[out.pop("position")]
        team = out.pop("team")
        return out | {"role": str(role), "side": str(side), "team_id": team and team.pk}


class InviteForm(PlaceForm):
    """`fields_for_service()` are the keyword arguments of `invitations.invite`, but for `email`: one address or several."""

    email = forms.CharField(
        label=_("E-mail"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        help_text=_("One address or several, with commas or line by line: each gets a link of their own."),
    )
    mail = forms.BooleanField(label=_("Send the link by mail"), required=False)
    field_order = ("email", "position", "team", "language", "signs", "mail")

    def clean_email(self) -> list[str]:
        """The addresses, each once; "Zoé <zoe@x.example>" is one, too."""
        words = [word for word in re.split(r"[\s,;<>]+", self.cleaned_data["email"].lower()) if "@" in word]
        if not words:
            raise forms.ValidationError(_("Write at least one e-mail address."))
        if len(words) > MOST:
            raise forms.ValidationError(_("At most %(most)s at once.") % {"most": MOST})
        for word in words:
            validate_email(word)
        return list(dict.fromkeys(words))

    def fields_for_service(self) -> dict:
        return self._place()


class PersonForm(PlaceForm):
    """`fields_for_service()` are the keyword arguments of `people.add_person` and `change_person`."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"))
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    field_order = ("name", "email", "position", "team", "language", "signs")

    @classmethod
    def of(cls, user: User, data=None) -> "PersonForm":
        """The form filled with a person."""
        names = ("name", "email", "team", "language", "signs")
        known = {"position": position_of(user), "seen": as_seen(user)}
        return cls(data, initial={n: getattr(user, n) for n in names} | known)


def _password(label, autocomplete: str = "new-password", **more) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, widget=widget, strip=False, max_length=200, **more)


class AcceptForm(forms.Form):
    """What an invited person says about themselves."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Language"), choices=languages.choices)
    password = _password(_("Password"), help_text=_("At least 10 characters; a short sentence is fine."))
    again = _password(_("The password again"))

    def clean(self):
        data = super().clean()
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", _("The two passwords differ."))
        return data


class DeputyForm(forms.Form):
    """Who signs in somebody's place, and when."""

    deputy = forms.ModelChoiceField(User.objects.none(), label=_("Deputy"))
    first = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args, signer: User, **more):
        super().__init__(*args, **more)
        same = User.objects.filter(is_active=True, side=signer.side).exclude(pk=signer.pk)
        self.fields["deputy"].queryset = same.order_by("name")


class SignInForm(forms.Form):
    second_factor = forms.ChoiceField(label=_("Required of"), choices=SignInRule.Whom.choices, required=False)


class CompanyForm(forms.Form):
    """The installation's card; zone and currency are shown but shut once facts exist."""

    company = forms.CharField(label=_("Name of the company"), max_length=120)
    country = forms.RegexField(r"^[A-Za-z]{2}$", label=_("Country"), help_text=_("Two letters, like FR."))
    language = forms.ChoiceField(label=_("Language"), choices=languages.choices)
    currency = forms.RegexField(r"^[A-Za-z]{3}$", label=_("Currency"), help_text=_("Three letters, like EUR."))
    zone = forms.CharField(
        label=_("Time zone"), max_length=60, help_text=_("It sets where days begin and end, for ages and measures.")
    )

    def __init__(self, *args, shut: bool = False, **more):
        super().__init__(*args, **more)
        for name in ("currency", "zone"):
            self.fields[name].disabled = shut

    def fields_for_service(self) -> dict:
        out = self.cleaned_data
        return out | {"country": out["country"].upper(), "currency": out["currency"].upper()}


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    side = forms.ChoiceField(label=_("Side"), choices=Side.choices)


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    language = forms.ChoiceField(label=_("Language"), choices=languages.choices)
    theme = forms.ChoiceField(label=_("Theme"), choices=User._meta.get_field("theme").choices)
    single_keys = forms.BooleanField(
        label=_("One-key shortcuts"),
        required=False,
        help_text=_("One key per outcome in the queue; never while typing."),
    )


class KeyForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("api", _("API token: reads")), ("write", _("Write key: adds events, nothing else"))]
    )
    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What it is for, for instance the board in the hall.")
    )
    user = forms.ModelChoiceField(
        User.objects.filter(is_active=True).order_by("name"),
        label=_("Acts for"),
        required=False,
        empty_label="–",
        help_text=_("A token never opens more than this person may see."),
    )
    scopes = forms.MultipleChoiceField(
        label=pgettext_lazy("rights of a token", "May"),
        choices=SCOPE_LABELS.items(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    expires_on = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self):
        data = super().clean()
        if data.get("kind") == "api" and not data.get("user"):
            self.add_error("user", _("An API token acts for a person."))
        if data.get("kind") == "api" and not data.get("scopes"):
            self.add_error("scopes", _("Choose at least one."))
        return data


class AuditForm(forms.Form):
    """Filters of the audit log; a wrong value filters nothing and says so."""

    user = forms.ModelChoiceField(
        User.objects.order_by("name"), label=_("Person"), required=False, empty_label=_("all")
    )
    verb = forms.ChoiceField(label=_("Action"), required=False)
    subject = forms.ChoiceField(label=_("Subject"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, said in (("verb", deeds.deed), ("subject", deeds.subject)):
            named = sorted(
                ((value, said(value)) for value in AuditEntry.objects.named(name)), key=lambda one: one[1].casefold()
            )
            self.fields[name].choices = [("", _("all")), *named]


assert set(SCOPE_LABELS) == set(SCOPES)
