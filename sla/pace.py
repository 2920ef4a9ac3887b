"""Marketing's pace: below nine tenths of the line for three business days tells managers and marketers, once a stretch.

Judged by night with the figures of the follow-up page, day by day as each business day of the contract's calendar ended.
A month that is over, and terms signed for the past, tell nobody.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from smarketing.accounts.models import Role, User
from smarketing.accounts.policy import may
from smarketing.jobs import ledger, nightly
from smarketing.jobs.models import Run
from smarketing.notify import notices, registry
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line
from smarketing.rows import clock

from . import follow, states, words
from .figures import Volume
from .models import Contract

KIND = "pace"
DAYS, SHARE = 3, Fraction(9, 10)


@dataclass(frozen=True)
class Behind:
    """A clause below nine tenths of its line at the end of each business day from `since` to `until`; `figure`: as `until` ended."""

    key: str
    since: date
    until: date
    figure: Volume


def register() -> None:
    label = gettext_lazy("Marketing's pace is below 90 % of the line for 3 business days")
    registry.register(registry.Kind(KIND, label, "graph-down", say))
    ledger.STEPS[KIND] = gettext_lazy("Pace against the line announced")
    nightly.once(KIND, look, order=92)


def stretch(days: Sequence[tuple[date, bool]]) -> date | None:
    """The first of the business days, below the line without a break, that the last one ends; None of fewer than three.
    `days`: (day, whether it ended below), oldest first."""
    found: list[date] = []
    for day, below in reversed(days):
        if not below:
            break
        found.append(day)
    return found[-1] if len(found) >= DAYS else None


def behind(contract: Contract, today: date, cutoff: datetime) -> Iterator[Behind]:
    """The volumes of marketing that are behind in the month of `today`, while there are business days left to mend it."""
    reader = follow.Reader(contract, datetime.combine(today, time(12), tzinfo=clock.zone()), cutoff)
    for key, days in reader.ended(today.replace(day=1), "marketing").items() if reader.terms else ():
        promised = [
            (day, figure)
            for day, terms, figure in days
            if not terms.retrospective or day > terms.published_at.astimezone(reader.zone).date()
        ]
        since = stretch([(day, figure.count < SHARE * figure.line) for day, figure in promised])
        if since and (figure := promised[-1][1]).needed:
            yield Behind(key, since, promised[-1][0], figure)


def look(run: Run) -> int:
    """By night: tell of each stretch once, when its third business day has ended. Returns how many were told."""
    told, at = 0, datetime.combine(run.business_date, time(), tzinfo=clock.zone())
    if not notices.is_news(at, run.cutoff):
        return 0
    people = User.objects.filter(role__in=(Role.MANAGER, Role.MARKETER), is_active=True)
    users = list(people.values_list("pk", flat=True))
    for contract in Contract.objects.order_by("pk"):
        for one in behind(contract, run.business_date, run.cutoff):
            if not _told(contract, one):
                about = f"pace:{contract.pk}:{one.key}@{one.since.isoformat()}"
                said = {"contract": contract.pk, "clause": one.key, **_figures(one)}
                told += notices.tell(kind=KIND, users=users, about=about, at=at, **said)
    return told


def _told(contract: Contract, one: Behind) -> bool:
    """Whether this stretch was told before, even where late facts have since made it longer."""
    before = Notice.objects.filter(kind=KIND, params__contract=contract.pk, params__clause=one.key)
    return before.filter(params__until__gte=one.since.isoformat()).exists()


def _figures(one: Behind) -> dict[str, Any]:
    figure = one.figure
    return {
        "since": one.since.isoformat(), "until": one.until.isoformat(), "count": figure.count,
        "target": str(figure.target), "elapsed": figure.elapsed, "days": figure.days, "line": str(figure.line),
    }  # fmt: skip


def say(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Marketing's pace: 18 MQL behind the line", since when, and the pace that would still reach the goal."""
    if not may(reader, "contract.view"):
        return {}
    contracts = Contract.objects.in_bulk([one.params["contract"] for one in some])
    return {
        one.pk: _line(contracts[one.params["contract"]], one.params)
        for one in some
        if one.params["contract"] in contracts
    }


def _line(contract: Contract, said: Mapping[str, Any]) -> Line:
    ideal = Fraction(said["line"]) if "line" in said else None  # older notices know one slope only
    figure = Volume(said["count"], Fraction(said["target"]), said["elapsed"], said["days"], ideal=ideal)
    until, left = date.fromisoformat(said["until"]), figure.days - figure.elapsed
    gap, place = states.shown(-figure.gap, Fraction(0), 0), states.shown(figure.line, Fraction(figure.count), 0)
    needed = states.shown(figure.needed or Fraction(0), figure.target / figure.days, 1)
    text = ngettext("Marketing is %(gap)s MQL behind the line", "Marketing is %(gap)s MQL behind the line", int(gap))
    pace = ngettext(
        "%(pace)s MQL needed on the business day left",
        "%(pace)s MQL a day needed over the %(days)s business days left",
        left,
    )
    detail = [
        f"{contract.name}, {date_format(until, 'YEAR_MONTH_FORMAT')}",
        _("%(count)s of %(place)s") % {"count": words.number(figure.count), "place": words.number(place)},
        _("below 90 %% of the line since %(day)s")
        % {"day": date_format(date.fromisoformat(said["since"]), "SHORT_DATE_FORMAT")},
        pace % {"pace": words.number(needed), "days": left},
    ]
    address = reverse("sla:month", args=[f"{until:%Y-%m}"]) + f"?contract={contract.pk}&clause={said['clause']}"
    return Line(text % {"gap": words.number(gap)}, address, " · ".join(detail))
