"""The table of measures: each answers under each of its dates and dimensions, and says what it counts in words. `make trust`
asks for each dimension alone, `make test` for all of them in one question."""

from datetime import date

import pytest

from smarketing.measures import engine, registry
from tests.scale import WHOLE

PERIOD = {"first": date(2026, 1, 1), "until": date(2027, 1, 1)}


@pytest.mark.sized
@pytest.mark.django_db
@pytest.mark.parametrize("key", [measure.key for measure in registry.measures()])
def test_a_measure_answers_by_each_dimension_and_date(key):
    measure = registry.find(key)
    for number, dated in enumerate(measure.dates):
        offered = [*engine.dimensions(engine.resolve(engine.ask(key, date=dated, **PERIOD))), *registry.PERIODS]
        each = [[name] for name in offered] if WHOLE else [offered]
        for by in ([], *(each if WHOLE or not number else ())):
            answer = engine.answer(key, date=dated, by=by, **PERIOD)
            assert answer.rows == [] or by == []
            assert answer.total.n == 0
        assert str(measure.label)
        assert str(measure.words)
