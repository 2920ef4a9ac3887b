"""Costs, hours and decisions to keep somebody, many of them taken back at once (`web/bulk`)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.intake import by_hand, corrections, means
from leads.intake.problems import ByHandError
from leads.models import Campaign, ErasureProposal, Spend, TimeSpent
from leads.rights import retention as keeping
from leads.rights.problems import Refusal
from smarketing.accounts.models import User
from smarketing.web import bulk
from smarketing.web.bulk import Bulk, Done, Refusals

from . import hours, retention
from .forms import TakeBackForm


class BackForm(TakeBackForm):
    def __init__(self, data, user):
        super().__init__(data)


def _cost(one: Spend) -> str:
    return f"{date_format(one.spent_on, 'SHORT_DATE_FORMAT')} {number_format(one.amount)} {one.label}".strip()


def _hours(one: TimeSpent) -> str:
    said = _("%(n)s h") % {"n": number_format(one.hours)}
    return f"{date_format(one.worked_on, 'SHORT_DATE_FORMAT')} {said} {one.label}".strip()


def _kept(one: ErasureProposal) -> str:
    return str(one.lead)


class _Left(ValueError):
    """Why one of them stays."""


def _each(rows: list[Any], do: Callable[[Any], Any], named: Callable[[Any], str]) -> Done:
    """With each; a refusal by the rule of taking back in its words. A reason that is missing is asked for, and nothing done."""

    def one_by_one(one: Any) -> Any:
        try:
            return do(one)
        except (ByHandError, Refusal) as refusal:
            said = corrections.SAID[refusal.key] if isinstance(refusal, ByHandError) else refusal
            if refusal.field == "reason":
                raise bulk.Refused(said, "reason") from None
            raise _Left(said) from None

    return bulk.each(rows, one_by_one, named, _Left)


def _standing(named: Callable[[Any], str]) -> Callable[[list[Any], User], tuple[list[Any], Refusals]]:
    """Those that were not taken back, as far as this person may ever take them back."""

    def keep(rows: list[Any], user: User) -> tuple[list[Any], Refusals]:
        left = [(named(one), why) for one in rows if (why := _why_not(one, user))]
        return [one for one in rows if not _why_not(one, user)], left

    return keep


def _why_not(one: Any, user: User) -> str:
    if getattr(one, "back_at", None):
        return _("taken back before")
    return "" if corrections.offered(one, user) else str(corrections.SAID[corrections.NOT_YOURS])


def _costs_asked(user: User, _params: QueryDict) -> Any:
    return Spend.objects.filter(campaign__in=Campaign.objects.visible_to(user)).with_correction()


def _hours_asked(_user: User, params: QueryDict) -> Any:
    return hours.TimeFilters(params).rows(TimeSpent.objects.with_correction())


def _kept_asked(_user: User, params: QueryDict) -> Any:
    rows = retention.ProposalFilters(params).rows(ErasureProposal.objects.select_related("lead", "by"))
    return rows.filter(state=retention.KEPT, lead__erased=False)


def _reason(form: BackForm) -> str:
    return form.cleaned_data["reason"]


def _costs_back(form: BackForm, rows: list[Spend], by: User, at: datetime) -> Done:
    said = _reason(form)
    return _each(rows, lambda one: by_hand.take_back_spend(spend=one, reason=said, by=by, at=at), _cost)


def _hours_back(form: BackForm, rows: list[TimeSpent], by: User, at: datetime) -> Done:
    said = _reason(form)
    return _each(rows, lambda one: means.take_back(fact=one, reason=said, by=by, at=at), _hours)


def _kept_back(form: BackForm, rows: list[ErasureProposal], by: User, at: datetime) -> Done:
    said = _reason(form)
    return _each(rows, lambda one: keeping.take_back(proposal=one, reason=said, by=by, at=at), _kept)


STAYS = gettext_lazy("Each stays in the list, struck through, and counts nowhere. After a moment this needs a reason.")
COSTS = Bulk(
    title=gettext_lazy("Take costs back"),
    text=STAYS,
    page="leads:campaigns",
    rows=_costs_asked,
    counted=lambda n: ngettext("%(n)s cost", "%(n)s costs", n) % {"n": n},
    does=_costs_back,
    said=lambda n: ngettext("%(n)s cost taken back.", "%(n)s costs taken back.", n) % {"n": n},
    form=BackForm,
    named=lambda one, _user: _cost(one),
    keep=_standing(_cost),
    none=gettext_lazy("None of these costs still counts and is yours to take back."),
    danger=True,
)
HOURS = Bulk(
    title=gettext_lazy("Take hours back"),
    text=STAYS,
    page="leads:time",
    rows=_hours_asked,
    counted=lambda n: ngettext("%(n)s entry", "%(n)s entries", n) % {"n": n},
    does=_hours_back,
    said=lambda n: ngettext("%(n)s entry taken back.", "%(n)s entries taken back.", n) % {"n": n},
    form=BackForm,
    named=lambda one, _user: _hours(one),
    keep=_standing(_hours),
    none=gettext_lazy("None of these hours still count and are yours to take back."),
    danger=True,
)
KEPT = Bulk(
    title=gettext_lazy("Keep people no longer"),
    text=gettext_lazy("Each is proposed for erasure again, as before the decision to keep them."),
    page="leads:retention",
    rows=_kept_asked,
    counted=lambda n: ngettext("%(n)s person", "%(n)s people", n) % {"n": n},
    does=_kept_back,
    said=lambda n: ngettext("%(n)s person is proposed again.", "%(n)s people are proposed again.", n) % {"n": n},
    form=BackForm,
    named=lambda one, _user: _kept(one),
    keep=_standing(_kept),
)
costs, _no_way_back = bulk.pages("campaigns.edit", COSTS)
times, _no_way_back = bulk.pages("means.edit", HOURS)
kept, _no_way_back = bulk.pages("settings.retention", KEPT)
