"""The draft of terms: its promises and days on one page, each section on its own; proposed, signed, thrown away."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from personas.models import DefinitionLine
from smarketing.accounts.policy import needs
from smarketing.agreements import services as agreements
from smarketing.agreements import signing
from smarketing.agreements.models import Paper
from smarketing.calendars import services as calendars
from smarketing.rows import clock
from smarketing.web.once import once

from .. import drafts, soundness, terms
from ..models import Contract
from ..sections import differ, sound, sums
from ..sections.table import BY_KEY, SECTIONS, Section
from . import texts
from .documents import begun, contract_of
from .forms import NewContractForm, TermsForm
from .section_forms import SectionForm, stale


@needs("contract.edit")
@once
def new(request: HttpRequest) -> HttpResponse:
    form = NewContractForm(request.POST or None, initial=_first_contract())
    if request.method == "POST" and form.is_valid():
        made = drafts.create_contract(by=request.user, at=clock.now(), **form.cleaned_data)
        return redirect("sla:draft", pk=made.pk)
    return render(request, "sla/new.html", {"form": form, "lines": form.fields["line"].queryset.exists()})


def _first_contract() -> dict[str, str]:
    """The first contract is called by its definition and the year, unless somebody says otherwise."""
    line = DefinitionLine.objects.order_by("name").first()
    if line is None or Contract.objects.exists():
        return {}
    return {"name": f"{line.name} {clock.today().year}"[:80]}


@needs("contract.edit")
@sensitive_post_parameters("password")
@signing.counted
@once
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    contract, at = contract_of(request, pk), clock.now()
    body = begun(contract)
    form = _terms_form(contract, body, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return _save(request, contract, form)
        except drafts.Stale as refusal:
            contract.draft.refresh_from_db()
            body = drafts.body_of(contract, at)
            form = _terms_form(contract, body, _seen_now(request, contract, body, drafts.CLAUSES))
            form.add_error(None, [*refusal.messages, *_meanwhile(contract, body, form)])
        except (ValidationError, agreements.AgreementError) as refusal:
            form.add_error(None, getattr(refusal, "messages", None) or [str(refusal)])
    typed = form.body() if form.is_bound and not form.has_error_in_fields else {}
    return render(request, "sla/draft.html", _draft_page(request, contract, body | typed, form))


def _terms_form(contract: Contract, body: dict, data=None) -> TermsForm:
    return TermsForm.of(body, contract.draft.revision, data, seen=drafts.fingerprint(body, drafts.CLAUSES))


def _seen_now(request: HttpRequest, contract: Contract, body: dict, keys: tuple[str, ...]) -> Any:
    """What was sent, with the draft as it is now as the one that was read: sent once more it is saved."""
    data = request.POST.copy()
    data["seen"] = drafts.fingerprint(body, keys)
    data["revision"] = str(contract.draft.revision)
    return data


def _meanwhile(contract: Contract, body: dict, form: TermsForm) -> list[str]:
    """What was saved meanwhile, against what was typed, in words."""
    if not form.is_valid():
        return []
    typed = texts.read(contract, body | form.body())
    return [one.words for one in differ.changes(typed, texts.read(contract, body))]


def _draft_page(request: HttpRequest, contract: Contract, body: dict, form: TermsForm) -> dict[str, Any]:
    at = clock.now()
    found = texts.versions(contract, at)
    signed = next((one for one in found if one.signed is not None), None)
    read = texts.read(contract, body)
    return {
        "contract": contract, "form": form, "calendars": calendars.current(), "here": "clauses", "contents": _nav(body),
        "warnings": soundness.warnings(contract, body, at), "reckoned": _reckoned(read), "signed": signed,
        "changes": texts.in_each_language(lambda: differ.changes(texts.read(contract, signed.body), read)) if signed else None,
        "texts": texts.both(contract, body, anchors=False), "may_sign": signing.may_at_once(request.user, terms.PAPER, at, f"contract:{contract.pk}"),
        "spent": drafts.spent(contract),
    }  # fmt: skip


def _reckoned(read) -> dict[str, list[str] | str]:
    """Arithmetic and capacity beside the targets."""
    return {"goal": sums.goal(read), "capacity": sums.capacity(read), "over": sound.over_capacity(read), "below": sound.below_goal(read)}  # fmt: skip


def _nav(body: dict) -> list[dict[str, Any]]:
    """The sections at the side: those of clauses and days lead to the draft itself."""
    wrong = sound.problems(body)
    return [
        {"key": one.key, "number": one.number, "title": one.title, "written": one.written, "wrong": one.key in wrong}
        for one in SECTIONS
        if one.key not in ("definitions", "signatures")
    ]


def _save(request: HttpRequest, contract: Contract, form: TermsForm) -> HttpResponse:
    at, data = clock.now(), form.cleaned_data

    def write() -> None:
        drafts.save_part(
            contract=contract, part=form.body(), seen=data["seen"], revision=data["revision"], by=request.user, at=at
        )
        contract.refresh_from_db()

    def propose() -> Paper:
        write()
        return terms.propose(contract=contract, by=request.user, at=at)

    if "propose" not in request.POST and not signing.asked(request):
        write()
        messages.success(request, _("Draft saved."))
        return redirect("sla:draft", pk=contract.pk)
    paper = signing.propose(request, at, propose)
    messages.success(request, signing.done(request))
    return redirect(f"{reverse('sla:terms', args=[contract.pk])}?version={paper.number}")


@needs("contract.edit")
@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Arithmetic and capacity for the promises as typed, nothing kept."""
    contract = contract_of(request, pk)
    body = drafts.body_of(contract, clock.now())
    form = _terms_form(contract, body, request.POST)
    form.is_valid()
    read = texts.read(contract, body | (form.body() if not form.has_error_in_fields else {}))
    return render(request, "sla/reckoned.html", {"contract": contract, "reckoned": _reckoned(read)})


@needs("contract.edit")
@once
def section(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """One section of the draft, saved without touching the others."""
    contract, at, one = contract_of(request, pk), clock.now(), BY_KEY.get(key)
    if one is None or not one.written:
        raise Http404
    body = drafts.body_of(contract, at)
    sent = request.POST if request.method == "POST" else None
    form = SectionForm(one, body, drafts.fingerprint(body, (key,)), sent)
    if sent is not None and form.is_valid():
        try:
            drafts.save_part(
                contract=contract, part={key: form.value()}, seen=form.cleaned_data["seen"], by=request.user, at=at
            )
        except drafts.Stale:
            contract.draft.refresh_from_db()
            body = drafts.body_of(contract, at)
            form = SectionForm(one, body, "", _seen_now(request, contract, body, (key,)))
            form.add_error(None, stale(contract.draft.edited_by))
        else:
            messages.success(request, _("Saved: %(section)s.") % {"section": one.title})
            return redirect("sla:draft_section", pk, _next(one).key) if "next" in sent else redirect("sla:draft_section", pk, key)  # fmt: skip
    return render(request, "sla/section.html", _section_page(contract, body, one, form), status=422 if form.errors else 200)  # fmt: skip


def _next(one: Section) -> Section:
    """The section after this one; after the last, the first."""
    written = [other for other in SECTIONS if other.written]
    return written[(written.index(one) + 1) % len(written)]


def _section_page(contract: Contract, body: dict, one: Section, form: Any) -> dict[str, Any]:
    typed = {one.key: form.value()} if form.is_bound and not form.errors else {}
    read = texts.read(contract, body | typed)
    found = soundness.warnings(contract, body | typed, clock.now())
    return {
        "contract": contract, "section": one, "form": form, "contents": _nav(body), "here": one.key, "following": _next(one),
        "said": texts.in_each_language(lambda: texts.part(read, one.key)), "warnings": found.get(one.key, []),
    }  # fmt: skip


@needs("contract.edit")
@require_POST
@once
def away(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw the draft away; signed versions stay."""
    contract = contract_of(request, pk)
    drafts.drop(contract=contract, by=request.user, at=clock.now())
    messages.success(request, _("The draft was thrown away."))
    return redirect("sla:terms", pk=contract.pk)
