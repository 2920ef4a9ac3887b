"""Why a promise may be let go: one literal table, and over it what a company renamed, put in another order, retired or added
(`WaiverReason`). A waiver keeps the code with which it was asked.
"""

from collections.abc import Collection

from django.db.models import Count
from django.utils.translation import gettext_lazy

from leads.handoffs.worded import Worded

from .models import Waiver, WaiverReason

BUILT_IN = {
    "incident": gettext_lazy("system incident"),
    "prospect": gettext_lazy("the prospect asked for another date"),
    "absence": gettext_lazy("absence agreed between the sides"),
    "data": gettext_lazy("the lead came with wrong or missing data"),
    "mistake": gettext_lazy("handed over by mistake"),
}


def used() -> dict[str, int]:
    """How many waivers were asked for each reason, by code."""
    return dict(Waiver.objects.order_by().values_list("reason").annotate(n=Count("pk")))


def _named(codes: Collection[str]) -> set[str]:
    return set(Waiver.objects.filter(reason__in=codes).values_list("reason", flat=True))


REASONS = Worded(
    BUILT_IN, WaiverReason, used, _named, "waiverreason", "settings.reasons",
    gettext_lazy("Another reason is called so."), gettext_lazy("One reason must stay on offer: add another one first."),
)  # fmt: skip
