"""Put something on an agenda, from any page. Views only translate."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reporting.meetings import agenda, invitation, whose
from reporting.meetings.problems import Refused
from reporting.models import AgendaItem, Meeting
from sla.models import Contract
from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.web import back
from smarketing.web.once import once


@needs("agenda.add")
@require_POST
@once
def add(request: HttpRequest) -> HttpResponse:
    """Put something on an agenda, from any page; afterwards back there."""
    asked, there = request.POST, back.asked(request)
    visible = Meeting.objects.visible_to(request.user).select_related("contract")
    meeting = visible.filter(pk=whose.number(asked.get("meeting", ""))).first()
    contract = meeting.contract if meeting else _contract(request)
    try:
        if contract is None:
            raise Refused(_("There is no contract yet, hence no meeting over it."))
        item, fresh = agenda.put(
            contract=contract, kind=asked.get("kind", ""), ref=asked.get("ref", "")[:90], text=asked.get("text", ""),
            came_from="" if meeting else there, meeting=meeting, by=request.user, at=clock.now(),
        )  # fmt: skip
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _said(item, fresh))
    return redirect(there or "reporting:meetings")


def _said(item: AgendaItem, fresh: bool) -> str:
    if not fresh:
        return _("It is on the agenda already.")
    if item.meeting is None:
        return _("Put on the agenda: it waits for the next meeting.")
    return _("Put on the agenda of %(when)s.") % {"when": invitation.when(item.meeting)}


def _contract(request: HttpRequest) -> Contract | None:
    """The contract named, else that of the definition named, else that of which the point speaks."""
    asked, visible = request.POST, Contract.objects.visible_to(request.user).order_by("name")
    named = visible.filter(pk=whose.number(asked.get("contract", ""))).first()
    of_line = named or visible.filter(line=whose.number(asked.get("line", ""))).first()
    return of_line or whose.contract_of(asked.get("kind", ""), asked.get("ref", ""), request.user)
