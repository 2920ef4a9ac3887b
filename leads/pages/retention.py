"""Settings: how long people are kept, and the erasures that the night proposes, confirmed or declined with a reason."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.intake import corrections
from leads.models import ErasureProposal, RetentionRule
from leads.rights import retention
from leads.rights.problems import Refusal
from smarketing.accounts.models import User
from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.web import bulk, exports, filters, lists, steps
from smarketing.web.bulk import Bulk, Done
from smarketing.web.once import once
from smarketing.web.tables import Column, Deed, Table

from . import shown

KEPT = str(ErasureProposal.State.KEPT)


class MonthsForm(forms.Form):
    """Months per purpose."""

    prospect = forms.IntegerField(label=gettext_lazy("Prospects: months"), min_value=0, max_value=retention.MOST)
    customer = forms.IntegerField(label=gettext_lazy("Customers: months"), min_value=0, max_value=retention.MOST)


class ProposalFilters(filters.Filters):
    """Those that wait for a decision, unless those that were kept are asked for."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=[("", gettext_lazy("proposed")), (KEPT, gettext_lazy("kept"))]
    )  # fmt: skip
    purpose = filters.choice(gettext_lazy("Kept as"), RetentionRule.Purpose.choices)
    until = filters.day(gettext_lazy("Last contact to"))
    asks = {"purpose": "purpose", "until": filters.until_of("last_contact_at")}


def _lead(one: ErasureProposal) -> str:
    return reverse("leads:lead", args=[one.lead_id])


COLUMNS = (
    Column("name", gettext_lazy("Name"), lambda one: str(one.lead), sort="lead__last_name", url=_lead, head=True, nullable=False),
    Column("purpose", gettext_lazy("Kept as"), ErasureProposal.get_purpose_display, sort="purpose"),
    Column("contact", gettext_lazy("Last contact of their own"), "last_contact_at", sort="last_contact_at",
           show=lambda at, _one: shown.moment(at, True)),
    Column("proposed", gettext_lazy("Proposed"), "proposed_at", sort="proposed_at", extra=True),
    Column("reason", gettext_lazy("Reason"), extra=True),
    Column("until", gettext_lazy("Kept until"), "keep_until", sort="keep_until", extra=True),
    Column("by", gettext_lazy("By"), lambda one: str(one.by or ""), extra=True),
)  # fmt: skip
OF_KEPT = ("name", "purpose", "contact", "reason", "until", "by")


def _back(user: User) -> Column:
    """The way to keep somebody no longer, for whom the rule of taking back lets."""

    def offered(one: ErasureProposal) -> bool:
        return corrections.offered(one, user)

    return Column(
        "back", "", lambda one: _("Take back…") if offered(one) else "", align="num", show=lambda text, _one: text,
        url=lambda one: reverse("leads:retention_back", args=[one.pk]) if offered(one) else "",
    )  # fmt: skip


def asked(_user: User, params: QueryDict) -> tuple[ProposalFilters, Any]:
    """(the filters, the proposals that an address asks for)."""
    form = ProposalFilters(params)
    rows = form.rows(ErasureProposal.objects.select_related("lead", "by"))
    kept = form.cleaned_data.get("state") == KEPT
    return form, rows.filter(state=KEPT, lead__erased=False) if kept else rows.filter(state=ErasureProposal.State.OPEN)


@lists.listed("leads:retention", gettext_lazy("Retention"))
@needs("settings.retention")
@once
def proposals(request: HttpRequest) -> HttpResponseBase:
    """The agreed months; whoever is proposed, to be erased or kept."""
    sent = request.method == "POST"
    agreed = MonthsForm(request.POST if sent else None, initial=retention.months())
    if sent and agreed.is_valid():
        changed = retention.agree(wanted=agreed.cleaned_data, by=request.user, at=clock.now())
        messages.success(request, _("Saved: the next night proposes by it.") if changed else _("Nothing has changed."))
        return redirect("leads:retention")
    form, rows = asked(request.user, request.GET)
    kept = form.cleaned_data.get("state") == KEPT
    columns = [replace(one, extra=False) for one in COLUMNS if one.key in OF_KEPT] if kept else COLUMNS
    columns = [*columns, *([_back(request.user)] if kept else [])]
    back = Deed(_("Keep no longer…"), reverse("leads:bulk_kept_back"), "arrow-counterclockwise")
    deeds = [
        Deed(_("Keep…"), reverse("leads:retention_keep"), "shield-check"),
        Deed(_("Erase…"), reverse("leads:retention_erase"), "trash"),
    ]
    table = Table(
        columns, rows, request.GET, "contact", form=form, caption=_("Proposed for erasure"), deeds=[back] if kept else deeds,
        exports=exports.Export("retention", "lists.export", "retention"),
        empty={
            "title": _("Nobody is proposed."),
            "text": _("Whoever has had no contact for the agreed months is listed here after the night."),
            **steps.first(request.user, ("settings.retention", "#months", _("Agree on the months"))),
        },
    )  # fmt: skip
    return lists.answer(request, table, "leads/rights/retention.html", {"agreed": agreed}, status=422 if sent else 200)


class KeepForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why they are kept"), max_length=200)

    def __init__(self, data, user):
        super().__init__(data)


class EraseForm(forms.Form):
    """How many are erased, typed, so that nobody erases by a slip."""

    typed = forms.CharField(label=gettext_lazy("How many are erased"), max_length=6)

    def __init__(self, data, user):
        super().__init__(data)


def _keep(form: KeepForm, rows: list[ErasureProposal], by: User, at: datetime) -> Done:
    try:
        return Done(retention.keep(proposals=rows, reason=form.cleaned_data["reason"], by=by, at=at))
    except Refusal as refusal:
        raise bulk.Refused(refusal, refusal.field) from None


def _erase(form: EraseForm, rows: list[ErasureProposal], by: User, at: datetime) -> Done:
    if form.cleaned_data["typed"].strip() != str(len(rows)):
        said = _("Type how many people are chosen, %(n)s: nobody was erased.") % {"n": len(rows)}
        raise bulk.Refused(said, "typed")
    try:
        retention.confirm(proposals=rows, by=by, at=at)
    except Refusal as refusal:
        raise bulk.Refused(refusal, refusal.field) from None
    return Done(len(rows))


def _people(n: int) -> str:
    return ngettext("%(n)s person", "%(n)s people", n) % {"n": n}


def _named(one: ErasureProposal, _user: User) -> str:
    return str(one.lead)


KEEP = Bulk(
    title=gettext_lazy("Keep people"),
    text=gettext_lazy("For a year, with the reason; then they are proposed again."),
    page="leads:retention",
    rows=lambda user, params: asked(user, params)[1],
    counted=_people,
    does=_keep,
    said=lambda n: ngettext("%(n)s person is kept for a year.", "%(n)s people are kept for a year.", n) % {"n": n},
    form=KeepForm,
    named=_named,
)
ERASE = Bulk(
    title=gettext_lazy("Erase people for good"),
    text=gettext_lazy("This cannot be undone. Type how many people are chosen."),
    page="leads:retention",
    rows=lambda user, params: asked(user, params)[1],
    counted=_people,
    does=_erase,
    said=lambda n: ngettext("%(n)s person was erased.", "%(n)s people were erased.", n) % {"n": n},
    form=EraseForm,
    named=_named,
    danger=True,
)
keep, _no_way_back = bulk.pages("settings.retention", KEEP)
erase, _no_way_back = bulk.pages("settings.retention", ERASE)
