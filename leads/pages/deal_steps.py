"""Settings: the steps of an open deal. Views only translate."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from leads.handoffs.steps import STEPS
from smarketing.accounts.policy import needs
from smarketing.accounts.sections import Section
from smarketing.accounts.sections import register as add
from smarketing.web.once import once

from . import arranging

PAGE = arranging.Page(
    STEPS, "deal_steps", "leads:deal_steps", "leads:deal_step", "leads:deal_step_do", _("Steps of deals"),
    _("How far an open deal has come, in order. Retired ones are offered no more; deals that came to them keep them."),
    _("Step"), _("Add a step"), _("Change the step"), lambda code: reverse("leads:deals") + f"?step={code}",
)  # fmt: skip


def register() -> None:
    why = _("How far an open deal can have come: words and order.")
    add(Section("deal_steps", PAGE.title, why, PAGE.listing, "settings.reasons", 27))


@needs("settings.reasons")
@once
def listing(request: HttpRequest, code: str = "") -> HttpResponseBase:
    """Every step in its order, and a form that adds one or changes the one opened."""
    return arranging.listed(request, PAGE, code)


@needs("settings.reasons")
@require_POST
@once
def do(request: HttpRequest, code: str) -> HttpResponse:
    """Move, retire, offer again or delete: whichever button was pressed."""
    return arranging.done(request, PAGE, code)
