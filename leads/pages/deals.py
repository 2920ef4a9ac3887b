"""Deals by hand: open one on a lead, change it, win or lose it, open it again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import formats
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leads.evidence import story, telling
from leads.handoffs import coming_back, deals, deals_back, hands, money, problems, reasons, steps
from leads.intake import corrections
from leads.models import Correction, Deal, Lead
from smarketing.accounts.models import User
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.language import active_language
from smarketing.web.once import once

from .focus import Gone, found, gone
from .forms import TakeBackForm

CONTACTS = 12


class AmountField(forms.CharField):
    """An amount as typed in the page's language."""

    def __init__(self, **kwargs):
        widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "form-control num", "autocomplete": "off"})
        super().__init__(widget=widget, max_length=30, **kwargs)

    def clean(self, value) -> Decimal | None:
        try:
            return money.amount(super().clean(value), get_language() or "en")
        except money.NoAmount:
            raise forms.ValidationError(_("This is not an amount: write it like 12000 or 12000.50.")) from None


class DealForm(forms.Form):
    """Title and amount."""

    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=200, widget=forms.TextInput(attrs={"class": "form-control"})
    )
    amount = AmountField(label=gettext_lazy("Amount"), required=False)


class WinForm(forms.Form):
    amount = AmountField(label=gettext_lazy("Amount"), required=False)
    closed_on = forms.DateField(
        label=gettext_lazy("Won on"),
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )


def _lost() -> list[tuple[str, object]]:
    offered = [(one.code, one.label) for one in reasons.allowed(reasons.LOSE)]
    return [("", gettext_lazy("choose…")), *offered]


class LoseForm(forms.Form):
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=_lost,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    closed_on = forms.DateField(
        label=gettext_lazy("Lost on"),
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )
    return_on = forms.DateField(
        label=gettext_lazy("Its lead may come back on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )


def _offered() -> list[tuple[str, object]]:
    return [(one.code, one.label) for one in steps.STEPS.offered()]


class StepForm(forms.Form):
    step = forms.ChoiceField(
        label=gettext_lazy("Step"), choices=_offered, widget=forms.Select(attrs={"class": "form-select"})
    )  # fmt: skip

    def __init__(self, *args: Any, now: str = "", **more: Any):
        super().__init__(*args, **more)
        known = {code for code, _label in self.fields["step"].choices}
        if now not in known:  # none yet, retired since, or the words of a file
            self.fields["step"].choices = [(now, steps.label(now) or "–"), *self.fields["step"].choices]


@needs("deals.edit")
@once
def open_deal(request: HttpRequest, pk: int) -> HttpResponse:
    """A deal on the lead of a handoff in hand."""
    at = clock.now()
    try:
        state = found(request, pk)
    except Gone as left:
        return gone(request, left.state, at)
    if not hands.is_in_hands(state, request.user):
        raise Http404
    company = state.lead.company.name if state.lead.company else ""
    form = DealForm(request.POST or None, initial={"title": company or str(state.lead)}, auto_id="open_%s")
    contacts = _contacts(request.user, state.lead, request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = deals.open_deal(
                    lead=state.lead, handoff=state.handoff, by=request.user, at=at, contacts=_roles(contacts), **form.cleaned_data
                )  # fmt: skip
            except problems.NotYours:
                raise Http404 from None
            except problems.Refusal as refusal:
                _say(form, refusal)
            else:
                messages.success(request, _("Deal opened."))
                return redirect("leads:deal", made.pk)
    context = {"form": form, "contacts": contacts, "roles": deals.ROLES, "state": state, "lead": state.lead}
    return render(request, "leads/deals/open.html", context, status=status)


@needs("deals.edit")
@once
def open_on_lead(request: HttpRequest, pk: int) -> HttpResponse:
    """A deal on a lead without a handoff in hand: by the rep who had it last, or a sales manager."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user).select_related("company"), pk=pk)
    if not deals.may_open(lead, request.user):
        raise Http404
    form = DealForm(
        request.POST or None, initial={"title": lead.company.name if lead.company else str(lead)}, auto_id="open_%s"
    )
    contacts = _contacts(request.user, lead, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = deals.open_deal(
                lead=lead, by=request.user, at=clock.now(), contacts=_roles(contacts), **form.cleaned_data
            )
        except problems.Refusal as refusal:
            _say(form, refusal)
        else:
            messages.success(request, _("Deal opened."))
            return redirect("leads:deal", made.pk)
    context = {"form": form, "contacts": contacts, "roles": deals.ROLES, "lead": lead, "state": None}
    return render(request, "leads/deals/open.html", context, status=422 if request.method == "POST" else 200)


@needs("deals.edit")
@once
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """A deal that was opened by mistake."""
    one, form = _visible(request, pk), TakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            deals_back.take_back(deal=one, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])
        except problems.NotYours:
            raise Http404 from None
        except problems.Refusal as refusal:
            _say(form, refusal)
        else:
            messages.success(request, _("Taken back: it counts nowhere, and its lead is as before."))
            return redirect("leads:lead", one.lead_id)
    context = {"deal": one, "form": form}
    return render(request, "leads/deals/back.html", context, status=422 if request.method == "POST" else 200)


@needs("deals.view")
def deal(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _visible(request, pk))


@dataclass(frozen=True)
class Deed:
    """What may be done to a deal: the form that asks, the service that does it, what is said after.

    `contacts`: the contacts' roles come with the form.
    """

    form: type[forms.Form]
    does: Callable[..., Any]
    said: Any
    contacts: bool = False


def _lost_said(made: Deal) -> str:
    if not made.return_on:
        return _("Lost, with its reason.")
    day = formats.date_format(made.return_on, "SHORT_DATE_FORMAT")
    return _("Lost, with its reason; its lead may come back on %(day)s.") % {"day": day}


DEEDS = {
    "change": Deed(DealForm, deals.change_deal, gettext_lazy("Saved."), contacts=True),
    "step": Deed(StepForm, steps.move, gettext_lazy("Saved.")),
    "win": Deed(WinForm, deals.win, gettext_lazy("Won: the lead is a customer now.")),
    "lose": Deed(LoseForm, deals.lose, _lost_said),
    "reopen": Deed(TakeBackForm, deals_back.reopen, gettext_lazy("The deal is open again.")),
}


@needs("deals.edit")
@require_POST
@once
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do one of DEEDS and show the deal; or the page again with what was typed and why not (422)."""
    one, deed = _visible(request, pk), DEEDS[name]
    form = deed.form(request.POST, auto_id=_ids(name))
    if form.is_valid():
        given = dict(form.cleaned_data)
        if deed.contacts:
            given["contacts"] = _roles(_contacts(request.user, one.lead, request.POST, one))
        try:
            deed.does(deal=one, by=request.user, at=clock.now(), seen=_seen(request), **given)
        except problems.NotYours:
            raise Http404 from None
        except problems.Refusal as refusal:
            _say(form, refusal)
        else:
            messages.success(request, deed.said(_visible(request, pk)) if callable(deed.said) else deed.said)
            return redirect("leads:deal", one.pk)
    return _page(request, one, {name: form}, status=422)


def _ids(name: str) -> str:
    """How the fields of a deed's form are told apart on the page."""
    return f"{'deal' if name == 'change' else name}_%s"


def _page(
    request: HttpRequest, one: Deal, sent: Mapping[str, forms.Form] | None = None, status: int = 200
) -> HttpResponse:
    sent, today = sent or {}, clock.today()
    back = Correction.objects.filter(subject="deal", subject_id=one.pk).select_related("by").first()
    amount = _shown(one.amount)
    asked = {"title": one.title, "amount": amount}
    editable = back is None and may(request.user, "deals.edit") and deals.may_work(one, request.user)
    usual = reasons.allowed(reasons.LOSE)[0] if editable and one.state == Deal.State.OPEN and one.lead_id else None
    then = coming_back.after_loss(one, usual, clock.now()) if usual else None
    context = {
        "deal": one,
        "lead": one.lead,
        "editable": editable,
        "may_deal": editable,
        "back": back,
        "personal": may(request.user, "leads.personal"),
        "may_praise": _may_praise(request, one),
        "change": sent.get("change") or DealForm(initial=asked, auto_id=_ids("change")),
        "step": sent.get("step") or StepForm(initial={"step": one.step}, now=one.step, auto_id=_ids("step")),
        "steps": steps.of(one),
        "win": sent.get("win") or WinForm(initial={"amount": amount, "closed_on": today}, auto_id=_ids("win")),
        "lose": sent.get("lose")
        or LoseForm(initial={"closed_on": today, "return_on": then and then.on}, auto_id=_ids("lose")),
        "ends": then is not None and then.ends,
        "reopen": sent.get("reopen") or TakeBackForm(auto_id=_ids("reopen")),
        "may_reopen": one.state != Deal.State.OPEN
        and corrections.offered(deals_back.closing(one), request.user, "closing"),
        "lines": telling.lines(
            story.of_deal(one, clock.now()), personal=may(request.user, "leads.personal"), reader=request.user
        ),
        "errors": [text for form in sent.values() for text in form.non_field_errors()],
        "sent": next(iter(sent), ""),
        "contacts": _contacts(request.user, one.lead, request.POST if "change" in sent else None, one),
        "roles": deals.ROLES,
        "reason": reasons.label(one.reason),
        "seen": deals.last_change(one).isoformat(),
    }
    return render(request, "leads/deals/deal.html", context, status=status)


def _may_praise(request: HttpRequest, one: Deal) -> bool:
    living = Lead.objects.visible_to(request.user).filter(pk=one.lead_id, erased=False, root_id=None)
    return may(request.user, "leads.praise") and living.exists()


def _visible(request: HttpRequest, pk: int) -> Deal:
    found = Deal.objects.visible_to(request.user).select_related("lead__company", "company", "handoff", "rep")
    return get_object_or_404(found.distinct(), pk=pk)


def _contacts(user: User, lead: Lead | None, data=None, one: Deal | None = None) -> list[dict]:
    """The lead, whoever is named on the deal, and those colleagues whom this person may see; each with their role, as sent
    or as kept."""
    kept = deals.contacts_of(one) if one else {}
    company = lead.company_id if lead else one and one.company_id
    here = [lead.pk] if lead else []
    named = Lead.objects.filter(pk__in=kept, erased=False).exclude(pk__in=here)
    others = Lead.objects.visible_to(user).filter(company=company, erased=False) if company else Lead.objects.none()
    others = others.exclude(pk__in=[*here, *kept]).order_by("last_name", "first_name", "pk")
    beside = sorted([*named, *others[:CONTACTS]], key=lambda row: (row.last_name, row.first_name, row.pk))
    return [
        {"lead": row, "role": data.get(f"role-{row.pk}", "") if data is not None else kept.get(row.pk, "")}
        for row in [*([lead] if lead else []), *beside]
    ]


def _roles(contacts: list[dict]) -> dict[int, str]:
    return {row["lead"].pk: row["role"] for row in contacts}


def _seen(request: HttpRequest) -> datetime | None:
    try:
        return datetime.fromisoformat(request.POST.get("seen", ""))
    except ValueError:
        return None


def _shown(amount: Decimal | None) -> str:
    """An amount as its own field reads it back, without marks between thousands."""
    if amount is None:
        return ""
    text = f"{amount:f}"
    text = text.removesuffix(".00")
    return text.replace(".", ",") if active_language() == "fr" else text


def _say(form: forms.Form, refusal: problems.Refusal) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
