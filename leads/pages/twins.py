"""Leads that may be one person: the list, two side by side with what a merge would do, and taking a merge back."""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leads.evidence import values
from leads.models import Lead, Merge, MergeSuggestion
from leads.twins import likely, merge
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web import exports, lists
from smarketing.web.once import once
from smarketing.web.tables import Column, Deed, Table

from .finding import people
from .forms import TakeBackForm
from .register_filters import TwinFilters

SHOWN = 12


def _compare(one: MergeSuggestion) -> str:
    return reverse("leads:merge_with", args=[one.first_id, one.second_id])


def _named(lead: Lead) -> str:
    return f"{lead} #{lead.pk}"


COLUMNS = (
    Column("first", gettext_lazy("Older lead"), lambda one: _named(one.first), url=_compare, head=True, personal=True),
    Column("second", gettext_lazy("Younger lead"), lambda one: _named(one.second), url=_compare, personal=True),
    Column("company", gettext_lazy("Company"), lambda one: str(one.first.company or one.second.company or "")),
    Column("why", gettext_lazy("Why"), lambda one: ", ".join(str(likely.REASONS[key]) for key in one.reasons)),
    Column("sure", gettext_lazy("Confidence"), "weight", sort="weight", align="num", nullable=False),
)


def asked(user, params: QueryDict) -> tuple[TwinFilters, Any]:
    """(the filters, the pairs that an address asks for)."""
    form = TwinFilters(params)
    return form, form.rows(likely.waiting())


@lists.listed("leads:twins", gettext_lazy("Duplicates"))
@needs("leads.merge")
def index(request: HttpRequest) -> HttpResponseBase:
    form, rows = asked(request.user, request.GET)
    table = Table(
        COLUMNS,
        rows,
        request.GET,
        "-sure",
        form=form,
        caption=_("Duplicates"),
        exports=exports.Export("duplicates", "leads.export", "lead") if may(request.user, "leads.export") else None,
        deeds=[Deed(_("Two people…"), reverse("leads:bulk_dismiss"), "people")],
        empty={
            "title": _("No two leads look like one person."),
            "text": _("The night looks for the same address, the same telephone number, the same or nearly the same name in one company."),
            "url": reverse("leads:list"), "action": _("See the leads"),
        },
    )  # fmt: skip
    return lists.answer(request, table, "leads/twins/list.html", {"apart": likely.apart()[:SHOWN]})


@needs("leads.merge")
@require_POST
@once
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """They are two people."""
    one = get_object_or_404(MergeSuggestion, pk=pk)
    likely.PAIRS.dismiss(pair=one, by=request.user, at=clock.now())
    messages.success(request, _("Two people: they are not suggested again."))
    return redirect("leads:twins")


class OtherForm(forms.Form):
    """The number of the other lead, or its e-mail address."""

    other = forms.CharField(
        label=gettext_lazy("Other lead"), max_length=320, required=False, help_text=gettext_lazy("Its number, its e-mail address or its name.")
    )  # fmt: skip

    def clean_other(self) -> Lead | None:
        """The lead; None where a name was written, by which several may be called."""
        said = self.cleaned_data["other"].strip()
        if match := re.fullmatch(r"#?\s*(\d{1,18})", said):
            found = Lead.objects.filter(pk=int(match[1]))
        else:
            found = Lead.objects.living().filter(email__iexact=said) if "@" in said else Lead.objects.none()
        lead = found.order_by("pk").first()
        if lead is None and (re.search(r"\d|@", said) or not said):
            raise forms.ValidationError(_("No lead has this number or e-mail address."))
        return lead


@needs("leads.merge")
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Which other lead is the same person: suggested, or named by number or address."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)
    form = OtherForm(request.POST or None)
    found: list[Lead] = []
    if request.method == "POST" and form.is_valid():
        if other := form.cleaned_data["other"]:
            return redirect("leads:merge_with", pk, other.pk)
        found = [one for one in people(request.user, form.data["other"].strip(), SHOWN) if one.pk != pk]
        if not found:
            form.add_error("other", _("Nobody is called so."))
    twins = likely.of(lead) if not (lead.erased or lead.root_id) else []
    context = {"lead": lead, "form": form, "twins": twins, "found": found}
    return render(request, "leads/twins/choose.html", context, status=422 if form.errors else 200)


@needs("leads.merge")
@once
def compare(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Both side by side; the first stays, the other is merged into it."""
    visible = Lead.objects.visible_to(request.user).select_related("company", "campaign")
    root, loser = get_object_or_404(visible, pk=pk), get_object_or_404(visible, pk=other)
    found = merge.preview(loser=loser, root=root)
    problem = found.refusal
    if request.method == "POST":
        try:
            merge.merge(loser=loser, root=root, by=request.user, at=clock.now())
        except merge.Refusal as refusal:
            problem = str(refusal)
        else:
            undo = merge.of(root)[0]
            said = format_html(
                '{} <a href="{}">{}</a>',
                _("Merged."), reverse("leads:unmerge", args=[pk, undo.pk]), _("Take back"),
            )  # fmt: skip
            messages.success(request, said)
            return redirect("leads:lead", pk)
    context = {
        "root": root,
        "loser": loser,
        "rows": _rows(root, loser),
        "found": found,
        "problem": problem,
        "suggestion": MergeSuggestion.objects.filter(
            first__in=[root, loser], second__in=[root, loser], state="open"
        ).first(),
    }
    return render(request, "leads/twins/compare.html", context, status=422 if request.method == "POST" else 200)


def _rows(root: Lead, loser: Lead) -> list[tuple[str, str, str, bool]]:
    """(label, value of the one that stays, of the other, whether they are the same) of every value of either."""
    lang, at = get_language() or "en", clock.now()
    mine = {one.label: one.text for one in values.values("lead", root.pk, at, lang)}
    theirs = {one.label: one.text for one in values.values("lead", loser.pk, at, lang)}
    rows = [(str(_("company")), str(root.company or ""), str(loser.company or ""))]
    rows += [(label, mine.get(label, ""), theirs.get(label, "")) for label in dict.fromkeys([*mine, *theirs])]
    return [(label, one, other, one.lower() == other.lower()) for label, one, other in rows if one or other]


@needs("leads.merge")
@once
def take_back(request: HttpRequest, pk: int, merge_pk: int) -> HttpResponse:
    root = get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)
    one = get_object_or_404(
        Merge.objects.select_related("by", "loser", "root"), pk=merge_pk, root__in=merge.merged(root)
    )
    found, form = merge.preview_back(one), TakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            merge.take_back(merge=one, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])
        except merge.Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Taken back: two leads again, as if they had not been merged."))
            return redirect("leads:lead", one.loser_id)
    context: dict[str, Any] = {"root": root, "one": one, "found": found, "form": form}
    return render(request, "leads/twins/unmerge.html", context, status=422 if request.method == "POST" else 200)
