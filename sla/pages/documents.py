"""Contracts as documents: list, text with its signatures, differences, the signed file. Views only translate."""

from datetime import date

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smarketing.accounts.models import Side
from smarketing.accounts.policy import may, needs
from smarketing.agreements import services as agreements
from smarketing.rows import clock
from smarketing.web import exports, lists, steps
from smarketing.web.tables import Column, Table

from .. import drafts, papers, terms
from ..models import Contract
from . import texts


@lists.listed("sla:contracts", gettext_lazy("Contracts"))
@needs("contract.view")
def contracts(request: HttpRequest) -> HttpResponseBase:
    can_edit = may(request.user, "contract.edit")
    empty = {
        "title": _("No contract yet"),
        "text": _("A contract says what each side promises: so many MQL a month, a first attempt in time, enough attempts on each."),
    }  # fmt: skip
    empty |= steps.first(
        request.user,
        ("contract.edit", "sla:guided", _("Write the first contract")),
        ("personas.view", "personas:home", _("See the common language")),
    )
    rows = Contract.objects.visible_to(request.user).select_related("line").annotate(versions=Count("terms"))
    table = Table(
        _columns(clock.today()), rows, request.GET, "name", caption=_("Contracts"), empty=empty,
        exports=exports.Export("contracts", "lists.export", "contract"),
    )  # fmt: skip
    return lists.answer(request, table, "sla/contracts.html", {"can_edit": can_edit})


def _columns(today: date) -> list[Column]:
    def in_force(one: Contract) -> str:
        found = terms.in_force(one, today)
        if found is None:
            return _("no terms in force")
        said = _("version %(number)s") % {"number": found.number}
        return f"{said} · {_('signed for the past')}" if found.retrospective else said

    def followed(one: Contract) -> str:
        return f"{reverse('sla:follow_up')}?contract={one.pk}"

    return [
        Column(
            "name", gettext_lazy("Name"), sort="name", head=True, url=lambda one: reverse("sla:terms", args=[one.pk])
        ),
        Column("definition", gettext_lazy("Definition"), "line.name", sort="line__name", nullable=False),
        Column("force", gettext_lazy("In force"), in_force),
        Column("versions", gettext_lazy("Versions"), sort="versions", align="num", nullable=False),
        Column("begun", gettext_lazy("Begun"), "created_at", sort="created_at", align="nowrap", extra=True),
        Column("follow", "", lambda one: _("Follow-up"), url=followed, align="num"),
    ]


def contract_of(request: HttpRequest, pk: int) -> Contract:
    """A contract that the reader may see, with its draft; 404 for any other."""
    found = Contract.objects.visible_to(request.user).select_related("line", "draft")
    return get_object_or_404(found, pk=pk)


def begun(contract: Contract) -> dict:
    """The body that a draft goes on with: what is being written, else the terms before."""
    return drafts.body_of(contract, clock.now())


@needs("contract.view")
def document(request: HttpRequest, pk: int) -> HttpResponse:
    contract, at = contract_of(request, pk), clock.now()
    found = texts.versions(contract, at)
    shown = [one for one in found if one.paper is not None]
    asked = request.GET.get("version", "")
    if asked.isdecimal():
        get_object_or_404(texts.papers_of(contract), number=asked)
    one = next((one for one in shown if one.key == asked), shown[0] if shown else None)
    context = {"contract": contract, "versions": shown, "one": one, "can_edit": may(request.user, "contract.edit")}
    context |= {"draft": not drafts.spent(contract), "compared": len(found) > 1}
    if one is not None and one.paper is not None:
        old = texts.before(found, one)
        context |= {
            "texts": texts.both(contract, one.body), "paper": one.paper, "terms": one.signed, "old": old,
            "changes": texts.differences(contract, old, one) if old else None,
            "sides": [(side, Side(side).label, sign) for side, sign in agreements.state(one.paper).items()],
            "why_not": agreements.why_not(one.paper, request.user, at), "problems": agreements.verify(one.paper),
        }  # fmt: skip
    return render(request, "sla/document.html", context)


@needs("contract.view")
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """`?old=1&new=2`: what differs, in both languages. Not named: the newest text against the signed one before it."""
    contract = contract_of(request, pk)
    found = texts.versions(contract, clock.now())
    known = {one.key: one for one in found}
    new = known.get(request.GET.get("new", ""), found[0] if found else None)
    old = known.get(request.GET.get("old", "")) or (texts.before(found, new) if new else None)
    if old is None and len(found) > 1:
        old = found[1]
    context = {"contract": contract, "versions": found, "old": old, "new": new}
    if old and new:
        context["changes"] = texts.differences(contract, old, new)
    return render(request, "sla/compare.html", context)


@needs("contract.view")
def signed_file(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A proposed or signed version as a file that anybody can verify without this portal."""
    contract = contract_of(request, pk)
    paper = get_object_or_404(texts.papers_of(contract).select_related("proposed_by"), number=number)
    answer = JsonResponse(papers.as_file(contract, paper), json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="contract-{contract.pk}-version-{paper.number}.json"'
    return answer
