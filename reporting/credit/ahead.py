"""What was said ahead about a span of months: the models that terms name, and settings that change inside it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse

from reporting.attribution.models import BY_KEY
from reporting.models import AttributionSettings
from sla.models import Contract, Terms
from sla.sections import defaults

from . import labels, settings
from .settings import Settings


@dataclass(frozen=True)
class Named:
    """Terms in force in the span that name a model; `apart`: another one than the settings agreed on."""

    contract: str
    number: int
    first: date
    key: str
    model: str
    apart: bool
    url: str


@dataclass(frozen=True)
class Ahead:
    terms: list[Named]
    changes: list[tuple[Settings, str]]  # version that begins inside the span, its model

    @property
    def named(self) -> set[str]:
        return {one.key for one in self.terms}


def of(first: date, until: date, cutoff: datetime, user: Any) -> Ahead:
    """All of it for first ≤ day < until, of the contracts that a person may see, as known at a cut-off."""
    agreed = settings.of_day(first, cutoff).model
    terms = [_named(one, key, agreed) for one in _terms(first, until, cutoff, user) if (key := _model(one)) in BY_KEY]
    rows = AttributionSettings.objects.filter(effective_on__gt=first, effective_on__lt=until, recorded_at__lte=cutoff)
    later = [settings.read(row) for row in rows.select_related("by").order_by("effective_on", "number")]
    standing = {one.effective_on: one for one in later}  # of two for the same month the later one holds
    return Ahead(terms, [(one, labels.model(one.model)) for one in standing.values()])


def _terms(first: date, until: date, cutoff: datetime, user: Any) -> list[Terms]:
    spans = Q(span__first__lt=until) & (Q(span__until=None) | Q(span__until__gt=first))
    seen = Contract.objects.visible_to(user) if user is not None else Contract.objects.all()
    found = Terms.objects.filter(spans, published_at__lte=cutoff, contract__in=seen).select_related("contract", "span")
    return list(found.order_by("contract__name", "span__first"))


def _model(terms: Terms) -> str:
    return defaults.section(terms, "reporting")["model"] or ""


def _named(terms: Terms, key: str, agreed: str) -> Named:
    url = reverse("sla:terms", args=[terms.contract_id])
    return Named(terms.contract.name, terms.number, terms.span.first, key, labels.model(key), key != agreed, url)
