"""What a program reads of all leads, from a column snapshot: the arrays of `scoring.timeline.pull`, cut into pieces of leads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from leads.models import Company
from leads.scoring import company_days
from leads.scoring.program import Program
from leads.scoring.sql import Params
from leads.scoring.timeline import pull
from leads.scoring.timeline.points import span_of
from leads.scoring.timeline.pull import NONE, Changes, Facts, Ints
from personas.criteria import canonical, tree
from personas.criteria.behaviours import behaviours
from personas.criteria.fields import BOOL

from .columns import Columns

COMPANY = "lead.company"
_US = "round(date_part('epoch', {0}) * 1000000)::bigint".format
_KNOWN = "CASE WHEN l.declared THEN l.created_at ELSE greatest(l.recorded_at, l.created_at) END"
_LEADS = f"""
SELECT l.id, {_US(_KNOWN)}, {_US("l.recorded_at")}, l.declared::int, {_US("l.created_at")} FROM leads_lead l
WHERE l.root_id IS NULL AND NOT l.erased AND {_KNOWN} <= %(until)s ORDER BY 1
"""


@dataclass
class Gathered:
    """Everything a program reads. `piece` cuts out the leads at the places low <= place < high."""

    everybody: Facts
    hits: Mapping[int, Ints]
    fields: Mapping[str, Ints]
    says: Mapping[str, Mapping[str, Ints]]
    links: Ints | None
    of_companies: dict[str, Changes] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.everybody.leads)

    def piece(self, low: int, high: int) -> Facts:
        """The facts of some leads, whose places begin at 0."""
        whole = self.everybody
        part = slice(low, high)
        facts = Facts(*(getattr(whole, name)[part] for name in ("leads", "known", "recorded", "declared", "born")))
        facts.tangled, facts.companies = whole.tangled[part], whole.companies
        facts.hits = {pk: _cut(table, low, high) for pk, table in self.hits.items()}
        facts.resets = _cut(whole.resets, low, high)
        facts.backs, facts.lent = _cut(whole.backs, low, high), _cut(whole.lent, low, high)
        facts.changes = {key: self._changes(key, low, high) for key in self.fields}
        return facts

    def _changes(self, key: str, low: int, high: int) -> Changes:
        """Changes of leads are cut; those of companies are the same for every piece."""
        if not key.startswith("lead."):
            if key not in self.of_companies:
                self.of_companies[key] = self._some(key, slice(None), 0)
            return self.of_companies[key]
        return self._some(key, slice(*np.searchsorted(self.fields[key][0], (low, high))), low)

    def _some(self, key: str, part: slice, low: int) -> Changes:
        subject, effective = self.fields[key]
        says = {cond: spans[:, part].T for cond, spans in self.says.get(key, {}).items()}
        links = self.links[part] if key == COMPANY and self.links is not None else None
        return Changes(np.asarray(subject[part]) - low, np.asarray(effective[part]), spans=says, links=links)


def _cut(columns: Iterable[Ints], low: int, high: int) -> Any:
    columns = list(columns)
    start, stop = np.searchsorted(columns[0], (low, high))
    first, *rest = (np.asarray(one[start:stop]) for one in columns)
    return (first - low, *rest)


def take(facts: Facts, keep: Ints) -> Facts:
    """The facts of those leads of a piece for which `keep` is true."""
    new = np.cumsum(keep) - 1

    def some(columns: Sequence[Ints]) -> Any:
        kept = keep[columns[0]]
        first, *rest = (one[kept] for one in columns)
        return (new[first], *rest)

    out = Facts(*(getattr(facts, name)[keep] for name in ("leads", "known", "recorded", "declared", "born")))
    out.tangled, out.companies = facts.tangled[keep], facts.companies
    out.hits = {pk: some(columns) for pk, columns in facts.hits.items()}
    out.resets, out.backs, out.lent = some(facts.resets), some(facts.backs), some(facts.lent)
    out.changes = {key: _some(one, keep, new) if key.startswith("lead.") else one for key, one in facts.changes.items()}
    return out


def _some(changes: Changes, keep: Ints, new: Ints) -> Changes:
    kept = keep[changes.subject]
    spans = {cond: pairs[kept] for cond, pairs in (changes.spans or {}).items()}
    links = None if changes.links is None else changes.links[kept]
    return Changes(new[changes.subject[kept]], changes.effective[kept], spans=spans, links=links)


def gather(program: Program, columns: Columns) -> Gathered:
    """The program's tables, read from the database where the snapshot has not got them yet."""
    known = columns.table("leads", lambda: pull.numbers(_LEADS, {"until": columns.cutoff}, 5))
    facts = Facts(*known)
    facts.declared = facts.declared.astype(bool)
    params = Params(ids=facts.leads.tolist(), until=columns.cutoff)
    hits = _hits(program, facts, columns, params)
    facts.resets = _three(columns.table("resets", lambda: _sorted(pull.resets(facts, params))))
    facts.lent = _two(columns.table("lent", lambda: _sorted(pull.positions(facts, pull.LENT, params))))
    facts.companies = columns.table("companies", _companies)[0]
    links = columns.table("links", lambda: _links(facts, params))
    facts.changes = {COMPANY: Changes(links[0], links[1], links=links[2])}
    facts.backs = _two(columns.table("backs", lambda: _backs(facts, params)))
    facts.tangled = np.zeros(len(facts.leads), bool)
    facts.tangled[facts.backs[0]] = facts.tangled[facts.lent[0]] = True
    fields, says = _fields(program, facts, columns, params)
    firms = any(key.startswith("company.") for key in program.fields)
    if firms:
        fields[COMPANY] = links[:2]
    return Gathered(facts, hits, fields, says, links[2] if firms else None)


def _three(table: Ints) -> tuple[Ints, Ints, Ints]:
    return table[0], table[1], table[2]


def _two(table: Ints) -> tuple[Ints, Ints]:
    return table[0], table[1]


def _sorted(columns: Sequence[Ints]) -> list[Ints]:
    order = np.lexsort(columns[1::-1])
    return [one[order] for one in columns]


def _hits(program: Program, facts: Facts, columns: Columns, params: Params) -> dict[int, Ints]:
    """Behaviours that the snapshot lacks are read together, in one pass over the events."""
    wanted = {one.key: one.filter for one in behaviours(program.body)}
    fresh: dict[str, Sequence[Ints]] = {}

    def read(key: str) -> Sequence[Ints]:
        if key not in fresh:
            names = list(wanted)
            lacking = {n: wanted[name] for n, name in enumerate(names) if not columns.has(f"hits-{name}")}
            for n, found in pull.hits(lacking, facts.leads, params).items():
                fresh[names[n]] = _sorted(found)
        return fresh[key]

    return {program.behaviours[key]: columns.table(f"hits-{key}", lambda key=key: read(key)) for key in wanted}


def _companies() -> list[Ints]:
    return [np.array(list(Company.objects.order_by("pk").values_list("pk", flat=True)), np.int64)]


def _links(facts: Facts, params: Params) -> list[Ints]:
    found = pull.changes("lead", facts.leads, ["company"], params).get(COMPANY) or Changes(NONE, NONE)
    return [found.subject, found.effective, pull.company_of(found, facts.companies)]


def _backs(facts: Facts, params: Params) -> list[Ints]:
    pull.pull_backs(facts, params)
    return _sorted(facts.backs)


def _fields(program: Program, facts: Facts, columns: Columns, params: Params) -> tuple[dict, dict]:
    """(field -> subject, effective; field -> condition -> first day, day after the last, of each change)."""
    asked: dict[str, dict[str, Mapping[str, Any]]] = {}
    for cond in _conditions(program):
        asked.setdefault(cond["field"], {})[canonical.dumps(cond)] = cond
    fields, says = {}, {}
    for key in program.fields:
        if key == "lead.created":
            continue
        held: list[Changes] = []

        def changes(key: str = key, held: list[Changes] = held) -> Changes:
            if not held:
                held.append(_read(key, facts, params))
            return held[0]

        fields[key] = columns.table(f"field-{key}", lambda: [changes().subject, changes().effective])
        says[key] = {
            text: columns.table(f"says-{canonical.digest(cond)}", lambda cond=cond: _says(program, cond, changes()))
            for text, cond in asked.get(key, {}).items()
        }
    return fields, says


def _conditions(program: Program) -> list[Mapping[str, Any]]:
    """Every condition on a field, those of the personas included."""
    found = [cond for _path, cond in tree.conditions(program.body)]
    for rules in program.rules.values():
        found += [cond for _path, cond in tree.leaves(rules)] if rules else []
    return [cond for cond in found if "field" in cond and cond["field"] in program.columns]


def _read(key: str, facts: Facts, params: Params) -> Changes:
    if key in company_days.COLUMNS:
        return pull.sums(facts.companies, [key], params).get(key) or Changes(NONE, NONE)
    subject, _dot, name = key.partition(".")
    ids = facts.leads if subject == "lead" else facts.companies
    return pull.changes(subject, ids, [name], params).get(key) or Changes(NONE, NONE)


def _says(program: Program, cond: Mapping[str, Any], changes: Changes) -> list[Ints]:
    """The days on which each of a field's values holds for a condition."""
    kind, told = program.catalogue[cond["field"]].type, {}
    blank = False if program.columns.get(cond["field"]) and kind == BOOL else None
    for text in set(changes.values):
        told[text] = span_of(cond, kind, pull.read_value(text, blank))
    pairs = np.array([told[text] for text in changes.values], np.int64).reshape(-1, 2)
    return [pairs[:, 0], pairs[:, 1]]
