"""Conditions and points of a definition on rows: the twin of `compile.py` and `criteria.evaluate`, on arrays."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from leads.scoring.days import EPOCH
from leads.scoring.program import Atom, Program
from personas.criteria import canonical, tree
from personas.criteria.decay import MILLION
from personas.criteria.edges import anniversary
from personas.criteria.evaluate import cap_of
from personas.criteria.fields import BOOL, TEXT
from personas.criteria.grade import DIGITS, LETTERS
from personas.criteria.operators import NONE as PRESENCE
from personas.criteria.operators import OPERATORS, holds, read

from .pull import Facts, Ints, company_of, read_value
from .rows import ALWAYS, NEVER, Rows, Zone, number, running_max, running_sum

NOTHING = (None, "null", '""')  # how a field without a value is written
Span = tuple[int, int]  # days in which a condition holds: first, and the one after the last


def span_of(cond: Mapping[str, Any], kind: str, raw: Any) -> Span:
    """The days on which a condition on this value holds; one run of days for every operator."""

    def at(day: date) -> bool:
        return holds(cond["op"], kind, raw, cond.get("value"), day)

    edges = OPERATORS[cond["op"]].edges(cond.get("value"))
    value = read(kind, raw) if edges.days or edges.years else None
    if value is None:
        return (int(ALWAYS), int(NEVER)) if at(EPOCH) else (0, 0)
    days = {_later(value, days) for days in edges.days} | {anniversary(value, years) for years in edges.years}
    ordered = sorted(days)
    first = int(ALWAYS) if at(_later(ordered[0], -1)) else None
    for day in ordered:
        if first is None and at(day):
            first = number(day)
        elif first is not None and not at(day):
            return first, number(day)
    return (0, 0) if first is None else (first, int(NEVER))


def _later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


class Values:
    """Spans of every condition on a field, for each of its changes; which change is in force at each row."""

    def __init__(self, program: Program, facts: Facts, zone: Zone):
        self.program, self.facts, self.zone = program, facts, zone
        self._texts: dict[str, tuple[list[str | None], Ints]] = {}
        self._places: dict[str, Ints] = {}
        self._spans: dict[int, tuple[Ints, Ints, Span]] = {}
        links = facts.changes.get("lead.company")
        self.born = zone.day(facts.born)  # local days on which the leads were created
        self.links = company_of(links, facts.companies) if links else None

    def spans(self, cond: Mapping[str, Any]) -> tuple[Ints, Ints, Span]:
        """(first day, day after the last) for each change of the condition's field, and the same for no value."""
        held = self._spans.get(id(cond))
        if held is None:
            kind = self.program.catalogue[cond["field"]].type
            pairs = self._pairs(cond, kind)
            column = self.program.columns.get(cond["field"])
            nothing = False if column and kind == BOOL and cond["field"].startswith("lead.") else None
            held = self._spans[id(cond)] = (pairs[:, 0], pairs[:, 1], span_of(cond, kind, nothing))
        return held

    def _pairs(self, cond: Mapping[str, Any], kind: str) -> Ints:
        changes = self.facts.changes.get(cond["field"])
        if changes and changes.spans is not None:
            return changes.spans[canonical.dumps(cond)]
        texts, places = self._told(cond["field"])
        if kind == TEXT and OPERATORS[cond["op"]].operand == PRESENCE:  # the same for every text that is one
            texts, places = ['""', '"x"'], np.array([text not in NOTHING for text in texts], np.int64)[places]
        blank = False if self.program.columns.get(cond["field"]) and kind == BOOL else None
        found = [span_of(cond, kind, read_value(text, blank)) for text in texts]
        return np.array(found, np.int64).reshape(-1, 2)[places]

    def holds(self, cond: Mapping[str, Any], rows: Rows, day: Ints) -> Ints:
        """Whether a field condition holds at each row."""
        first, after, nothing = self.spans(cond)
        place = self._place(cond["field"], rows)
        got = place >= 0
        some = np.maximum(place, 0)
        low = np.where(got, first[some], nothing[0]) if len(first) else np.full(len(day), nothing[0])
        high = np.where(got, after[some], nothing[1]) if len(first) else np.full(len(day), nothing[1])
        return (low <= day) & (day < high)

    def _values(self, field: str) -> Sequence[str | None]:
        if field == "lead.created":
            return [json.dumps((EPOCH + timedelta(days=one)).isoformat()) for one in self.born.tolist()]
        changes = self.facts.changes.get(field)
        return changes.values if changes else []

    def _told(self, field: str) -> tuple[list[str | None], Ints]:
        """The different values of a field, and which of them each change says."""
        if field not in self._texts:
            seen: dict[str | None, int] = {}
            places = [seen.setdefault(text, len(seen)) for text in self._values(field)]
            self._texts[field] = list(seen), np.array(places, np.int64)
        return self._texts[field]

    def _place(self, field: str, rows: Rows) -> Ints:
        if field not in self._places:
            self._places[field] = self._locate(field, rows)
        return self._places[field]

    def _locate(self, field: str, rows: Rows) -> Ints:
        changes = self.facts.changes.get(field)
        if field == "lead.created":
            return rows.lead
        if changes is None:
            return np.full(len(rows.at), -1, np.int64)
        if field.startswith("lead."):
            return changes.order.latest(rows.lead, rows.at)
        link = self._place("lead.company", rows)
        company = np.where(link >= 0, self.links[np.maximum(link, 0)] if len(self.links) else -1, -1)
        return changes.order.latest(company, rows.at)


def first_of_day(lead: Ints, at: Ints, day: Ints, most: int) -> Ints:
    """Places of the events that are among the first `most` known of their lead and local day."""
    order = np.lexsort((at, day, lead))
    starts = np.ones(len(order), bool)
    starts[1:] = (lead[order][1:] != lead[order][:-1]) | (day[order][1:] != day[order][:-1])
    place = np.arange(len(order))
    rank = place - np.maximum.accumulate(np.where(starts, place, 0))
    return np.sort(order[rank < most])


class Judge:
    """Judges the rows of one definition version."""

    def __init__(self, program: Program, values: Values, rows: Rows, upper: int, reset_day: Ints, cut: Mapping):
        self.program, self.values, self.rows, self.upper = program, values, rows, upper
        self.day = values.zone.day(rows.at)
        self.reset_day, self.cut = reset_day, cut
        self._atoms: dict[int, Ints] = {}

    # --- behaviours

    def atom(self, number: int) -> Ints:
        """An atom at each row; counted when somebody asks for it."""
        if number not in self._atoms:
            self._atoms[number] = self._atom(self.program.atoms[number])
        return self._atoms[number]

    def _atom(self, atom: Atom) -> Ints:
        pk = self.program.behaviours[atom.behaviour]
        hits = self.values.facts.hits.get(pk)
        if hits is None or not len(hits[0]):
            return np.zeros(len(self.rows.at))
        return self._sum(atom, hits, self.cut[pk]) if atom.kind == "sum" else self._young(atom, hits)

    def _sum(self, atom: Atom, hits: tuple[Ints, Ints, Ints], cut: Ints) -> Ints:
        """Each event weighs in when it is known, moves at the midnights of its steps, and goes at a reset."""
        if atom.most is not None:
            kept = first_of_day(*hits, atom.most)
            hits, cut = tuple(column[kept] for column in hits), cut[kept]
        zone, (lead, at, day) = self.values.zone, hits
        weights = np.array((*atom.table, atom.tail), float)
        age = zone.day(at) - day
        parts = [(np.arange(len(lead)), at, np.where(age >= 0, weights[np.clip(age, 0, len(weights) - 1)], 0.0))]
        before = np.concatenate(([0.0], weights[:-1]))
        for step in np.flatnonzero(weights != before):
            mine = np.flatnonzero(age < step)
            delta = np.full(len(mine), weights[step] - before[step])
            parts.append((mine, zone.midnight(day[mine] + step), delta))
        event, when, delta = (np.concatenate(column) for column in zip(*parts, strict=True))
        alive = when < cut[event]
        event, when, delta = event[alive], when[alive], delta[alive]
        if (gone := np.flatnonzero(cut < np.int64(2**62))).size:
            left = np.bincount(event, delta, len(lead))[gone]
            event, when = np.concatenate((event, gone)), np.concatenate((when, cut[gone]))
            delta = np.concatenate((delta, -left))
        return running_sum(self.rows, lead[event], when, delta, self.upper)

    def _young(self, atom: Atom, hits: tuple[Ints, Ints, Ints]) -> Ints:
        """The weight of the youngest day that counts."""
        lead, at, day = hits
        weights = np.array((*atom.table, atom.tail), float)
        youngest = running_max(self.rows, lead, at, day, self.upper, int(ALWAYS))
        age = self.day - youngest
        weight = weights[np.clip(age, 0, len(weights) - 1)]
        counts = (youngest > self.reset_day) | (self.program.behaviours[atom.behaviour] in self.program.lasting)
        return np.where(counts & (youngest > ALWAYS) & (age >= 0), weight, 0.0)

    # --- conditions

    def holds(self, cond: Mapping[str, Any]) -> Ints:
        """Whether a condition tree holds at each row."""
        if "all" in cond:
            return self._every(cond["all"])
        if "any" in cond:
            return self._some(cond["any"])
        if "none" in cond:
            return ~self._some(cond["none"])
        if "persona" in cond:
            rules = self.program.rules.get(cond["persona"])
            return self.holds(rules) if rules else np.zeros(len(self.day), bool)
        if "event" in cond:
            held = self.atom(self.program.count_atom(cond)) >= cond.get("count", 1)
            return ~held if cond.get("absent") else held
        if not cond:
            return np.zeros(len(self.day), bool)
        if cond["field"] not in self.program.columns:
            return np.full(len(self.day), cond["op"] == "is_not_set")
        return self.values.holds(cond, self.rows, self.day)

    def _every(self, conds: Sequence[Mapping[str, Any]]) -> Ints:
        out = np.ones(len(self.day), bool)
        for cond in conds:
            out &= self.holds(cond)
        return out

    def _some(self, conds: Sequence[Mapping[str, Any]]) -> Ints:
        out = np.zeros(len(self.day), bool)
        for cond in conds:
            out |= self.holds(cond)
        return out

    # --- points

    def contributions(self) -> tuple[Ints, dict[str, Ints]]:
        """(rows × slots of whole points, axis -> score)."""
        columns: list[Ints] = []
        scores = {}
        for axis in tree.AXES:
            start = len(columns)
            for entry in self.program.body[axis]["items"]:
                first = len(columns)
                columns += [self._points(item) for item in entry.get("items", (entry,))]
                if tree.is_group(entry):
                    columns.append(self._bite(columns[first:], -int(entry["cap"]), int(entry["cap"])))
            bite = self._bite(columns[start:], 0, int(self.program.body[axis].get("cap", 100)))
            scores[axis] = self._total(columns[start:]) + bite
            columns.append(bite)
        return np.column_stack(columns).astype(np.int32), scores

    def _points(self, item: Mapping[str, Any]) -> Ints:
        points, cap = int(item["points"]), int(cap_of(item))
        carried = self.program.points_atom(item) if tree.is_event_item(item) else None
        if carried is None:
            return np.where(self.holds(item["when"]), max(-cap, min(cap, points)), 0)
        atom, unit = carried
        raw = self.atom(atom) * points
        raw = raw if unit == MILLION else raw / float(MILLION)
        bounded = np.trunc(np.clip(raw, -cap, cap)).astype(np.int64)
        if item.get("each") or self.program.says_all(item):
            return bounded
        return np.where(self.holds(item["when"]), bounded, 0)

    def _total(self, columns: Sequence[Ints]) -> Ints:
        return np.sum(columns, axis=0) if columns else np.zeros(len(self.day), np.int64)

    def _bite(self, columns: Sequence[Ints], low: int, high: int) -> Ints:
        total = self._total(columns)
        return np.clip(total, low, high) - total

    def grades(self, scores: Mapping[str, Ints]) -> tuple[Ints, Ints]:
        """(index of the letter of fit, index of the digit of engagement)."""
        return tuple(
            np.sum([scores[axis] < edge for edge in self.program.body[axis]["bands"]] or [0 * scores[axis]], axis=0)
            for axis in tree.AXES
        )

    def verdicts(self, scores: Mapping[str, Ints], fit: Ints, engagement: Ints) -> tuple[Ints, Ints, Ints]:
        """(plain, strict, direct) as `compile.py` says them."""
        body = self.program.body
        allowed = self._every(body.get("must") or ()) & ~self._some(body.get("never") or ())
        cells = [(LETTERS.index(cell[0]), DIGITS.index(cell[1])) for cell in body.get("mql") or ()]
        inside = np.zeros(len(self.day), bool)
        past = np.zeros(len(self.day), bool)
        extra = int(body.get("hysteresis", 0))
        for letter, digit in cells:
            inside |= (fit == letter) & (engagement == digit)
            past |= self._past("fit", scores, letter, extra) & self._past("engagement", scores, digit, extra)
        plain = allowed & inside
        return plain, (plain & past if extra else plain), allowed & self._some(body.get("direct") or ())

    def _past(self, axis: str, scores: Mapping[str, Ints], index: int, extra: int) -> Ints:
        bands = self.program.body[axis]["bands"]
        if index >= len(bands):
            return np.ones(len(self.day), bool)
        return scores[axis] >= min(100, int(bands[index]) + extra)
