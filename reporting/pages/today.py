"""Today. The view only translates."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.today import talk
from reporting.today.lists import Morning
from sla import derive
from smarketing.accounts.models import Role
from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.start import steps

# Which list stands first for whom: the first question of their morning.
ORDER = {
    Role.REP: ("breaking", "owing", "said", "changed"),
    Role.MARKETER: ("breaking", "said", "changed", "owing"),
    Role.MANAGER: ("breaking", "owing", "said", "changed"),
    Role.VIEWER: ("changed", "breaking", "said", "owing"),
    Role.ADMINISTRATOR: ("changed", "owing", "breaking", "said"),
}

# What the other side said stands first in mind; whoever has no side reads both.
SAID = {
    "marketing": gettext_lazy("What sales said since yesterday"),
    "sales": gettext_lazy("What was said since yesterday"),
    "": gettext_lazy("What was said since yesterday"),
}


@needs("today.view")
def today(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    derive.catch_up(at)
    morning = Morning(request.user, at)
    lists = {
        "breaking": (_("About to break"), morning.breaking, _("Nothing breaks before tomorrow.")),
        "changed": (
            _("Changed since yesterday"),
            lambda: [*morning.changed(), *talk.happened(morning)],
            _("Nothing has changed since yesterday."),
        ),
        "owing": (_("Who owes what"), lambda: [*talk.asked(morning), *morning.owing()], _("Nobody owes anything.")),
        "said": (
            SAID.get(request.user.side, SAID[""]),
            lambda: talk.said(morning),
            _("Nobody said anything since yesterday."),
        ),
    }
    shown = [(key, lists[key][0], lists[key][1](), lists[key][2]) for key in ORDER[Role(request.user.role)]]
    context = {
        "lists": shown,
        "day": morning.today,
        "opens": morning.teller.opens,
        "checklist": steps.checklist(request.user),
    }
    return render(request, "reporting/today.html", context)
