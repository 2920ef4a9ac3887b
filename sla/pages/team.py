"""The page of a team: load, what is late, reach and speed of each rep. Views only translate."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NoReturn
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from leads.pages import telling
from smarketing.accounts.models import Side, Team
from smarketing.accounts.policy import may, needs
from smarketing.measures import numbers, registry, shown
from smarketing.measures.engine import Group
from smarketing.rows import clock, fence

from .. import derive, follow, team
from ..kinds import KINDS
from ..terms import next_month

HEADS = {
    ("response_time", "median"): _("median hours to the first attempt"),
    ("response_time", "p90_nearest"): _("hours to the first attempt, 9 of 10"),
    ("system_delay", "median"): _("median minutes that the system took"),
    ("rep_delay", "median"): _("median hours on the clock since it was theirs"),
    ("rep_delay", "p90_nearest"): _("hours on the clock since it was theirs, 9 of 10"),
}


@needs("team.view")
def board(request: HttpRequest) -> HttpResponse:
    """`?month=2026-11`: of which month; `?team=`: of which team."""
    at = clock.now()
    first, chosen = _month(request.GET.get("month", "")) or clock.today(at).replace(day=1), _team(request)
    derive.catch_up(at)
    found = team.board(
        by=request.user, people=team.reps(chosen), first=first, until=next_month(first), at=at, cutoff=fence.cutoff()
    )
    may_give, teller = may(request.user, "handoffs.reassign"), telling.teller(at, clock.zone())
    told = [
        i for i, group in enumerate(found.whole) if group.n or group.of
    ]  # no column for what nobody promised or did
    context = {
        "board": found, "team": chosen, "teams": Team.objects.filter(side=Side.SALES).order_by("name"), "month": first,
        "before": _address(follow.back(first, 1)[0], chosen), "now": first == clock.today(at).replace(day=1),
        "after": _address(next_month(first), chosen) if next_month(first) <= clock.today(at) else "",
        "heads": [HEADS.get(team.FIGURES[i]) or registry.find(team.FIGURES[i][0]).label for i in told],
        "rows": [_row(desk, teller, may_give) | {"cells": _cells(desk.figures, told)} for desk in found.desks],
        "others": [(one.name, _cells(one.figures, told)) for one in found.others],
        "whole": _cells(found.whole, told),
        "sum": {name: sum(getattr(one.load, name) for one in found.desks) for name in ("owed", "today", "late")},
    }  # fmt: skip
    return render(request, "sla/team.html", context)


def _month(text: str) -> date | None:
    if not text:
        return None
    try:
        return date(int(text[:4]), int(text[5:7]), 1) if len(text) == 7 and text[4] == "-" else _refuse()
    except ValueError:
        return _refuse()


def _refuse() -> NoReturn:
    raise Http404


def _team(request: HttpRequest) -> Team | None:
    asked = request.GET.get("team", "")
    if not asked:
        return None
    found = (
        Team.objects.filter(side=Side.SALES, pk=int(asked)).first() if asked.isdecimal() and len(asked) < 10 else None
    )
    return found or _refuse()


def _address(month: date, chosen: Team | None) -> str:
    asked = {"month": f"{month:%Y-%m}"} | ({"team": chosen.pk} if chosen else {})
    return f"{reverse('sla:team')}?{urlencode(asked)}"


def _row(desk: team.Desk, teller: telling.Teller, may_give: bool) -> dict[str, Any]:
    load, queue = desk.load, f"{reverse('leads:queue')}?rep={desk.rep.pk}"
    give = f"{reverse('leads:queue_give')}?{urlencode({'all': 1, 'rep': desk.rep.pk, 'back': f'rep={desk.rep.pk}'})}"
    return {
        "name": desk.name, "load": load, "queue": queue, "late": f"{queue}&only=late", "inherited": reverse("sla:team_late", args=[desk.rep.pk]), "today": f"{queue}&only=today",
        "width": min(1000, 1000 * load.owed // load.cap) if load.cap else 0,
        "why": [(promise(label), n) for label, n in sorted(load.why.items(), key=lambda pair: -pair[1])],
        "last": teller.ago(load.last) if load.last else "",
        "give": give if may_give and load.owed else "",
        "relief": reverse("leads:relief", args=[desk.rep.pk]) if may_give and load.owed else "",
    }  # fmt: skip


def promise(label: str) -> str:
    """The promise that broke, by the label that stands in the queue."""
    if label == "step":
        return str(_("next step"))
    return next((str(kind.label) for kind in KINDS.values() if kind.queue == label), label)


def _cells(figures: Sequence[Group | None], told: Sequence[int]) -> list[dict[str, Any] | None]:
    return [_cell(figures[i], i) for i in told]


def _cell(group: Group | None, index: int) -> dict[str, Any] | None:
    """A figure as read, its cases, its interval, and the page that lists its rows; grey under twenty cases."""
    if group is None:
        return None
    unit = registry.find(team.FIGURES[index][0]).unit
    cases = group.n if group.of is None else group.of
    return {
        "text": shown.figure(group.value, unit), "url": group.rows_url, "few": cases < numbers.FEW, "n": cases,
        "interval": shown.interval(group.interval, unit),
    }  # fmt: skip
