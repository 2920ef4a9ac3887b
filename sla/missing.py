"""What is missing in a month, and who can act: sentences with the rows behind them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from leads.handoffs import absences, holds
from leads.models import Hold
from smarketing.accounts.models import User
from smarketing.measures import engine

from . import asking, causes, handover, rates, states, words
from .clocks import MISSED, PENDING
from .figures import Share, Volume
from .follow import FUTURE, RUNNING, Month, Row
from .kinds import CLOCK, QUALIFICATION, RATE, VOLUME, Asked, params
from .late import Late, from_book

MOST = 3  # names in one sentence


@dataclass(frozen=True)
class Item:
    """`show`: which rows open ("" all of the clause; else a state of its rows, "held" or "against"), `where`: and which of
    them; `url`: another page instead. `warns`: it calls for caution, nothing is missing."""

    key: str
    text: str
    show: str = ""
    where: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    warns: bool = False


def items(month: Month, *, names: bool = True) -> list[Item]:
    """Items of every clause that stands badly or has something pending, in the order of the table. `names` False: reps are
    counted, not named."""
    return [item for row in month.rows if _speaks(month) for item in of_row(month, row, names)]


def first(month: Month, row: Row) -> Item | None:
    """The first item of a clause, none other being asked for."""
    return next(SOURCES[row.kind.source](month, row, True), None) if _speaks(month) and not month.frozen else None


def _speaks(month: Month) -> bool:
    """Whether something is, or was, missing of a month: not of one to come."""
    return month.phase != FUTURE


def of_row(month: Month, row: Row, names: bool = True) -> list[Item]:
    """Items of a clause. Of a closed month its causes, as known at the cut-off of its book: nobody can act on it any more."""
    found = SOURCES[row.kind.source](month, row, names)
    return [one for one in found if not (month.frozen and one.show == PENDING)]


def _late(month: Month, key: str) -> Late:
    """What broke of a clause's promises: of a closed month what its book kept."""
    if month.frozen is None:
        return month.late.get(key, Late())
    kept = month.frozen.late.get(key)
    return month.then.late.get((month.first, key), Late()) if kept is None else from_book(kept)


def _waiting(month: Month, key: str) -> Sequence[int]:
    """Leads that should have been handed over and were not: of a closed month what its book kept."""
    if month.frozen is None:
        return month.waiting.get(key, ())
    kept = month.frozen.waiting.get(key)
    return month.then.waiting.get((month.first, key), ()) if kept is None else kept


def remarks(month: Month) -> Item | None:
    """ "praise this month 6 · problems 4", with the page where they are read; None where nobody wrote any."""
    praise, problems = causes.said(month) if month.phase != FUTURE else (0, 0)
    if not praise + problems:
        return None
    said = {"praise": words.number(praise), "problems": words.number(problems)}
    url = reverse("sla:remarks", args=[month.contract.pk, f"{month.first:%Y-%m}"])
    return Item("", _("praise this month %(praise)s · problems %(problems)s") % said, url=url)


def _volume(month: Month, row: Row, names: bool) -> Iterator[Item]:
    figure, key = row.figure, row.clause.key
    assert isinstance(figure, Volume)
    running = month.phase == RUNNING  # a quarter may go on where the month is over
    if running and (too_fast := causes.flood(month, row)):
        yield Item(key, _too_fast(*too_fast), warns=True)
    if figure.state == states.BEHIND and figure.needed:
        left = figure.days - figure.elapsed
        pace = words.amount(figure, states.shown(figure.needed, figure.target / figure.days, 1))
        yield Item(key, str(row.kind.says["needed"] % {"pace": pace, "days": left}))
    if row.kind.unit != "leads":
        return
    for one in [*causes.short(month, row)][:MOST]:
        said = {"name": str(one.campaign), "planned": words.number(one.planned), "gave": words.number(one.gave)}
        text = _("campaign “%(name)s” planned %(planned)s, brought %(gave)s")
        yield Item(key, text % said, where={"campaign": one.key})
    some = params.population(row.clause.params)  # who waits is not asked of whom a clause speaks
    if running and not some and (held := holds.waiting(month.contract.line_id)):
        count = sum(held.values())
        reasons = ", ".join(f"{Hold.Reason(reason).label} {n}" for reason, n in held.most_common())
        text = ngettext(
            "%(count)s qualified lead waits: %(reasons)s", "%(count)s qualified leads wait: %(reasons)s", count
        )
        yield Item(key, text % {"count": words.number(count), "reasons": reasons}, "held")


def _too_fast(gap: Any, pace: int) -> str:
    ahead = int(states.shown(gap, gap))
    text = ngettext(
        "%(gap)s MQL ahead of the line, more than the %(pace)s a day that a backlog is released by: sales may not keep up",
        "%(gap)s MQL ahead of the line, more than the %(pace)s a day that a backlog is released by: sales may not keep up",
        ahead,
    )
    return text % {"gap": words.number(ahead), "pace": words.number(pace)}


def _clocks(month: Month, row: Row, names: bool) -> Iterator[Item]:
    key = row.clause.key
    if row.kind.subject == QUALIFICATION:
        yield from _handed(month, row)
        return
    late = _late(month, key)
    if untouched := sum(late.idle.values()):
        said = {"count": words.number(untouched), "names": _names(+late.idle, names), "number": untouched}
        yield Item(key, str(row.kind.says["idle"] % said), MISSED)
    if late.count > max(untouched, 1):
        yield Item(key, _worst_day(month, late, names), MISSED)
    if late.owed and late.following:
        when = date_format(late.following.astimezone(month.zone), _("D j M H:i"))
        text = ngettext("%(count)s pending, due %(when)s", "%(count)s pending, the next one due %(when)s", late.owed)
        yield Item(key, text % {"count": words.number(late.owed), "when": when}, PENDING)


def _handed(month: Month, row: Row) -> Iterator[Item]:
    """Qualified leads that were not handed over when they should have been, by source."""
    if late := _waiting(month, row.clause.key):
        ordered = sorted(handover.sources(late).items(), key=lambda pair: (-pair[1], pair[0]))
        names = ", ".join(f"{name or '–'} {words.number(n)}" for name, n in ordered[:MOST])
        said = {"count": words.number(len(late)), "names": names, "number": len(late)}
        yield Item(row.clause.key, str(row.kind.says["idle"] % said), MISSED)


def _worst_day(month: Month, late: Late, names: bool) -> str:
    """ "12 late: 9 of them on Mon 16 (Léa logged nothing that day)"."""
    worst = causes.worst(month, late)
    text = ngettext(
        "%(count)s late: %(worst)s of them on %(day)s", "%(count)s late: %(worst)s of them on %(day)s", late.count
    )
    said = text % {
        "count": words.number(late.count), "worst": words.number(worst.count),
        "day": date_format(worst.day, pgettext("date", "D j")),
    }  # fmt: skip
    if not (worst.silent and names):
        return said
    if absences.on(worst.silent.pk, worst.day, month.cutoff):
        return _("%(late)s (%(rep)s was away that day)") % {"late": said, "rep": worst.silent.name}
    return _("%(late)s (%(rep)s logged nothing that day)") % {"late": said, "rep": worst.silent.name}


def _rates(month: Month, row: Row, names: bool) -> Iterator[Item]:
    figure, key, says = row.figure, row.clause.key, row.kind.says
    assert isinstance(figure, Share)
    against = row.kind.against
    if figure.state in (states.BEHIND, states.BROKEN) and against and (names or against.by != "rep"):
        groups = _groups(month, row, against)
        said = {"count": words.number(sum(groups.values())), "number": sum(groups.values())}
        said["most"] = ", ".join(f"{name} {words.number(n)}" for name, n in groups.most_common(MOST))
        if groups:
            yield Item(key, str(says["against"] % said), "against")
    if figure.pending:
        said = {"count": words.number(figure.pending), "number": figure.pending}
        yield Item(key, str(says["pending"] % said), PENDING)


def _groups(month: Month, row: Row, some: Asked) -> Counter[str]:
    """How many rows of a measure there are in the days of a clause, by the names of what they are grouped by."""
    asked = rates.question(month.contract.line_id, some, **asking.times(month, row))
    found = engine.answer(some.measure, by=(some.by,), **asked)
    named = found.measure.dimensions(found.question)[some.by].show or str
    return Counter(
        {
            str(named(name) if name else _("in the pool")): one.n if one.of is None else one.of
            for one in found.rows
            for name in [one.group[some.by]]
        }
    )


SOURCES = {VOLUME: _volume, CLOCK: _clocks, RATE: _rates}


def _names(reps: Counter, named: bool) -> str:
    """Reps in charge with how many each; those in the pool last. Or only how many reps they are."""
    if not named:
        count = len([rep for rep in reps if rep])
        said = ngettext("%(count)s rep", "%(count)s reps", count) % {"count": words.number(count)}
        pooled = [_("in the pool") + " " + words.number(reps[None])] if reps[None] else []
        return ", ".join([*([said] if count else []), *pooled])
    names = dict(User.objects.filter(pk__in=[rep for rep in reps if rep]).values_list("pk", "name"))
    ordered = sorted(reps.items(), key=lambda pair: (pair[0] is None, -pair[1], names.get(pair[0], "")))
    return ", ".join(f"{names.get(rep) or _('in the pool')} {words.number(n)}" for rep, n in ordered)
