"""What is executed under "contract": the terms in force, with their clauses counted."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy, ngettext

from personas.glossary import bound
from personas.glossary.bound import Binding, Executed
from smarketing.rows import clock

from . import terms
from .models import Contract


def register() -> None:
    """Bind the words of the contract."""
    bound.register(Binding("terms", gettext_lazy("the terms of the contract in force"), in_force))


def in_force(at: datetime) -> Iterator[Executed]:
    """The terms of each contract in force: name, version, since when, how many promises."""
    day = clock.today(at)
    for contract in Contract.objects.order_by("name", "pk"):
        found = terms.in_force(contract, day)
        if found is None:
            continue
        count = found.clauses.count()
        text = ngettext(
            "“%(name)s”, version %(number)s, in force since %(day)s: %(n)s clause",
            "“%(name)s”, version %(number)s, in force since %(day)s: %(n)s clauses",
            count,
        )
        words = {
            "name": contract.name,
            "number": found.number,
            "day": date_format(found.starts_on, "SHORT_DATE_FORMAT"),
        }
        yield Executed(text % (words | {"n": count}), reverse("sla:terms", args=[contract.pk]))
