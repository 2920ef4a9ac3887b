"""Custom attributes in the forms and lists of leads and companies: one source, the catalogue."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from leads.evidence.values import label_of, text_of
from leads.intake.importing.values import number
from personas.catalogue import custom
from personas.models import FieldDef
from smarketing.web.language import active_language
from smarketing.web.tables import Column

TYPE = FieldDef.Type
YES_NO = [("", "–"), ("true", gettext_lazy("yes")), ("false", gettext_lazy("no"))]
MAX_FILTERS = 12


class OwnFields(forms.Form):
    """A form of a subject that ends in its custom attributes. `said`: the values it opens with."""

    subject = ""

    def __init__(self, data=None, *args, said: Mapping[str, Any] | None = None, **kwargs):
        super().__init__(data, *args, **kwargs)
        self.own = custom(self.subject)
        for row in self.own:
            value = (said or {}).get(row.name)
            self.fields[row.name] = _field(row, value)
            self.initial[row.name] = _shown(row, value)

    def own_values(self) -> dict[str, Any]:
        """The attributes as facts hold them; None for what is empty."""
        return {row.name: _said(row, self.cleaned_data[row.name]) for row in self.own}


def _field(row: FieldDef, value: Any) -> forms.Field:
    label, language = label_of(row, active_language()), active_language()
    label = label[:1].upper() + label[1:]
    if row.type in (TYPE.NUMBER, TYPE.MONEY):
        places = 2 if row.type == TYPE.MONEY else 6
        return forms.DecimalField(
            label=label, required=False, max_digits=15 + places, decimal_places=places, localize=True
        )
    if row.type == TYPE.DATE:
        picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(label=label, required=False, widget=picker)
    if row.type == TYPE.BOOL:
        return forms.ChoiceField(label=label, required=False, choices=YES_NO)
    if row.type == TYPE.CHOICE:
        return forms.ChoiceField(label=label, required=False, choices=[("", "–"), *_choices(row, value, language)])
    return forms.CharField(label=label, required=False, max_length=1000)


def _choices(row: FieldDef, value: Any, language: str) -> list[tuple[str, str]]:
    """Its values, and the one it has though it is no longer among them."""
    offered = [(str(one["value"]), text_of(row, one["value"], language)) for one in row.choices]
    if value not in (None, "") and str(value) not in {key for key, _label in offered}:
        offered.append((str(value), str(value)))
    return offered


def _shown(row: FieldDef, value: Any) -> Any:
    if value is None or row.type not in (TYPE.NUMBER, TYPE.MONEY, TYPE.BOOL):
        return value
    if row.type == TYPE.BOOL:
        return "true" if value in (True, "true") else "false"
    found = number(str(value))
    return None if found is None else Decimal(str(found))


def _said(row: FieldDef, value: Any) -> Any:
    if value in (None, ""):
        return None
    if row.type == TYPE.BOOL:
        return value == "true"
    if row.type == TYPE.NUMBER:
        return number(format(value, "f"))
    if row.type == TYPE.MONEY:
        return str(value.quantize(Decimal("0.01")))
    return value.isoformat() if row.type == TYPE.DATE else value


def columns(subject: str, path: str = "attributes", skip: Sequence[str] = ()) -> list[Column]:
    """A column, shown when it is chosen, for each custom attribute. `path`: where the row keeps its attributes."""
    language = active_language()
    return [_column(row, path, language) for row in custom(subject) if row.key not in skip]


def _column(row: FieldDef, path: str, language: str) -> Column:
    def value(one: Any) -> Any:
        held = one
        for part in path.split("."):
            held = getattr(held, part, None)
        return (held or {}).get(row.name)

    label = label_of(row, language)
    align = "num" if row.type in (TYPE.NUMBER, TYPE.MONEY, TYPE.DATE) else ""
    return Column(
        f"{row.subject}_{row.name}", label[:1].upper() + label[1:], value, align=align, extra=True, wide=True,
        personal=row.personal, show=lambda said, _one: text_of(row, said, language) or "–",
    )  # fmt: skip


def filters(subject: str, personal: bool) -> list[FieldDef]:
    """The custom attributes by which a list may be filtered: those with values to choose from first; lists of leads have one
    filter for all of them."""
    rows = [row for row in custom(subject) if (personal or not row.personal) and not row.listing]
    rows.sort(key=lambda row: row.type not in (TYPE.CHOICE, TYPE.BOOL))
    return rows[:MAX_FILTERS]


def filter_field(row: FieldDef) -> forms.Field:
    """The filter of one attribute: its values, or a value typed whole."""
    found = _field(row, None)
    if row.type in (TYPE.CHOICE, TYPE.BOOL):
        found.choices = [("", gettext_lazy("all")), *found.choices[1:]]
    return found


def asked(rows: Sequence[FieldDef], data: Mapping[str, Any]) -> dict[str, Any]:
    """Name → value, as facts hold it, of the attributes that are asked for."""
    found = {row.name: _said(row, data.get(row.name)) for row in rows}
    return {name: value for name, value in found.items() if value is not None}
