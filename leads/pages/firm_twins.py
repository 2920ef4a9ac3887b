"""Companies that may be one: the list, two side by side with what a merge would do, and taking a merge back."""

from typing import Any

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
from leads.models import Company, CompanyMerge, CompanyPair, Deal, Lead
from leads.twins import firms, firms_likely
from leads.twins.merge import Refusal
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web import exports, lists
from smarketing.web.once import once
from smarketing.web.tables import Column, Deed, Table

from .forms import TakeBackForm
from .register_filters import FirmTwinFilters

SHOWN = 12
FOUND = 20


def _compare(one: CompanyPair) -> str:
    return reverse("leads:firm_merge_with", args=[one.first_id, one.second_id])


COLUMNS = (
    Column("first", gettext_lazy("Older company"), lambda one: firms.called(one.first), url=_compare, head=True),
    Column("second", gettext_lazy("Younger company"), lambda one: firms.called(one.second), url=_compare),
    Column("domains", gettext_lazy("Domains"), lambda one: " · ".join(filter(None, (one.first.domain, one.second.domain))), wide=True),
    Column("why", gettext_lazy("Why"), lambda one: ", ".join(str(firms_likely.REASONS[key]) for key in one.reasons)),
    Column("sure", gettext_lazy("Confidence"), "weight", sort="weight", align="num", nullable=False),
)  # fmt: skip


def asked(user, params: QueryDict) -> tuple[FirmTwinFilters, Any]:
    """(the filters, the pairs that an address asks for)."""
    form = FirmTwinFilters(params)
    return form, form.rows(firms_likely.waiting())


@lists.listed("leads:firm_twins", gettext_lazy("Duplicate companies"))
@needs("companies.merge")
def index(request: HttpRequest) -> HttpResponseBase:
    form, rows = asked(request.user, request.GET)
    table = Table(
        COLUMNS,
        rows,
        request.GET,
        "-sure",
        form=form,
        caption=_("Duplicate companies"),
        exports=exports.Export("companies", "leads.export", "company") if may(request.user, "leads.export") else None,
        deeds=[Deed(_("Two companies…"), reverse("leads:bulk_dismiss_firms"), "building")],
        empty={
            "title": _("No two companies look like one."),
            "text": _("The night looks for the same domain, the same or nearly the same name, and people who write from one domain."),
            "url": reverse("leads:companies"), "action": _("See the companies"),
        },
    )  # fmt: skip
    return lists.answer(request, table, "leads/firm_twins/list.html", {"apart": firms_likely.apart()[:SHOWN]})


@needs("companies.merge")
@require_POST
@once
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """They are two companies."""
    one = get_object_or_404(CompanyPair, pk=pk)
    firms_likely.PAIRS.dismiss_many(pairs=[one], by=request.user, at=clock.now())
    messages.success(request, _("Two companies: they are not suggested again."))
    return redirect("leads:firm_twins")


@needs("companies.merge")
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Which other company is the same: suggested, or found by name or domain."""
    company = get_object_or_404(Company.objects.visible_to(request.user).living(), pk=pk)
    text = request.GET.get("q", "").strip()[:200]
    context = {
        "company": company,
        "twins": firms_likely.of(company),
        "q": text,
        "found": list(_search(request.user, text, pk)) if text else [],
    }
    return render(request, "leads/firm_twins/choose.html", context)


def _search(user, text: str, besides: int):
    rows = Company.objects.visible_to(user).living().exclude(pk=besides)
    found = rows.searched(text, FOUND)
    return (found if found.exists() else rows.written_nearly(text)).order_by("name", "pk")[:FOUND]


@needs("companies.merge")
@once
def compare(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Both side by side; the first stays, the other is merged into it."""
    visible = Company.objects.visible_to(request.user)
    root, loser = get_object_or_404(visible, pk=pk), get_object_or_404(visible, pk=other)
    found = firms.preview(loser=loser, root=root)
    problem = found.refusal
    if request.method == "POST":
        try:
            made = firms.merge(loser=loser, root=root, by=request.user, at=clock.now())
        except Refusal as refusal:
            problem = str(refusal)
        else:
            address = reverse("leads:firm_unmerge", args=[pk, made.pk])
            messages.success(request, format_html('{} <a href="{}">{}</a>', _("Merged."), address, _("Take back")))
            return redirect("leads:company", pk)
    context = {
        "root": root, "loser": loser, "rows": _rows(root, loser), "found": found, "problem": problem,
        "suggestion": firms_likely.between(root, loser),
    }  # fmt: skip
    return render(request, "leads/firm_twins/compare.html", context, status=422 if request.method == "POST" else 200)


def _rows(root: Company, loser: Company) -> list[tuple[str, str, str, bool]]:
    """(label, value of the one that stays, of the other, whether they are the same) of every value of either."""
    lang, at = get_language() or "en", clock.now()
    mine = {one.label: one.text for one in values.values("company", root.pk, at, lang)}
    theirs = {one.label: one.text for one in values.values("company", loser.pk, at, lang)}
    rows = [(label, mine.get(label, ""), theirs.get(label, "")) for label in dict.fromkeys([*mine, *theirs])]
    for label, count in ((_("people"), _people), (_("deals"), _deals)):
        rows.append((str(label), str(count(root)), str(count(loser))))
    return [(label, one, other, one.lower() == other.lower()) for label, one, other in rows if one or other]


def _people(company: Company) -> int:
    return Lead.objects.filter(company=company).living().count()


def _deals(company: Company) -> int:
    return Deal.objects.standing().of_company(company.pk).count()


@needs("companies.merge")
@once
def take_back(request: HttpRequest, pk: int, merge_pk: int) -> HttpResponse:
    root = get_object_or_404(Company.objects.visible_to(request.user), pk=pk)
    one = get_object_or_404(CompanyMerge.objects.select_related("by", "loser", "root"), pk=merge_pk, root=root)
    found, form = firms.preview_back(one), TakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            firms.take_back(merge=one, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Taken back: two companies again, as if they had not been merged."))
            return redirect("leads:company", one.loser_id)
    context: dict[str, Any] = {"root": root, "one": one, "found": found, "form": form}
    return render(request, "leads/firm_twins/unmerge.html", context, status=422 if request.method == "POST" else 200)
