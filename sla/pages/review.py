"""The review of a contract: what each clause could promise, what past changes brought, and the figures taken into a draft."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_POST

from smarketing.accounts.policy import may, needs
from smarketing.measures import numbers
from smarketing.measures import shown as measured
from smarketing.rows import clock
from smarketing.web.once import once

from .. import agreed, derive, drafts, follow, kinds, review, reviewing, terms, words
from ..kinds import periods
from ..models import Clause, Contract, Terms, TermsReview
from ..terms import next_month
from . import links

LABELS = {
    review.REPEAT: gettext_lazy("as promised now"),
    review.CAPACITY: gettext_lazy("what sales can follow up"), review.GOAL: gettext_lazy("what the goal needs"),
}  # fmt: skip


@needs("contract.view")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    contract, at = (
        get_object_or_404(Contract.objects.visible_to(request.user).select_related("line"), pk=pk),
        clock.now(),
    )
    derive.catch_up(at)
    found, day = terms.in_force(contract, clock.today(at)), reviewing.due(contract, clock.today(at))
    context = {
        "contract": contract, "terms": found, "due": day, "late": day and day < clock.today(at),
        "quarterly": found and agreed.quarterly(found), "can_edit": may(request.user, "contract.edit"),
        "rows": [_row(one) for one in review.proposals(contract, found, at)] if found else [],
        "changes": [_change(one) for one in review.changes(contract, at)],
        "held": TermsReview.objects.filter(contract=contract).select_related("by").order_by("-at")[:12],
    }  # fmt: skip
    return render(request, "sla/review.html", context)


@needs("contract.edit")
@require_POST
@once
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the terms, or take the chosen figures into the draft of an amendment."""
    contract, at = (
        get_object_or_404(Contract.objects.visible_to(request.user).select_related("draft"), pk=pk),
        clock.now(),
    )
    found = terms.in_force(contract, clock.today(at))
    if found is None:
        raise Http404
    if "keep" in request.POST:
        reviewing.hold(contract=contract, outcome=TermsReview.Outcome.KEPT, by=request.user, at=at)
        messages.success(request, _("Noted: the terms stay as they are."))
        return redirect("sla:review", contract.pk)
    try:
        _draft(request, contract, found)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("sla:review", contract.pk)
    messages.success(request, _("The figures are in the draft: read it, then propose it to the other side."))
    return redirect("sla:draft", contract.pk)


@transaction.atomic
def _draft(request: HttpRequest, contract: Contract, found: Terms) -> None:
    at, chosen = clock.now(), {}
    for one in review.proposals(contract, found, at):
        number = one.number(request.POST.get(f"take-{one.clause.key}", review.REPEAT))
        if number is not None and number != review.promised(one.clause):
            chosen[one.clause.key] = number
    body = review.body_with(drafts.body_of(contract, at), chosen)
    terms.save_draft(contract=contract, body=body, revision=contract.draft.revision, by=request.user, at=at)
    reviewing.hold(contract=contract, outcome=TermsReview.Outcome.DRAFTED, by=request.user, at=at)


def _row(one: review.Proposal) -> dict[str, Any]:
    """A clause with its options in words, and the sentence that names the one that binds."""
    options = [
        {
            "key": option.key,
            "label": MEDIANS[one.clause.period] if option.key == review.MEDIAN else LABELS[option.key],
            "number": said(one.clause, option.number),
            "takes": option.key == one.binds,
        }
        for option in one.options
    ]
    return {"clause": one.clause, "label": words.clause(one.clause), "options": options, "sentence": sentence(one)}


def said(clause, number: Decimal) -> str:
    """A number of a clause in words: a share in percent, money, or so many."""
    if review.is_share(clause):
        return words.percent(number)
    return kinds.amount(number) if clause.unit == kinds.MONEY else words.number(number)


SAID = {
    (review.GOAL, review.CAPACITY): gettext_lazy("The goal needs %(goal)s %(per)s, sales can follow up %(capacity)s, %(repeat)s are promised."),
    (review.CAPACITY,): gettext_lazy("%(repeat)s %(per)s are promised, sales can follow up %(capacity)s."),
    (review.GOAL,): gettext_lazy("The goal needs %(goal)s %(per)s, %(repeat)s are promised."),
}  # fmt: skip
MEDIANS = {
    periods.MONTH: gettext_lazy("median of the last closed months"),
    periods.QUARTER: gettext_lazy("median of the last closed quarters"),
    periods.YEAR: gettext_lazy("median of the last closed years"),
}
CLOSED = {
    periods.MONTH: ngettext_lazy(
        "The last closed month came to %(median)s, %(repeat)s are promised.",
        "The last %(months)s closed months came to %(median)s (median), %(repeat)s are promised.",
        "months",
    ),
    periods.QUARTER: ngettext_lazy(
        "The last closed quarter came to %(median)s, %(repeat)s are promised.",
        "The last %(months)s closed quarters came to %(median)s (median), %(repeat)s are promised.",
        "months",
    ),
    periods.YEAR: ngettext_lazy(
        "The last closed year came to %(median)s, %(repeat)s are promised.",
        "The last %(months)s closed years came to %(median)s (median), %(repeat)s are promised.",
        "months",
    ),
}
NONE_CLOSED = {
    periods.MONTH: gettext_lazy("No month is closed yet: there is nothing to compare with, what is promised stands."),
    periods.QUARTER: gettext_lazy(
        "No quarter is closed yet: there is nothing to compare with, what is promised stands."
    ),
    periods.YEAR: gettext_lazy("No year is closed yet: there is nothing to compare with, what is promised stands."),
}
BINDS = {
    review.CAPACITY: gettext_lazy("The limit is what sales can follow up."), review.GOAL: gettext_lazy("The limit is what the goal needs."),
    review.REPEAT: gettext_lazy("The limit is what is promised."),
}  # fmt: skip


def sentence(one: review.Proposal) -> str:
    """ "The goal needs 240 a month, sales can follow up 214, promised are 200. The limit is what sales can follow up." """
    told: dict[str, Any] = {option.key: said(one.clause, option.number) for option in one.options}
    beside = tuple(key for key in (review.GOAL, review.CAPACITY) if key in told)
    if beside:
        text = str(SAID[beside]) % (told | periods.words(one.clause.params))
    elif review.MEDIAN in told:
        text = str(CLOSED[one.clause.period] % (told | {"months": one.months}))
    else:
        return str(NONE_CLOSED[one.clause.period])
    most = one.number(review.CAPACITY)
    beyond = most is not None and review.promised(one.clause) > most
    warned = _("More is promised than sales can follow up.") if beyond else ""
    return " ".join(filter(None, (text, warned, str(BINDS[one.binds]))))


def _change(one: review.Change) -> dict[str, Any]:
    return {
        "clause": one.clause, "number": one.terms.number, "day": one.terms.starts_on, "was": _promise(one.earlier),
        "now": _promise(one.later), "before": _side(one, one.earlier, one.before), "after": _side(one, one.later, one.after),
    }  # fmt: skip


def _promise(clause: Clause | None) -> str:
    """A clause in words with its share; "" where there is none."""
    if clause is None:
        return ""
    text = kinds.sentence(clause.kind, clause.target, clause.params)
    return text if clause.share is None else f"{text} ({words.percent(clause.share)})"


def _side(change: review.Change, clause: Clause | None, side: review.Side | None) -> dict[str, Any] | None:
    """What a clause came to on one side of a change, in words, with the page of its rows."""
    if side is None or side.value is None or clause is None:
        return None
    until = next_month(side.months[-1])
    months = " – ".join(dict.fromkeys((_month(side.first), _month(side.months[-1]))))
    period = follow.Month(change.terms.contract, side.first, until, side.cutoff, follow.OVER, side.zone)
    out = {"months": months, "url": links.rows(period, follow.Row(clause, side.figure))}
    if side.of is None:
        total = kinds.amount(Decimal(int(side.n))) if clause.unit == kinds.MONEY else words.number(int(side.n))
        a_day = words.number(words.decimal(side.value, 1))
        more = _("%(n)s a business day") % {"n": a_day}
        return out | {"figure": total, "more": more, "interval": measured.interval(side.interval, numbers.NUMBER)}
    more = f"({words.number(int(side.n))}/{words.number(side.of)})"
    figure = words.percent(words.decimal(side.value * 100, 1))
    return out | {"figure": figure, "more": more, "interval": measured.interval(side.interval)}


def _month(day: date) -> str:
    return date_format(day, "YEAR_MONTH_FORMAT")
