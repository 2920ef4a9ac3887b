"""Many questions counted in few passes: each figure is what its question says alone."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from smarketing.measures import ahead, engine, passes
from smarketing.measures.question import Refusal

from .company import Company

pytestmark = pytest.mark.django_db(transaction=True)
# One of each reduce, combinations, other dates, filters, several dimensions at once.
ASKED = (
    ("mql", {"by": ("source",)}), ("mql", {"by": ("month",)}), ("mql", {"by": ("rep", "source")}), ("mql", {}),
    ("acceptance", {"by": ("persona",)}), ("revenue", {"by": ("source", "month"), "date": "handed"}), ("won", {"date": "won"}),
    ("days_to_won", {"by": ("source",), "stat": "p75"}), ("days_to_won", {"by": ("source",)}), ("wait_sql", {"by": ("rep",)}),
    ("come_won", {"by": ("source",), "window": 30}), ("come_won", {}), ("cac", {"by": ("campaign",)}), ("velocity", {"date": "handed"}),
    ("leads", {"by": ("lead.country",), "where": {"source": "web"}}), ("leads", {"where": {"source": ("web", "mail")}}),
    ("attributed:w", {"by": ("campaign",)}), ("attributed:u", {"by": ("campaign",)}), ("won_untouched", {}), ("roi", {"by": ("campaign",)}),
)  # fmt: skip
PERIOD = {"first": date(2026, 1, 1), "until": date(2026, 6, 1)}


@pytest.fixture
def questions(db):
    Company(18)
    cutoff = engine.ask("mql", **PERIOD).cutoff
    return [engine.ask(key, cutoff=cutoff, **PERIOD, **more) for key, more in ASKED]


def statements(work) -> int:
    with CaptureQueriesContext(connection) as asked:
        work()
    return sum("AS (" in one["sql"] and "arm" in one["sql"] for one in asked.captured_queries)


def test_what_is_counted_together_is_what_is_counted_alone(questions):
    alone = [engine.said(one) for one in questions]
    with passes.counted(questions):
        with CaptureQueriesContext(connection) as asked:
            together = [engine.said(one) for one in questions]
        assert not [one["sql"] for one in asked.captured_queries if "FROM counted" in one["sql"]], (
            "nothing is counted again"
        )
    assert [(one.rows, one.total) for one in together] == [(one.rows, one.total) for one in alone]
    assert any(one.total.value for one in alone)
    assert statements(lambda: passes.count(questions)) < len(ASKED) / 2


def test_inside_other_questions_are_counted_as_ever_and_outside_nothing_is_kept(questions):
    other = engine.ask("sql", cutoff=questions[0].cutoff, **PERIOD)
    with passes.counted(questions):
        assert engine.said(other).total.n > 0
    assert ahead.gathered(engine.resolve(questions[0]), questions[0]) is None


def test_a_number_that_cannot_be_divided_so_is_refused_and_spoils_nothing(questions):
    wrong = engine.ask("roi", by=("source",), cutoff=questions[0].cutoff, **PERIOD)
    with passes.counted([wrong, *questions[:1]]):
        with CaptureQueriesContext(connection) as asked, pytest.raises(Refusal):
            engine.said(wrong)
        assert not [one for one in asked.captured_queries if "counted" in one["sql"]], "refused before it is counted"


def test_rows_of_another_group_are_noticed(questions, monkeypatch):
    kept = passes._arm
    monkeypatch.setattr(passes, "_arm", lambda *arm: kept(*arm).replace("count(*)::bigint", "(count(*) + 1)::bigint"))
    with passes.counted(questions):
        assert engine.said(questions[0]) != _alone(questions[0])


def _alone(question):
    return engine.answered(question, *engine.figures(engine.resolve(question), question))
