"""Settings: the reasons of refusals, returns and losses, and the rows of each. Views only translate."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leads.handoffs import reason_codes as service
from leads.handoffs import reasons
from leads.handoffs.arranged import ReasonError
from leads.models import Deal, Decision
from leads.models.identities import Stage
from smarketing.accounts.policy import may, needs
from smarketing.web import exports, lists
from smarketing.web.once import once
from smarketing.web.tables import Column, Table

from . import arranging

NEXT = [(one, Stage(one).label) for one in (reasons.RECYCLED, reasons.DISQUALIFIED)]
ACTS = {
    reasons.REFUSE: gettext_lazy("refusal"),
    reasons.RETURN: gettext_lazy("return"),
    reasons.LOSE: gettext_lazy("loss"),
}


class ReasonForm(arranging.WordsForm):
    field_order = ("family", "label_en", "label_fr", "next", "delay")
    family = forms.ChoiceField(label=gettext_lazy("Family"))
    next = forms.ChoiceField(label=gettext_lazy("Stage that follows"), choices=NEXT, required=False)
    delay = forms.IntegerField(
        label=gettext_lazy("Days until the lead may come back"), min_value=1, max_value=reasons.MAX_DELAY, required=False,
        help_text=gettext_lazy("Only for a recycled lead. Empty: at any change that makes it qualify again."),
    )  # fmt: skip

    def __init__(self, data=None, opened: reasons.Reason | None = None):
        first = {"family": opened.family, "next": opened.next, "delay": opened.delay} if opened else {}
        super().__init__(data, opened, **first)
        self.fields["family"].choices = [(key, one.label) for key, one in reasons.ALL_FAMILIES.items()]
        if opened:
            del self.fields["family"]
            if not service.may_move_on(opened):
                del self.fields["next"], self.fields["delay"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        return data | {"next": data.get("next") or reasons.RECYCLED, "delay": data.get("delay")}


@needs("settings.reasons")
@once
def listing(request: HttpRequest, code: str = "") -> HttpResponseBase:
    """Every reason under its family, and a form that adds one or changes the one opened."""
    known = reasons.known()
    if code and code not in known:
        raise Http404
    opened = known.get(code)
    form = ReasonForm(request.POST if request.method == "POST" else None, opened)
    if request.method == "POST" and form.is_valid() and arranging.written(request, form, service, ReasonError, code):
        return redirect("leads:reasons")
    counts, fresh = service.used(), service.unused(known)
    groups = [
        (family, [(one, counts.get(one.code, 0), [ACTS[act] for act in one.acts], one.code in fresh) for one in found])
        for family, found in reasons.by_family(known.values())
    ]
    if (file := arranging.saved(request, "reasons", "reason", _("Reason codes"), _head(), _lines(groups))) is not None:
        return file
    context = {"groups": groups, "form": form, "opened": opened, "stages": dict(NEXT), "offers": arranging.offers()}
    return render(request, "leads/reasons.html", context, status=422 if form.errors else 200)


def _head() -> list[str]:
    return [_("Family"), _("Reason"), _("Code"), _("For"), _("Stage that follows"), _("Days until it may come back"), _("Used"), _("State")]  # fmt: skip


def _lines(groups: list) -> list[list[Any]]:
    """Family by family, in their order."""
    stages = dict(NEXT)
    return [
        [family.label, one.label, one.code, ", ".join(map(str, acts)), stages.get(one.next, ""), one.delay, used,
         _("retired") if one.retired else _("in use")]
        for family, rows in groups for one, used, acts, _fresh in rows
    ]  # fmt: skip


DEEDS = arranging.ordered(service)


@needs("settings.reasons")
@require_POST
@once
def do(request: HttpRequest, code: str) -> HttpResponse:
    """Move, retire, offer again or delete: whichever button was pressed."""
    if code not in reasons.known():
        raise Http404
    return arranging.do(request, DEEDS, ReasonError, reverse("leads:reasons") + f"#{code}", code=code)


def _lead_page(one: Decision) -> str:
    return reverse("leads:lead", args=[one.handoff.lead_id])


def _deal_page(one: Deal) -> str:
    return reverse("leads:deal", args=[one.pk])


DECISIONS = (
    Column("lead", gettext_lazy("Lead"), "handoff.lead", show=lambda lead, _one: str(lead), url=_lead_page, head=True, personal=True),
    Column("number", gettext_lazy("Number"), lambda one: f"#{one.handoff.lead_id}", url=_lead_page, head=True),
    Column("kind", gettext_lazy("Decision"), Decision.get_kind_display),
    Column("by", gettext_lazy("By"), lambda one: str(one.by or _("the system"))),
    Column("at", gettext_lazy("When"), "occurred_at", sort="occurred_at", align="num"),
    Column("return_on", gettext_lazy("May come back on"), "return_on", align="num"),
)  # fmt: skip
DEALS = (
    Column("title", gettext_lazy("Title"), lambda one: one.title or f"#{one.pk}", url=_deal_page, head=True, personal=True),
    Column("number", gettext_lazy("Number"), lambda one: f"#{one.pk}", url=_deal_page, head=True),
    Column("amount", gettext_lazy("Amount"), sort="amount", align="num"),
    Column("rep", gettext_lazy("Rep in charge"), "rep.name"),
    Column("at", gettext_lazy("Closed"), "closed_at", sort="closed_at", align="num"),
)  # fmt: skip


@lists.listed("leads:reason_rows", gettext_lazy("Rows of a reason"))
@needs("settings.reasons")
def rows(request: HttpRequest, code: str) -> HttpResponseBase:
    """What was refused, given back or lost for a reason."""
    reason = reasons.known().get(code)
    if reason is None:
        raise Http404
    lost, personal = reason.family == reasons.LOST.key, may(request.user, "leads.personal")
    found = service.deals_of(code).select_related("rep") if lost else service.decisions_of(code)
    if not lost:
        found = found.select_related("handoff__lead", "by")
    columns = [one for one in (DEALS if lost else DECISIONS) if not (personal and one.key == "number")]
    subject = "deal" if lost else "lead"
    table = Table(
        columns, found, request.GET, "-at", personal=personal, caption=reason.label,
        exports=exports.Export("reason", "leads.export", subject) if may(request.user, "leads.export") else None,
        empty={"title": _("Nothing was refused, given back or lost for this reason."), "url": reverse("leads:reasons"),
               "action": _("To the reasons")},
    )  # fmt: skip
    return lists.answer(request, table, "leads/reason_rows.html", {"reason": reason})
