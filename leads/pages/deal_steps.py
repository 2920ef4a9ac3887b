"""Settings: the steps of an open deal. Views only translate."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from leads.handoffs.steps import STEPS

from . import arranging

PAGE = arranging.Page(
    STEPS, "deal_steps", "leads:deal_steps", "leads:deal_step", "leads:deal_step_do", _("Steps of deals"),
    _("How far an open deal has come, in order. Retired ones are offered no more; deals that came to them keep them."),
    _("Step"), _("Add a step"), _("Change the step"), lambda code: reverse("leads:deals") + f"?step={code}",
)  # fmt: skip
listing, do = arranging.views(PAGE)


def register() -> None:
    why = _("How far an open deal can have come: words and order.")
    arranging.section(PAGE, why, 27)
