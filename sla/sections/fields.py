"""Fields of the sections: how each is asked for, kept in the body, checked and said. A kind of field is one row of SHAPES."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.formats import date_format, number_format
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from smarketing.accounts.models import User

from ..kinds import amount
from ..kinds.said import plain

NUMBER, DECIMAL, PERCENT, MONEY, DAY = "number", "decimal", "percent", "money", "day"
CHOICE, MANY, FLAG, PERSON, TEXT = "choice", "many", "flag", "person", "text"
NOT_NAMED = _("not named")


@dataclass(frozen=True)
class Field:
    """One field of a section. `low` and `high` bound numbers (whole ones, percent, amounts); `options`: value -> words, a
    function where they are the company's own; `side`: of the people who may be named, "" any; `empty`: the words for none.
    """

    key: str
    label: Any
    kind: str
    low: int | str = 0
    high: int = 1_000_000
    options: Mapping[Any, Any] | Callable[[], Mapping[Any, Any]] = field(default_factory=dict)
    side: str = ""
    needed: bool = True
    empty: Any = NOT_NAMED
    help: Any = ""

    def choices(self) -> Mapping[Any, Any]:
        return self.options() if callable(self.options) else self.options

    def form(self) -> forms.Field:
        """How it is asked for."""
        return SHAPES[self.kind].form(self)

    def kept(self, value: Any) -> Any:
        """A cleaned value as the body holds it: text, whole numbers, true, false, null, lists of text."""
        return None if value in (None, "") and self.kind != TEXT else SHAPES[self.kind].kept(value)

    def said(self, value: Any, names: Mapping[int, str]) -> str:
        """A value in words; `names`: people by id."""
        if value in (None, "", []):
            return str(self.empty)
        return SHAPES[self.kind].said(self, value, names)

    def wrong(self, value: Any) -> str:
        """What is wrong with a value of a body, as a sentence; "" for nothing."""
        if value in (None, ""):
            return gettext("%(field)s: this is missing.") % {"field": self.label} if self._required else ""
        return str(SHAPES[self.kind].wrong(self, value))

    @property
    def _required(self) -> bool:
        return self.needed and self.kind not in (FLAG, PERSON, TEXT, MANY)


@dataclass(frozen=True)
class Shape:
    form: Callable[[Field], forms.Field]
    kept: Callable[[Any], Any]
    said: Callable[[Field, Any, Mapping[int, str]], str]
    wrong: Callable[[Field, Any], str]


def number(value: Any) -> str:
    """A number as people read it, with the digits it has."""
    places = len(plain(value).partition(".")[2])
    return number_format(Decimal(str(value)), places, use_l10n=True, force_grouping=True)


def decimal(value: Any) -> Decimal | None:
    """A finite number out of a body; None for anything else."""
    try:
        found = Decimal(str(value))
    except (InvalidOperation, TypeError):
        return None
    return found if found.is_finite() else None


def _decimal_form(one: Field) -> forms.Field:
    return forms.DecimalField(
        label=one.label, required=one._required, min_value=Decimal(str(one.low)), max_value=one.high, decimal_places=2,
        help_text=one.help,
    )  # fmt: skip


def _percent_form(one: Field) -> forms.Field:
    # Translators: the label of a field that takes a percentage.
    asked = _decimal_form(one)
    asked.label = format_lazy(_("{label} (%)"), label=one.label)
    return asked


def _person_form(one: Field) -> forms.Field:
    people = User.objects.filter(is_active=True).order_by("name")
    found = people.filter(side=one.side) if one.side else people
    return forms.ModelChoiceField(
        found, label=one.label, required=False, empty_label=one.empty, help_text=one.help, blank=True
    )


def _as_options(one: Field) -> Callable[[Any], Any]:
    """What was sent, as the table writes it: whole numbers where the options are some."""
    return int if all(isinstance(key, int) for key in one.choices()) else str


def _out_of_range(one: Field, value: Any) -> str:
    found = decimal(value)
    whole = one.kind != NUMBER or (found is not None and found == int(found))
    if found is not None and whole and Decimal(str(one.low)) <= found <= one.high:
        return ""
    words = {"field": one.label, "low": number(one.low), "high": number(one.high)}
    return gettext("%(field)s: give a number from %(low)s to %(high)s.") % words


def _unknown(one: Field, value: Any) -> str:
    asked = value if one.kind == MANY else [value]
    known = isinstance(asked, list) and set(asked) <= set(one.choices())
    return "" if known else gettext("%(field)s: this choice is not known.") % {"field": one.label}


def _no_day(one: Field, value: Any) -> str:
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        return gettext("%(field)s: this is not a date.") % {"field": one.label}
    return ""


def _nobody(one: Field, value: Any) -> str:
    found = User.objects.filter(pk=value, is_active=True).first() if isinstance(value, int) else None
    if found is None:
        return gettext("%(field)s: this person is not here any more.") % {"field": one.label}
    if one.side and found.side != one.side:
        return gettext("%(field)s: %(name)s belongs to the other side.") % {"field": one.label, "name": found.name}
    return ""


def _many(one: Field, value: Any) -> str:
    known = one.choices()
    return ", ".join(str(known.get(key, key)) for key in value)


SHAPES: dict[str, Shape] = {
    NUMBER: Shape(
        lambda one: forms.IntegerField(
            label=one.label, required=one._required, min_value=int(one.low), max_value=one.high, help_text=one.help
        ),
        int, lambda one, value, names: number(value), _out_of_range,
    ),
    DECIMAL: Shape(_decimal_form, plain, lambda one, value, names: number(value), _out_of_range),
    PERCENT: Shape(
        _percent_form, plain, lambda one, value, names: gettext("%(number)s%%") % {"number": number(value)}, _out_of_range
    ),
    MONEY: Shape(_decimal_form, plain, lambda one, value, names: amount(Decimal(value)), _out_of_range),
    DAY: Shape(
        lambda one: forms.DateField(
            label=one.label, required=one._required, help_text=one.help,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        ),
        lambda value: value.isoformat(), lambda one, value, names: date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT"),
        _no_day,
    ),
    CHOICE: Shape(
        lambda one: forms.TypedChoiceField(
            label=one.label, required=one._required, choices=list(one.choices().items()), help_text=one.help,
            coerce=_as_options(one),
        ),
        lambda value: value, lambda one, value, names: str(one.choices().get(value, value)), _unknown,
    ),
    MANY: Shape(
        lambda one: forms.MultipleChoiceField(
            label=one.label, required=False, choices=list(one.choices().items()), help_text=one.help,
            widget=forms.CheckboxSelectMultiple,
        ),
        list, lambda one, value, names: _many(one, value), _unknown,
    ),
    FLAG: Shape(
        lambda one: forms.BooleanField(label=one.label, required=False, help_text=one.help),
        bool, lambda one, value, names: gettext("yes"),
        lambda one, value: "" if isinstance(value, bool) else gettext("%(field)s: this choice is not known.") % {"field": one.label},
    ),
    PERSON: Shape(
        _person_form, lambda user: user.pk, lambda one, value, names: names.get(value) or gettext("somebody who left"), _nobody
    ),
    TEXT: Shape(
        lambda one: forms.CharField(
            label=one.label, required=False, max_length=one.high, help_text=one.help, widget=forms.Textarea(attrs={"rows": 2})
        ),
        lambda value: (value or "").strip(), lambda one, value, names: str(value),
        lambda one, value: "" if isinstance(value, str) and len(value) <= one.high else gettext("%(field)s: this text is too long.") % {"field": one.label},
    ),
}  # fmt: skip
