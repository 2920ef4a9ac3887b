"""The clocks of a contract counted by blocks of handoffs and kept: only blocks in which something happened since are counted again.

One row of a contract's blocks is the mark: up to which cut-off the others are brought, and from which month on they hold every
clock. Kept are counts of the present only; wiped, they come back.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from smarketing.rows import clock
from smarketing.rows.days import Days

from . import as_of, derive, news, took
from .clocks import MISSED, OWED
from .counts import Count, frozen, merged, thawed
from .kept import PRESENT, stretches
from .kinds import CLOCK, KINDS
from .models import ClauseSplit, ClockBlock, Contract

SIZE = 2000
# Handoffs: once something happened in a block, its pieces are kept too, so that only theirs are counted again.
PIECE = 125
PIECES = -10  # down from this number they stand, a piece each
MARK = -3  # another number whenever what is kept of a block changes: rows beside another mark are not read
TIMED = "first_attempt"  # the kind of clause of which is kept how long it took
_STATE_OF = " ".join(f"WHEN '{kind.key}' THEN {kind.idle}" for kind in KINDS.values() if kind.source == CLOCK)
IDLE = f"(s.is_open AND CASE c.kind {_STATE_OF} ELSE false END)"  # over k, its clause c and the state s of its handoff
_COUNT = f"""
SELECT k.handoff_id / {{size}}, k.month, k.clause_key, k.terms_id, k.state, {{settled}},
  CASE WHEN k.state = '{MISSED}' THEN s.rep_id END,
  k.state = '{MISSED}' AND {IDLE}, count(*), min(k.due_at) FILTER (WHERE k.state = ANY(%(owed)s)),
  array_agg(k.took) FILTER (WHERE k.took IS NOT NULL AND c.kind = '{TIMED}')
FROM {{known}} k JOIN leads_handoffstate s ON s.handoff_id = k.handoff_id
JOIN sla_clause c ON c.terms_id = k.terms_id AND c.key = k.clause_key
WHERE ({{mine}}) AND ({{its}}) AND k.terms_id = ANY(%(terms)s) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
"""
# Blocks with a clock of these months on; the first and the last are looked for, not every row.
_HELD = "SELECT DISTINCT handoff_id / %(size)s FROM sla_clock WHERE terms_id = ANY(%(terms)s) AND month >= %(month)s"
# What time alone moved, and acts about promises and hands. Numbers of assignments follow the order of recording.
_MOVED = """
SELECT handoff_id FROM sla_clock WHERE state = 'missed' AND due_at >= %(since)s AND due_at <= %(cutoff)s
UNION SELECT handoff_id FROM sla_clock WHERE state = 'pending' AND due_at >= %(since)s AND due_at <= %(cutoff)s
UNION SELECT handoff_id FROM sla_pause WHERE recorded_at > %(since)s OR (until > %(since)s AND until <= %(cutoff)s)
UNION SELECT w.handoff_id FROM sla_waiveranswer a JOIN sla_waiver w ON w.id = a.waiver_id WHERE a.recorded_at > %(since)s
UNION SELECT handoff_id FROM (SELECT handoff_id, recorded_at FROM leads_assignment ORDER BY id DESC LIMIT %(most)s) a
  WHERE recorded_at > %(since)s
UNION SELECT a.handoff_id FROM leads_correction k JOIN leads_assignment a ON a.id = k.subject_id
  WHERE k.subject = 'assignment' AND k.recorded_at > %(since)s
"""
MOST = 5000  # assignments since the last look, above which every block is counted again


def read(contract: Contract, terms: Sequence[int], months: Sequence[date], cutoff: datetime, days: Days) -> list[Count]:
    """The clocks of handoffs in these months, counted, as known at a cut-off."""
    if abs(clock.now() - cutoff) > PRESENT:
        given = {"terms": list(terms), "months": list(months)}
        return _told("k.month = ANY(%(months)s)", "true", cutoff, days, given, SIZE)[1]
    first, late = min(months), behind(cutoff)  # asked before anything is counted
    rows = {one.block: one for one in _kept(contract, first)}
    mark, basis = rows.pop(MARK, None), max(terms, default=0)
    if mark is None or mark.basis != basis or mark.cutoff > cutoff or mark.first > first:
        made = _counted(terms, _held(terms, first), first, cutoff, days, SIZE)
        if not late:
            _start(contract, basis, cutoff, first, made)
        return [one for some in made.values() for one in some if one.month in months]
    some = moved(contract, mark.cutoff, cutoff, days.zone)
    fresh = _anew(terms, mark, cutoff, days) if some is None else _brought(contract, terms, mark, some, cutoff, days)
    if not late and (fresh or cutoff - mark.cutoff > PRESENT):
        _bring(contract, mark, cutoff, fresh, anew=some is None)
    found = {block: thawed(one.counts) for block, one in rows.items() if block not in fresh}
    found |= {block: counts for block, counts in fresh.items() if block >= 0}
    return [one for some in found.values() for one in some if one.month in months]


def forget() -> None:
    """Clocks were written for which no fact speaks, as the night does where it finds one wrong: all are counted anew."""
    ClockBlock.objects.filter(block=MARK).delete()
    ClauseSplit.objects.filter(what__startswith=f"{CLOCK} ").delete()


def behind(cutoff: datetime) -> bool:
    """Whether clocks have yet to be written as they stand at a cut-off: until they are, what is counted now is not kept."""
    with connection.cursor() as cursor:
        cursor.execute(derive.BEHIND.format(at="%(cutoff)s"), {"cutoff": cutoff})
        return cursor.fetchone()[0]


def _kept(contract: Contract, first: date) -> Iterable[ClockBlock]:
    return ClockBlock.objects.filter(contract=contract, last__gte=first)


def _held(terms: Sequence[int], first: date) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(_HELD, {"terms": list(terms), "month": first, "size": SIZE})
        return {row[0] for row in cursor.fetchall()}


def _anew(terms: Sequence[int], mark: ClockBlock, cutoff: datetime, days: Days) -> dict[int, list[Count]]:
    """Every block, counted from nothing."""
    held = _held(terms, mark.first)
    return {block: [] for block in held} | _counted(terms, held, mark.first, cutoff, days, SIZE)


def _brought(
    contract: Contract, terms: Sequence[int], mark: ClockBlock, handoffs: Collection[int], cutoff: datetime, days: Days
) -> dict[int, list[Count]]:
    """The blocks of these handoffs, their pieces counted again; with these under their own numbers. Of a block whose pieces are
    not kept, or were brought meanwhile, all are counted."""
    many = SIZE // PIECE
    within = {block: range(block * many, (block + 1) * many) for block in {one // SIZE for one in handoffs}}
    numbers = [PIECES - piece for pieces in within.values() for piece in pieces]
    rows = ClockBlock.objects.filter(contract=contract, block__in=numbers, basis=mark.basis, cutoff__lte=mark.cutoff)
    kept = {PIECES - one.block: one for one in rows}
    whole = {block for block, pieces in within.items() if any(piece not in kept for piece in pieces)}
    again = {one // PIECE for one in handoffs} | {piece for block in whole for piece in within[block]}
    fresh = {piece: [] for piece in again} | _counted(terms, again, mark.first, cutoff, days, PIECE)
    out = {PIECES - piece: counts for piece, counts in fresh.items()}
    for block, pieces in within.items():
        every = [fresh[piece] if piece in fresh else thawed(kept[piece].counts) for piece in pieces]
        out[block] = merged(one for some in every for one in some)
    return out


def moved(contract: Contract, since: datetime, cutoff: datetime, zone: ZoneInfo) -> set[int] | None:
    """The handoffs about whose clocks something was recorded, or which time moved, between two cut-offs; None: perhaps all."""
    told = news.between(contract.line_id, since, cutoff, zone)
    if news.ALL in told.words:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, {"since": since, "cutoff": cutoff, "most": MOST})
        found = {row[0] for row in cursor.fetchall()}
    return None if len(found) >= MOST else found | told.handoffs


def _counted(
    terms: Sequence[int], blocks: Collection[int], since: date, cutoff: datetime, days: Days, size: int
) -> dict[int, list[Count]]:
    """Block of that many handoffs -> its clocks of the months since then, counted from nothing."""
    if not blocks:
        return {}
    within = ranges("{0}.handoff_id", blocks, size)
    told = _told(
        f"k.month >= %(month)s AND {within.format('k')}",
        within.format("s"),
        cutoff,
        days,
        {"terms": list(terms), "month": since},
        size,
    )
    out: dict[int, list[Count]] = defaultdict(list)
    for block, one in zip(*told, strict=True):
        out[block].append(one)
    return out


def ranges(column: str, blocks: Collection[int], size: int) -> str:
    """A condition: this number of a handoff lies in one of these blocks of that many."""
    some = stretches(sorted(blocks), 1)
    return f"({' OR '.join(f'{column} >= {a * size} AND {column} < {(b + 1) * size}' for a, b in some) or 'false'})"


def _told(
    mine: str, its: str, cutoff: datetime, days: Days, given: Mapping[str, Any], size: int
) -> tuple[list[int], list[Count]]:
    """Blocks and counts of the clocks k for which a condition holds, and another for the states s of their handoffs."""
    known, own = as_of.relation(cutoff)
    sql = _COUNT.format(size=size, known=known, settled=days.sql("k.settled_at"), mine=mine, its=its)
    with connection.cursor() as cursor:
        cursor.execute(sql, {**own, **days.params(), "owed": list(OWED), **given})
        rows = cursor.fetchall()
    return [row[0] for row in rows], [Count(*said, took=took.pack(values or ())) for _block, *said, values in rows]


@transaction.atomic
def _start(contract: Contract, basis: int, cutoff: datetime, first: date, made: Mapping[int, list[Count]]) -> None:
    """Begin anew, unless somebody else does just now."""
    Contract.objects.select_for_update(no_key=True).get(pk=contract.pk)
    ClockBlock.objects.filter(contract=contract).delete()
    mark = ClockBlock(contract=contract, block=MARK, basis=basis, cutoff=cutoff, first=first, last=date.max, counts=[])
    ClockBlock.objects.bulk_create([mark, *_rows(contract, made, basis, cutoff)])


@transaction.atomic
def _bring(contract: Contract, mark: ClockBlock, cutoff: datetime, made: Mapping[int, list[Count]], anew: bool) -> None:
    """Write what was counted again and move the mark, unless somebody else moved it meanwhile. `anew`: all was; no piece stands."""
    own = ClockBlock.objects.select_for_update(skip_locked=True).filter(contract=contract, block=MARK)
    if not own.filter(cutoff=mark.cutoff, basis=mark.basis).exists():
        return
    own.filter(cutoff=mark.cutoff).update(cutoff=cutoff)
    if anew:
        ClockBlock.objects.filter(contract=contract, block__lte=PIECES).delete()
    ClockBlock.objects.bulk_create(
        _rows(contract, made, mark.basis, cutoff), update_conflicts=True, unique_fields=["contract", "block"],
        update_fields=["basis", "cutoff", "first", "last", "counts"],
    )  # fmt: skip


def _rows(contract: Contract, made: Mapping[int, list[Count]], basis: int, cutoff: datetime) -> list[ClockBlock]:
    return [
        ClockBlock(
            contract=contract, block=block, basis=basis, cutoff=cutoff, counts=[frozen(one) for one in some],
            first=min((one.month for one in some), default=date.min),
            last=max((one.month for one in some if block >= 0), default=date.min),
        )
        for block, some in sorted(made.items())
    ]  # fmt: skip
