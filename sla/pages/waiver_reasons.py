"""Settings: why promises may be let go. Views only translate."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from leads.pages import arranging

from ..waiver_reasons import REASONS

PAGE = arranging.Page(
    REASONS, "waiver_reasons", "sla:waiver_reasons", "sla:waiver_reason", "sla:waiver_reason_do", _("Reasons of waivers"),
    _("Why one side may ask the other to waive a promise. Retired ones are offered no more; old waivers keep them."),
    _("Reason"), _("Add a reason"), _("Change the reason"), lambda code: reverse("sla:waivers") + f"?reason={code}",
)  # fmt: skip
listing, do = arranging.views(PAGE)


def register() -> None:
    why = _("Why one side may ask the other to waive a promise on a lead: words and order.")
    arranging.section(PAGE, why, 27)
