"""Figures on the pages of the personas. Where leads are very many they are read of the night's edition: counting takes seconds.

Companies with few leads see what is so now. So does everybody after a persona, or the order of personas, has changed since
the edition: its figures would speak of other personas.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from leads.judging import resembling
from leads.models import Lead
from reporting.models import Pointer, PublishedSum
from smarketing.jobs.models import Run
from smarketing.measures import engine, numbers
from smarketing.measures.engine import Answer
from smarketing.measures.question import Question
from smarketing.measures.reduces import Figure
from smarketing.measures.registry import Measure

from . import frozen
from .asking import REPORTS
from .spans import month

MANY = 50_000  # leads up to which everything is counted at once
EVER = date(1971, 1, 1)
COVERAGE = "resembles"
# What is said of one persona: key, date and statistic of a measure, "" for its own one.
OF_PERSONA = (
    ("mql", "handed", ""), ("acceptance", "handed", ""), ("conversion", "handed", ""), ("won", "handed", ""), ("revenue", "handed", ""),
    ("shared_cost", "created", ""), ("days_to_won", "handed", ""), ("days_to_won", "handed", "p25"), ("days_to_won", "handed", "p75"),
)  # fmt: skip
_KIND = "wall"


def parts() -> list[tuple[str, str]]:
    """(measure, what an edition calls the answer) of everything that is kept for these pages, in a lasting order."""
    return [
        ("leads", dims("created", COVERAGE)),
        *((key, dims(date, "persona", stat)) for key, date, stat in OF_PERSONA),
    ]


def dims(date: str, by: str, stat: str = "") -> str:
    return "|".join((_KIND, date, by, *filter(None, (stat,))))


def asked(key: str, name: str, run: Run) -> list[Question]:
    """The question of one of `parts` for a run's edition; none for any other name."""
    kind, _bar, rest = name.partition("|")
    if kind != _KIND:
        return []
    dated, by, *stat = rest.split("|")
    first, until = span(run.business_date, ever=by == COVERAGE)
    return [engine.ask(key, first=first, until=until, by=(by,), date=dated, stat="".join(stat), cutoff=run.cutoff)]


def keep(key: str, name: str, run: Run) -> dict[str, Any] | None:
    """The body of one of `parts` for a run's edition; None for any other name."""
    return next((frozen.freeze(engine.said(one)) for one in asked(key, name, run)), None)


def span(today: date, ever: bool) -> tuple[date, date]:
    """All days, or twelve months, that end with the month of `today`, half-open."""
    return EVER if ever else month(today, -11), month(today, 1)


def coverage(user: Any) -> Answer | None:
    """Leads by how many personas they resemble, as published; None where it is to be counted now."""
    found = _body("leads", dims("created", COVERAGE))
    if found is None:
        return None
    edition, body = found
    return frozen.thaw(body, _question("leads", body, edition, user, by=(COVERAGE,)))


def of_persona(key: str, dated: str, name: str, today: date, user: Any, stat: str = "") -> Answer | None:
    """A figure of one persona's leads of the last twelve months, as published; None where it is to be counted now."""
    found = _body(key, dims(dated, "persona", stat))
    if found is None or [found[1]["from"], found[1]["to"]] != [one.isoformat() for one in span(today, ever=False)]:
        return None
    edition, body = found
    by = _question(key, body, edition, user, by=("persona",), date=dated, stat=stat)
    one = next((row for row in frozen.thaw(body, by).rows if row.group == {"persona": name}), None)
    figure = Figure(one.value, one.n, one.of) if one else _nothing(engine.resolve(by))
    return engine.answered(replace(by, by=(), where={"persona": (name,)}), {}, figure)


def _nothing(measure: Measure) -> Figure:
    """What is said of a persona that no lead resembled."""
    adds = measure.combine is None and measure.reduce in ("count", "sum")
    return Figure(0 if adds else None, 0, 0 if measure.unit == numbers.RATIO else None)


def many() -> bool:
    """Whether leads are so many that figures are read of the edition."""
    return Lead.objects.order_by("pk")[MANY : MANY + 1].values_list("pk").exists()


def _question(key: str, body: Mapping[str, Any], edition: datetime, user: Any, **asked: Any):
    first, until = date.fromisoformat(body["from"]), date.fromisoformat(body["to"])
    return engine.ask(key, first=first, until=until, cutoff=edition, user=user, **asked)


def _body(key: str, name: str) -> tuple[datetime, dict[str, Any]] | None:
    """(cut-off, body) of what is published under this name and still speaks of the personas of today."""
    pointer = Pointer.objects.filter(name=REPORTS).first()
    if pointer is None or not many():
        return None
    edition = datetime.fromisoformat(pointer.edition)
    if Run.objects.filter(job=resembling.JOB, cutoff__gt=edition).exists():
        return None
    row = PublishedSum.objects.filter(edition=pointer.edition, measure=key, dims=name).first()
    return (edition, row.body) if row else None
