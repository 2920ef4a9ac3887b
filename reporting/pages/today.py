"""Today. The view only translates."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from reporting.today.lists import Morning
from sla import derive
from smarketing.accounts.models import Role
from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.start import steps

# Which list stands first for whom: the first question of their morning.
ORDER = {
    Role.REP: ("breaking", "owing", "changed"),
    Role.MARKETER: ("breaking", "changed", "owing"),
    Role.MANAGER: ("breaking", "owing", "changed"),
    Role.VIEWER: ("changed", "breaking", "owing"),
    Role.ADMINISTRATOR: ("changed", "owing", "breaking"),
}


@needs("today.view")
def today(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    derive.catch_up(at)
    morning = Morning(request.user, at)
    lists = {
        "breaking": (_("About to break"), morning.breaking, _("Nothing breaks before tomorrow.")),
        "changed": (_("Changed since yesterday"), morning.changed, _("Nothing has changed since yesterday.")),
        "owing": (_("Who owes what"), morning.owing, _("Nobody owes anything.")),
    }
    shown = [(key, lists[key][0], lists[key][1](), lists[key][2]) for key in ORDER[Role(request.user.role)]]
    context = {
        "lists": shown,
        "day": morning.today,
        "opens": morning.teller.opens,
        "checklist": steps.checklist(request.user),
    }
    return render(request, "reporting/today.html", context)
