"""One meeting: its agenda, minutes, resolutions, what people believed; on a screen, on paper, in a calendar. Views only translate."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reporting.meetings import agenda, belief, helped, invitation, minutes, planning, resolutions, whose, wording
from reporting.meetings.problems import Refused
from reporting.models import AgendaItem, Answered, Meeting, Resolution
from sla import derive, words
from smarketing.accounts.models import Side
from smarketing.accounts.policy import may, needs
from smarketing.agreements import services as agreements
from smarketing.rows import clock
from smarketing.web.once import once

from .meeting_forms import EstimateForm, ItemForm


def _meeting(request: HttpRequest, pk: int) -> Meeting:
    found = Meeting.objects.visible_to(request.user).select_related("contract", "closed__by", "edited_by", "created_by")
    return get_object_or_404(found, pk=pk)


@needs("meetings.view")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "reporting/meetings/meeting.html", _context(request, _meeting(request, pk)))


@needs("meetings.view")
def printed(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes on A4."""
    context = _context(request, _meeting(request, pk)) | {"printed_at": clock.now()}
    return render(request, "reporting/meetings/print.html", context)


def _context(request: HttpRequest, meeting: Meeting) -> dict[str, Any]:
    at, closed = clock.now(), getattr(meeting, "closed", None)
    derive.catch_up(at)
    items = list(meeting.items.select_related("contract", "by"))
    paper = minutes.paper_of(meeting) if closed else None
    holds = may(request.user, "meetings.hold") and not closed and not meeting.cancelled_at
    return {
        "meeting": meeting, "closed": closed, "title": invitation.title(meeting), "when": invitation.when(meeting),
        "people": _people(meeting), "points": wording.Wording(items, request.user, at, meeting).points(),
        "resolutions": [_resolution(one, request, at) for one in _resolutions(meeting)],
        "belief": _belief(meeting, at), "question": belief.asked(meeting), "begun": at >= meeting.starts_at,
        "answered": Answered.objects.filter(meeting=meeting, user=request.user).exists(),
        "may_answer": may(request.user, "meetings.answer") and not belief.why_not(meeting, request.user, at),
        "holds": holds, "may_add": may(request.user, "agenda.add") and not closed and not meeting.cancelled_at,
        "item_form": ItemForm(), "paper": paper, "sides": _sides(paper), "may_hold": may(request.user, "meetings.hold"),
        "why_not_sign": agreements.why_not(paper, request.user, at) if paper else "",
        "problems": agreements.verify(paper) if paper else [],
    }  # fmt: skip


def _people(meeting: Meeting) -> list[tuple[str, list[Any]]]:
    """Who is invited, side by side."""
    people = list(meeting.attendees.select_related("user").order_by("user__name"))
    sides = [*Side.values, ""]
    return [
        (side, [one for one in people if one.side == side])
        for side in sides
        if side or any(not one.side for one in people)
    ]


def _resolutions(meeting: Meeting) -> list[Resolution]:
    found = meeting.resolutions.select_related("charge", "meeting").newest_outcome()  # type: ignore[attr-defined]
    return list(found.order_by("number"))


def _resolution(one: Resolution, request: HttpRequest, at: Any) -> dict[str, Any]:
    drafts = [
        (draft, resolutions.signed(draft)) for draft in one.drafts.select_related("line", "contract").order_by("pk")
    ]
    late = one.due < clock.today(at) and one.outcome is None  # type: ignore[attr-defined]
    return {
        "one": one, "state": wording.state_of(one, clock.today(at)), "late": late, "drafts": drafts,
        "moved": wording.moved(helped.of(one, at, request.user)),
    }  # fmt: skip


def _sides(paper: Any) -> list[tuple[str, Any]]:
    return [(side, signature) for side, signature in agreements.state(paper).items()] if paper else []


def _belief(meeting: Meeting, at: Any) -> dict[str, Any] | None:
    """What both sides believed, in words; None where it is not shown."""
    found = belief.shown(meeting, at)
    if found is None:
        return None

    def percent(value: Any) -> str:
        return words.percent(words.decimal(value, belief.DIGITS)) if value is not None else "–"

    def signed(value: Any) -> str:
        return words.signed(words.decimal(value, belief.DIGITS)) if value is not None else "–"

    rows = [(side, percent(found.means[side]), found.counts[side], signed(found.bias(side))) for side in Side.values]
    fraction = words.fraction(found.measured) if found.measured else ""
    return {
        "rows": rows,
        "fact": percent(found.fact),
        "fraction": fraction,
        "gap": words.number(words.decimal(found.gap, belief.DIGITS)),
    }


# --- deeds

Deed = Callable[[HttpRequest, Meeting], str]


def _item(request: HttpRequest, meeting: Meeting) -> AgendaItem:
    return get_object_or_404(meeting.items, pk=whose.number(request.POST.get("item", "")))


def _moved(up: bool) -> Deed:
    def deed(request: HttpRequest, meeting: Meeting) -> str:
        agenda.move(item=_item(request, meeting), up=up)
        return ""

    return deed


def _off(request: HttpRequest, meeting: Meeting) -> str:
    agenda.remove(item=_item(request, meeting), by=request.user, at=clock.now())
    return _("Taken off the agenda.")


def _prepare(request: HttpRequest, meeting: Meeting) -> str:
    added = agenda.prepare(meeting=meeting, at=clock.now())
    return _("Looked again: %(n)s more.") % {"n": added}


def _cancel(request: HttpRequest, meeting: Meeting) -> str:
    planning.cancel(meeting=meeting, by=request.user, at=clock.now())
    return _("Called off: everybody invited is told, and what people put on its agenda waits for the next one.")


def _close(request: HttpRequest, meeting: Meeting) -> str:
    came = [int(pk) for pk in request.POST.getlist("came") if pk.isdecimal()]
    minutes.close(meeting=meeting, came=came, by=request.user, at=clock.now())
    return _("Closed: the minutes stay as they are now.")


def _propose(request: HttpRequest, meeting: Meeting) -> str:
    minutes.propose(meeting=meeting, by=request.user, at=clock.now())
    return _("Proposed: both sides can sign the minutes.")


DEEDS: dict[str, Deed] = {
    "up": _moved(True), "down": _moved(False), "off": _off, "prepare": _prepare, "cancel": _cancel, "close": _close, "propose": _propose,
}  # fmt: skip


@needs("meetings.hold")
@require_POST
@once
def do(request: HttpRequest, pk: int) -> HttpResponse:
    """One deed of the table, named by the button."""
    meeting = _meeting(request, pk)
    deed = DEEDS.get(request.POST.get("do", ""))
    try:
        if deed and (said := deed(request, meeting)):
            messages.success(request, said)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("reporting:meeting", pk)


@needs("meetings.hold")
@require_POST
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes as they are now: kept while somebody types (a fragment), and by the button. What somebody else wrote is written
    over by the button alone, once it was `seen`: whoever types on is refused until then."""
    meeting, typing = _meeting(request, pk), bool(request.headers.get("HX-Request"))
    text, base = request.POST.get("text", ""), _number(request.POST.get("revision", ""))
    revision = base if typing or "seen" not in request.POST else _number(request.POST["seen"])
    context: dict[str, Any] = {}
    try:
        meeting = minutes.write(meeting=meeting, text=text, revision=revision, by=request.user, at=clock.now())
    except Refused as refusal:
        meeting, stale = _meeting(request, pk), isinstance(refusal, minutes.Stale)
        context = {"refusal": str(refusal), "stale": stale, "base": base, "typed": text}
    if typing:
        return render(request, "reporting/meetings/kept.html", {"meeting": meeting, **context})
    if context:
        whole = _context(request, meeting) | context
        return render(request, "reporting/meetings/meeting.html", whole, status=422)
    return redirect("reporting:meeting", pk)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else -1


@needs("meetings.answer")
@once
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The question before a meeting, answered once."""
    meeting = _meeting(request, pk)
    why_not = belief.why_not(meeting, request.user, clock.now())
    form = EstimateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            belief.answer(meeting=meeting, value=form.cleaned_data["value"], by=request.user, at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Kept, without your name: you see both sides' means when the meeting begins."))
            return redirect("reporting:meeting", pk)
    context = {
        "meeting": meeting,
        "form": form,
        "why_not": why_not,
        "question": belief.asked(meeting),
        "title": invitation.title(meeting),
    }
    return render(request, "reporting/meetings/answer.html", context, status=422 if request.method == "POST" else 200)


@needs("meetings.view")
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """The meeting for a calendar."""
    file = invitation.file(_meeting(request, pk), clock.now())
    answer = HttpResponse(file, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{invitation.FILE}"'
    return answer
