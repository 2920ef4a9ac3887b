"""Several measures read in one pass over the rows that they share: what changed in a few days, by each way of dating, or in a
period since a cut-off. Equal to the answers of these measures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection

from smarketing.measures import engine
from smarketing.measures.numbers import COUNT
from smarketing.measures.registry import Measure, Population

from . import dimensions as d
from . import outcomes
from . import populations as p

# Handoffs by the day they were made, first and repeated ones, those given back among them; and by the day of their first decision.
_HANDED = Measure("", "", "", COUNT, partial(p.outcomes, hit="o.returned IS NOT NULL"), "share", lambda _q: d.ORDER)
_DECIDED = Measure("", "", "", COUNT, p.outcomes, dimensions=lambda _q: d.OUTCOME)
# Handoffs recorded or taken back since; numbers follow the order of recording, so that the newest tell whether older ones have to be
# looked through.
SINCE = """
WITH newest AS MATERIALIZED (SELECT id, recorded_at FROM leads_handoff ORDER BY id DESC LIMIT 1000)
SELECT id FROM newest WHERE recorded_at > %(then)s
UNION SELECT id FROM leads_handoff WHERE (SELECT min(recorded_at) > %(then)s FROM newest) AND recorded_at > %(then)s
UNION SELECT subject_id FROM leads_correction WHERE subject = 'handoff' AND recorded_at > %(then)s
"""
ORDERS = {"mql": "first", "mql_repeated": "repeated"}
DATES = {"mql": "handed", "mql_repeated": "handed", "returned": "handed", "accepted": "decided", "refused": "decided"}


def counts(**asked: Any) -> dict[str, int]:
    """Measure of DATES -> how many, each by its date; keywords of `engine.ask` but `by`, `date` and `where`."""
    orders = _groups(_HANDED, "returned", "order", asked)
    decided = _groups(_DECIDED, "accepted", "decided", asked)
    out = {key: orders[order].of or 0 if order in orders else 0 for key, order in ORDERS.items()}
    out["returned"] = sum(figure.n for figure in orders.values())
    return out | {key: decided[key].n if key in decided else 0 for key in ("accepted", "refused")}


def handed_since(then: datetime, some: Sequence[int] | None = None, **asked: Any) -> int:
    """By how much the handoffs of a period, dated as handed over, differ from what was known at a cut-off `then`: only those
    recorded or taken back since are counted (`some`, where they are known). Keywords of `engine.ask`; below 0 where more were taken back."""
    if some is None:
        with connection.cursor() as cursor:
            cursor.execute(SINCE, {"then": then})
            some = [row[0] for row in cursor.fetchall()]
    measure = of_handoffs(Measure("", "", "", COUNT, p.handoffs, dimensions=lambda _q: {}), some)
    now = engine.ask("handoffs", date="handed", **asked)
    known = (
        [engine.figures(measure, question)[1].n for question in (now, replace(now, cutoff=then))] if some else [0, 0]
    )
    return known[0] - known[1]


def of_handoffs(measure: Measure, some: Sequence[int]) -> Measure:
    """A measure whose rows are handoffs, of these few alone: they and what was done about them are looked up."""
    rows = measure.population
    assert rows is not None
    return replace(measure, population=lambda question: _only(rows(question), some))


def _only(base: Population, some: Sequence[int]) -> Population:
    own = "h.id = ANY(%(some)s)"
    steps = outcomes.of_leads(f"SELECT h.lead_id FROM leads_handoff h WHERE {own}")
    ctes = {**steps, **{name: sql for name, sql in base.ctes.items() if name not in steps}}
    return replace(base, where=(*base.where, own), params={**base.params, "some": list(some)}, ctes=ctes)


def _groups(measure: Measure, key: str, by: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    question = engine.ask(key, by=(by,), date=DATES[key], **asked)
    return {value: figure for (value,), figure in engine.figures(measure, question)[0].items()}
