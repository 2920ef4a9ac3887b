"""A month cut by an amendment is judged piece by piece: the line, the gap, the chart and the notice of the pace."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from sla import chart, follow, pace, series, words
from tests.sla.contracts import VOLUME, contract, paris, sign
from tests.sla.test_follow import SIGNED, many

NOVEMBER, CUT = date(2026, 11, 1), date(2026, 11, 16)  # nine business days before it, eleven from it on


@pytest.fixture
def raised(db):
    """100 a month until the 15th, 300 from the 16th; 45 came in the first half, as its line wants."""
    of = contract()
    sign(of, [{**VOLUME, "target": "100"}], NOVEMBER, at=SIGNED)
    sign(of, [{**VOLUME, "target": "300"}], CUT, at=paris(2026, 11, 3))
    many(45, lambda n: paris(2026, 11, 2 + n % 3, 10))
    return of


def at(of, day: date):
    moment = paris(day.year, day.month, day.day, 18)
    reader = follow.Reader(of, moment, moment)
    return reader, reader.month(NOVEMBER)


def test_the_past_is_judged_by_the_target_it_had(raised):
    _reader, month = at(raised, date(2026, 11, 13))
    figure = month.row("5.1").figure
    assert figure.target == Fraction(100 * 9 + 300 * 11, 20) == 210
    assert (figure.line, figure.gap, figure.state) == (45, 0, "on_pace")
    assert figure.forecast == 210 and words.line(figure) == "45 (+0)"
    _reader, month = at(raised, date(2026, 11, 17))  # two days at fifteen
    figure = month.row("5.1").figure
    assert (figure.line, figure.gap, figure.state) == (75, -30, "behind")
    first, second = month.row("5.1").parts
    assert (first.figure.state, first.figure.line, second.figure.state, second.figure.line) == (
        "kept",
        45,
        "behind",
        30,
    )


def test_the_chart_has_a_slope_for_each_part(raised):
    reader, month = at(raised, date(2026, 11, 17))
    drawn = series.chart_of(month, month.row("5.1"), reader)
    ideal = {day.day: line for day, _reached, line in drawn.points}
    assert (ideal[1], ideal[13], ideal[15], ideal[16], ideal[30]) == (0, 45, 45, 60, 210)


def test_a_clause_added_inside_the_month_has_its_line_from_then_on(raised):
    some = {**VOLUME, "key": "5.1.a", "target": "20", "params": {"where": {"source": ["salon"]}}}
    sign(raised, [{**VOLUME, "target": "300"}, some], date(2026, 11, 23), at=paris(2026, 11, 17))
    reader, month = at(raised, date(2026, 11, 24))
    row = month.row("5.1.a")
    ideal = {day.day: line for day, _reached, line in series.chart_of(month, row, reader).points}
    assert (ideal[22], ideal[24], ideal[30]) == (0, 2, 6) and row.figure.line == 2


def test_the_pace_is_told_by_the_line_of_its_part(raised):
    assert list(pace.behind(raised, date(2026, 11, 14), paris(2026, 11, 14))) == []
    (told,) = pace.behind(raised, date(2026, 11, 20), paris(2026, 11, 20))
    assert (told.since, told.figure.line) == (CUT, 45 + 4 * 15)
    said = pace._line(raised, {"clause": told.key, **pace._figures(told)})
    assert said.text == "Marketing is 60 MQL behind the line" and "45 of 105" in said.detail


def test_planted_fault_one_slope_for_the_whole_month_is_caught(raised, monkeypatch):
    monkeypatch.setattr(follow.Reader, "ideal", lambda self, first, held, day: None)
    _reader, month = at(raised, date(2026, 11, 13))
    assert month.row("5.1").figure.line != 45


def test_one_target_is_one_straight_line():
    weekdays = lambda a, b: sum((a + timedelta(days=n)).weekday() < 5 for n in range((b - a).days))  # noqa: E731
    line = chart.straight(NOVEMBER, date(2026, 12, 1), Fraction(210), weekdays)
    assert [line(date(2026, 11, day)) for day in (1, 6, 30)] == [0, 50, 210]
