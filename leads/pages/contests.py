"""Contests of refusals and returns: said from the page of a lead, listed, ruled on. The views only translate."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.handoffs import evidence, reasons
from leads.handoffs.problems import Refusal
from leads.models import Contest, Decision, HandoffState, Ruling
from leads.rights import contests
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web import exports, filters, lists
from smarketing.web.once import once
from smarketing.web.tables import Column, Deed, Table

from . import shown


class ContestForm(forms.Form):
    proof = forms.ChoiceField(label=gettext_lazy("What speaks against it"))
    text = forms.CharField(
        label=gettext_lazy("In your words"), max_length=contests.MAX_NOTE, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("It stands in the lead's story; whoever decided and the managers of sales are told."),
    )  # fmt: skip

    def __init__(self, data: Any, *, decision: Decision):
        super().__init__(data)
        self.fields["proof"].choices = [("", gettext_lazy("choose…")), *evidence.against(decision.handoff)]


class RulingForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Ruling"), choices=Ruling.Kind.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=gettext_lazy("In your words"), max_length=contests.MAX_NOTE, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Whoever contested and whoever decided are told."),
    )  # fmt: skip


@needs("handoffs.contest")
@once
def contest(request: HttpRequest, pk: int) -> HttpResponse:
    """Contest a refusal or a return of a lead that one may see."""
    seen = HandoffState.objects.visible_to(request.user).values("handoff")
    found = Decision.objects.select_related("handoff__lead", "handoff__rules", "handoff__version", "by")
    decision = get_object_or_404(found.filter(handoff__in=seen, kind__in=contests.KINDS), pk=pk)
    form = ContestForm(request.POST or None, decision=decision)
    shut = contests.hindrance(decision, clock.now())
    if request.method == "POST" and form.is_valid():
        try:
            contests.contest(decision=decision, by=request.user, at=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Contested: a manager rules on it."))
            return redirect("leads:lead", decision.handoff.lead_id)
    context = {
        "decision": decision, "lead": decision.handoff.lead, "name": str(decision.handoff.lead), "form": form, "shut": shut,
        "reason": reasons.label(decision.reason), "named": evidence.words(decision.evidence, decision.handoff),
    }  # fmt: skip
    return render(request, "leads/rights/contest.html", context, status=422 if request.method == "POST" else 200)


class ContestFilters(filters.Filters):
    ruling = filters.choice(
        gettext_lazy("Ruling"), [("no", gettext_lazy("waits for its ruling")), *Ruling.Kind.choices]
    )
    kind = filters.choice(gettext_lazy("Decision"), [(one, Decision.Kind(one).label) for one in contests.KINDS])
    since, until = filters.day(gettext_lazy("Days from")), filters.day(gettext_lazy("to"))
    asks = {
        "ruling": lambda rows, value: rows.unruled() if value == "no" else rows.ruled(value),
        "kind": "decision__kind",
        "since": filters.since_of("note__occurred_at"),
        "until": filters.until_of("note__occurred_at"),
    }


def _lead_of(row: Contest) -> str:
    return "" if row.note.lead.erased else reverse("leads:lead", args=[row.note.lead_id])


def _text(row: Contest) -> str:
    return row.note.words.text if hasattr(row.note, "words") else ""


def _columns(rulings: Any, may_rule: bool, user: Any) -> list[Column]:
    def ruling(row: Contest) -> str:
        one = rulings.get(row.pk)
        if one is None:
            return ""
        text = one.note.words.text if hasattr(one.note, "words") else ""
        return f"{one.get_kind_display()} · {one.note.by} · {text}"

    def url(row: Contest) -> str:
        own = row.note.by_id == user.pk
        return reverse("leads:contest_rule", args=[row.pk]) if may_rule and not own and row.pk not in rulings else ""

    def waits(row: Contest) -> str:
        late = row.due_on < clock.today()
        return _("late") if late else _("waiting")

    return [
        Column("said", gettext_lazy("Contested on"), "said_at", sort="said_at", nullable=False, show=lambda at, _row: shown.moment(at)),
        Column("lead", gettext_lazy("Lead"), lambda row: str(row.note.lead), url=_lead_of, personal=True, head=True),
        Column("number", gettext_lazy("Number"), lambda row: f"#{row.note.lead_id}", url=_lead_of, extra=True),
        Column("kind", gettext_lazy("Decision"), lambda row: row.decision.get_kind_display()),
        Column("reason", gettext_lazy("Reason"), lambda row: str(reasons.label(row.decision.reason))),
        Column("decided", gettext_lazy("Decided by"), lambda row: str(row.decision.by or "")),
        Column("by", gettext_lazy("Contested by"), lambda row: str(row.note.by)),
        Column("proof", gettext_lazy("What speaks against it"), lambda row: evidence.words(row.evidence, row.decision.handoff), wide=True),
        Column("note", gettext_lazy("In their words"), _text, personal=True),
        Column("due", gettext_lazy("To be ruled on by"), "due_on", sort="due_on", align="num"),
        Column("ruling", gettext_lazy("Ruling"), ruling, url=url, show=lambda text, row: text or (_("Rule…") if url(row) else waits(row))),
    ]  # fmt: skip


@lists.listed("leads:contests", gettext_lazy("Contests"))
@needs("handoffs.view")
def listing(request: HttpRequest) -> HttpResponseBase:
    """What marketing contests about leads that the reader may see, with the rulings."""
    narrowed = ContestFilters(request.GET)
    rows = contests.visible_to(request.user).annotate(said_at=F("note__occurred_at"))
    rows = narrowed.rows(
        rows.select_related("decision__by", "decision__handoff__version", "decision__handoff__rules", "note__lead", "note__by", "note__words")
    )  # fmt: skip
    rulings = contests.rulings(rows.values_list("pk", flat=True))
    columns = _columns(rulings, may(request.user, "handoffs.rule"), request.user)
    table = Table(
        columns, rows, request.GET, "-said", form=narrowed, personal=may(request.user, "leads.personal"),
        caption=_("Contests"), exports=exports.Export("contests", "lists.export", "contest"),
        deeds=[Deed(_("Rule…"), reverse("leads:bulk_rule"), "check2-circle")] if may(request.user, "handoffs.rule") else (),
        empty={"title": _("Nothing is contested."), "text": _("On the page of a lead that sales refused or gave back, marketing has “Contest…”, for as many days as the contract says."), "url": reverse("leads:list"), "action": _("See the leads")},
    )  # fmt: skip
    return lists.answer(request, table, "leads/contests.html", {})


@needs("handoffs.rule")
@once
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to sales, or the decision stays."""
    found = contests.visible_to(request.user).select_related(
        "decision__by", "decision__handoff__lead", "decision__handoff__rules", "note__lead", "note__by", "note__words"
    )
    said = get_object_or_404(found, pk=pk)
    if said.note.by_id == request.user.pk:
        raise Http404
    form = RulingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            contests.rule(to=said, by=request.user, at=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Ruled: both are told."))
            return redirect(reverse("leads:contests"))
    handoff = said.decision.handoff
    context = {
        "said": said, "lead": said.note.lead, "name": str(said.note.lead), "text": _text(said), "form": form,
        "reason": reasons.label(said.decision.reason), "named": evidence.words(said.decision.evidence, handoff),
        "against": evidence.words(said.evidence, handoff),
    }  # fmt: skip
    return render(request, "leads/rights/rule.html", context, status=422 if request.method == "POST" else 200)
