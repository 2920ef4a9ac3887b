"""Which changes may begin a yes, and which leads cannot say it at all: what the replay need not look at. Sound, not sharp."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from leads.scoring.days import Days
from leads.scoring.program import Program
from leads.scoring.timeline.points import Judge, Values
from leads.scoring.timeline.pull import Facts, Ints, us
from leads.scoring.timeline.rows import ALWAYS, make
from leads.scoring.timeline.walk import moments, steps_of, zone_of
from personas.criteria import tree
from personas.criteria.behaviours import key_of
from personas.criteria.evaluate import cap_of
from personas.criteria.grade import DIGITS, LETTERS

UP, DOWN = 1, -1


def edges(program: Program) -> dict[int, Ints] | None:
    """Atom -> the ages at which its weight moves a judgement towards yes. None: any change may begin a yes.

    More fit and more engagement never hurt where with a cell of the grade all better ones are in the set; then an atom that
    only helps begins a yes only as its weight rises, one that only harms as it falls.
    """
    if not _better_ones_too(program.body.get("mql") or ()):
        return None
    helps = _directions(program)
    found = {}
    for number, atom in enumerate(program.atoms):
        weights = np.array((*atom.table, atom.tail), float)
        change = weights - np.concatenate(([0.0], weights[:-1]))
        wanted = helps.get(number, {UP, DOWN})
        found[number] = np.array([s for s in steps_of(atom) if (UP if change[s] > 0 else DOWN) in wanted], np.int64)
    return found


def _better_ones_too(cells: Sequence[str]) -> bool:
    held = {(LETTERS.index(cell[0]), DIGITS.index(cell[1])) for cell in cells}
    return all((f, e) in held for letter, digit in held for f in range(letter + 1) for e in range(digit + 1))


def _directions(program: Program) -> dict[int, set[int]]:
    """Atom -> the directions of its change that may help: up, down or both."""
    found: dict[int, set[int]] = {}
    for axis in tree.AXES:
        for _path, item, _group in tree.items(program.body, axis):
            way = UP if item["points"] > 0 else DOWN
            carried = program.points_atom(item) if tree.is_event_item(item) else None
            if carried is not None:
                found.setdefault(carried[0], set()).add(way)
            if carried is None or not item.get("each"):
                _see(program, item["when"], way, found)
    for name, way in (("must", UP), ("never", DOWN), ("direct", UP)):
        for cond in program.body.get(name) or ():
            _see(program, cond, way, found)
    return found


def _see(program: Program, cond: Mapping[str, Any], way: int, found: dict[int, set[int]]) -> None:
    """Note the directions of a condition's atoms; under `none` they turn round."""
    for one in cond.get("none", ()):
        _see(program, one, -way, found)
    for one in (*cond.get("all", ()), *cond.get("any", ())):
        _see(program, one, way, found)
    if "event" in cond:
        found.setdefault(program.count_atom(cond), set()).add(-way if cond.get("absent") else way)


def possible(program: Program, facts: Facts, here: Days, until) -> Ints:
    """Which leads of a piece may say yes at some moment up to `until`; never false for one that does."""
    by_cells = _fit_reaches(program, facts, here, until) & _engagement_reaches(program, facts)
    return by_cells | _by_direct(program, facts) | facts.tangled


def _fit_reaches(program: Program, facts: Facts, here: Days, until) -> Ints:
    """Where nothing that is done counts for fit: whether the fit of a cell is ever there, with the fields that must be."""
    everybody = np.ones(len(facts.leads), bool)
    cells = program.body.get("mql") or ()
    if not cells:
        return ~everybody
    if any(_acts(item["when"]) for _path, item, _group in tree.items(program.body, "fit")):
        return everybody
    still = Facts(facts.leads, facts.known, facts.recorded, facts.declared, facts.born)
    still.changes, still.companies, still.tangled = facts.changes, facts.companies, facts.tangled
    zone = zone_of(still, still.known, here, us(until))
    values = Values(program, still, zone)
    rows = make(still.known, us(until), moments(program, still, values, zone))
    judge = Judge(program, values, rows, us(until), np.full(len(rows.at), ALWAYS), {})
    letters = judge.grades(judge.contributions()[1])[0]
    there = np.isin(letters, [LETTERS.index(cell[0]) for cell in cells])
    for cond in program.body.get("must") or ():
        there &= True if _acts(cond) else judge.holds(cond)
    for cond in program.body.get("never") or ():
        there &= True if _acts(cond) else ~judge.holds(cond)
    return np.bincount(rows.lead[there], minlength=len(everybody)) > 0


def _engagement_reaches(program: Program, facts: Facts) -> Ints:
    """Whether all points that a lead's acts could ever give, none faded, reach the lowest band edge that a cell asks for."""
    everybody = np.ones(len(facts.leads), bool)
    bands = program.body["engagement"]["bands"]
    wanted = [DIGITS.index(cell[1]) for cell in program.body.get("mql") or ()]
    if not wanted or max(wanted) >= len(bands):
        return everybody
    most = np.zeros(len(everybody))
    for _path, item, _group in tree.items(program.body, "engagement"):
        if item["points"] <= 0:
            continue
        if not tree.is_event_item(item) or item["when"].get("absent"):
            most += max(item["points"], cap_of(item)) if not item.get("each") else cap_of(item)
            continue
        times = _times(program, facts, item["when"]["event"])
        points = times * item["points"] if item.get("each") else np.where(times > 0, item["points"], 0)
        most += np.minimum(points, cap_of(item))
    return most >= bands[max(wanted)]


def _times(program: Program, facts: Facts, event: Mapping[str, Any]) -> Ints:
    """How often each lead ever did it."""
    hits = facts.hits.get(program.behaviours[key_of(event)])
    return np.zeros(len(facts.leads)) if hits is None else np.bincount(hits[0], minlength=len(facts.leads))


def _by_direct(program: Program, facts: Facts) -> Ints:
    """Whether a lead ever did what a direct path asks for."""
    found = np.zeros(len(facts.leads), bool)
    for cond in program.body.get("direct") or ():
        if "event" not in cond or cond.get("absent"):
            return ~np.zeros(len(facts.leads), bool)
        found |= _times(program, facts, cond["event"]) > 0
    return found


def _acts(cond: Mapping[str, Any]) -> bool:
    return any("event" in leaf for _path, leaf in tree.leaves(cond))
