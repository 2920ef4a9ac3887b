"""The reference R of goal 1: the same scores counted by DuckDB over Parquet, and by the best loop over leads that an ORM allows.

Both are written from the criteria, not from the compiler; no time counts before all contributions are equal by checksum.
"""

import tempfile
import time
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from django.db import connection
from django.db.models import F, Q, QuerySet

from leads.models import AttributeChange, Company, Correction, EngagementReset, Event, Join, Lead, MergedSpan
from leads.scoring import days, oracle
from personas.criteria import decay, tree
from personas.criteria.behaviours import key_of, matches
from personas.criteria.evaluate import Judgement, cap_of, judge
from personas.criteria.fields import Catalogue
from personas.criteria.operators import fold
from personas.models import DefinitionVersion

from .recompute import checksum

THREADS = 2
_LEADS = """
SELECT l.id AS lead, l.country, c.industry, c.employees FROM leads_lead l LEFT JOIN leads_company c ON c.id = l.company_id
WHERE l.root_id IS NULL AND NOT l.erased AND l.created_at <= '{at}' AND l.recorded_at <= '{at}'
"""
_LEDGER = """
SELECT b.lead_id AS lead, h.key AS behaviour, '{day}'::date - b.occurred_day AS age, b.n FROM leads_behaviourday b
JOIN leads_behaviour h ON h.id = b.behaviour_id WHERE b.occurred_day < '{day}' AND b.known_day < '{day}'
"""
_EVENTS = """
SELECT coalesce(e.lead_id, k.lead_id) AS lead, e.kind, e.page, e.form, '{day}'::date - {occurred} AS age FROM leads_event e
LEFT JOIN leads_join k ON e.lead_id IS NULL AND k.visitor_id = e.visitor_id AND k.known_at < '{at}'
WHERE e.occurred_at < '{at}' AND e.known_at < '{at}' AND (e.lead_id IS NOT NULL OR k.lead_id IS NOT NULL)
"""


class Parquet:
    """Leads, ledger and raw events as known at the midnight `at` that begins a day, in files of this folder."""

    def __init__(self, folder: Path, at: datetime):
        self.folder, self.engine = folder, duckdb.connect()
        self.engine.execute(f"SET threads = {THREADS}")
        here = days.here()
        names = {"at": at.isoformat(), "day": here.of(at).isoformat()}
        self._file("leads", _LEADS.format(**names))
        self._file("ledger", _LEDGER.format(**names))
        bounds = here.params()
        with connection.cursor() as cursor:
            occurred = cursor.mogrify(here.sql("e.occurred_at"), bounds).decode()
        self._file("events", _EVENTS.format(occurred=occurred, **names))

    def _file(self, name: str, sql: str) -> None:
        plain = self.folder / f"{name}.csv"
        with connection.cursor() as cursor, plain.open("w") as handle:
            cursor.copy_expert(f"COPY ({sql}) TO STDOUT CSV HEADER", handle)
        self.engine.execute(
            f"COPY (SELECT * FROM read_csv('{plain}')) TO '{self.folder / name}.parquet' (FORMAT parquet)"
        )
        plain.unlink()

    def score(self, version: DefinitionVersion, raw: bool) -> float:
        """Seconds to count every contribution into a table `said`, from the raw events or from the ledger."""
        sql = statement(version.body, raw, self.folder)
        begun = time.perf_counter()
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE said AS {sql}")
        return time.perf_counter() - begun

    def checksum(self, version: DefinitionVersion) -> tuple[int, int]:
        slots = len(tree.slots(version.body))
        found = self.engine.execute("SELECT * FROM said ORDER BY lead").fetchnumpy()
        return checksum(found["lead"], np.stack([found[f"c{n}"] for n in range(slots)], axis=1)), len(found["lead"])


def statement(body: Mapping[str, Any], raw: bool, folder: Path) -> str:
    """DuckDB's statement for a body of plain criteria: values of leads, acts one by one or the latest, no groups."""
    sums, order, slot = [], [], 0
    for axis in tree.AXES:
        mine = []
        for item in body[axis]["items"]:
            mine.append(f"c{slot}")
            if tree.is_event_item(item):
                sums.append(f"{_sum(item, raw)} AS s{slot}")
                order.append((f"c{slot}", _whole(item, f"s{slot}")))
            else:
                order.append((f"c{slot}", f"CASE WHEN {_holds(item['when'])} THEN {item['points']} ELSE 0 END"))
            slot += 1
        total = " + ".join(mine) or "0"
        order.append((f"c{slot}", f"greatest(0, least({body[axis].get('cap', 100)}, {total})) - ({total})"))
        slot += 1
    points = ", ".join(f"({sql})::int AS {name}" for name, sql in order)
    acts = f"SELECT lead, {', '.join(sums)} FROM '{folder / ('events' if raw else 'ledger')}.parquet' GROUP BY lead"
    return f"SELECT lead, {points} FROM '{folder / 'leads'}.parquet' LEFT JOIN ({acts}) USING (lead)"


def _sum(item: Mapping[str, Any], raw: bool) -> str:
    length, tail = decay.span(item)
    within = item["when"].get("within")
    table = list(decay.weight_table(item, max(length - 1, 0)))[:length]
    weight = f"coalesce([{', '.join(map(str, table))}][age + 1], {tail})"
    which = _done(item["when"]["event"]) if raw else f"behaviour = '{key_of(item['when']['event'])}'"
    which += "" if within is None else f" AND age < {within}"
    value = f"sum({'' if raw else 'n * '}{weight}::bigint)" if item.get("each") else f"max({weight}::bigint)"
    return f"{value} FILTER (WHERE {which})"


def _done(filter_: Mapping[str, Any]) -> str:
    tests = [f"kind = '{filter_['kind']}'"]
    if filter_.get("form"):
        tests.append(f"lower(form) = '{fold(filter_['form'])}'")
    if filter_.get("page"):
        wanted = fold(filter_["page"]["value"])
        tests.append(
            f"contains(lower(page), '{wanted}')" if filter_["page"]["op"] == "like" else f"lower(page) = '{wanted}'"
        )
    return " AND ".join(tests)


def _whole(item: Mapping[str, Any], name: str) -> str:
    cap = int(cap_of(item))
    raw = f"coalesce({name}, 0)::double * {item['points']} / {decay.MILLION}"
    return f"trunc(greatest(-{cap}, least({cap}, {raw})))"


def _holds(cond: Mapping[str, Any]) -> str:
    if "all" in cond:
        return " AND ".join(map(_holds, cond["all"]))
    name = cond["field"].partition(".")[2]
    if cond["op"] == "between":
        return f"coalesce({name} BETWEEN {cond['value'][0]} AND {cond['value'][1]}, false)"
    wanted = ", ".join(f"'{fold(value)}'" for value in cond["value"])
    return f"coalesce(lower({name}) IN ({wanted}), false)"


# --- the best loop over leads


class _Row:
    """What the ORM read of one lead."""

    def __init__(self, lead: Lead, company: Company | None, events: list[tuple[date, dict]]):
        self.lead, self.company, self.done, self.personas = lead, company, events, frozenset()

    def value(self, field: str) -> Any:
        subject, _, name = field.partition(".")
        return getattr(self.lead if subject == "lead" else self.company, name, None)

    def events(self, filter_: Mapping[str, Any]) -> list[tuple[date, int]]:
        return [(day, 1) for day, event in self.done if matches(filter_, event)]


def loop(version: DefinitionVersion, ids: list[int], at: datetime, fields: Catalogue) -> list[tuple[int, Judgement]]:
    """(lead, what is said of it) of these leads: read together, judged one by one in Python, as known at `at`.

    Columns hold the present: whose values changed since, who was recycled or merged is judged from its history.
    """
    here = days.here()
    today, gone = here.of(at), set(_corrected("event").filter(known_at__lte=at))
    done: dict[int, list] = {pk: [] for pk in ids}
    joined = dict(Join.objects.filter(lead__in=ids, known_at__lt=at).values_list("visitor_id", "lead_id"))
    mine = Q(lead__in=ids) | Q(lead=None, visitor__in=joined)
    rows = Event.objects.filter(mine, occurred_at__lt=at, known_at__lt=at)
    for pk, lead, visitor, occurred, kind, name, page, form in rows.values_list(
        "pk", "lead_id", "visitor_id", "occurred_at", "kind", "name", "page", "form"
    ):
        if pk not in gone:
            event = {"kind": kind, "name": name, "page": page, "form": form}
            done[lead or joined[visitor]].append((here.of(occurred), event))
    found, odd, changed = [], _odd(ids, at), _changed("company", at)
    for one in Lead.objects.filter(pk__in=ids).select_related("company").order_by("pk"):
        if one.pk in odd or one.company_id in changed:
            found.append((one.pk, oracle.score(one.pk, version.body, at, catalogue=fields)))
            continue
        said = judge(version.body, _Row(one, one.company, done[one.pk]), today, catalogue=fields)
        found.append((one.pk, said))
    return found


def _odd(ids: list[int], at: datetime) -> set[int]:
    """Those of these leads of whom columns and events alone do not tell."""
    recycled = EngagementReset.objects.filter(lead__in=ids, known_at__lte=at).values_list("lead_id", flat=True)
    merged = MergedSpan.objects.filter(root__in=ids).values_list("root_id", flat=True)
    return {*recycled, *merged, *(_changed("lead", at) & set(ids))}


def _changed(subject: str, at: datetime) -> set[int]:
    """Leads, or companies, a value of which was learned, taken back or began to count after `at`."""
    late = Q(recorded_at__gt=at) | Q(occurred_at__gt=F("recorded_at")) & Q(occurred_at__gt=at)
    late |= Q(pk__in=list(_corrected("attributechange").filter(recorded_at__gt=at)))
    return set(AttributeChange.objects.filter(late, subject=subject).values_list("subject_id", flat=True))


def _corrected(subject: str) -> QuerySet:
    return Correction.objects.filter(subject=subject).values_list("subject_id", flat=True)


def folder() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="bench-parquet-")
