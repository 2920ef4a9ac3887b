"""Whether a lead stood for itself as of an instant: not known yet, merged, opposed, taken back."""

from dataclasses import dataclass
from datetime import datetime

from leads.models import AttributeChange, Correction, Lead

from .values import Held


@dataclass(frozen=True)
class Standing:
    """`known`: whether anybody knew of the lead; `root`: the lead it was merged into; `opposed`: the fact that says so;
    `back`: the correction that took the whole lead back."""

    known: bool
    root: int | None = None
    opposed: AttributeChange | None = None
    back: Correction | None = None


def of(lead: Lead, t: datetime, held: Held | None = None) -> Standing:
    """How it was with a lead as of t, as known then. `held`: what was said of it then, where it was read already."""
    held = held or Held(lead.pk, t)
    opposed = held.mine.get("opted_out")
    back = Correction.objects.filter(subject="lead", subject_id=lead.pk, known_at__lte=t).select_related("by").first()
    return Standing(
        known=was_known(lead, t),
        root=held.root,
        opposed=opposed if opposed and opposed.value else None,
        back=back,
    )


def was_known(lead: Lead, t: datetime) -> bool:
    """Whether anybody knew of the lead at t."""
    return lead.created_at <= t and (lead.recorded_at <= t or lead.declared)
