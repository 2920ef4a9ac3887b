"""Settings: why promises may be let go. Views only translate."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from leads.pages import arranging
from smarketing.accounts.policy import needs
from smarketing.accounts.sections import Section
from smarketing.accounts.sections import register as add
from smarketing.web.once import once

from ..waiver_reasons import REASONS

PAGE = arranging.Page(
    REASONS, "waiver_reasons", "sla:waiver_reasons", "sla:waiver_reason", "sla:waiver_reason_do", _("Reasons of waivers"),
    _("Why one side may ask the other to let a promise go. Retired ones are offered no more; old waivers keep them."),
    _("Reason"), _("Add a reason"), _("Change the reason"), lambda code: reverse("sla:waivers") + f"?reason={code}",
)  # fmt: skip


def register() -> None:
    why = _("Why one side may ask the other to let a promise go on a lead: words and order.")
    add(Section("waiver_reasons", PAGE.title, why, PAGE.listing, "settings.reasons", 27))


@needs("settings.reasons")
@once
def listing(request: HttpRequest, code: str = "") -> HttpResponseBase:
    """Every reason in its order, and a form that adds one or changes the one opened."""
    return arranging.listed(request, PAGE, code)


@needs("settings.reasons")
@require_POST
@once
def do(request: HttpRequest, code: str) -> HttpResponse:
    """Move, retire, offer again or delete: whichever button was pressed."""
    return arranging.done(request, PAGE, code)
