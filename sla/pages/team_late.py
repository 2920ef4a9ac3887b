"""What is late with a rep, and whether they were late themselves or it was when it came to them. Views only translate."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import HandoffState
from smarketing.accounts.models import User
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web import exports, lists
from smarketing.web.tables import Column, Deed, Table

from .. import derive, own, team
from .team import promise

WORDS = {
    own.OWN: gettext_lazy("their own"),
    own.BEFORE: gettext_lazy("inherited: it was late before it was theirs"),
    own.STILL: gettext_lazy("inherited: their own time runs until %(due)s"),
}


@lists.listed("sla:team_late", gettext_lazy("What is late with a rep"))
@needs("team.view")
def late(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The handoffs that a rep owes and whose promise broke, and why each is late."""
    rep, at = get_object_or_404(User, pk=pk, pk__in=[one.pk for one in team.reps()]), clock.now()
    derive.catch_up(at)
    found = team.broken(request.user, at).filter(rep=rep).select_related("lead")
    personal = may(request.user, "leads.personal")
    table = Table(
        _columns(own.late(found, at), personal), found, request.GET, "due", personal=personal, caption=_("What is late with a rep"),
        exports=exports.Export("late", "leads.export", "lead") if may(request.user, "leads.export") else None,
        deeds=[Deed(_("Give to a rep…"), reverse("leads:queue_give"), "person-check")] if may(request.user, "handoffs.reassign") else (), is_part=True,
        empty={"title": _("Nothing is late."), "url": reverse("sla:team"), "action": _("To the team")},
    )  # fmt: skip
    return lists.answer(request, table, "sla/team_late.html", {"rep": rep})


def _columns(whys: dict[int, own.Why], personal: bool) -> list[Column]:
    def page(one: HandoffState) -> str:
        return reverse("leads:lead", args=[one.lead_id])

    def why(one: HandoffState) -> Any:
        found = whys.get(one.pk)
        due = found.clock.due if found and found.clock else None
        return WORDS[found.why] % {"due": _instant(due)} if found else ""

    def ran(one: HandoffState) -> str:
        found = whys.get(one.pk)
        return _instant(found.clock.due) if found and found.clock else ""

    every = [
        Column("lead", gettext_lazy("Lead"), "lead", show=lambda lead, _one: str(lead), url=page, head=True, personal=True),
        Column("number", gettext_lazy("Number"), lambda one: f"#{one.lead_id}", url=page, head=True),
        Column("promise", gettext_lazy("Clause"), lambda one: promise(one.due_label)),
        Column("due", gettext_lazy("Due"), "due_at", sort="due_at", align="nowrap"),
        Column("since", gettext_lazy("Theirs since"), "assigned_at", sort="assigned_at", align="nowrap"),
        Column("own", gettext_lazy("Their own time until"), ran, align="nowrap"),
        Column("why", gettext_lazy("Whose delay"), why),
    ]  # fmt: skip
    return [one for one in every if not (personal and one.key == "number")]


def _instant(at: Any) -> str:
    return date_format(localtime(at, clock.zone()), "SHORT_DATETIME_FORMAT") if at else ""
