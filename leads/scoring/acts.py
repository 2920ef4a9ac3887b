"""What was done, as numbers: relations `d` (acts known at t, by day) and `s` (the atoms of each lead and moment).

The ledger up to yesterday, then raw facts of the day; every raw fact of leads whose facts tangle on that day.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from personas.criteria.behaviours import behaviours

from . import filters
from .asks import Asks
from .days import Days
from .program import Atom, Program
from .sql import Params


def days(program: Program, asks: Asks, here: Days, params: Params) -> str:
    """Relations odd and d: lead_id, t, behaviour_id, age, n as known at t: the ledger to yesterday, then raw facts.

    Where nothing was taken back each row of the ledger speaks for itself. Of odd leads the rows of a day are added up, for
    only a day that is left over may be the youngest; and days before a reset are left out.
    """
    used = {program.atoms[number].behaviour for number in program.asked}
    wanted = {program.behaviours[key]: filter_ for key, filter_ in _filters(program).items() if key in used}
    params["behaviours"] = sorted(wanted)
    params["lasting"] = sorted(program.lasting & set(wanted))
    lasting = " OR b.behaviour_id = ANY(%(lasting)s)" if params["lasting"] else ""
    hits = f"unnest({filters.behaviours_hit(wanted, params)}) AS b(behaviour_id)"
    raw = " UNION ALL ".join(_raw(wanted, asks))
    parts = [] if asks.raw else _of_ledger(program, asks, lasting)
    parts.append(
        f"SELECT x.lead_id, x.t, b.behaviour_id, x.today - {here.sql('x.occurred_at')}, 1 FROM ({raw}) x, {hits}"
        f" WHERE x.reset_day IS NULL OR {here.sql('x.occurred_at')} > x.reset_day{lasting}"
    )
    return f"{_ODD},\nd(lead_id, t, behaviour_id, age, n) AS ({' UNION ALL '.join(parts)})"


_ODD = """
odd AS MATERIALIZED (SELECT lead_id FROM asked WHERE tangled OR reset_day IS NOT NULL
 UNION SELECT b.lead_id FROM leads_behaviourday b JOIN asked a ON a.lead_id = b.lead_id
  WHERE b.n < 0 AND b.behaviour_id = ANY(%(behaviours)s))"""


def _of_ledger(program: Program, asks: Asks, lasting: str) -> list[str]:
    """SELECTs of the rows of the ledger that count: of all leads but odd ones, and of these. One moment for everybody needs
    no look at who is asked about: those who are not are left out later."""
    horizon, one = program.horizon(), not asks.listed and not asks.many
    today, t = ("%(today)s::date", "%(t)s::timestamptz") if one else ("a.today", "a.t")

    def known(day: str) -> str:
        young = f" AND b.occurred_day > {day} - {int(horizon)}" if horizon is not None else ""
        return f"b.known_day < {day} AND b.occurred_day < {day}{young} AND b.behaviour_id = ANY(%(behaviours)s)"

    source = "leads_behaviourday b" if one else "asked a JOIN leads_behaviourday b ON b.lead_id = a.lead_id"
    plain = (
        f"SELECT b.lead_id, {t}, b.behaviour_id, {today} - b.occurred_day, b.n FROM {source}"
        f" WHERE {known(today)}{asks.within('b.lead_id')} AND b.lead_id NOT IN (SELECT lead_id FROM odd)"
    )
    those = (
        "SELECT a.lead_id, a.t, b.behaviour_id, a.today - b.occurred_day, sum(b.n) FROM odd JOIN asked a ON a.lead_id = odd.lead_id"
        f" JOIN LATERAL (SELECT * FROM leads_behaviourday b WHERE b.lead_id = odd.lead_id AND {known('a.today')} OFFSET 0) b ON true"
        f" WHERE NOT a.tangled AND (a.reset_day IS NULL OR b.occurred_day > a.reset_day{lasting})"
        " GROUP BY 1, 2, 3, 4 HAVING sum(b.n) <> 0"
    )
    return [plain, those]


def _raw(behaviours: Mapping[int, Mapping[str, Any]], asks: Asks) -> Iterable[str]:
    """Events that became known or occurred on the day of t, own and lent; every event of those tangled."""
    extra = "a.lead_id, a.t, a.today, a.reset_day"
    known = "e.known_at <= a.t AND e.occurred_at <= a.t"
    today = f"NOT a.tangled AND {known} AND (e.known_at >= a.midnight OR e.occurred_at >= a.midnight)"
    kept = "NOT EXISTS (SELECT FROM leads_correction c WHERE c.subject = 'event' AND c.subject_id = e.id AND c.known_at <= a.t)"
    of = behaviours.values()
    if not asks.raw:
        own = "asked a JOIN leads_event e ON e.lead_id = a.lead_id"
        yield filters.events(
            of,
            extra,
            own,
            f"{today} AND e.recorded_at >= %(first_midnight)s AND e.id >= %(first_id)s{asks.within('e.lead_id')}",
        )
        ahead = (
            "(SELECT DISTINCT lead_id FROM leads_behaviourday WHERE occurred_day >= %(today)s AND known_day < %(today)s"
            f"{asks.within('lead_id')}) h"
        )
        few = "asked a" if asks.listed else f"{ahead} JOIN asked a ON a.lead_id = h.lead_id"
        early = "e.recorded_at < %(first_midnight)s AND e.occurred_at >= %(first_midnight)s"
        yield filters.events(of, extra, f"{few} {_each(asks, 'e.lead_id = a.lead_id')}", f"{today} AND {early}")
    tangled = f"asked a {_each(asks, 'e.lead_id = a.lead_id')}"
    yield filters.events(of, extra, tangled, f"a.tangled AND {known} AND {kept}")
    members = "asked a JOIN lent m ON m.lead_id = a.lead_id AND m.t = a.t"
    lent = f"{members} {_each(asks, 'e.lead_id = m.member')}"
    new = "NOT a.tangled AND (e.known_at >= a.midnight OR e.occurred_at >= a.midnight)"
    yield filters.events(of, extra, lent, f"{known} AND ({new} OR (a.tangled AND {kept}))")
    first = "NOT EXISTS (SELECT FROM leads_join f WHERE f.visitor_id = k.visitor_id AND f.id < k.id)"
    for whose in (
        "asked a JOIN leads_join k ON k.lead_id = a.lead_id",
        f"{members} JOIN leads_join k ON k.lead_id = m.member",
    ):
        visits = _each(asks, "e.visitor_id = k.visitor_id AND e.lead_id IS NULL")
        yield filters.events(
            of, extra, f"{whose} AND a.tangled AND k.known_at <= a.t {visits}", f"{known} AND {kept} AND {first}"
        )
    if filters.has_attempts(of):
        yield from _tried(behaviours, extra)


def _each(asks: Asks, which: str) -> str:
    """Events joined as e: of few leads looked up one after the other, however many there are; all read where all count."""
    if asks.raw and not asks.listed:
        return f"JOIN leads_event e ON {which}"
    return f"JOIN LATERAL (SELECT * FROM leads_event e WHERE {which} OFFSET 0) e ON true"


def _tried(behaviours: Mapping[int, Mapping[str, Any]], extra: str) -> Iterable[str]:
    """The same of attempts of sales, own and lent."""
    known = "e.known_at <= a.t AND e.occurred_at <= a.t AND (a.tangled OR e.known_at >= a.midnight OR e.occurred_at >= a.midnight)"
    kept = "NOT EXISTS (SELECT FROM leads_correction c WHERE c.subject = 'attempt' AND c.subject_id = e.id AND c.known_at <= a.t)"
    for whose, lead in (
        ("asked a", "a.lead_id"),
        ("asked a JOIN lent m ON m.lead_id = a.lead_id AND m.t = a.t", "m.member"),
    ):
        source = f"{whose} JOIN {filters.ATTEMPTS} ON e.lead_id = {lead}"
        yield filters.events(behaviours.values(), extra, source, f"{known} AND {kept}")


def _filters(program: Program) -> dict[str, Mapping[str, Any]]:
    return {one.key: one.filter for one in behaviours(program.body)}


def atoms(program: Program, asks: Asks, params: Params) -> str:
    """Relation s: an `a…` column per atom that is read, of each lead and moment asked.

    Each row is weighed where it stands, by a constant table: a join to the weights doubles the rows and tells atoms apart
    once more for each of them.
    """
    of_a_day = "(SELECT lead_id, t, behaviour_id, age, sum(n) AS n FROM d GROUP BY 1, 2, 3, 4) d"
    each = ", ".join(f"{_atom(program, program.atoms[one], params)} AS a{one}" for one in sorted(program.asked))
    t, key = ("d.t", "1, 2") if asks.listed else ("%(t)s::timestamptz AS t", "1")
    return f"s AS (SELECT d.lead_id, {t}, {each} FROM {of_a_day if program.capped else 'd'} WHERE d.age >= 0 GROUP BY {key})"


def _atom(program: Program, atom: Atom, params: Params) -> str:
    """An atom over the rows of d."""
    weight, which = f"{int(atom.tail)}::float8", f"d.behaviour_id = {int(program.behaviours[atom.behaviour])}"
    if atom.table:
        weight = f"coalesce(({params.array(atom.table, 'float8')})[d.age + 1], {weight})"
    if atom.kind == "young":
        return f"max({weight}) FILTER (WHERE {which} AND d.n > 0)"
    times = "d.n" if atom.most is None else f"least(d.n, {int(atom.most)})"
    return f"sum({times} * {weight}) FILTER (WHERE {which})"
