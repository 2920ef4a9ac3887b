"""What a definition's body would say of every lead now: how many each criterion matches, grades, MQLs; and which leads.

Exact: the scorer's own statement over all leads, for a body that need not be published. Behaviours that the ledger has
not counted yet are counted from the raw events; where that takes long they are registered, so that the worker counts them
once (`backfill.drain`) and the next answer is quick.
"""

import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection
from psycopg2 import errors

from personas.criteria import tree
from personas.criteria.behaviours import key_of

from . import asks, company_days, compile, ledger, program
from .conditions import Conditions
from .days import here
from .sql import Params, fetch, roomy

PATIENCE, QUICK = 20, 2  # seconds that a reader waits at most; that are no matter
SAMPLE, MANY = 8_000, 50_000  # leads that an estimate is drawn from; fewer than so many are counted at once
WHOLE = ("leads", "mql", "direct")


@dataclass(frozen=True)
class Preview:
    """`hits`: written path -> leads for which the condition there holds. `ready` False: asked for, not counted yet."""

    ready: bool = True
    leads: int = 0
    mql: int = 0
    direct: int = 0
    hits: Mapping[str, int] = field(default_factory=dict)
    cells: Mapping[str, int] = field(default_factory=dict)


def parts(body: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Written path -> condition of each criterion and of must, never, direct."""
    found = {}
    for axis in tree.AXES:
        for path, item, _group in tree.items(body, axis):
            found[tree.written(path)] = item["when"]
    for name in tree.LISTS:
        for index, cond in enumerate(body.get(name) or ()):
            found[f"{name}.{index}"] = cond
    return found


def count(body: Mapping[str, Any], at: datetime) -> Preview:
    """Every lead known at `at`, judged by `body`."""
    return _count(body, asks.whole(at))


def sample(body: Mapping[str, Any], at: datetime) -> tuple[Preview, int] | None:
    """(SAMPLE leads drawn at random among those known at `at`, judged by `body`; how many are known). None where they are few,
    or nothing is counted yet: then `count` is asked. The same ones are drawn each time, so that two drafts can be compared."""
    first, last, known = fetch(_KNOWN, {"t": at})[0]
    if known < MANY:
        return None
    drawn = random.Random(0).sample(range(first, last + 1), min(last + 1 - first, SAMPLE * (last + 1 - first) // known))
    found = _count(body, asks.some(at, sorted(drawn)))
    return (found, known) if found.ready and found.leads else None


_KNOWN = f"SELECT min(l.id), max(l.id), count(*) FROM leads_lead l WHERE {asks.THERE.format(t='%(t)s')}"


def _count(body: Mapping[str, Any], asked: asks.Asks) -> Preview:
    at = asked.moments[0]
    if not company_days.ready(body, at):
        return Preview(ready=False)
    conditions = parts(body)
    compiled, params, sql = prepared(body, asked)
    tests = [Conditions(compiled, params).sql(cond) for cond in conditions.values()]
    hits = ", ".join(["count(*)", *(f"count(*) FILTER (WHERE {test})" for test in tests)])
    says = "count(*) FILTER (WHERE plain OR direct), count(*) FILTER (WHERE direct)"
    grades = f"SELECT jsonb_agg(jsonb_build_array(g.grade, g.n, g.m, g.d)) FROM (SELECT grade, count(*), {says} FROM scored GROUP BY 1) g(grade, n, m, d)"
    found = patiently(f"WITH {sql} SELECT (SELECT ARRAY[{hits}] FROM v), ({grades})", params, body)
    if found is None:
        return Preview(ready=False)
    counted, graded = found[0]
    graded = json.loads(graded) if graded else []
    return Preview(
        leads=counted[0],
        mql=sum(row[2] for row in graded),
        direct=sum(row[3] for row in graded),
        hits=dict(zip(conditions, counted[1:], strict=True)),
        cells={row[0]: row[1] for row in graded},
    )


def matching(body: Mapping[str, Any], what: str, at: datetime) -> list[int] | None:
    """Ids of the leads behind a figure: a written path, "leads", "mql", "direct" or a grade. None: not counted yet.

    KeyError when the body has no such figure.
    """
    if not company_days.ready(body, at):
        return None
    compiled, params, sql = prepared(body, asks.whole(at))
    if what in WHOLE or len(what) == 2:
        which = {"leads": "true", "mql": "plain OR direct", "direct": "direct"}.get(
            what
        ) or f"grade = {params.add(what)}"
        select = f"SELECT lead_id FROM scored WHERE {which}"
    else:
        select = f"SELECT lead_id FROM v WHERE {Conditions(compiled, params).sql(parts(body)[what])}"
    found = patiently(f"WITH {sql} {select} ORDER BY 1", params, body)
    return None if found is None else [lead for (lead,) in found]


def prepared(body: Mapping[str, Any], asked: asks.Asks) -> tuple[program.Program, Params, str]:
    """(the program with every count that a condition needs, parameters, CTEs), for a body that need not be published."""
    compiled = any_program(body)
    ready = ledger.counted(compiled.behaviours)
    for cond in parts(body).values():
        for _path, leaf in tree.leaves(cond):
            if "event" in leaf:
                compiled.asked.add(compiled.count_atom(leaf))
    params = Params()
    return compiled, params, compile.ctes(compiled, replace(asked, raw=not ready), here(), params)


def any_program(body: Mapping[str, Any]) -> program.Program:
    """The program of a body whose behaviours need not be registered: those that are not have negative numbers."""
    compiled = program.build(0, 0, body)
    keys = {key_of(cond["event"]) for _path, cond in tree.conditions(body) if "event" in cond}
    unknown = sorted(keys - set(compiled.behaviours))
    compiled.behaviours = {**compiled.behaviours, **{key: -1 - n for n, key in enumerate(unknown)}}
    return compiled


def patiently(sql: str, params: Params, body: Mapping[str, Any]) -> list[tuple] | None:
    """Rows; None when the statement took longer than a reader waits. What took long is left to the ledger from now on."""
    started = time.monotonic()
    try:
        with roomy(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{PATIENCE}s'")
            return fetch(sql, params)
    except OperationalError as problem:
        if isinstance(problem.__cause__, errors.QueryCanceled):
            return None
        raise
    finally:
        if time.monotonic() - started > QUICK:
            ledger.ensure([body])
