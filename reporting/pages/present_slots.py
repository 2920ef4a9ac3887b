"""What meetings show while a month is presented: the resolutions that are open, and where one is written."""

from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from reporting.meetings import wording
from reporting.models import Meeting, Resolution
from smarketing.accounts.models import Role
from smarketing.accounts.policy import may
from smarketing.rows import clock

from .resolutions import label

MOST = 6  # on the slide


def resolutions(context: Any, contract: int) -> str:
    """The open resolutions of a contract's meetings, the next one due first. Reps are named only where the slides name them."""
    request = context["request"]
    if not may(request.user, "meetings.view"):
        return ""
    found = Resolution.objects.visible_to(request.user).open().filter(meeting__contract=contract)
    rows = [
        {
            "one": one, "figure": label(one.measure), "state": wording.state_of(one, clock.today()),
            "charge": str(one.charge) if context.get("names") or one.charge.role != Role.REP else _("a rep"),
        }
        for one in found.select_related("charge").order_by("due", "pk")[:MOST]
    ]  # fmt: skip
    said = {"rows": rows, "more": found.count() - len(rows), "write": _write(request, contract)}
    return render_to_string("reporting/meetings/open_resolutions.html", said, request)


def _write(request: Any, contract: int) -> str:
    """Where one is written: in the meeting that comes next, else by planning one."""
    if not may(request.user, "meetings.hold"):
        return ""
    ahead = Meeting.objects.visible_to(request.user).ahead().filter(contract=contract).order_by("starts_at").first()
    return reverse("reporting:resolution_new", args=[ahead.pk]) if ahead else reverse("reporting:meeting_new")


PLACES = (("contract.resolutions", resolutions),)
