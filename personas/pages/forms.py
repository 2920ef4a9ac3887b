"""Small forms of the common language. The builder of criteria has fields of its own (`personas.builder`)."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from personas import starters
from personas.models import DefinitionLine


class LineForm(forms.Form):
    """Name of a new definition and what it starts from."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("Whom it is for, for instance a market or a product.")
    )
    start = forms.ChoiceField(label=_("Start from"), widget=forms.RadioSelect)

    def __init__(self, data=None, *, lines: Sequence[DefinitionLine] = ()):
        super().__init__(data)
        choices = [(f"starter:{key}", label) for key, label in starters.LABELS.items()] + [
            ("empty", _("an empty page"))
        ]
        choices += [(f"line:{line.pk}", line.name) for line in lines]
        self.fields["start"].choices = choices
        self.fields["start"].initial = choices[0][0]
        if not lines:
            self.fields["name"].initial = "MQL"

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        if DefinitionLine.objects.filter(name__iexact=name).exists():
            raise forms.ValidationError(_("There is a definition of this name already."))
        return name


class ProposeForm(forms.Form):
    """When a proposed definition shall take effect; empty: when the second side signs."""

    effective_on = forms.DateField(
        label=_("Takes effect on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}),
        help_text=_("Empty: as soon as both sides have signed."),
    )

    def __init__(self, data=None, *, today=None, **more):
        super().__init__(data, **more)
        self.today = today

    def clean_effective_on(self):
        day = self.cleaned_data["effective_on"]
        if day and self.today and day < self.today:
            raise forms.ValidationError(_("A definition cannot take effect in the past."))
        return day
