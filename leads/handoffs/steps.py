"""Steps of an open deal, in order: how far it has come. When each was reached is said by the values of the deal.

What a company renamed, put in another order, retired or added lies over the table (`DealStep`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.intake import facts
from leads.models import AttributeChange, Correction, Deal, DealStep
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows.fence import open_fence
from smarketing.rows.kept import Kept

from . import deals
from .problems import Refusal
from .worded import Worded

BUILT_IN = {
    "discovery": gettext_lazy("discovery"),
    "offer": gettext_lazy("offer made"),
    "negotiation": gettext_lazy("negotiation"),
    "agreed": gettext_lazy("agreed by word"),
}


def used() -> dict[str, int]:
    """How many deals are at each step, or were when they closed, by its code."""
    return dict(Deal.objects.standing().order_by().values_list("step").annotate(n=Count("pk")))


def _named(codes: Collection[str]) -> set[str]:
    """Those to which any deal ever came."""
    said = AttributeChange.objects.filter(subject="deal", field="step", value__in=list(codes))
    now = Deal.objects.filter(step__in=codes)
    return {*said.values_list("value", flat=True), *now.values_list("step", flat=True)}


STEPS = Worded(
    BUILT_IN, DealStep, used, _named, "dealstep", "settings.steps",
    gettext_lazy("Another step is called so."), gettext_lazy("One step must stay on offer: add another one first."),
)  # fmt: skip
kept = Kept(STEPS.known, seconds=1)


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
    found = kept().get(step)
    return str(found.label) if found else step


@transaction.atomic
def move(*, deal: Deal, step: str, by: User, at: datetime, seen: datetime | None = None) -> Deal:
    """An open deal comes to another step, forwards or back. Refusal for no such step, and for a closed deal; `seen` as for
    `deals.change_deal`."""
    deal = deals.locked(deal, by, seen)
    if step != deal.step and step not in {one.code for one in STEPS.offered()}:
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
