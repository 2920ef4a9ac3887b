"""Settings: the attributes that leads and companies have beside the built-in ones. Views only translate."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leads.evidence import attributes as evidence
from leads.evidence.values import label_of, text_of
from personas import attributes as service
from personas.models import FieldDef
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web import exports, lists
from smarketing.web.language import active_language
from smarketing.web.once import once
from smarketing.web.tables import Column, Table

from . import arranging

SUBJECTS = {
    "lead": gettext_lazy("Lead"),
    "company": gettext_lazy("Company"),
    "deal": gettext_lazy("Deal"),
    "campaign": gettext_lazy("Campaign"),
}
TYPES = [(one.value, one.label) for one in FieldDef.Type if one != FieldDef.Type.PERSON]
PAGES = {"lead": "leads:lead", "company": "leads:company", "deal": "leads:deal", "campaign": "leads:campaign"}
USES = {"line": "personas:definition", "persona": "personas:persona"}


class AttributeForm(forms.Form):
    subject = forms.ChoiceField(label=gettext_lazy("Of"), choices=[(one, SUBJECTS[one]) for one in service.SUBJECTS])
    label_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=80)
    label_fr = forms.CharField(label=gettext_lazy("Name in French"), max_length=80)
    type = forms.ChoiceField(label=gettext_lazy("Type"), choices=TYPES)
    choices = forms.CharField(
        label=gettext_lazy("Values to choose from"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Only for a choice: one a line, English | French."),
    )  # fmt: skip
    personal = forms.BooleanField(
        label=gettext_lazy("It says something about a person"), required=False,
        help_text=gettext_lazy("Personal values are hidden from those who read without names."),
    )  # fmt: skip
    steady = forms.BooleanField(
        label=gettext_lazy("Once known it stays as it is"), required=False,
        help_text=gettext_lazy("As an industry does: no advice ever waits for it to change."),
    )  # fmt: skip

    advised = forms.BooleanField(
        label=gettext_lazy("Advice may ask for it"), required=False, initial=True,
        help_text=gettext_lazy("Ticked: “What would make it an MQL” may name it. Otherwise it counts, and is never asked for."),
    )  # fmt: skip

    def __init__(self, data=None, opened: FieldDef | None = None):
        first: dict[str, Any] = {"type": FieldDef.Type.TEXT}
        if opened:
            first = {name: getattr(opened, name) for name in ("label_en", "label_fr", "personal", "steady", "advised")}
            first["choices"] = "\n".join(f"{one['en']} | {one['fr']}" for one in opened.choices)
        super().__init__(data, initial=first)
        if opened:
            del self.fields["subject"], self.fields["type"]
            if opened.type != FieldDef.Type.CHOICE:
                del self.fields["choices"]

    def clean_label_en(self) -> str:
        return " ".join(self.cleaned_data["label_en"].split())

    def clean_label_fr(self) -> str:
        return " ".join(self.cleaned_data["label_fr"].split())

    def clean_choices(self) -> list[tuple[str, str]]:
        pairs = [line.partition("|") for line in self.cleaned_data["choices"].splitlines() if line.strip(" |")]
        found = [(en.strip(), fr.strip()) for en, _bar, fr in pairs]
        if any(not en or len(en) > 80 or len(fr) > 80 for en, fr in found):
            raise forms.ValidationError(_("Each line is English | French, at most eighty letters each."))
        return found

    def said(self) -> dict[str, Any]:
        return {"choices": [], **self.cleaned_data}


@needs("settings.attributes")
@once
def listing(request: HttpRequest, pk: int | None = None) -> HttpResponseBase:
    """Every attribute, and a form that adds one or changes the one opened."""
    opened = get_object_or_404(FieldDef, pk=pk, column="", name__startswith="x_", listing="") if pk else None
    form = AttributeForm(request.POST if request.method == "POST" else None, opened)
    if request.method == "POST" and form.is_valid():
        said = {**form.said(), "by": request.user, "at": clock.now()}
        try:
            service.change(row=opened, **said) if opened else service.add(**said)
        except service.AttributeRefusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("leads:attributes")
    found = service.listed()
    filled, brought, uses = evidence.filled(found), evidence.imports(found), service.uses()
    language = active_language()
    rows = [
        {
            "row": one, "label": label_of(one, language), "subject": SUBJECTS[one.subject], "filled": filled[one.key],
            "imports": brought.get(one.key), "uses": [(use.name, _page(request, use)) for use in uses.get(one.key, [])],
        }
        for one in found
    ]  # fmt: skip
    if (
        file := arranging.saved(request, "attributes", "attribute", _("Attributes"), _head(), _lines(rows))
    ) is not None:
        return file
    context = {"rows": rows, "form": form, "opened": opened, "offers": arranging.offers(), "newest": evidence.LOOKED_AT,
               "may_import": may(request.user, "leads.import")}  # fmt: skip
    return render(request, "leads/attributes.html", context, status=422 if form.errors else 200)


def _head() -> list[str]:
    return [_("Attribute"), _("Code"), _("Of"), _("Type"), _("Personal"), _("Filled, %"), _("Asked for by"), _("State")]


def _lines(rows: list[dict[str, Any]]) -> list[list[Any]]:
    return [
        [one["label"], one["row"].name, one["subject"], one["row"].get_type_display(),
         _("yes") if one["row"].personal else _("no"), one["filled"].share,
         ", ".join(name for name, _url in one["uses"]), _("retired") if one["row"].retired_at else _("in use")]
        for one in rows
    ]  # fmt: skip


def _page(request: HttpRequest, use: service.Use) -> str:
    verb = {"line": "definition.view", "persona": "personas.view"}[use.kind]
    return reverse(USES[use.kind], args=[use.pk]) if may(request.user, verb) else ""


@needs("settings.attributes")
@require_POST
@once
def do(request: HttpRequest, pk: int) -> HttpResponse:
    """Retire or offer again: whichever button was pressed."""
    row = get_object_or_404(FieldDef, pk=pk, column="", name__startswith="x_", listing="")
    deeds = {"retire": service.retire, "offer": service.offer}
    return arranging.do(request, deeds, service.AttributeRefusal, reverse("leads:attributes"), row=row)


@lists.listed("leads:attribute_rows", gettext_lazy("Rows of an attribute"))
@needs("settings.attributes")
def rows(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rows that hold a value of an attribute."""
    row = get_object_or_404(FieldDef, pk=pk, column="", name__startswith="x_", listing="")
    language = active_language()
    personal = may(request.user, "leads.personal") or not row.personal

    def page(one: Any) -> str:
        return reverse(PAGES[row.subject], args=[one.pk])

    columns = [
        Column("row", SUBJECTS[row.subject], lambda one: str(one) if row.subject != "deal" else one.title or f"#{one.pk}",
               url=page, head=True),
        Column("value", label_of(row, language), lambda one: one.attributes.get(row.name),
               show=lambda value, _one: text_of(row, value, language), personal=not personal),
        Column("created", _("Created on"), "created_at", sort="created_at", align="num"),
    ]  # fmt: skip
    table = Table(
        columns, evidence.holding(row, request.user), request.GET, "-created", personal=personal,
        caption=label_of(row, language),
        exports=exports.Export("attribute", "leads.export", row.subject) if may(request.user, "leads.export") else None,
        empty={"title": _("No row holds a value."), "url": reverse("leads:attributes"), "action": _("To the attributes")},
    )  # fmt: skip
    return lists.answer(request, table, "leads/attribute_rows.html", {"row": row, "subject": SUBJECTS[row.subject]})
