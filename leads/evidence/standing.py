"""Whether a lead stood for itself as of an instant: not known yet, merged, opposed, taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from leads.models import AttributeChange, Correction, Lead, MergedSpan

from . import values


@dataclass(frozen=True)
class Standing:
    """`known`: whether anybody knew of the lead; `root`: the lead it was merged into; `opposed`: the fact that says so;
    `back`: the correction that took the whole lead back."""

    known: bool
    root: int | None = None
    opposed: AttributeChange | None = None
    back: Correction | None = None


def of(lead: Lead, t: datetime, said: Mapping[str, AttributeChange] | None = None) -> Standing:
    """How it was with a lead as of t, as known then. `said`: its latest values of then, where they were read already."""
    opposed = (values.latest("lead", lead.pk, t) if said is None else said).get("opted_out")
    back = Correction.objects.filter(subject="lead", subject_id=lead.pk, known_at__lte=t).select_related("by").first()
    return Standing(
        known=was_known(lead, t),
        root=root(lead.pk, t),
        opposed=opposed if opposed and opposed.value else None,
        back=back,
    )


def was_known(lead: Lead, t: datetime) -> bool:
    """Whether anybody knew of the lead at t."""
    return lead.created_at <= t and (lead.recorded_at <= t or lead.declared)


def root(lead: int, t: datetime) -> int | None:
    """The lead it was merged into as of t, by however many steps; None while it stood for itself."""
    spans = MergedSpan.objects.filter(Q(until=None) | Q(until__gt=t), lead=lead, since__lte=t)
    return spans.order_by("-steps").values_list("root_id", flat=True).first()
