"""Steps of an open deal, in order: how far it has come. When each was reached is said by the values of the deal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.intake import facts
from leads.models import AttributeChange, Correction, Deal
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows.fence import open_fence

from . import deals
from .problems import Refusal

STEPS: dict[str, Any] = {
    "discovery": gettext_lazy("discovery"),
    "offer": gettext_lazy("offer made"),
    "negotiation": gettext_lazy("negotiation"),
    "agreed": gettext_lazy("agreed by word"),
}


@dataclass(frozen=True)
class Reached:
    """A step of a deal: when it came to it, until when it stood there (None: still), by whom it was said."""

    step: str
    at: datetime
    until: datetime | None
    by: str

    @property
    def label(self) -> str:
        return label(self.step)


def label(step: str) -> str:
    """A step in words; what a file called it stays as it is."""
    return str(STEPS.get(step, step))


@transaction.atomic
def move(*, deal: Deal, step: str, by: User, at: datetime, seen: datetime | None = None) -> Deal:
    """An open deal comes to another step, forwards or back. Refusal for no such step, and for a closed deal; `seen` as for
    `deals.change_deal`."""
    deal = deals.locked(deal, by, seen)
    if step not in STEPS:
        raise Refusal(_("Choose a step."), "step")
    if deal.state != Deal.State.OPEN:
        raise Refusal(_("This deal is closed: open it again first."), "step")
    change = facts.Change("deal", deal.pk, "step", step, at)
    facts.record_changes([change], origin=facts.Origin(by=by, source="hand"), fence=open_fence())
    record(by, "deals.step", "deal", deal.pk, at, step=step)
    return Deal.objects.get(pk=deal.pk)


def of(deal: Deal) -> list[Reached]:
    """The steps that a deal came to, in their order of time; what was taken back is left out."""
    back = Correction.objects.filter(subject="attributechange", subject_id=OuterRef("pk"))
    said = AttributeChange.objects.filter(subject="deal", subject_id=deal.pk, field="step").exclude(Exists(back))
    rows = list(said.select_related("by").order_by("occurred_at", "recorded_at", "pk"))
    ends = [one.occurred_at for one in rows[1:]] + ([deal.closed_at] if rows else [])
    return [
        Reached(str(one.value or ""), one.occurred_at, until, str(one.by or ""))
        for one, until in zip(rows, ends, strict=True)
        if one.value
    ]
