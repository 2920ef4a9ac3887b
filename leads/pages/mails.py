"""Mail templates: the list, writing one in both languages with a preview, and one filled in for a lead of the queue."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leads.handoffs import attempts, hands
from leads.handoffs.problems import Refusal
from leads.mailing import fields, templates
from leads.models import MailTemplate
from personas.models import Persona
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.language import active_language
from smarketing.web.once import once

from .focus import Gone, found, gone


class MailForm(forms.Form):
    """Name, persona, and a subject and a body in each language."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    persona = forms.ModelChoiceField(
        Persona.objects.filter(retired=False).order_by("place", "pk"),
        label=gettext_lazy("Persona"), required=False, empty_label=gettext_lazy("anybody"),
    )  # fmt: skip

    def __init__(self, *args, opened: MailTemplate | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        if opened and opened.persona_id:  # its own, were it retired since
            named = Persona.objects.filter(Q(retired=False) | Q(pk=opened.persona_id))
            self.fields["persona"].queryset = named.order_by("place", "pk")
        for code in templates.LANGUAGES:
            words = {"language": get_language_info(code)["name_local"]}
            self.fields[f"subject_{code}"] = forms.CharField(
                label=_("Subject (%(language)s)") % words, max_length=200, required=False
            )
            self.fields[f"body_{code}"] = forms.CharField(
                label=_("Text (%(language)s)") % words, max_length=templates.MAX_BODY, required=False,
                widget=forms.Textarea(attrs={"rows": 9}),
            )  # fmt: skip
            for part in ("subject", "body"):
                self.fields[f"{part}_{code}"].widget.attrs["lang"] = code

    def texts(self) -> dict[str, tuple[str, str]]:
        data = self.cleaned_data
        return {code: (data[f"subject_{code}"], data[f"body_{code}"]) for code in templates.LANGUAGES}


@needs("mails.view")
def index(request: HttpRequest) -> HttpResponse:
    """Every template: by persona in their agreed order, then those for anybody, retired ones last."""
    found = MailTemplate.objects.select_related("persona", "edited_by").prefetch_related("texts")

    def place(one: MailTemplate) -> tuple:
        of = one.persona
        return (one.retired_at is not None, of is None, of.place if of else 0, one.name.casefold())

    context = {"rows": sorted(found, key=place), "may_edit": may(request.user, "mails.edit")}
    return render(request, "leads/mails/list.html", context)


@needs("mails.edit")
@once
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Write a template; "Preview" shows it filled in without keeping it."""
    one = get_object_or_404(MailTemplate.objects.prefetch_related("texts"), pk=pk) if pk else None
    form = MailForm(request.POST or None, initial=_said(one, request.GET), opened=one)
    preview: list = []
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") == "preview":
            preview = _preview(form.texts())
        else:
            data = {"name": form.cleaned_data["name"], "persona": form.cleaned_data["persona"], "texts": form.texts()}
            try:
                templates.save(template=one, by=request.user, at=clock.now(), **data)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            else:
                messages.success(request, _("Saved."))
                return redirect("leads:mails")
    elif one:
        preview = _preview({text.language: (text.subject, text.body) for text in one.texts.all()})
    listed = [
        (f"{{{{{name}}}}}", f"{{{{{other}}}}}", label) for name, (label, other, _example) in fields.FIELDS.items()
    ]
    status = 422 if form.is_bound and form.errors else 200
    context = {"form": form, "template": one, "preview": preview, "listed": listed}
    return render(request, "leads/mails/edit.html", context, status=status)


@needs("mails.edit")
@require_POST
@once
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer a template no more, or again."""
    templates.retire(template=get_object_or_404(MailTemplate, pk=pk), by=request.user, at=clock.now())
    messages.success(request, _("Saved."))
    return redirect("leads:mails")


@needs("handoffs.work")
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    """The templates for a lead, one of them filled in: to copy, or to open in one's own mail program."""
    at = clock.now()
    try:
        state = found(request, pk)
    except Gone as left:
        return gone(request, left.state, at)
    if not hands.is_in_hands(state, request.user):
        raise Http404
    offered = templates.offered(state.lead)
    asked = request.GET.get("template", "")
    chosen = next((one for one in offered if str(one.pk) == asked), offered[0] if offered else None)
    spoken = (
        sorted((text.language for text in chosen.texts.all()), key=lambda code: code != active_language())
        if chosen
        else []
    )
    language = request.GET.get("language") if request.GET.get("language") in spoken else next(iter(spoken), "")
    letter, problem = None, templates.hindrance(state.lead)
    if chosen and not problem:
        try:
            letter = templates.letter(template=chosen, lead=state.lead, language=language, by=request.user)
        except Refusal as refusal:
            problem = str(refusal)
    context = {
        "state": state, "lead": state.lead, "offered": offered, "chosen": chosen, "letter": letter, "problem": problem,
        "language": language, "spoken": [(code, get_language_info(code)["name_local"]) for code in spoken],
        "way": attempts.WAY_OF[attempts.Attempt.Outcome.MAIL_SENT],
    }  # fmt: skip
    return render(request, "leads/mails/fill.html", context, status=200 if not problem else 409)


def of_persona(context: Mapping[str, Any], persona: int) -> str:
    """On a persona's page: the mails written for it."""
    request = context["request"]
    if not may(request.user, "mails.view"):
        return ""
    rows = MailTemplate.objects.filter(persona=persona, retired_at=None).order_by("name")
    said = {
        "rows": rows,
        "may_edit": may(request.user, "mails.edit"),
        "write": f"{reverse('leads:mail_add')}?{urlencode({'persona': persona})}",
    }
    return render_to_string("leads/mails/of_persona.html", said, request)


def _said(one: MailTemplate | None, params) -> dict[str, Any]:
    if one is None:
        return {"persona": params.get("persona")}
    out: dict[str, Any] = {"name": one.name, "persona": one.persona_id}
    for text in one.texts.all():
        out |= {f"subject_{text.language}": text.subject, f"body_{text.language}": text.body}
    return out


def _preview(texts: Mapping[str, tuple[str, str]]) -> list[dict[str, str]]:
    values = fields.example()
    return [
        {
            "code": code,
            "language": get_language_info(code)["name_local"],
            "subject": fields.fill(subject, values).text,
            "body": fields.fill(body, values).text,
        }
        for code, (subject, body) in texts.items()
        if subject or body
    ]
