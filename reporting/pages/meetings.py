"""Meetings: the list, planning one, moving it. Views only translate."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from reporting.meetings import belief, invitation, planning, whose, wording
from reporting.meetings.problems import Refused
from reporting.models import AgendaItem, Meeting, Resolution
from sla.models import Contract
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web import exports, filters, lists
from smarketing.web.once import once
from smarketing.web.tables import Column, Deed, Table

from .meeting_forms import MeetingForm, begun, of

WAITING = 20


def state(one: Meeting) -> str:
    """ "planned", "closed", "called off"."""
    if one.cancelled_at:
        return _("called off")
    return pgettext("meeting", "closed") if hasattr(one, "closed") else _("planned")


COLUMNS = (
    Column("when", gettext_lazy("Day"), "starts_at", sort="starts_at", head=True, show=lambda at, one: invitation.when(one),
           url=lambda one: reverse("reporting:meeting", args=[one.pk])),
    Column("contract", gettext_lazy("Contract"), "contract.name", sort="contract__name"),
    Column("month", gettext_lazy("Month"), "month", sort="month", show=lambda day, _one: capfirst(date_format(day, "YEAR_MONTH_FORMAT"))),
    Column("place", gettext_lazy("Place"), lambda one: one.place or one.link, wide=True),
    Column("resolved", gettext_lazy("Resolutions"), "resolved_n", align="num"),
    Column("state", gettext_lazy("State"), state),
)  # fmt: skip


class MeetingFilters(filters.Filters):
    contract = filters.choice(gettext_lazy("Contract"))
    state = filters.choice(
        gettext_lazy("State"),
        [
            ("planned", gettext_lazy("planned")),
            ("closed", pgettext_lazy("meeting", "closed")),
            ("off", gettext_lazy("called off")),
        ],
    )
    since, until = filters.day(gettext_lazy("Days from")), filters.day(gettext_lazy("to"))
    asks = {
        "contract": "contract",
        "state": lambda rows, said: rows.ahead() if said == "planned" else rows.held() if said == "closed" else rows.exclude(cancelled_at=None),
        "since": filters.since_of("starts_at"),
        "until": filters.until_of("starts_at"),
    }  # fmt: skip

    def __init__(self, data: Any):
        super().__init__(data)
        self.offer("contract", filters.named(Contract.objects.order_by("name")))


@lists.listed("reporting:meetings", gettext_lazy("Meetings"))
@needs("meetings.view")
def index(request: HttpRequest) -> HttpResponseBase:
    at, form = clock.now(), MeetingFilters(request.GET)
    rows = (
        Meeting.objects.visible_to(request.user)
        .select_related("contract", "closed")
        .annotate(resolved_n=Count("resolutions"))
    )
    contracts = list(Contract.objects.visible_to(request.user).order_by("name"))
    table = Table(
        COLUMNS, form.rows(rows), request.GET, "-when", form=form, caption=_("Meetings"),
        exports=exports.Export("meetings", "lists.export", "meeting"),
        deeds=[Deed(_("Call off…"), reverse("reporting:bulk_cancel"), "calendar-x")] if may(request.user, "meetings.hold") else (),
        empty={"title": _("No meeting was planned yet."), "text": _("Both sides meet over a closed month: what was promised, what they say of it, what changes."), **_planned(request.user)},
    )  # fmt: skip
    waiting = list(AgendaItem.objects.filter(meeting=None).select_related("contract")[:WAITING])
    open_ = Resolution.objects.visible_to(request.user).open().select_related("charge").order_by("due", "pk")
    context = {
        "following": rows.ahead().order_by("starts_at").first(),
        "due": [(one, day) for one in contracts if (day := planning.due(one, at))],
        "questions": belief.waiting_for(request.user, at),
        "waiting": wording.Wording(waiting, request.user, at).points(), "contracts": contracts,
        "open": [(one, wording.state_of(one, clock.today(at)), one.due < clock.today(at)) for one in open_[:WAITING]],
        "may_hold": may(request.user, "meetings.hold"), "may_say": may(request.user, "remarks.say"),
    }  # fmt: skip
    return lists.answer(request, table, "reporting/meetings/list.html", context)


@needs("meetings.hold")
@once
def new(request: HttpRequest) -> HttpResponse:
    contract = _contract(request)
    if contract is None:
        return render(request, "reporting/meetings/no_contract.html")
    at = clock.now()
    form = MeetingForm(request.POST or None, contract=contract, initial=begun(contract, at))
    if request.method == "POST" and form.is_valid():
        try:
            made = planning.plan(contract=contract, when=form.when(), people=form.invited(), by=request.user, at=at)
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Planned: everybody invited has a mail with the date for their calendar."))
            return redirect("reporting:meeting", made.pk)
    context = {
        "form": form,
        "contract": contract,
        "contracts": Contract.objects.visible_to(request.user).order_by("name"),
    }
    return render(request, "reporting/meetings/form.html", context, status=422 if request.method == "POST" else 200)


def _contract(request: HttpRequest) -> Contract | None:
    """The contract asked for, else the first one."""
    visible = Contract.objects.visible_to(request.user).order_by("name")
    asked = request.GET.get("contract", "")
    if asked:
        return get_object_or_404(visible, pk=whose.number(asked))
    return visible.filter(terms__isnull=False).first() or visible.first()


@needs("meetings.hold")
@once
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).select_related("contract", "closed"), pk=pk)
    form = MeetingForm(request.POST or None, contract=meeting.contract, initial=of(meeting))
    if request.method == "POST" and form.is_valid():
        try:
            planning.change(meeting=meeting, when=form.when(), people=form.invited(), by=request.user, at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Saved: whoever it concerns has the new date."))
            return redirect("reporting:meeting", meeting.pk)
    context = {"form": form, "contract": meeting.contract, "meeting": meeting}
    return render(request, "reporting/meetings/form.html", context, status=422 if request.method == "POST" else 200)


def _planned(user) -> dict[str, str]:
    """Where the first meeting is planned, by whoever may."""
    if not may(user, "meetings.hold"):
        return {"url": reverse("sla:follow_up"), "action": _("See what is promised")}
    return {"url": reverse("reporting:meeting_new"), "action": _("Plan a meeting")}
