"""A rep's own results. Views only translate."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.handoffs import reasons
from leads.models import Deal, Stage
from smarketing.accounts.policy import needs
from smarketing.measures import numbers, shown
from smarketing.measures.engine import Answer, Group
from smarketing.rows import clock, fence
from smarketing.rows.models import Installation
from smarketing.web import money

from .. import derive, follow, left, results
from ..terms import next_month


@needs("results.view")
def own(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    day = clock.today(at)
    derive.catch_up(at)
    cutoff = fence.cutoff()
    this = day.replace(day=1)
    months = [*follow.back(this, results.MONTHS - 1), this]
    context = {
        "today": results.today(request.user, day, cutoff), "months": months,
        "lines": [
            _line(one)
            for one in results.lines(request.user, months, next_month(this), cutoff)
            if one.own.n or one.own.of or (one.team and (one.team.n or one.team.of))  # no line for what nobody promised
        ],
        "back": [_back(one) for one in left.of(request.user, at)], "cutoff": cutoff,
    }  # fmt: skip
    return render(request, "sla/own.html", context | {"kept": _kept(context["today"])})


def _kept(today: results.Today) -> str:
    """ "You kept 12 of 12 promises due today." """
    if not today.settled:
        return _("No promise of yours fell due today.")
    said = ngettext(
        "You kept %(kept)s of %(n)s promise that fell due today.", "You kept %(kept)s of %(n)s promises that fell due today.", today.settled
    )  # fmt: skip
    return said % {"kept": shown.number(today.kept), "n": shown.number(today.settled)}


def _line(one: results.Line) -> dict[str, Any]:
    label = str(one.answer.measure.label)
    if one.answer.question.stat == "median":
        label = _("%(what)s, median in business hours") % {"what": label}
    return {
        "label": label, "words": one.answer.measure.words, "months": [_cell(one.answer, group) for group in one.months],
        "own": _cell(one.answer, one.own), "team": one.team and _cell(one.answer, one.team),
    }  # fmt: skip


def _cell(answer: Answer, group: Group) -> dict[str, Any]:
    cases = group.n if group.of is None else group.of
    rate = group.of is not None or bool(answer.question.stat)
    return {
        "text": _text(answer, group), "url": group.rows_url, "n": cases if rate else None, "few": rate and cases < numbers.FEW,
        "interval": shown.interval(group.interval, answer.unit), "mature": group.mature,
    }  # fmt: skip


def _text(answer: Answer, group: Group) -> str:
    if answer.unit != numbers.MONEY or group.value is None:
        return shown.figure(group.value, answer.unit)
    currency = Installation.objects.values_list("currency", flat=True).first() or "EUR"
    return money.text(numbers.rounded(group.value, 0), currency, 0)


def _back(one: left.Left) -> dict[str, Any]:
    how = one.how
    return {
        "lead": str(how.lead), "company": how.lead.company and str(how.lead.company), "at": how.at,
        "kind": how.decision.get_kind_display() if how.decision else _("deal lost"),
        "reason": reasons.label(how.reason) if how.reason else "",
        "url": reverse("leads:lead", args=[how.lead.pk]) if one.visible else "",
        "since": " · ".join(filter(None, [_contested(one), _since(one)])),
    }  # fmt: skip


def _contested(one: left.Left) -> str:
    """That marketing contests it, until it was ruled on and stays."""
    if one.contest is None:
        return ""
    if one.ruled:
        return _("contested, and it stays")
    return _("contested: a ruling is due by %(day)s") % {"day": shown.cell(one.contest.due_on, "")}


def _since(one: left.Left) -> str:
    """What became of the lead since, in words."""
    if one.deal and one.deal.state != Deal.State.LOST:
        return _("became a customer") if one.deal.state == Deal.State.WON else _("a deal is open")
    if one.later:
        state = one.later.get_state_display()
        if one.later.rep:
            return _("handed over again, to %(rep)s: %(state)s") % {"rep": one.later.rep, "state": state}
        return _("handed over again: %(state)s") % {"state": state}
    if one.how.lead.stage == Stage.DISQUALIFIED:
        return _("closed for good")
    if one.how.return_on:
        return _("may come back on %(day)s") % {"day": shown.cell(one.how.return_on, "")}
    return _("not handed over since")
