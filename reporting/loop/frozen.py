"""An answer as exact text, and back: what an edition keeps."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from smarketing.measures import engine
from smarketing.measures.engine import Answer
from smarketing.measures.numbers import Exact
from smarketing.measures.question import Question
from smarketing.measures.reduces import Figure


def freeze(found: Answer) -> dict[str, Any]:
    """Figures as fractions "271/2296", with the period they are of."""
    return {
        "from": found.question.first.isoformat(),
        "to": found.question.until.isoformat(),
        "unit": found.unit,
        "rows": [{"group": one.group, **_figure(one)} for one in found.rows],
        "total": {"group": {}, **_figure(found.total)},
    }


def thaw(body: dict[str, Any], question: Question) -> Answer:
    """The answer of a kept body, with the addresses and the maturity of the question's cut-off."""
    groups = {tuple(one["group"][name] for name in question.by): _thawed(one) for one in body["rows"]}
    return engine.answered(question, groups, _thawed(body["total"]))


def _figure(one: engine.Group) -> dict[str, Any]:
    value = None if one.value is None else str(Fraction(one.value))
    edges = [str(edge) for edge in one.interval] if one.interval else None
    return {"value": value, "n": one.n, "of": one.of, "around": edges, "cases": one.cases}


def _thawed(one: dict[str, Any]) -> Figure:
    value: Exact | None = None if one["value"] is None else Fraction(one["value"])
    edges = one.get("around")
    around = (Decimal(edges[0]), Decimal(edges[1])) if edges else None
    return Figure(value, one["n"], one["of"], around, one.get("cases"))
