"""Contracts as documents: list, text, draft, proposal. Views only translate."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from personas.models import DefinitionLine
from smarketing.accounts.models import Side
from smarketing.accounts.policy import may, needs
from smarketing.agreements import services as agreements
from smarketing.agreements import signing
from smarketing.agreements.models import Paper
from smarketing.calendars import services as calendars
from smarketing.calendars.models import CalendarVersion
from smarketing.calendars.views import week
from smarketing.rows import clock
from smarketing.web import exports, lists
from smarketing.web.once import once
from smarketing.web.tables import Column, Table

from .. import kinds, terms, words
from ..models import Contract, Terms
from .forms import NewContractForm, TermsForm


@dataclass(frozen=True)
class Text:
    """Terms as they are read: a signed version, or a proposed paper."""

    number: int
    starts: date
    last: date | None
    calendar: CalendarVersion
    clauses: list
    paper: Paper
    signed: Terms | None = None


@lists.listed("sla:contracts", gettext_lazy("Contracts"))
@needs("contract.view")
def contracts(request: HttpRequest) -> HttpResponseBase:
    can_edit = may(request.user, "contract.edit")
    empty = {
        "title": _("No contract yet"),
        "text": _("A contract says what each side promises: so many MQL a month, a first attempt in time, enough attempts on each."),
    }  # fmt: skip
    if can_edit:
        empty |= {"url": reverse("sla:new"), "action": _("Write the first contract")}
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


@needs("contract.edit")
@once
def new(request: HttpRequest) -> HttpResponse:
    form = NewContractForm(request.POST or None, initial=_first_contract())
    if request.method == "POST" and form.is_valid():
        made = terms.create_contract(by=request.user, at=clock.now(), **form.cleaned_data)
        return redirect("sla:draft", pk=made.pk)
    return render(request, "sla/new.html", {"form": form, "lines": form.fields["line"].queryset.exists()})


def _first_contract() -> dict[str, str]:
    """The first contract is called by its definition and the year, unless somebody says otherwise."""
    line = DefinitionLine.objects.order_by("name").first()
    if line is None or Contract.objects.exists():
        return {}
    return {"name": f"{line.name} {clock.today().year}"[:80]}


@needs("contract.view")
def document(request: HttpRequest, pk: int) -> HttpResponse:
    contract = get_object_or_404(Contract.objects.visible_to(request.user).select_related("line"), pk=pk)
    versions = list(contract.terms.select_related("paper", "calendar__calendar", "span").order_by("-number"))
    papers = Paper.objects.filter(kind=terms.PAPER, line=f"contract:{pk}").order_by("-number")
    paper = _paper(request, papers)
    signed = next((one for one in versions if paper and one.paper_id == paper.pk), None)
    text = paper and _text(paper, signed)
    context = {
        "contract": contract, "versions": versions, "paper": paper, "terms": signed, "text": text,
        "papers": [(one, next((v for v in versions if v.paper_id == one.pk), None)) for one in papers],
        "sides": paper and [(side, Side(side).label, one) for side, one in agreements.state(paper).items()],
        "why_not": paper and agreements.why_not(paper, request.user, clock.now()), "problems": paper and agreements.verify(paper),
        "other": text and _other(contract, text), "can_edit": may(request.user, "contract.edit"),
    }  # fmt: skip
    return render(request, "sla/document.html", context)


def _paper(request: HttpRequest, papers) -> Paper | None:
    asked = request.GET.get("version", "")
    return get_object_or_404(papers, number=asked) if asked.isdecimal() else papers.first()


def _text(paper: Paper, signed: Terms | None) -> Text:
    body = json.loads(paper.body)
    clauses = [
        {
            "key": clause["key"], "side": kinds.KINDS[clause["kind"]].side, "kind": kinds.KINDS[clause["kind"]],
            "raw": clause, "target": Decimal(clause["target"]),
        }
        for clause in body["clauses"]
    ]  # fmt: skip
    ends = body.get("ends_on")
    return Text(
        paper.number, date.fromisoformat(body["starts_on"]), date.fromisoformat(ends) - timedelta(days=1) if ends else None,
        CalendarVersion.objects.select_related("calendar").get(pk=body["calendar"]), clauses, paper, signed,
    )  # fmt: skip


def text_context(contract: Contract, text: Text) -> dict:
    """What `sla/text.html` needs, in the active language."""
    clauses = [
        one | {
            "sentence": kinds.sentence(one["raw"]["kind"], one["target"], one["raw"]["params"]),
            "share": words.percent(Decimal(one["raw"]["share"])) if one["raw"].get("share") else "",
        }
        for one in text.clauses
    ]  # fmt: skip
    return {
        "contract": contract, "text": text, "week": week(text.calendar.spec),
        "closed": sum(day.startswith(f"{text.starts.year}-") for day in text.calendar.spec.get("holidays", ())),
        "by_side": [
            (side, [one for one in clauses if one["side"] == side])
            for side in (*Side.values, kinds.BOTH)
            if side != kinds.BOTH or any(one["side"] == side for one in clauses)
        ],
    }  # fmt: skip


def _other(contract: Contract, text: Text) -> list[tuple[str, str, str]]:
    """(code, name, text) of the same terms in each language, the active one first."""
    out: list[tuple[str, str, str]] = []
    for code, name in sorted(settings.LANGUAGES, key=lambda pair: pair[0] != get_language()):
        with override(code):
            out.append((code, name, render_to_string("sla/text.html", text_context(contract, text))))
    return out


@needs("contract.edit")
@sensitive_post_parameters("password")
@signing.counted
@once
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    contract = get_object_or_404(Contract.objects.visible_to(request.user).select_related("draft", "line"), pk=pk)
    body = begun(contract)
    data = request.POST if request.method == "POST" else None
    form = TermsForm.of(body, contract.draft.revision, data)
    if request.method == "POST" and form.is_valid() and (answer := _save(request, contract, form)):
        return answer
    context = {"contract": contract, "form": form, "calendars": calendars.current()}
    context["may_sign"] = signing.may_at_once(request.user, terms.PAPER, clock.now())
    return render(request, "sla/draft.html", context)


def begun(contract: Contract) -> dict:
    """The body that a draft goes on with: what is being written, else the terms before."""
    return _starter(contract) if _spent(contract) else contract.draft.body


def _spent(contract: Contract) -> bool:
    """Whether the draft holds nothing that is not signed already."""
    signed = contract.terms.order_by("-number").first()
    return not contract.draft.body or (signed is not None and signed.body == contract.draft.body)


def _starter(contract: Contract) -> dict:
    """What a first draft begins with: the terms before, or the founding template; from the next month on."""
    found, starts = contract.terms.order_by("-number").first(), terms.next_month(clock.today())
    if found:
        return found.body | {"starts_on": starts.isoformat(), "ends_on": None}
    choice = calendars.current()
    return terms.starter(choice[0] if choice else None, starts)


def _save(request: HttpRequest, contract: Contract, form: TermsForm) -> HttpResponse | None:
    at, revision = clock.now(), form.cleaned_data["revision"]

    def write() -> None:
        terms.save_draft(contract=contract, body=form.body(), revision=revision, by=request.user, at=at)
        contract.refresh_from_db()

    def propose() -> Paper:
        write()
        return terms.propose(contract=contract, by=request.user, at=at)

    paper = None
    try:
        if "propose" in request.POST or signing.asked(request):
            paper = signing.propose(request, at, propose)
        else:
            write()
    except (ValidationError, agreements.AgreementError) as refusal:
        form.add_error(None, getattr(refusal, "messages", None) or [str(refusal)])
        return None
    if paper is None:
        messages.success(request, _("Draft saved."))
        return redirect("sla:draft", pk=contract.pk)
    messages.success(request, signing.done(request))
    return redirect(f"{reverse('sla:terms', args=[contract.pk])}?version={paper.number}")
