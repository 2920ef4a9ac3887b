"""Settings: what a rep can do, by which the load of a definition is held against the time that sales have."""

from decimal import Decimal

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import SalesTime
from leads.replay.shown import sales_time
from smarketing.accounts.audit import record
from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.web.once import once


class TimeForm(forms.Form):
    """Minutes and hours."""

    minutes = forms.DecimalField(
        label=gettext_lazy("Minutes an attempt takes"), min_value=Decimal("0.5"), max_value=480, decimal_places=1
    )
    hours = forms.DecimalField(
        label=gettext_lazy("Hours a rep has for following up, each business day"), min_value=Decimal("0.1"), max_value=24, decimal_places=1
    )  # fmt: skip


@needs("settings.routing")
@once
def page(request: HttpRequest) -> HttpResponse:
    """The two figures, with who set them last."""
    held = sales_time()
    sent = request.method == "POST"
    form = TimeForm(request.POST if sent else None, initial={"minutes": held.minutes, "hours": held.hours})
    if sent and form.is_valid():
        changed = _save(form.cleaned_data, request.user)
        messages.success(request, _("Saved.") if changed else _("Nothing has changed."))
        return redirect("leads:sales_time")
    return render(request, "leads/sales_time.html", {"form": form, "held": held}, status=422 if form.errors else 200)


@transaction.atomic
def _save(wanted: dict[str, Decimal], by) -> bool:
    held, at = sales_time(), clock.now()
    if all(getattr(held, name) == value for name, value in wanted.items()):
        return False
    before = {name: str(getattr(held, name)) for name in wanted}
    SalesTime.objects.update_or_create(pk=1, defaults={**wanted, "changed_at": at, "by": by})
    record(
        by,
        "settings.routing",
        "salestime",
        1,
        at,
        before=before,
        after={name: str(one) for name, one in wanted.items()},
    )
    return True
