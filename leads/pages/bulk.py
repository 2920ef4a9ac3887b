"""Deeds on many leads at once: first what it would do, then it is done, then it may be undone for an hour.

A deed is sent `pick` (keys) or `all=1` with the filters of the list, and `back`, the list's query.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.handoffs import giving, routing
from leads.handoffs.queue import reps
from leads.intake import by_hand
from leads.models import Campaign, Lead
from smarketing.accounts.models import Role, User
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.once import once

from .leads import MOST_PICKED, asked_for

NAMED = 12
FRESH = timedelta(hours=1)
POOL, NONE = "pool", "none"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class GiveForm(forms.Form):
    to = forms.ChoiceField(label=gettext_lazy("Rep in charge"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=120, required=False)

    def __init__(self, data, user):
        super().__init__(data)
        self.reps = {str(one.pk): one for one in reps(list(User.objects.filter(role=Role.REP, is_active=True)))}
        named = [(pk, one.name) for pk, one in self.reps.items()]
        self.fields["to"].choices = [("", _("choose…")), *named, (POOL, _("back to their pools"))]


class CampaignForm(forms.Form):
    to = forms.ChoiceField(label=gettext_lazy("Campaign"))

    def __init__(self, data, user):
        super().__init__(data)
        self.rows = {str(one.pk): one for one in Campaign.objects.visible_to(user).order_by("name", "key")}
        named = [(pk, str(one)) for pk, one in self.rows.items()]
        self.fields["to"].choices = [("", _("choose…")), *named, (NONE, _("no campaign"))]


@dataclass(frozen=True)
class Kind:
    """`count`: (leads, by) → how many are concerned; `does`: (form, leads, by, at) → how many were done."""

    title: Any
    text: Any
    form: type[forms.Form]
    count: Callable[[list[int], User], int]
    concerned: Callable[[int], str]
    does: Callable[[Any, list[int], User, datetime], int]
    said: Callable[[int], str]
    undo: str
    standing: Callable[[User, datetime], int]
    undoes: Callable[[User, datetime, datetime], int]


def _give(form: GiveForm, leads: list[int], by: User, at: datetime) -> int:
    rep, reason = form.reps.get(form.cleaned_data["to"]), form.cleaned_data["reason"]
    return giving.give(leads=leads, rep=rep, by=by, at=at, reason=reason)


def _set(form: CampaignForm, leads: list[int], by: User, at: datetime) -> int:
    return by_hand.set_campaign(leads=leads, campaign=form.rows.get(form.cleaned_data["to"]), by=by, at=at)


GIVE = Kind(
    gettext_lazy("Give leads to a rep"),
    gettext_lazy("Their open handoffs get another rep in charge; what is closed stays as it is."),
    GiveForm,
    lambda leads, by: giving.open_of(leads, by).count(),
    lambda n: ngettext("%(n)s open handoff", "%(n)s open handoffs", n) % {"n": n},
    _give,
    lambda n: ngettext("%(n)s handoff given.", "%(n)s handoffs given.", n) % {"n": n},
    "leads:bulk_give_undo",
    lambda by, when: len(giving.given(by=by, when=when)),
    lambda by, when, at: giving.give_back(by=by, when=when, at=at),
)
CAMPAIGN = Kind(
    gettext_lazy("Set the campaign of leads"),
    gettext_lazy("Each lead that names another campaign gets this one, from now on; what it was stays in its story."),
    CampaignForm,
    lambda leads, by: len(leads),
    lambda n: ngettext("%(n)s lead", "%(n)s leads", n) % {"n": n},
    _set,
    lambda n: ngettext("%(n)s lead changed.", "%(n)s leads changed.", n) % {"n": n},
    "leads:bulk_campaign_undo",
    lambda by, when: len(by_hand.campaigns_set(by=by, when=when)),
    lambda by, when, at: by_hand.take_back_campaigns(by=by, when=when, at=at),
)


@needs("handoffs.reassign")
@once
def give(request: HttpRequest) -> HttpResponse:
    return _deed(request, GIVE)


@needs("leads.edit")
@once
def campaign(request: HttpRequest) -> HttpResponse:
    return _deed(request, CAMPAIGN)


@needs("handoffs.reassign")
@once
def give_undo(request: HttpRequest) -> HttpResponse:
    return _undo(request, GIVE)


@needs("leads.edit")
@once
def campaign_undo(request: HttpRequest) -> HttpResponse:
    return _undo(request, CAMPAIGN)


def _deed(request: HttpRequest, kind: Kind) -> HttpResponse:
    """What would be done, with its form; or, sent, the deed and the list again."""
    params = request.POST if request.method == "POST" else request.GET
    form = kind.form(request.POST if request.method == "POST" else None, request.user)
    leads = _leads(request.user, params)
    if request.method == "POST" and leads and form.is_valid():
        at = clock.now()
        try:
            n = kind.does(form, leads, request.user, at)
        except routing.Taken as refusal:
            form.add_error("to", str(refusal))
        else:
            undo = f"{reverse(kind.undo)}?at={(at - _EPOCH) // timedelta(microseconds=1)}" if n else ""
            link = format_html(' <a href="{}">{}</a>', undo, _("Undo…")) if undo else ""
            messages.success(request, format_html("{}{}", kind.said(n), link))
            return redirect(_back(params))
    rows = Lead.objects.filter(pk__in=leads[:NAMED])
    personal = may(request.user, "leads.personal")
    context = {
        "kind": kind, "form": form, "leads": leads, "too_many": len(leads) > MOST_PICKED, "most": MOST_PICKED,
        "names": [str(one) if personal else f"#{one.pk}" for one in rows], "more": max(0, len(leads) - NAMED),
        "concerned": kind.concerned(n := kind.count(leads, request.user)), "none": not n,
        "back": _back(params), "query": params.get("back", ""),
    }  # fmt: skip
    return render(request, "leads/bulk.html", context, status=422 if request.method == "POST" else 200)


def _undo(request: HttpRequest, kind: Kind) -> HttpResponse:
    """What can still be undone of a deed of one's own, and the button; or, sent, it is undone."""
    given, at = request.GET.get("at", ""), clock.now()
    micro = int(given) if given.isascii() and given.isdigit() and len(given) < 17 else 0
    when = _EPOCH + timedelta(microseconds=micro)
    n = kind.standing(request.user, when) if at - FRESH <= when <= at else 0
    if request.method == "POST" and n:
        n = kind.undoes(request.user, when, at)
        messages.success(request, ngettext("%(n)s undone.", "%(n)s undone.", n) % {"n": n})
        return redirect("leads:list")
    status = 422 if request.method == "POST" else 200
    return render(request, "leads/bulk_undo.html", {"kind": kind, "n": n, "said": kind.said(n)}, status=status)


def _leads(user: User, params: QueryDict) -> list[int]:
    """Keys of the leads meant, as far as `user` may see them; one more than MOST_PICKED where there are too many."""
    if not params.get("all") and not params.get("pick"):
        return []
    _form, rows, _near = asked_for(user, params)
    return list(rows.order_by("pk").values_list("pk", flat=True)[: MOST_PICKED + 1])


def _back(params: QueryDict) -> str:
    """The list as it was."""
    query = QueryDict(params.get("back", "")[:2000]).urlencode(safe=",")
    return f"{reverse('leads:list')}?{query}" if query else reverse("leads:list")
