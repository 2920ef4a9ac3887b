"""What each night keeps of the loop: every answer that its pages ask about their usual months, as cohorts and as a period."""

from typing import Any

from smarketing.jobs.models import Run
from smarketing.measures.question import Question

from . import frozen
from .asking import (
    COHORTS,
    CURVES,
    FUNNEL,
    GROUPED,
    KEPT_BY,
    MATCHED,
    MODELS,
    OTHER,
    SAID,
    SPLIT,
    TOTALS,
    UNPRICED,
    Asking,
    curve,
    divided,
    is_curve,
)
from .spans import COHORT, PERIOD, TRIANGLE, last_handoff, usual


def questions() -> list[tuple[str, str, str]]:
    """(view, measure, dimension) of everything that an edition keeps for the page, in a lasting order."""
    asked = [*TOTALS, *((key, by) for by in KEPT_BY for key in GROUPED)]
    asked += [(key, by) for by in UNPRICED for key in MATCHED]
    asked += [
        *FUNNEL,
        *SAID,
        *((key, by) for by in KEPT_BY for key in SPLIT),
        *((key, curve(by)) for by in KEPT_BY for key in CURVES),
        *((key, "campaign") for key in MODELS),
    ]
    keys = list(dict.fromkeys(key for key, _by in asked))
    asked = sorted(dict.fromkeys(asked), key=lambda one: keys.index(one[0]))  # what reads the same rows side by side
    of_view = [(view, key, by) for view in (COHORT, PERIOD) for key, by in asked]
    return of_view + [(TRIANGLE, key, by) for key, by in COHORTS]


class Night:
    """What a run's edition asks: its usual months, looked up once."""

    def __init__(self, run: Run):
        last = last_handoff()
        self._askings = {
            view: Asking(usual(view, run.business_date, last), view, None, run.cutoff)
            for view in (COHORT, PERIOD, TRIANGLE)
        }

    def asked(self, key: str, view: str, by: str) -> Question:
        """The question that one of `questions` answers."""
        return self._askings[view].asked(key, by)

    def keep(self, key: str, view: str, by: str) -> dict[str, Any] | None:
        """The body of one answer; None where the measure has no such dimension."""
        asking = self._askings[view]
        found = asking.other(key) if by == OTHER else asking.ask(key, divided(by))
        if found is None:
            return None
        body = frozen.freeze(found)
        return {**body, "curve": asking.waits(key, divided(by))} if is_curve(by) else body
