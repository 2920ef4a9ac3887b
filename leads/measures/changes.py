"""Several measures read in one pass over the rows that they share: what changed in a few days, by each way of dating; and measures of
a few rows alone. Equal to the answers of these measures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from smarketing.measures import engine
from smarketing.measures.numbers import COUNT
from smarketing.measures.question import Question
from smarketing.measures.registry import Measure, Population

from . import dimensions as d
from . import outcomes
from . import populations as p

# Handoffs by the day they were made, first and repeated ones, those given back among them; and by the day of their first decision.
_HANDED = Measure("", "", "", COUNT, partial(p.outcomes, hit="o.returned IS NOT NULL"), "share", lambda _q: d.ORDER)
_DECIDED = Measure("", "", "", COUNT, p.outcomes, dimensions=lambda _q: d.OUTCOME)
ORDERS = {"mql": "first", "mql_repeated": "repeated"}
DATES = {"mql": "handed", "mql_repeated": "handed", "returned": "handed", "accepted": "decided", "refused": "decided"}


def counts(**asked: Any) -> dict[str, int]:
    """Measure of DATES -> how many, each by its date; keywords of `engine.ask` but `by`, `date` and `where`."""
    orders = _groups(_HANDED, "returned", "order", asked)
    decided = _groups(_DECIDED, "accepted", "decided", asked)
    out = {key: orders[order].of or 0 if order in orders else 0 for key, order in ORDERS.items()}
    out["returned"] = sum(figure.n for figure in orders.values())
    return out | {key: decided[key].n if key in decided else 0 for key in ("accepted", "refused")}


def of_handoffs(measure: Measure, some: Sequence[int]) -> Measure:
    """A measure whose rows are handoffs, of these few alone: they and what was done about them are looked up."""
    own = "h.id = ANY(%(some)s)"
    return among(measure, some, outcomes.of_leads(f"SELECT h.lead_id FROM leads_handoff h WHERE {own}"), own)


def among(measure: Measure, some: Sequence[int], steps: Mapping[str, str], *where: str) -> Measure:
    """A measure of a few rows alone, `%(some)s` in SQL: read by `steps` in place of its own ones of these names, and where `where`."""
    rows = measure.population
    assert rows is not None

    def only(question: Question) -> Population:
        base = rows(question)
        ctes = {**steps, **{name: sql for name, sql in base.ctes.items() if name not in steps}}
        return replace(base, where=(*base.where, *where), params={**base.params, "some": list(some)}, ctes=ctes)

    return replace(measure, population=only)


def _groups(measure: Measure, key: str, by: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    question = engine.ask(key, by=(by,), date=DATES[key], **asked)
    return {value: figure for (value,), figure in engine.figures(measure, question)[0].items()}
