"""Settings: pools, by which handoffs find a rep. Views only translate."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leads.handoffs import pools as service
from leads.models import Pool
from smarketing.accounts.models import User
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.once import once

from . import arranging


class PoolForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    reps = forms.ModelMultipleChoiceField(
        User.objects.filter(role="rep", is_active=True).order_by("name"),
        label=gettext_lazy("Reps who take from it"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one rep: a pool without reps keeps what it gets.")},
    )


@needs("settings.routing")
def pools(request: HttpRequest, pk: int | None = None) -> HttpResponseBase:
    """Every pool, and a form that adds one or changes the one opened."""
    opened = get_object_or_404(Pool, pk=pk) if pk else None
    begin = {"name": opened.name, "reps": opened.members.values_list("rep", flat=True)} if opened else _first_pool()
    form = PoolForm(request.POST or None, initial=begin)
    if request.method == "POST" and form.is_valid():
        try:
            service.save_pool(by=request.user, at=clock.now(), pool=opened, **form.cleaned_data)
        except service.PoolError as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("leads:pools")
    fresh = service.unused()
    rows = [(row, row.pk in fresh) for row in Pool.objects.order_by("order", "pk").prefetch_related("members__rep")]
    head = (_("Pool"), _("Reps"), _("State"))
    lines = [
        (
            row.name,
            ", ".join(one.rep.name for one in row.members.all()),
            _("retired") if row.retired_at else _("in use"),
        )
        for row, _fresh in rows
    ]
    if (file := arranging.saved(request, "pools", "pool", _("Routing"), head, lines)) is not None:
        return file
    context = {"form": form, "opened": opened, "rows": rows, "offers": arranging.offers(), "reps": form.fields["reps"].queryset.exists(),
               "may_invite": may(request.user, "settings.people")}  # fmt: skip
    return render(request, "leads/pools.html", context)


DEEDS = arranging.ordered(service)


@needs("settings.routing")
@require_POST
@once
def do(request: HttpRequest, pk: int) -> HttpResponse:
    """Move, retire, let it take again or delete: whichever button was pressed."""
    there = reverse("leads:pools") + f"#pool-{pk}"
    return arranging.do(request, DEEDS, service.PoolError, there, pool=get_object_or_404(Pool, pk=pk))


def _first_pool() -> dict[str, Any] | None:
    """The first pool is everybody, unless somebody says otherwise."""
    if Pool.objects.exists():
        return None
    reps = User.objects.filter(role="rep", is_active=True).values_list("pk", flat=True)
    return {"name": _("Sales team"), "reps": list(reps)}
