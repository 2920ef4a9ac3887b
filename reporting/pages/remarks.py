"""Remarks of both sides: the list with its filters, saying one from any page, answering, taking back. Views only translate."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.intake import corrections
from leads.models import Remark
from leads.rights import notes
from leads.rights.problems import Refusal
from leads.rights.remarks import other_side
from reporting.meetings import agenda, remarks, whose
from reporting.meetings.problems import Refused
from reporting.meetings.reading import text_of
from reporting.models import AgendaItem
from smarketing.accounts.models import Side, User
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web import back as pages_back
from smarketing.web import exports, filters, lists
from smarketing.web.once import once
from smarketing.web.tables import Column, Deed, Table

from .meeting_forms import BackForm, RemarkForm, ReplyForm

About = Remark.About


class RemarkFilters(filters.Filters):
    kind = filters.choice(gettext_lazy("Kind"), Remark.Kind.choices)
    about = filters.choice(gettext_lazy("About"), About.choices)
    side = filters.choice(gettext_lazy("Of the work of"), Side.choices)
    said = filters.choice(gettext_lazy("Said by"), Side.choices)
    answered = filters.choice(
        gettext_lazy("Answer"), [("no", gettext_lazy("without an answer")), ("yes", gettext_lazy("answered"))]
    )
    since, until = filters.day(gettext_lazy("Days from")), filters.day(gettext_lazy("to"))
    further = ("said", "answered", "since", "until")
    asks = {
        "kind": "kind", "about": "about", "side": "side", "said": "note__by__side",
        "answered": lambda rows, said: rows.answered() if said == "yes" else rows.unanswered(),
        "since": filters.since_of("note__occurred_at"), "until": filters.until_of("note__occurred_at"),
    }  # fmt: skip


def _columns(beside: "_Beside", personal: bool) -> list[Column]:
    return [
        Column("said", gettext_lazy("Said on"), "note.occurred_at", sort="note__occurred_at", nullable=False),
        Column("kind", gettext_lazy("Kind"), lambda one: capfirst(str(one.get_kind_display())), sort="kind"),
        Column("about", gettext_lazy("About"), lambda one: beside.abouts.of(one)[0], url=lambda one: beside.abouts.of(one)[1]),
        Column("text", gettext_lazy("In their words"), lambda one: text_of(one.note, True, personal) or _("you may not read it"),
               head=True, url=lambda one: reverse("reporting:remark", args=[one.pk])),
        Column("by", gettext_lazy("By"), lambda one: str(one.note.by)),
        Column("side", gettext_lazy("Of the work of"), lambda one: str(Side(one.side).label) if one.side else "", wide=True),
        Column("answers", gettext_lazy("Answers"), lambda one: len(beside.answers.get(one.pk, ())), align="num"),
    ]  # fmt: skip


class _Beside:
    """What stands beside the remarks of a page (of a file: of all), read once, when the first cell asks."""

    def __init__(self, user: Any):
        self.user = user
        self.rows: Callable[[], Iterable[Remark]] = tuple

    @cached_property
    def abouts(self) -> remarks.Abouts:
        return remarks.Abouts(self.rows(), self.user)

    @cached_property
    def answers(self) -> dict[int, list[Any]]:
        return remarks.replies([one.pk for one in self.rows()])


def asked(user: User, params: QueryDict) -> tuple[RemarkFilters, Any]:
    """(the filters, the remarks that an address asks for)."""
    form = RemarkFilters(params)
    rows = Remark.objects.standing().visible_to(user).select_related("note__words", "note__by")
    if ref := params.get("ref", "")[:90].replace("\0", ""):  # of one thing, as its page asks
        of_lead = params.get("about") == About.LEAD
        rows = rows.filter(note__lead=whose.number(ref)) if of_lead else rows.filter(ref=ref)
    return form, form.rows(rows)


@lists.listed("reporting:remarks", gettext_lazy("Praise and problems"))
@needs("meetings.view")
def index(request: HttpRequest) -> HttpResponseBase:
    personal, beside = may(request.user, "leads.personal"), _Beside(request.user)
    form, found = asked(request.user, request.GET)
    offered = [
        ("agenda.add", Deed(_("Put on the agenda…"), reverse("reporting:bulk_agenda"), "list-check")),
        ("remarks.say", Deed(_("Take back…"), reverse("reporting:bulk_remarks_back"), "arrow-counterclockwise")),
    ]
    table = Table(
        _columns(beside, personal), found, request.GET, "-said", form=form, caption=_("Praise and problems"),
        exports=exports.Export("remarks", "lists.export", "remark"),
        deeds=[deed for verb, deed in offered if may(request.user, verb)],
        empty={"title": _("Nobody said anything yet."), "text": _("Praise and problems are said from a lead, a campaign, a criterion, a promise, a persona, or here."), "url": reverse("reporting:remark_new"), "action": _("Say something")},
    )  # fmt: skip
    beside.rows = (lambda: found) if exports.asked(request) else (lambda: table.objects)
    return lists.answer(
        request, table, "reporting/meetings/remarks.html", {"may_say": may(request.user, "remarks.say")}
    )


def _asked(request: HttpRequest) -> tuple[str, str]:
    """What is spoken of, as the address says; 404 for what is not there for the reader."""
    about, ref = request.GET.get("about", About.GENERAL), request.GET.get("ref", "")[:90]
    if about not in About.values or not remarks.exists(about, ref, request.user):
        raise Http404
    return about, ref


@needs("remarks.say")
@once
def new(request: HttpRequest) -> HttpResponse:
    about, ref = _asked(request)
    given = {"kind": request.GET.get("kind", Remark.Kind.PRAISE), "side": other_side(request.user)}
    form = RemarkForm(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = remarks.say(
                kind=said["kind"],
                about=about,
                ref=ref,
                text=said["text"],
                side=said["side"],
                by=request.user,
                at=clock.now(),
            )
            if said["agenda"]:
                _on_agenda(request, made)
        except (Refusal, Refused) as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Noted: whoever it concerns is told, and the next meeting sees it."))
            return redirect(pages_back.asked(request) or reverse("reporting:remark", args=[made.pk]))
    context = {"form": form, "may_add": may(request.user, "agenda.add"), **_about(request, about, ref)}
    if not context["may_add"]:
        del form.fields["agenda"]
    return render(request, "reporting/meetings/say.html", context, status=422 if request.method == "POST" else 200)


def _on_agenda(request: HttpRequest, made: Remark) -> None:
    kind, ref = AgendaItem.Kind.REMARK, str(made.pk)
    contract = whose.contract_of(kind, ref, request.user)
    if contract and may(request.user, "agenda.add"):
        agenda.put(contract=contract, kind=kind, ref=ref, by=request.user, at=clock.now())


def _about(request: HttpRequest, about: str, ref: str) -> dict[str, Any]:
    """What is spoken of, in words, with its page."""
    from leads.models import Note

    imagined = Remark(about=about, ref=ref, note=Note(lead_id=int(ref) if about == About.LEAD else None))
    words, url = remarks.Abouts([imagined], request.user).of(imagined)
    return {"about": words, "about_url": url, "kind_of": About(about).label}


@needs("meetings.view")
@once
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One remark with its answers; answered here by whoever works."""
    found = (
        Remark.objects.visible_to(request.user).standing().select_related("note__words", "note__by", "note__lead", "to")
    )
    one = get_object_or_404(found, pk=pk)
    form, may_reply = ReplyForm(request.POST or None), may(request.user, "remarks.reply")
    if request.method == "POST" and may_reply and form.is_valid():
        try:
            remarks.reply(to=one, text=form.cleaned_data["text"], by=request.user, at=clock.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Answered: whoever said it is told."))
            return redirect("reporting:remark", pk)
    personal = may(request.user, "leads.personal")
    about, url = remarks.Abouts([one], request.user).of(one)
    context = {
        "one": one, "text": text_of(one.note, True, personal), "about": about, "about_url": url, "form": form, "may_reply": may_reply,
        "replies": [(reply, text_of(reply.note, True, personal)) for reply in remarks.replies([pk]).get(pk, [])],
        "may_back": corrections.offered(one.note, request.user), "may_add": may(request.user, "agenda.add"),
    }  # fmt: skip
    return render(request, "reporting/meetings/remark.html", context, status=422 if request.method == "POST" else 200)


@needs("remarks.say")
@once
def back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a remark back: by its author, or a manager with a reason."""
    one = get_object_or_404(
        Remark.objects.visible_to(request.user).standing().select_related("note__by", "note__words"), pk=pk
    )
    form = BackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            notes.take_back(note=one.note, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Taken back: it counts no more."))
            return redirect("reporting:remarks")
    text = text_of(one.note, True, may(request.user, "leads.personal"))
    context = {"one": one, "form": form, "text": text}
    return render(
        request, "reporting/meetings/remark_back.html", context, status=422 if request.method == "POST" else 200
    )
