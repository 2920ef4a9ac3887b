"""The deals of a question and the touches of their ways as arrays: what `ways` says of them, without an object per touch.

Read by three statements, as of the question's cut-off; only touches that may count by the look-back are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from leads.intake.bulk import array
from leads.models import Campaign
from leads.touches import read as touches
from reporting.attribution.journeys import DAY
from reporting.attribution.masses import NEVER, NOBODY, Ends, Mass, lay
from reporting.attribution.sharing import Floats, Ints, Marks
from smarketing.measures import statement
from smarketing.measures.question import Question
from smarketing.rows import bulk
from smarketing.rows.days import Days

from . import ways

_SECOND = "floor(extract(epoch FROM {}))::bigint"
_YES = "coalesce({}, false)"  # of a deal whose state or end was not known by the cut-off nothing is said
_DEALS = (
    "x_deal", "coalesce(x_cents, 0)", "x_cents IS NOT NULL", _YES.format("x_won"), _YES.format("x_open"), _SECOND.format("x_closed"),
    _YES.format("x_closed_day"), _SECOND.format("x_opened"), "x_opened_day", "coalesce(x_lead, 0)", f"coalesce(x_declared, {NOBODY})",
)  # fmt: skip
_CONTACTS = f"SELECT c.deal_id, c.root_id, c.id, {_SECOND.format('c.created_at')}, c.day_only::int::bigint FROM ({ways.CONTACTS}) c"


@dataclass(frozen=True)
class Flat:
    """Deals by their ids: won or not, whether their amount is known, the mass of their journeys; source and campaign (NOBODY: none)
    of the primary lead; of each lead that somebody's contact is, or is merged into it, `member`, the place of the deal."""

    deals: Ints
    won: Marks
    priced: Marks
    mass: Mass
    sources: Sequence[str]
    declared: Ints
    place: Ints
    member: Ints


def read(question: Question, which: str, look_back: int | None, every: bool = False) -> Flat:
    """The deals that a question is about; `which`: SQL of a condition on them (w). `look_back`: days. `every`: read the touches,
    too, that do not count."""
    local = Days(question.home)
    built = ways.asked(question, which)
    rows = statement.run(
        f"WITH {built.counted} SELECT {', '.join(_DEALS)}, x_source FROM counted ORDER BY x_deal", built.params
    )
    *columns, sources = zip(*rows, strict=True) if rows else [()] * (len(_DEALS) + 1)
    deals, cents, priced, won, is_open, closed, closed_day, opened, opened_day, lead, declared = (
        np.array(column, np.int64) for column in columns
    )
    closed = np.where(is_open == 1, int(question.cutoff.timestamp() // 1), _seconds(closed, closed_day, local))
    opened = _seconds(opened, opened_day, local)
    place, root, member, born = _people(deals, lead, question.cutoff, local)
    oldest, created = _oldest(len(deals), place, root, born)
    ends = Ends(closed, opened, created, oldest, cents)
    window = (None, None) if every else _windows(ends, place, member, look_back)
    mass = lay(ends, *_touched(place, root, member, question.cutoff, window), look_back)
    return Flat(deals, won == 1, priced == 1, mass, sources, declared, place, member)


def _people(deals: Ints, lead: Ints, cutoff: datetime, local: Days) -> Sequence[Ints]:
    """(place of the deal, contact, a lead that the contact stands for, the contact's creation), one line a lead of a contact."""
    if not len(deals):
        return [np.zeros(0, np.int64)] * 4
    primary = array(one or None for one in lead.tolist())
    asked = {"deals": array(deals.tolist()), "primary": primary, "cutoff": cutoff}
    deal, root, member, born, day_only = bulk.columns(_CONTACTS, asked, 5)  # few of all leads: each is looked up
    return np.searchsorted(deals, deal), root, member, _seconds(born, day_only, local)


def _seconds(at: Ints, day_only: Ints, local: Days) -> Ints:
    """Instants; of a day without a time its last second."""
    days = day_only == 1
    if days.any():
        some, code = np.unique(at[days], return_inverse=True)
        ends = [ways.second(datetime.fromtimestamp(one, UTC), True, local) for one in some.tolist()]
        at = at.copy()
        at[days] = np.array(ends, np.int64)[code]
    return at


def _oldest(count: int, place: Ints, root: Ints, born: Ints) -> tuple[Ints, Ints]:
    """(the contact created first, its creation) of each deal."""
    oldest, created = np.full(count, NOBODY, np.int64), np.full(count, NEVER, np.int64)
    order = np.lexsort((root, born, place))
    first = order[np.flatnonzero(np.diff(place[order], prepend=-1))]
    oldest[place[first]], created[place[first]] = root[first], born[first]
    return oldest, created


def _windows(ends: Ends, place: Ints, member: Ints, look_back: int | None) -> tuple[Floats, Floats]:
    """(since, until) of the touches of each lead, by their ids, that count for any deal."""
    leads, code = np.unique(member, return_inverse=True)
    since, until = np.full(len(leads), np.inf), np.full(len(leads), -np.inf)
    np.maximum.at(until, code, ends.won_at[place] + 1.0)
    np.minimum.at(since, code, -np.inf if look_back is None else ends.won_at[place] - look_back * float(DAY))
    return since, until


def _touched(
    place: Ints, root: Ints, member: Ints, cutoff: datetime, window: tuple[Floats | None, Floats | None]
) -> tuple[Ints, Ints, Ints, Ints]:
    """(place of the deal, second, campaign, contact) of each touch of each deal, in the order of its journey."""
    found = _standing(touches.columns(np.unique(member), cutoff, *window), cutoff)
    low, high = np.searchsorted(found.lead, member, "left"), np.searchsorted(found.lead, member, "right")
    size = high - low
    of = np.repeat(low - (np.cumsum(size) - size), size) + np.arange(size.sum())
    deal, who = np.repeat(place, size), np.repeat(root, size)
    at, campaign, fact, via = found.at[of], found.campaign[of], found.fact[of], found.via[of]
    order = np.lexsort((via, fact, at, deal))
    return deal[order], at[order], campaign[order], who[order]


def tried(found: Flat, cutoff: datetime) -> Ints:
    """The first attempt of sales on anybody of each deal; the end of time for none."""
    out = np.full(len(found.deals), -NEVER, np.int64)
    if len(found.member):
        leads = np.unique(found.member)
        who, at = bulk.columns(ways.TRIED, {"leads": array(leads.tolist()), "cutoff": cutoff}, 2)
        first = np.full(len(leads), -NEVER, np.int64)
        first[np.searchsorted(leads, who)] = at
        np.minimum.at(out, found.place, first[np.searchsorted(leads, found.member)])
    return out


def _standing(found: touches.Columns, cutoff: datetime) -> touches.Columns:
    """Touches of campaigns that stand, merged ones under the one they count with."""
    roots, standing = touches.roots(cutoff), set(Campaign.objects.standing().values_list("pk", flat=True))
    names, code = np.unique(found.campaign, return_inverse=True)
    counted = [roots.get(name, name) for name in names.tolist()]
    stands = np.array([name in standing for name in counted], bool)
    counted_as = np.array(counted, np.int64)
    moved = touches.Columns(found.lead, counted_as[code], found.at, found.via, found.fact)
    return moved if stands.all() else moved.only(stands[code])
