"""A definition version made ready for SQL: the fields it reads, the sums over behaviours it needs, its slots.

An *atom* is one number per lead drawn from the ledger: the sum of n × weight(age) over the rows of one behaviour
("sum"), or the weight of the youngest day that counts ("young": points that fade from the latest time). Criteria and
conditions that need the same number share an atom. Atoms are numbered in reading order, which a version never changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from personas.criteria import decay, tree
from personas.criteria.behaviours import behaviours, key_of, lasts
from personas.criteria.fields import Catalogue
from personas.definitions import queries
from personas.definitions.catalogue import catalogue as read_catalogue
from personas.models import DefinitionVersion, FieldDef
from smarketing.rows.kept import once

from . import company_days, ledger

MILLION = decay.MILLION


@dataclass(frozen=True)
class Atom:
    """`table[age]` is the weight of each age; `tail` of every later one; `most` events of a local day count (None: all)."""

    behaviour: str
    kind: str
    table: tuple[int, ...]
    tail: int
    most: int | None = None


@dataclass
class Program:
    """What `compile.py` needs of one version. `columns`: field key -> database column, "" for custom attributes."""

    line_id: int
    version_id: int
    body: Mapping[str, Any]
    catalogue: Catalogue
    rules: Mapping[int, Mapping[str, Any]]
    columns: Mapping[str, str]
    behaviours: Mapping[str, int]
    atoms: list[Atom] = field(default_factory=list)
    asked: set[int] = field(default_factory=set)  # numbers of the atoms that somebody reads

    def __post_init__(self) -> None:
        for axis in tree.AXES:
            for _path, item, _group in tree.items(self.body, axis):
                if tree.is_event_item(item):
                    self._count_item(item)
                else:
                    self._count_all(item["when"])
        for name in tree.LISTS:
            for cond in self.body.get(name) or ():
                self._count_all(cond)

    def _count_item(self, item: Mapping[str, Any]) -> None:
        carried = self.points_atom(item)
        if carried is not None:
            self.asked.add(carried[0])
        if carried is None or not item.get("each"):
            count = self.count_atom(item["when"])  # numbered, though nobody may ask for it: numbers name raw sums
            self.asked |= set() if self.says_all(item) else {count}

    def _count_all(self, cond: Mapping[str, Any]) -> None:
        for _path, leaf in tree.leaves(cond):
            if "event" in leaf:
                self.asked.add(self.count_atom(leaf))

    def says_all(self, item: Mapping[str, Any]) -> bool:
        """Whether the atom that carries an event criterion's points says that it holds, too: without a single event it is 0."""
        cond = item["when"]
        return self.points_atom(item) is not None and not cond.get("absent") and cond.get("count", 1) == 1

    @property
    def fields(self) -> list[str]:
        """Keys of the fields read, sorted; unknown ones left out (they are absent for everybody)."""
        used = {cond["field"] for _path, cond in tree.conditions(self.body) if "field" in cond}
        for rules in self.rules.values():
            used |= {cond["field"] for _path, cond in tree.leaves(rules)} if rules else set()
        return sorted(used & set(self.columns))

    def points_atom(self, item: Mapping[str, Any]) -> tuple[int, int] | None:
        """(atom, millionths per unit of it) that carry an event criterion's points; None where holding is enough."""
        if not item.get("each") and not item.get("decay"):
            return None
        length, tail = decay.span(item)
        table = decay.weight_table(item, length - 1) if length else ()
        unit = MILLION if {*table, tail} <= {0, MILLION} else 1
        kind, most = ("sum", item.get("daily")) if item.get("each") else ("young", None)
        table = tuple(weight // unit for weight in table)
        return self._number(Atom(key_of(item["when"]["event"]), kind, table, tail // unit, most)), unit

    def count_atom(self, cond: Mapping[str, Any]) -> int:
        """Number of the atom that counts the events of a condition inside its window."""
        within = cond.get("within")
        table, tail = ((), 1) if within is None else ((1,) * within, 0)
        return self._number(Atom(key_of(cond["event"]), "sum", table, tail))

    @property
    def capped(self) -> set[int]:
        """Ids of the behaviours of which some atom counts so many a day at most."""
        return {self.behaviours[atom.behaviour] for atom in self.atoms if atom.most is not None}

    @property
    def lasting(self) -> set[int]:
        """Ids of the behaviours that an engagement reset leaves standing."""
        filters = {one.key: one.filter for one in behaviours(self.body)}
        return {pk for key, pk in self.behaviours.items() if key in filters and lasts(filters[key])}

    def horizon(self) -> int | None:
        """Ages at or beyond which no atom that is read counts; None when some never end."""
        read = [self.atoms[number] for number in self.asked]
        return None if any(atom.tail for atom in read) else max((len(atom.table) for atom in read), default=0)

    def _number(self, atom: Atom) -> int:
        if atom not in self.atoms:
            self.atoms.append(atom)
        return self.atoms.index(atom)


@once
def load(version: DefinitionVersion) -> Program:
    """The program of a version; its behaviours must be registered (`ledger.ensure`)."""
    return build(version.line_id, version.pk, version.body)


def build(line_id: int, version_id: int, body: Mapping[str, Any]) -> Program:
    """The program of a body, also of one that is not published."""
    columns = dict(FieldDef.objects.filter(subject__in=("lead", "company")).values_list("key", "column"))
    columns |= dict.fromkeys(company_days.COLUMNS, "")
    keys = {key_of(cond["event"]) for _path, cond in tree.conditions(body) if "event" in cond}
    return Program(line_id, version_id, body, read_catalogue(), queries.pinned(body), columns, ledger.ids_of(keys))
