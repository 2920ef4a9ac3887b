"""Papers as anybody may check them: text, digest recomputed, signatures; and the signing form."""

import json

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from smarketing.accounts.models import Side
from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.web import exports, filters, lists, steps
from smarketing.web.tables import Column, Table, shown

from . import kinds, proof, services, signing
from .canonical import sha256
from .models import Paper


def _signed(side: str):
    """Who signed for a side, and when."""

    def said(row: Paper) -> str:
        signature = services.state(row)[side]
        return f"{signature.signer}, {shown(timezone.localdate(signature.signed_at))}" if signature else ""

    return said


def _is_touched(row: Paper) -> bool:
    return bool(services.verify(row))


def _touched(touched: bool, _row: Paper) -> str:
    return format_html('<span class="text-danger">{}</span>', _("altered")) if touched else _("unaltered")


COLUMNS = (
    Column("paper", gettext_lazy("Paper"), lambda row: kinds.get(row.kind).title(row), head=True,
           url=lambda row: reverse("agreements:paper", args=[row.pk])),
    Column("proposed", gettext_lazy("Proposed"), "proposed_at", sort="proposed_at", align="nowrap"),
    Column("marketing", gettext_lazy("Marketing"), _signed(Side.MARKETING)),
    Column("sales", gettext_lazy("Sales"), _signed(Side.SALES)),
    Column("touched", gettext_lazy("Verification"), _is_touched, show=_touched),
)  # fmt: skip


class PaperFilters(filters.Filters):
    kind = filters.choice(gettext_lazy("Kind"))
    state = filters.choice(
        gettext_lazy("State"), [("both", gettext_lazy("signed by both")), ("open", gettext_lazy("not signed by both"))]
    )
    since, until = filters.day(gettext_lazy("Proposed from")), filters.day(gettext_lazy("to"))
    asks = {
        "kind": "kind",
        "state": lambda rows, said: rows.filter(signed_n__gte=2) if said == "both" else rows.filter(signed_n__lt=2),
        "since": filters.since_of("proposed_at"),
        "until": filters.until_of("proposed_at"),
    }

    def __init__(self, data):
        super().__init__(data)
        known = Paper.objects.order_by("kind").values_list("kind", flat=True).distinct()
        self.offer("kind", [(one, capfirst(str(kinds.get(one).label))) for one in known])


@lists.listed("agreements:papers", gettext_lazy("Signed papers"))
@needs("papers.view")
def papers(request: HttpRequest) -> HttpResponseBase:
    empty = {
        "title": _("Nothing was proposed yet."),
        "text": _("Definitions and contracts stand here, from their proposal on."),
        **steps.first(
            request.user,
            ("definition.edit", "personas:home", _("Write a definition")),
            ("personas.view", "personas:home", _("See the common language")),
        ),
    }
    form = PaperFilters(request.GET)
    rows = Paper.objects.select_related("proposed_by").prefetch_related("signatures__signer")
    table = Table(
        COLUMNS,
        form.rows(rows.annotate(signed_n=Count("signatures"))),
        request.GET,
        "-proposed",
        form=form,
        caption=_("Signed papers"),
        exports=exports.Export("papers", "papers.export", "paper"),
        empty=empty,
    )
    return lists.answer(request, table, "agreements/papers.html")


@needs("papers.view")
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Paper.objects.select_related("proposed_by"), pk=pk)
    kind = kinds.get(found.kind)
    return render(
        request,
        "agreements/paper.html",
        {
            "paper": found,
            "title": kind.title(found),
            "own_page": kind.page(found) if kind.page else "",
            "text": _readable(found.body),
            "digest": sha256(found.body),
            "problems": services.verify(found),
            "sides": [(Side(side).label, signature) for side, signature in services.state(found).items()],
            "both_signed_at": services.both_signed_at(found),
            "why_not": services.why_not(found, request.user, clock.now()),
        },
    )


@needs("papers.sign")
@require_POST
@sensitive_post_parameters("password")
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Paper, pk=pk)
    try:
        signing.sign(request, found, clock.now(), may_try=proof.may_try(request))
    except services.AgreementError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Signed."))
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return redirect(back)
    return redirect("agreements:paper", pk=pk)


def _readable(text: str) -> str:
    """Indented for the eye; a text that is no JSON any more is shown as it is."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text
