"""What is missing in a month, and who can act: sentences with the rows behind them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from leads.handoffs import holds
from leads.models import Hold
from smarketing.accounts.models import User
from smarketing.measures import engine

from . import handover, rates, states, words
from .clocks import MISSED, OWED, PENDING
from .figures import Share, Volume
from .follow import FUTURE, Month, Row
from .kinds import CLOCK, QUALIFICATION, RATE, VOLUME, Asked
from .models import Clock

MOST = 3  # names in one sentence


@dataclass(frozen=True)
class Item:
    """`show`: which rows open ("" all of the clause; else a state of its rows, "held" or "against")."""

    key: str
    text: str
    show: str = ""


def items(month: Month) -> list[Item]:
    """Items of every clause that stands badly or has something pending, in the order of the table."""
    if month.phase == FUTURE or month.frozen:
        return []
    found: list[Item] = []
    for row in month.rows:
        found += SOURCES[row.kind.source](month, row)
    return found


def _volume(month: Month, row: Row) -> Iterator[Item]:
    figure, key = row.figure, row.clause.key
    assert isinstance(figure, Volume)
    if figure.state == states.BEHIND and figure.needed:
        left = figure.days - figure.elapsed
        pace = words.amount(figure, states.shown(figure.needed, figure.target / figure.days, 1))
        yield Item(key, str(row.kind.says["needed"] % {"pace": pace, "days": left}))
    held = holds.waiting(month.contract.line_id) if row.kind.unit == "leads" else None
    if held and not figure.over:
        count = sum(held.values())
        reasons = ", ".join(f"{Hold.Reason(reason).label} {n}" for reason, n in held.most_common())
        text = ngettext(
            "%(count)s qualified lead waits: %(reasons)s", "%(count)s qualified leads wait: %(reasons)s", count
        )
        yield Item(key, text % {"count": words.number(count), "reasons": reasons}, "held")


def _clocks(month: Month, row: Row) -> Iterator[Item]:
    key = row.clause.key
    if row.kind.subject == QUALIFICATION:
        yield from _handed(month, row)
        return
    found = Clock.objects.filter(terms__contract=month.contract, month=month.first, clause_key=key)
    late = list(
        found.filter(state=MISSED).values_list(
            "due_at", row.kind.idle, "handoff__state_row__is_open", "handoff__state_row__rep", "handoff__lead"
        )
    )
    untouched = [rep for _due, done, is_open, rep, _lead in late if is_open and not done]
    if untouched:
        names = _names(Counter(untouched))
        said = {"count": words.number(len(untouched)), "names": names, "number": len(untouched)}
        yield Item(key, str(row.kind.says["idle"] % said), MISSED)
    days = Counter(due.astimezone(month.zone).date() for due, *_rest in late)
    if len(late) > max(len(untouched), 1):
        day, worst = max(days.items(), key=lambda pair: (pair[1], pair[0]))
        text = ngettext(
            "%(count)s late: %(worst)s of them on %(day)s", "%(count)s late: %(worst)s of them on %(day)s", len(late)
        )
        words_ = {
            "count": words.number(len(late)),
            "worst": words.number(worst),
            "day": date_format(day, pgettext("date", "D j")),
        }
        yield Item(key, text % words_, MISSED)
    following = found.filter(state__in=OWED).order_by("due_at").values_list("due_at", flat=True)
    if count := len(following):
        when = date_format(following[0].astimezone(month.zone), _("D j M H:i"))
        text = ngettext("%(count)s pending, due %(when)s", "%(count)s pending, the next one due %(when)s", count)
        yield Item(key, text % {"count": words.number(count), "when": when}, PENDING)


def _handed(month: Month, row: Row) -> Iterator[Item]:
    """Qualified leads that were not handed over when they should have been, by source."""
    late = handover.waiting(month.contract, month.first, month.cutoff, row.clause.key)
    if late:
        names = ", ".join(f"{name or '–'} {words.number(n)}" for name, n in Counter(late).most_common(MOST))
        said = {"count": words.number(len(late)), "names": names, "number": len(late)}
        yield Item(row.clause.key, str(row.kind.says["idle"] % said), MISSED)


def _rates(month: Month, row: Row) -> Iterator[Item]:
    figure, key, says = row.figure, row.clause.key, row.kind.says
    assert isinstance(figure, Share)
    if figure.state in (states.BEHIND, states.BROKEN) and row.kind.against:
        groups = _groups(month, row.kind.against)
        said = {"count": words.number(sum(groups.values())), "number": sum(groups.values())}
        said["most"] = ", ".join(f"{name} {words.number(n)}" for name, n in groups.most_common(MOST))
        if groups:
            yield Item(key, str(says["against"] % said), "against")
    if figure.pending:
        said = {"count": words.number(figure.pending), "number": figure.pending}
        yield Item(key, str(says["pending"] % said), PENDING)


def _groups(month: Month, some: Asked) -> Counter[str]:
    """How many rows of a measure there are in the month, by the names of what they are grouped by."""
    times = {"first": month.first, "until": month.until, "zone": month.zone, "cutoff": month.cutoff}
    found = engine.answer(some.measure, by=(some.by,), **rates.question(month.contract.line_id, some, **times))
    named = found.measure.dimensions(found.question)[some.by].show or str
    return Counter(
        {
            str(named(name) if name else _("in the pool")): one.n if one.of is None else one.of
            for one in found.rows
            for name in [one.group[some.by]]
        }
    )


SOURCES = {VOLUME: _volume, CLOCK: _clocks, RATE: _rates}


def _names(reps: Counter) -> str:
    """Reps in charge with how many each; those in the pool last."""
    names = dict(User.objects.filter(pk__in=[rep for rep in reps if rep]).values_list("pk", "name"))
    ordered = sorted(reps.items(), key=lambda pair: (pair[0] is None, -pair[1], names.get(pair[0], "")))
    return ", ".join(f"{names.get(rep) or _('in the pool')} {words.number(n)}" for rep, n in ordered)
