"""The board of attribution in the night's edition: where leads are very many, its usual months are read, not reckoned.

One row an edition: the revenue of the months by campaign and model, what campaigns cost, and every figure below. Few leads: all is
counted now.
"""

from datetime import datetime
from typing import Any

from reporting.attribution.models import MODELS
from reporting.loop import frozen, wall
from reporting.loop.asking import REPORTS
from reporting.loop.spans import COHORT, PERIOD, Span, last_handoff, usual
from reporting.models import Pointer, PublishedSum
from smarketing.jobs.models import Run
from smarketing.measures.question import Question

from . import board

MEASURE = "revenue_attributed"
VIEWS = {"won": PERIOD, "handed": COHORT}
_KIND = "credit"


def parts() -> list[tuple[str, str]]:
    """(measure, what an edition calls the answer): one board by each date of a deal."""
    return [(MEASURE, _name(dated)) for dated in VIEWS]


def _name(dated: str) -> str:
    return f"{_KIND}|{dated}|"


def keep(key: str, name: str, run: Run) -> dict[str, Any] | None:
    """The body of one of `parts` for a run's edition; None for any other name, and where leads are few."""
    span = _span(name, run)
    if span is None:
        return None
    answers = {f"{one}|{by}": frozen.freeze(board.ask(span, one, by)) for one, by in _all()}
    return {**frozen.freeze(board.ask(span, key)), "answers": answers}


def asked(name: str, run: Run) -> list[Question]:
    """The questions that one of `parts` answers; none for any other name, and where leads are few."""
    span = _span(name, run)
    return [] if span is None else [board.question(span, *one) for one in ((MEASURE, ""), *_all())]


def _span(name: str, run: Run) -> board.Span | None:
    kind, _bar, dated = name.rstrip("|").partition("|")
    if kind != _KIND or not wall.many():
        return None
    months = usual(VIEWS[dated], run.business_date, last_handoff())
    return board.Span(months.first, months.until, dated, run.cutoff)


def _all() -> list[tuple[str, str]]:
    """(measure, dimension) of all that the board asks."""
    models = [(f"attributed:{model.key}", "campaign") for model in MODELS]
    return [*models, ("cost", "campaign"), *((key, "") for key in board.beside())]


def published(months: Span, dated: str, user: Any) -> board.Span | None:
    """The span that reads the published edition; None where it holds nothing about these months."""
    pointer = Pointer.objects.filter(name=REPORTS).first()
    if pointer is None or not months.usual:
        return None
    row = PublishedSum.objects.filter(edition=pointer.edition, measure=MEASURE, dims=_name(dated)).first()
    same = [months.first.isoformat(), months.until.isoformat()]
    if row is None or [row.body["from"], row.body["to"]] != same:
        return None
    return board.Span(
        months.first, months.until, dated, datetime.fromisoformat(pointer.edition), user, row.body["answers"]
    )
