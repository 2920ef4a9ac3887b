"""Settings: the suppression list. Addresses are kept as keyed hashes: one is looked for, added or taken off by typing it."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from leads.intake import suppression
from leads.models import Lead, Suppression
from leads.rights import consent
from leads.rights.problems import Refusal
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web import exports, filters, lists, steps
from smarketing.web.once import once
from smarketing.web.tables import Column, Deed, Table

from . import shown


class AddressForm(forms.Form):
    """An address and what to do with it. It is sent in the body, so that it stands in no address bar and no log."""

    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=320)
    reason = forms.CharField(label=gettext_lazy("Why it comes off the list"), max_length=200, required=False)


class SuppressionFilters(filters.Filters):
    origin = filters.choice(pgettext_lazy("provenance", "From"), Suppression.Origin.choices)
    since, until = filters.day(gettext_lazy("Days from")), filters.day(gettext_lazy("to"))
    asks = {
        "origin": "origin",
        "since": filters.since_of("recorded_at"),
        "until": filters.until_of("recorded_at"),
    }


def _lead_of(row: Suppression) -> str:
    return reverse("leads:lead", args=[row.lead_id]) if row.lead_id and not row.lead.erased else ""


COLUMNS = (
    Column("since", gettext_lazy("Since"), "recorded_at", sort="recorded_at", head=True, nullable=False,
           show=lambda at, _row: shown.moment(at)),
    Column("origin", pgettext_lazy("provenance", "From"), Suppression.get_origin_display, sort="origin"),
    Column("lead", gettext_lazy("Lead"), lambda row: f"#{row.lead_id}" if row.lead_id else "", url=_lead_of),
    Column("by", gettext_lazy("By"), lambda row: str(row.by) if row.by else "", wide=True),
)  # fmt: skip


@lists.listed("leads:suppression", gettext_lazy("Suppression list"))
@needs("settings.suppression")
@once
def listing(request: HttpRequest) -> HttpResponseBase:
    """The list; and, by POST, what it says of one address, which can be put on it or taken off."""
    form, found = AddressForm(request.POST if request.method == "POST" else None), None
    do = request.POST.get("do", "look")
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if do in ("add", "remove"):
            try:
                _do(request, do, email, form.cleaned_data["reason"])
            except Refusal as refusal:
                form.add_error(refusal.field or None, str(refusal))
            else:
                return redirect("leads:suppression")
        found = suppression.listed([email]).get(email.lower())
    asked = request.method == "POST" and "email" in form.cleaned_data
    people = suppression.people(form.cleaned_data["email"]) if asked else Lead.objects.none()
    context = {
        "form": form,
        "asked": asked,
        "found": found,
        "people": list(Lead.objects.visible_to(request.user).filter(pk__in=people.values("pk"))[:5]),
        "came_back": suppression.came_back(),
        "may_import": may(request.user, "leads.import"),
    }
    narrowed = SuppressionFilters(request.GET)
    table = Table(
        COLUMNS, narrowed.rows(suppression.standing().select_related("by", "lead")), request.GET, "-since", form=narrowed,
        caption=_("Suppression list"), exports=exports.Export("suppression", "lists.export", "suppression"),
        deeds=[Deed(_("Take off the list…"), reverse("leads:bulk_suppression_off"), "x-circle")],
        empty={"title": _("Nobody is on the list."), "text": _("Whoever opposes is put on it by itself; files of opt-outs are imported; an address can be added above."),
               **steps.first(request.user, ("leads.import", "leads:import_new", _("Import opt-outs")))},
    )  # fmt: skip
    status = 422 if request.method == "POST" and form.errors else 200
    return lists.answer(request, table, "leads/rights/suppression.html", context, status)


def _do(request: HttpRequest, do: str, email: str, reason: str) -> None:
    at = clock.now()
    if do == "add":
        made = consent.suppress(email=email, by=request.user, at=at)
        messages.success(request, _("On the list.") if made else _("This address is on the list already."))
    else:
        consent.unsuppress(email=email, by=request.user, at=at, reason=reason)
        messages.success(request, _("Off the list, with its reason."))
