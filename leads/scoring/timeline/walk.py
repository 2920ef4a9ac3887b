"""The walk: every moment of many leads under one definition version, judged.

A moment is an instant at which a fact that the version reads became known, or a local midnight at which an operator
or a fading declares an edge. Leads with facts taken back, and those that others were merged into, are judged by the SQL
scorer at the same moments.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from leads.scoring import asks, compile, ledger
from leads.scoring.days import Days
from leads.scoring.program import Atom, Program
from leads.scoring.sql import Params, fetch
from personas.criteria import tree
from personas.criteria.grade import DIGITS, LETTERS
from personas.criteria.operators import OPERATORS

from . import did, pull
from .points import Judge, Values
from .pull import Facts, Ints, members, us
from .rows import ALWAYS, Rows, Zone, make, running_max, running_sum

FAR = np.int64(2**62)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(at: int) -> datetime:
    """The instant of whole microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=int(at))


@dataclass
class Walk:
    """Rows sorted by (lead, moment). `new`: not judged before; the row before the first new one says what stood then.

    `plain`: the cells say yes; `strict`: so they do past the band edges + hysteresis; `begins`: a cycle begins there.
    """

    version_id: int
    lead: Ints  # ids
    at: Ints
    cycle: Ints
    fit: Ints
    engagement: Ints
    grade: Ints  # letter × 6 + digit
    contributions: Ints
    plain: Ints
    strict: Ints
    direct: Ints
    begins: Ints
    new: Ints
    declared: Ints  # first cycle of a lead that came with declared history
    history: Ints  # the moment lies in that history
    back: Ints  # at that moment a fact was taken back

    def __len__(self) -> int:
        return len(self.at)

    @property
    def first(self) -> Ints:
        """The first row of each lead."""
        return np.concatenate(([True], self.lead[1:] != self.lead[:-1]))

    @property
    def differs(self) -> Ints:
        """New rows that say something else than the row before, or are the first one of this version."""
        same = ~self.first
        for one in (self.fit, self.engagement, self.grade, self.plain, self.direct):
            same[1:] &= one[1:] == one[:-1]
        same[1:] &= (self.contributions[1:] == self.contributions[:-1]).all(axis=1)
        return self.new & ~same


def grade_text(number: int) -> str:
    """ "A1" for 0."""
    return LETTERS[number // len(DIGITS)] + DIGITS[number % len(DIGITS)]


def walk(
    program: Program,
    lead_ids: Sequence[int],
    *,
    here: Days,
    line_from: datetime,
    version_from: datetime,
    until: datetime,
    after: Mapping[int, datetime] | datetime | None = None,
) -> Walk | None:
    """Judge leads at every moment in (`after`, `until`] under one version, in force since `version_from`.

    `line_from`: when the line's first version took effect. `after`: the last moment judged, one for all or by lead.
    None when nobody is there to be judged.
    """
    facts, upper = pull.known(lead_ids, until), us(until)
    born = np.maximum(facts.known, us(line_from))
    judged = _judged(facts.leads, after)
    base = np.maximum(np.maximum(facts.known, us(version_from)), judged)
    alive = base <= upper
    if not alive.any():
        return None
    if not alive.all():
        facts, born, judged, base = facts.only(alive), born[alive], judged[alive], base[alive]
    pull.fill(program, facts, until)
    facts.hits = did.hits(program, facts, base, judged > -FAR, here, until)
    zone = zone_of(facts, base, here, upper)
    values = Values(program, facts, zone)
    rows = make(base, upper, moments(program, facts, values, zone))
    return _judge(program, facts, values, rows, upper, here, born, judged)


def always(
    program: Program,
    facts: Facts,
    *,
    here: Days,
    until: datetime,
    edges: Mapping[int, Ints] | None = None,
    since: datetime | None = None,
) -> Walk:
    """Judge leads from the moment each was known, as if the version had always been in force (or since `since`).

    `facts` hold what was known by `until`, and somebody. `edges`: atom -> the ages at which its weight moves a judgement
    towards yes; its other ages then count, but are no moments, which leaves out no first yes.
    """
    upper = us(until)
    base = facts.known if since is None else np.minimum(np.maximum(facts.known, us(since)), upper)
    zone = zone_of(facts, base, here, upper)
    values = Values(program, facts, zone)
    rows = make(base, upper, moments(program, facts, values, zone, edges))
    return _judge(program, facts, values, rows, upper, here, base, np.full(len(base), -FAR))


def zone_of(facts: Facts, base: Ints, here: Days, upper: int) -> Zone:
    """The zone of all their instants; from now on their events name local days."""
    earliest = min(int(base.min()), *(int(h[2].min()) for h in facts.hits.values() if len(h[2])), int(facts.born.min()))
    zone = Zone(here, earliest, upper)
    facts.hits = {pk: (lead, at, zone.day(occurred)) for pk, (lead, at, occurred) in facts.hits.items()}
    return zone


def _judged(leads: Ints, after: Mapping[int, datetime] | datetime | None) -> Ints:
    if after is None:
        return np.full(len(leads), -FAR)
    if isinstance(after, datetime):
        return np.full(len(leads), us(after))
    return np.array([us(after[one]) if one in after else -FAR for one in leads.tolist()], np.int64)


def moments(
    program: Program, facts: Facts, values: Values, zone: Zone, edges: Mapping[int, Ints] | None = None
) -> list[tuple[Ints, Ints]]:
    """(lead, instant) of everything at which a judgement may change; of `edges` as `always`."""
    found = [facts.resets[:2], facts.backs, facts.lent]
    for lead, at, _day in facts.hits.values():
        found.append((lead, at))
    for number in sorted(program.asked):
        atom = program.atoms[number]
        hits = facts.hits.get(program.behaviours[atom.behaviour])
        if hits is None:
            continue
        lead, at, day = hits
        for step in steps_of(atom) if edges is None else edges[number]:
            midnight = zone.midnight(day + step)
            later = midnight > at
            found.append((lead[later], midnight[later]))
    for key in program.fields:
        changes = facts.changes.get(key)
        if changes and key.startswith("lead."):
            found.append((changes.subject, changes.effective))
    found += _company_moments(facts, values)
    for cond in _field_conditions(program):
        found += _edge_moments(cond, facts, values, zone)
    return found


def steps_of(atom: Atom) -> Ints:
    """Ages at which the weight of an event changes."""
    weights = np.array((*atom.table, atom.tail), float)
    return np.flatnonzero(weights != np.concatenate(([0.0], weights[:-1])))


def _company_moments(facts: Facts, values: Values) -> list[tuple[Ints, Ints]]:
    links = facts.changes.get("lead.company")
    if links is None:
        return []
    found = [(links.subject, links.effective)]
    for key, changes in facts.changes.items():
        if key.startswith("company."):
            found.append(members(links.subject, values.links, changes.subject, changes.effective))
    return found


def _field_conditions(program: Program) -> list:
    found = [cond for _path, cond in tree.conditions(program.body)]
    for rules in program.rules.values():
        found += [cond for _path, cond in tree.leaves(rules)] if rules else []
    return [cond for cond in found if "field" in cond and cond["field"] in program.columns]


def _edge_moments(cond, facts: Facts, values: Values, zone: Zone) -> list[tuple[Ints, Ints]]:
    """Midnights at which a dated condition begins or ceases to hold, for each value it ever had."""
    edges = OPERATORS[cond["op"]].edges(cond.get("value"))
    if not (edges.days or edges.years):
        return []
    first, after, _nothing = values.spans(cond)
    changes = facts.changes.get(cond["field"])
    found = []
    for day in (first, after):
        inside = (day > zone.day0) & (day <= zone.day0 + len(zone.midnights))
        if cond["field"] == "lead.created":
            found.append((np.flatnonzero(inside), zone.midnight(day[inside])))
        elif changes and cond["field"].startswith("lead."):
            found.append((changes.subject[inside], zone.midnight(day[inside])))
        elif changes:
            links = facts.changes["lead.company"]
            found.append(members(links.subject, values.links, changes.subject[inside], zone.midnight(day[inside])))
    return found


def _judge(
    program: Program, facts: Facts, values: Values, rows: Rows, upper: int, here: Days, born: Ints, judged: Ints
) -> Walk:
    lead, at, occurred = facts.resets
    day = values.zone.day(occurred)
    cycle = running_sum(rows, lead, at, np.ones(len(lead)), upper).astype(np.int64)
    reset_day = running_max(rows, lead, at, day, upper, int(ALWAYS))
    judge = Judge(program, values, rows, upper, reset_day, _cuts(facts, (lead, at, day), program.lasting))
    contributions, scores = judge.contributions()
    letter, digit = judge.grades(scores)
    plain, strict, direct = judge.verdicts(scores, letter, digit)
    out = {
        "cycle": cycle, "fit": scores["fit"], "engagement": scores["engagement"],
        "grade": letter * len(DIGITS) + digit, "plain": plain, "strict": strict, "direct": direct,
    }  # fmt: skip
    if needing := _needs_sql(program, facts, rows):
        _ask_sql(program, facts, rows, here, needing, out, contributions)
    started = at >= np.maximum(rows.base, born)[lead]
    begins = (rows.at == born[rows.lead]) | np.isin(rows.keys, rows.key(lead[started], at[started]))
    return Walk(
        program.version_id, facts.leads[rows.lead], rows.at, out["cycle"], out["fit"], out["engagement"], out["grade"],
        contributions, out["plain"], out["strict"], out["direct"], begins, rows.at > judged[rows.lead],
        facts.declared[rows.lead] & (out["cycle"] == 0), rows.at <= facts.recorded[rows.lead],
        np.isin(rows.keys, rows.key(*facts.backs)),
    )  # fmt: skip


def _cuts(facts: Facts, resets: tuple[Ints, Ints, Ints], lasting: Collection[int]) -> dict[int, Ints]:
    """Behaviour -> for each of its events the instant from which a reset makes it count 0."""
    by_lead: dict[int, list[tuple[int, int]]] = {}
    for lead, at, day in zip(*(one.tolist() for one in resets), strict=True):
        by_lead.setdefault(lead, []).append((at, day))
    found = {}
    for pk, (lead, _at, day) in facts.hits.items():
        cut = np.full(len(lead), FAR)
        for place in np.flatnonzero(np.isin(lead, list(by_lead))) if by_lead and pk not in lasting else ():
            cut[place] = min((at for at, upto in by_lead[int(lead[place])] if upto >= day[place]), default=FAR)
        found[pk] = cut
    return found


# --- leads that arrays do not judge


def _needs_sql(program: Program, facts: Facts, rows: Rows) -> list[int]:
    """Positions of the rows that SQL must judge: of leads whose facts were taken back or lent, or all."""
    for atom in program.atoms:
        if atom.kind == "young" and any(b > a for a, b in zip(atom.table, (*atom.table[1:], atom.tail), strict=True)):
            return list(range(len(rows.at)))
    return np.flatnonzero(facts.tangled[rows.lead]).tolist()


def _ask_sql(
    program: Program, facts: Facts, rows: Rows, here: Days, places: list[int], out: dict, points: Ints
) -> None:
    pairs = [(int(facts.leads[rows.lead[one]]), instant(rows.at[one])) for one in places]
    params = Params()
    asked = asks.listed(
        pairs, raw=not ledger.counted(program.behaviours)
    )  # a draft may ask for what nobody counted yet
    sql = compile.ctes(program, asked, here, params)
    columns = "lead_id, t, cycle, fit, engagement, grade, contributions, plain, strict, direct"
    found = {row[:2]: row[2:] for row in fetch(f"WITH {sql} SELECT {columns} FROM scored", params)}
    for place, pair in zip(places, pairs, strict=True):
        cycle, fit, engagement, grade, contributions, plain, strict, direct = found[pair]
        cell = LETTERS.index(grade[0]) * len(DIGITS) + DIGITS.index(grade[1])
        for name, value in zip(out, (cycle, fit, engagement, cell, plain, strict, direct), strict=True):
            out[name][place] = value
        points[place] = contributions
