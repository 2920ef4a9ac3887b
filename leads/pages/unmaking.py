"""What was added, decided or said by mistake, taken back on a page that says what becomes of it and asks why.

Leads, companies and campaigns added by hand; values and contacts of a deal; two leads said to be two people; a person kept
although the time agreed is over.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.handoffs import deals, deals_back, problems
from leads.intake import corrections, unmaking
from leads.intake.by_hand import ByHandError
from leads.intake.importing.reasons import DEEDS
from leads.models import (
    AttributeChange,
    Campaign,
    Company,
    CompanyPair,
    Deal,
    DealContact,
    ErasureProposal,
    Lead,
    MergeSuggestion,
)
from leads.rights import retention
from leads.rights.problems import Refusal
from leads.twins import firms_likely, likely
from smarketing.accounts.models import User
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.once import once

from .forms import TakeBackForm
from .taking_back import pairs

SAID = {
    "gone": gettext_lazy("This was taken back before."),
    "from_file": gettext_lazy("This came from a file: undo the import."),
    "hanging": gettext_lazy("Something depends on it: it stays."),
    **corrections.SAID,
}
WORDS = {unmaking.EVENTS: gettext_lazy("events of their own"), **DEEDS}


@needs("leads.add")
@once
def lead(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Lead.objects.visible_to(request.user).filter(root_id=None), pk=pk)
    name = str(found) if may(request.user, "leads.personal") else f"#{pk}"
    said = _("It counts nowhere any more, and is in no list; its story keeps it, struck through. A company that came with it and has nobody else goes with it.")  # fmt: skip
    return _birth(request, found, name, _("Take a lead back"), said, "leads:list")


@needs("companies.edit")
@once
def company(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Company.objects.visible_to(request.user), pk=pk)
    said = _("It counts nowhere any more, and is in no list.")
    return _birth(request, found, str(found), _("Take a company back"), said, "leads:companies")


@needs("campaigns.edit")
@once
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Campaign.objects.visible_to(request.user), pk=pk)
    said = _("It counts nowhere any more, and is in no list.")
    return _birth(request, found, str(found), _("Take a campaign back"), said, "leads:campaigns")


def _birth(request: HttpRequest, thing: Any, about: str, title: str, said: str, then: str) -> HttpResponse:
    """The page of something added by mistake; `then` is where one is led when it is gone."""
    subject = thing._meta.model_name
    rule = corrections.RULES[subject]
    if not corrections.offered(thing, request.user) or getattr(thing, "erased", False):
        raise Http404
    form = TakeBackForm(request.POST or None)

    def deed() -> None:
        unmaking.take_back(thing=thing, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])

    if request.method == "POST" and form.is_valid() and _done(form, deed):
        messages.success(request, _("Taken back: it counts nowhere."))
        return redirect(then)
    hanging = unmaking.hanging(thing, rule.author(thing))
    people = User.objects.in_bulk({one.by for one in hanging if one.by})
    told = [(WORDS[one.what], people.get(one.by, ""), one.at) for one in hanging]
    there = reverse(f"leads:{subject}", args=[thing.pk])
    return _page(request, form, title=title, about=about, there=there, said=said, hanging=told)


@needs("deals.edit")
@once
def deal_values(request: HttpRequest, pk: int) -> HttpResponse:
    """What was written of a deal in one deed."""
    change = get_object_or_404(AttributeChange.objects.filter(subject="deal", by__isnull=False, source="hand"), pk=pk)
    deal, form = _deal(request, change.subject_id), TakeBackForm(request.POST or None)

    def deed() -> None:
        reason = form.cleaned_data["reason"]
        deals_back.take_back_values(deal=deal, change=change, by=request.user, at=clock.now(), reason=reason)

    if request.method == "POST" and form.is_valid() and _done(form, deed):
        messages.success(request, _("Taken back: what held before holds again."))
        return redirect("leads:deal", deal.pk)
    said = _("What held before holds again; the mistake is kept, marked as taken back.")
    shown = pairs(request, "deal", deals_back.written_together(deal, change))
    return _page(request, form, **_about(deal), title=_("Take values back"), said=said, pairs=shown)


@needs("deals.edit")
@once
def deal_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody who was named on a deal, or whose role was changed, by mistake."""
    contact = get_object_or_404(DealContact.objects.select_related("lead"), pk=pk)
    deal, form = _deal(request, contact.deal_id), TakeBackForm(request.POST or None)

    def deed() -> None:
        reason = form.cleaned_data["reason"]
        deals_back.take_back_contact(contact=contact, by=request.user, at=clock.now(), reason=reason)

    if request.method == "POST" and form.is_valid() and _done(form, deed):
        messages.success(request, _("Taken back: what held before holds again."))
        return redirect("leads:deal", deal.pk)
    said = _("What held before holds again; the mistake is kept, marked as taken back.")
    name = str(contact.lead) if may(request.user, "leads.personal") else f"#{contact.lead_id}"
    role = deals.ROLES.get(contact.role, contact.role) or _("no contact any more")
    return _page(request, form, **_about(deal), title=_("Take a contact back"), said=said, pairs=[(name, role)])


def _deal(request: HttpRequest, pk: int) -> Deal:
    found = get_object_or_404(Deal.objects.visible_to(request.user).distinct(), pk=pk)
    if not deals.may_work(found, request.user):
        raise Http404
    return found


def _about(deal: Deal) -> dict[str, str]:
    return {"about": deal.title or f"#{deal.pk}", "there": reverse("leads:deal", args=[deal.pk])}


@needs("leads.merge")
@once
def two_people(request: HttpRequest, pk: int) -> HttpResponse:
    """Two leads that were said to be two people."""
    found = get_object_or_404(MergeSuggestion.objects.select_related("first", "second"), pk=pk, state="dismissed")
    form = TakeBackForm(request.POST or None)

    def deed() -> None:
        likely.PAIRS.take_back(pair=found, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])

    if request.method == "POST" and form.is_valid() and _done(form, deed):
        messages.success(request, _("Taken back: they may be one person again."))
        return redirect("leads:twins")
    about = f"{found.first} #{found.first_id} · {found.second} #{found.second_id}"
    said = _("They are suggested again as one person.")
    return _page(request, form, title=_("Perhaps one person after all"), about=about, there=reverse("leads:twins"), said=said)  # fmt: skip


@needs("companies.merge")
@once
def two_companies(request: HttpRequest, pk: int) -> HttpResponse:
    """Two companies that were said to be two."""
    found = get_object_or_404(CompanyPair.objects.select_related("first", "second"), pk=pk, state="dismissed")
    form = TakeBackForm(request.POST or None)

    def deed() -> None:
        firms_likely.PAIRS.take_back(pair=found, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])

    if request.method == "POST" and form.is_valid() and _done(form, deed):
        messages.success(request, _("Taken back: they may be one company again."))
        return redirect("leads:firm_twins")
    said = _("They are suggested again as one company.")
    about, there = f"{found.first} · {found.second}", reverse("leads:firm_twins")
    return _page(request, form, title=_("Perhaps one company after all"), about=about, there=there, said=said)


@needs("settings.retention")
@once
def kept(request: HttpRequest, pk: int) -> HttpResponse:
    """A person who was kept although the time agreed is over."""
    rows = ErasureProposal.objects.select_related("lead").filter(state="kept", lead__erased=False)
    found, form = get_object_or_404(rows, pk=pk), TakeBackForm(request.POST or None)

    def deed() -> None:
        retention.take_back(proposal=found, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])

    if request.method == "POST" and form.is_valid() and _done(form, deed):
        messages.success(request, _("Taken back: this person is proposed for erasure again."))
        return redirect("leads:retention")
    said = _("This person is proposed for erasure again; nothing is erased by that.")
    return _page(request, form, title=_("Keep no longer"), about=str(found.lead), there=reverse("leads:retention"), said=said)  # fmt: skip


def _done(form: TakeBackForm, deed: Callable[[], None]) -> bool:
    """Whether the deed was done; a refusal stands on its field."""
    try:
        deed()
    except problems.NotYours:
        raise Http404 from None
    except ByHandError as refusal:
        form.add_error(refusal.field or None, SAID[refusal.key])
    except (Refusal, problems.Refusal) as refusal:
        form.add_error(refusal.field or None, str(refusal))
    else:
        return True
    return False


def _page(request: HttpRequest, form: TakeBackForm, **context: Any) -> HttpResponse:
    status = 200 if request.method == "GET" else 422
    return render(request, "leads/back.html", {"form": form, **context}, status=status)
