"""Sheets of the queue: set a lead aside until later, take it up again, pass it over. Views only translate."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leads.handoffs import calling, hands, problems, queue
from leads.handoffs import setting_aside as service
from leads.models import HandoffState, Skip
from leads.models.queues import key_of
from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.web.once import once

from . import telling
from .focus import Gone, found, gone, onward

MORNINGS = (1, 2, 5, 10)  # business days ahead whose opening is offered as an end


@needs("handoffs.work")
@once
def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a lead aside until an instant; the next one follows."""

    def deed(state: HandoffState, at: datetime) -> Any:
        until = instant(request.POST.get("until", "") or request.POST.get("offer", ""))
        said = {"reason": request.POST.get("reason", ""), "until": until}
        return service.snooze(handoff=state.handoff, by=request.user, at=at, **said)

    return _sheet(request, pk, "snooze", service.SNOOZES, deed)


@needs("handoffs.work")
@once
def skip(request: HttpRequest, pk: int) -> HttpResponse:
    """Pass a lead over in its turn and say why; the next one follows."""

    def deed(state: HandoffState, at: datetime) -> Any:
        return service.skip(handoff=state.handoff, by=request.user, at=at, reason=request.POST.get("reason", ""))

    return _sheet(request, pk, "skip", Skip.Reason.choices, deed)


@needs("handoffs.work")
@require_POST
@once
def wake(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a lead up again that was set aside."""
    try:
        state = found(request, pk)
        service.wake(handoff=state.handoff, by=request.user, at=clock.now())
    except Gone as left:
        return gone(request, left.state, clock.now())
    except problems.NotYours:
        raise Http404 from None
    except problems.Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is in its place in the queue again."))
    return redirect("leads:focus", pk)


def _sheet(
    request: HttpRequest, pk: int, kind: str, reasons, deed: Callable[[HandoffState, datetime], Any]
) -> HttpResponse:
    at, status, refused = clock.now(), 200, None
    try:
        state = found(request, pk)
    except Gone as left:
        return gone(request, left.state, at)
    if not hands.is_in_hands(state, request.user):
        raise Http404
    if request.method == "POST":
        before = key_of(state)
        try:
            made = deed(state, at)
        except problems.NotYours:
            raise Http404 from None
        except problems.Refusal as refusal:
            refused, status = refusal, 409 if isinstance(refusal, problems.Stale) else 422
        else:
            return onward(request, state, before, f"{kind}-{made.pk}")
    context = {
        "state": state, "lead": state.lead, "reasons": reasons, "reason": request.POST.get("reason", ""), "problem": refused,
        "until": request.POST.get("until", ""), "offer": request.POST.get("offer", ""), "offers": offers(state, at),
    }  # fmt: skip
    return render(request, f"leads/queue/{kind}.html", context, status=status)


def offers(state: HandoffState, at: datetime) -> list[tuple[str, str]]:
    """(instant, words) of usual ends: when a call is lawful again, where it is not; in an hour, in three, the opening of the next
    business days; none after the promise breaks, whose own instant is the last one then."""
    teller = telling.teller(at, clock.zone(), state.calendar_id)
    soon = [(at + timedelta(hours=1), _("in an hour")), (at + timedelta(hours=3), _("in three hours"))]
    found = [
        *_lawful(state, at, teller),
        *soon,
        *((one, teller.day_and_time(one)) for one in _openings(teller, at, MORNINGS[:3])),
    ]
    if due := service.latest(state, at):
        found = [(one, said) for one, said in found if one < due]
        if due - at > timedelta(minutes=1):
            found.append((due, _("until the promise is due, %(when)s") % {"when": teller.day_and_time(due)}))
    return _said(found)


def _lawful(state: HandoffState, at: datetime, teller: telling.Teller) -> list[tuple[datetime, str]]:
    """When the calling hours of the lead's country open, where no call is lawful now."""
    told = calling.of([state.lead_id], at).get(state.lead_id)
    if told is None or told.verdict.allowed or not told.verdict.opens:
        return []
    opens = told.verdict.opens
    return [(opens, _("until calls are lawful, %(when)s") % {"when": teller.day_and_time(opens)})]


def mornings(state: HandoffState, at: datetime) -> list[tuple[str, str]]:
    """(instant, words) of usual ends of a wait that stops the promises: the opening of business days to come."""
    teller = telling.teller(at, clock.zone(), state.calendar_id)
    return _said([(one, teller.day_and_time(one)) for one in _openings(teller, at, MORNINGS)])


def _openings(teller: telling.Teller, at: datetime, ahead: Iterable[int]) -> Iterator[datetime]:
    for n in ahead:
        day = queue.business_day(teller.axis, at, n, teller.zone)
        morning = datetime(day.year, day.month, day.day, 9, tzinfo=teller.zone)
        yield teller.axis.opens_next(teller.axis.day_starts(day)) if teller.axis else morning


def _said(found: Iterable[tuple[datetime, str]]) -> list[tuple[str, str]]:
    return [(one.isoformat(timespec="minutes"), said) for one, said in found]


def instant(text: str) -> datetime:
    """An instant of `offers`, or a local time as a field of a form sends it. Refusal for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise problems.Refusal(_("Say until when: a moment to come, within three months."), "until") from None
    return found if found.tzinfo else found.replace(tzinfo=clock.zone())
