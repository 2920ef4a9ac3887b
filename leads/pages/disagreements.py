"""Disagreement with a criterion: said from the page of a lead, listed for the definition, answered. The views only translate."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from leads.evidence import criteria, why
from leads.models import Answer, Disagreement, Lead, Score
from leads.rights import disagreement_notices, disagreements
from leads.rights.problems import Refusal
from personas.models import DefinitionLine
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web import exports, filters, lists
from smarketing.web.once import once
from smarketing.web.tables import Column, Deed, Table

from . import shown


class DisagreeForm(forms.Form):
    """`rows`: (key, words) of what counts, or could, for the lead; the whole grade first."""

    criterion = forms.ChoiceField(label=gettext_lazy("With what"), required=False)
    reason = forms.ChoiceField(label=gettext_lazy("Why"), choices=Disagreement.Reason.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=gettext_lazy("In your words"),
        max_length=disagreements.MAX_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "It stands in the lead's story and beside the criterion; marketing is told and answers."
        ),
    )

    def __init__(self, *args: Any, rows: list[tuple[str, str]], **more: Any):
        super().__init__(*args, **more)
        self.fields["criterion"].choices = [("", gettext_lazy("the grade as a whole")), *rows]


class AnswerForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Answer"), choices=Answer.Kind.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=gettext_lazy("In your words"),
        max_length=disagreements.MAX_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Kept, because …: whoever disagreed is told."),
    )


@needs("leads.disagree")
@once
def disagree(request: HttpRequest, pk: int) -> HttpResponse:
    """Disagree with a criterion by which the lead is judged now."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user).filter(erased=False, root_id=None), pk=pk)
    scores = Score.objects.filter(lead=lead, track="live").select_related("version__line").order_by("line_id")
    asked = request.GET.get("definition", "")
    score = next((one for one in scores if str(one.line_id) == asked), scores[0] if scores else None)
    rows = _rows(lead, score) if score else []
    form = DisagreeForm(request.POST or None, rows=rows, initial={"criterion": request.GET.get("criterion", "")})
    if request.method == "POST" and score and form.is_valid():
        try:
            disagreements.say(lead=lead, version=score.version, by=request.user, at=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Noted: it stands beside the criterion, and marketing is told."))
            return redirect("leads:lead", lead.pk)
    context = {
        "lead": lead,
        "name": str(lead),
        "form": form,
        "score": score,
    }
    return render(request, "leads/rights/disagree.html", context, status=422 if request.method == "POST" else 200)


def _rows(lead: Lead, score: Score) -> list[tuple[str, str]]:
    """Key and words, with points, of every row of the grade: those that count first."""
    (panel,) = [one for one in why.now(lead, clock.now(), get_language() or "en") if one.version.pk == score.version_id]
    counting = [row for axis in panel.axes for row in axis.rows]
    silent = [row for axis in panel.axes for row in axis.silent]
    return [(row.key, f"{row.text} ({row.signed})") for row in counting] + [
        (row.key, f"{row.text} (0)") for row in silent
    ]


class DisagreementFilters(filters.Filters):
    definition = filters.choice(gettext_lazy("Definition"), [])
    answered = filters.choice(
        gettext_lazy("Answer"), [("no", gettext_lazy("waiting for an answer")), ("yes", gettext_lazy("answered"))]
    )
    reason = filters.choice(gettext_lazy("Why"), Disagreement.Reason.choices)
    since, until = filters.day(gettext_lazy("Days from")), filters.day(gettext_lazy("to"))
    asks = {
        "definition": "line",
        "answered": lambda rows, value: rows.unanswered() if value == "no" else rows.answered(),
        "reason": "reason",
        "since": filters.since_of("note__occurred_at"),
        "until": filters.until_of("note__occurred_at"),
    }

    def __init__(self, *args: Any, **more: Any):
        super().__init__(*args, **more)
        lines = [(str(pk), name) for pk, name in DefinitionLine.objects.order_by("name").values_list("pk", "name")]
        self.offer("definition", lines)


def _columns(answers: dict, may_answer: bool, lang: str) -> list[Column]:
    def answer(row: Disagreement) -> str:
        one = answers.get(row.pk)
        if one is None:
            return ""
        text = one.note.words.text if hasattr(one.note, "words") else ""
        return f"{disagreement_notices.said(one)} · {one.note.by} · {text}"

    def url(row: Disagreement) -> str:
        return reverse("leads:disagreement_answer", args=[row.pk]) if may_answer and row.pk not in answers else ""

    return [
        Column("said", gettext_lazy("Said on"), "said_at", sort="said_at", nullable=False, show=lambda at, _row: shown.moment(at)),
        Column("criterion", gettext_lazy("Criterion"), lambda row: criteria.words(row.version, row.criterion, lang), head=True),
        Column("version", gettext_lazy("Version"), "version.number", align="num", wide=True),
        Column("lead", gettext_lazy("Lead"), lambda row: str(row.note.lead), url=_lead_of, personal=True),
        Column("number", gettext_lazy("Number"), lambda row: f"#{row.note.lead_id}", url=_lead_of, extra=True),
        Column("by", gettext_lazy("By"), lambda row: str(row.note.by)),
        Column("reason", gettext_lazy("Why"), Disagreement.get_reason_display, sort="reason"),
        Column("note", gettext_lazy("In their words"), _text, personal=True),
        Column("grade", gettext_lazy("Grade then"), "grade", sort="grade"),
        Column("points", gettext_lazy("Points then"), "points", sort="points", align="num", wide=True),
        Column("answer", gettext_lazy("Answer"), answer, url=url, show=lambda text, row: text or (_("Answer…") if url(row) else _("waiting"))),
    ]  # fmt: skip


def _lead_of(row: Disagreement) -> str:
    return "" if row.note.lead.erased else reverse("leads:lead", args=[row.note.lead_id])


def _text(row: Disagreement) -> str:
    return row.note.words.text if hasattr(row.note, "words") else ""


@lists.listed("leads:disagreements", gettext_lazy("Disagreements with criteria"))
@needs("definition.view")
def listing(request: HttpRequest) -> HttpResponseBase:
    """What is said against criteria about leads that the reader may see; `criterion` narrows it to one by its key."""
    narrowed = DisagreementFilters(request.GET)
    rows = disagreements.visible_to(request.user).annotate(said_at=F("note__occurred_at"))
    key = request.GET.get("criterion")
    if key is not None:
        rows = rows.filter(criterion=key)
    rows = narrowed.rows(rows.select_related("version", "line", "note__lead", "note__by", "note__words"))
    columns = _columns(dict(disagreements.answers(rows)), may(request.user, "definition.edit"), get_language() or "en")
    table = Table(
        columns, rows, request.GET, "-said", form=narrowed, personal=may(request.user, "leads.personal"),
        caption=_("Disagreements with criteria"), exports=exports.Export("disagreements", "lists.export", "disagreement"),
        deeds=[Deed(_("Answer…"), reverse("leads:bulk_answer"), "reply")] if may(request.user, "definition.edit") else (),
        empty={"title": _("Nobody disagrees."), "text": _("On the page of a lead, each row of its grade has “Disagree…”: what is said there is gathered here."), "url": reverse("leads:list"), "action": _("See the leads")},
    )  # fmt: skip
    return lists.answer(request, table, "leads/disagreements.html", {"criterion": key})


@needs("definition.edit")
@once
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Taken into the draft, or kept, because …"""
    found = disagreements.visible_to(request.user).select_related(
        "version", "line", "note__lead", "note__by", "note__words"
    )
    said = get_object_or_404(found, pk=pk)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            disagreements.answer(to=said, by=request.user, at=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Answered: whoever disagreed is told."))
            return redirect(reverse("leads:disagreements") + f"?definition={said.line_id}")
    context = {
        "said": said,
        "lead": said.note.lead,
        "name": str(said.note.lead),
        "criterion": criteria.words(said.version, said.criterion, get_language() or "en"),
        "text": _text(said),
        "form": form,
    }
    return render(request, "leads/rights/answer.html", context, status=422 if request.method == "POST" else 200)


def beside_criterion(context: Any, line: int, key: str) -> str:
    """In the definition studio: how many disagree with a criterion, and how many wait for an answer; opens them."""
    from django.template.loader import render_to_string

    request = context["request"]
    known = getattr(request, "_disagreements", None)
    if known is None or known[0] != line:
        known = (line, disagreements.counts(line, request.user))
        request._disagreements = known
    n, waiting = known[1].get(key, (0, 0))
    said = {"n": n, "waiting": waiting, "line": line, "key": key}
    return render_to_string("leads/criterion_said.html", said) if n else ""
