"""Filters of a list: a form that is read from the address and narrows rows. A wrong value filters nothing and says so.

class DealFilters(Filters):
    state = choice(_("State"), Deal.State.choices)
    since, until = day(_("Closed from")), day(_("to"))
    further = ("since", "until")                       shown when they are asked for
    asks = {"state": "state", "since": since_of("closed_at"), "until": until_of("closed_at")}

rows = DealFilters(request.GET).rows(Deal.objects.visible_to(user))
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smarketing.rows import clock

Narrow = Callable[[QuerySet, Any], QuerySet]
YES_NO = [("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))]


class Filters(forms.Form):
    """`asks`: what each field asks of the rows, an ORM lookup or a function of (rows, value). `pairs`: first and last days or
    amounts, the second of which may not lie before the first. `further`: fields shown when they are asked for."""

    asks: ClassVar[Mapping[str, str | Narrow]] = {}
    pairs: ClassVar[tuple[tuple[str, str], ...]] = (("since", "until"),)
    further: tuple[str, ...] = ()

    def offer(self, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
        """What a field offers beside "all"; a field with nothing to offer is left out."""
        found = list(choices)
        self.fields[name].choices = [("", _("all")), *found]
        if not found:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for low, high in self.pairs:
            first, last = data.get(low), data.get(high)
            if first is not None and last is not None and last < first:
                day = isinstance(first, date)
                self.add_error(
                    high, _("This day comes before the first one.") if day else _("This is less than the first.")
                )
        return data

    def rows(self, found: Any) -> Any:
        """The rows that are asked for."""
        self.is_valid()
        for name, how in self.asks.items():
            value = self.cleaned_data.get(name)
            if value not in (None, ""):
                found = found.filter(**{how: value}) if isinstance(how, str) else how(found, value)
        return found


def choice(label: Any, choices: Iterable[tuple[Any, Any]] = ()) -> forms.ChoiceField:
    """One of some values, or all."""
    return forms.ChoiceField(label=label, required=False, choices=[("", gettext_lazy("all")), *choices])


def words(label: Any, length: int = 200) -> forms.CharField:
    """Words to search for."""
    return forms.CharField(
        label=label, max_length=length, required=False, widget=forms.TextInput(attrs={"type": "search"})
    )


def day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


def amount(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, min_value=0, max_digits=14, decimal_places=2, localize=True)


def since_of(field: str) -> Narrow:
    """From the beginning of a day on, by an instant."""
    return lambda rows, first: rows.filter(**{f"{field}__gte": midnight(first)})


def until_of(field: str) -> Narrow:
    """To the end of a day, by an instant."""
    return lambda rows, last: rows.filter(**{f"{field}__lt": midnight(last + timedelta(days=1))})


def yes(field: str) -> Narrow:
    """Whether something holds, of a field or annotation that is true or false."""
    return lambda rows, said: rows.filter(**{field: said == "yes"})


def present(field: str) -> Narrow:
    """Whether there is a value at all."""
    return lambda rows, said: rows.filter(**{f"{field}__isnull": said == "no"})


def named(rows: QuerySet[Model], most: int = 200) -> list[tuple[str, str]]:
    """Rows as choices, by name."""
    return [(str(row.pk), str(row)) for row in rows[:most]]


def midnight(day: date) -> datetime:
    """The instant at which a local day begins in the installation's zone."""
    return datetime.combine(day, time(), tzinfo=clock.zone())
