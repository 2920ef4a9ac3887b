"""The centre of notices: the list, one opened, seen ones. Views only translate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.web.keyset import Order
from smarketing.web.once import once

from .. import bell, notices, registry
from ..models import Notice
from ..registry import Kind, Line

PER_PAGE = 50
MANY = 4  # of one kind in one minute, shown as one line that opens


@dataclass(frozen=True)
class Row:
    notice: Notice
    line: Line | None
    kind: Kind | None
    at: datetime


@needs("notices.view")
@require_safe
@never_cache
def centre(request: HttpRequest) -> HttpResponse:
    """A person's notices, newest first, day by day."""
    mine = Notice.objects.visible_to(request.user)
    page = Order(mine, "at", down=True).page(request.GET.get("after", ""), request.GET.get("before", ""), PER_PAGE)
    said, zone = registry.said(page.rows, request.user), clock.zone()
    today = clock.today()
    rows = [Row(one, said.get(one.pk), registry.get(one.kind), one.at.astimezone(zone)) for one in page.rows]
    days = [(day, gathered(list(some))) for day, some in groupby(rows, key=lambda row: row.at.date())]
    context = {"page": page, "days": days, "today": today, "unseen": mine.unseen().exists()}
    return render(request, "notify/notices.html", context)


def gathered(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows in their order; those of one kind and one minute together where they are many, each other one alone."""
    out: list[list[Row]] = []
    for _key, some in groupby(rows, key=lambda row: (row.notice.kind, row.at.replace(second=0, microsecond=0))):
        together = list(some)
        out += [together] if len(together) >= MANY else [[row] for row in together]
    return out


@needs("notices.view")
@require_safe
@never_cache
def count(request: HttpRequest) -> HttpResponse:
    """The bell as it is now, for a page that stays open."""
    return HttpResponse(bell.show({"request": request}))


@needs("notices.view")
@require_safe
@never_cache
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """To the page a notice is about; it has been seen then. Asked again it does the same."""
    found = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    if request.method == "GET":
        notices.see(user=request.user, at=clock.now(), only=found.pk)
    line = registry.said([found], request.user).get(found.pk)
    return redirect(line.url if line and line.url else "notify:notices")


@needs("notices.view")
@require_POST
@once
def see(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as seen."""
    found = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    notices.see(user=request.user, at=clock.now(), only=found.pk)
    return redirect("notify:notices")


@needs("notices.view")
@require_POST
@once
def see_all(request: HttpRequest) -> HttpResponse:
    """Mark all as seen."""
    if n := notices.see(user=request.user, at=clock.now()):
        said = ngettext("%(n)s notice is marked as seen.", "%(n)s notices are marked as seen.", n)
        messages.success(request, said % {"n": n})
    else:
        messages.success(request, _("All notices were seen already."))
    return redirect("notify:notices")
