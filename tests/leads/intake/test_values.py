"""Cells are read as written, or refused with a reason; the order of dates is never guessed."""

from zoneinfo import ZoneInfo

import pytest

from leads.intake.importing import values
from leads.intake.importing.values import Bad, Reading

PARIS = ZoneInfo("Europe/Paris")
ISO, DMY, MDY = (Reading(dates=order, zone=PARIS, day_zone=PARIS) for order in ("iso", "dmy", "mdy"))


@pytest.mark.parametrize(
    ("cell", "reading", "expected"),
    [
        ("2026-01-15", ISO, ("2026-01-14T23:00:00+00:00", True)),
        ("15/01/2026", DMY, ("2026-01-14T23:00:00+00:00", True)),
        ("1/15/2026", MDY, ("2026-01-14T23:00:00+00:00", True)),
        ("2026-01-15 09:30", ISO, ("2026-01-15T08:30:00+00:00", False)),
        ("15/01/2026 09:30", DMY, ("2026-01-15T08:30:00+00:00", False)),
        ("15/01/2026 9h30", DMY, ("2026-01-15T08:30:00+00:00", False)),
        ("1/16/2026 2:05 PM", MDY, ("2026-01-16T13:05:00+00:00", False)),
        ("1/16/2026 12:05 AM", MDY, ("2026-01-15T23:05:00+00:00", False)),
        ("2018-07-01T13:15:41Z", ISO, ("2018-07-01T13:15:41+00:00", False)),
        ("2018-07-01T13:15:41.250+02:00", ISO, ("2018-07-01T11:15:41.250000+00:00", False)),
        ("2026-02-29", ISO, "no_such_date"),
        ("31/02/2026", DMY, "no_such_date"),
        ("1/15/2026", DMY, "no_such_date"),
        ("1/2/2026", ISO, "bad_date"),
        ("yesterday", DMY, "bad_date"),
        ("2026-01-15 25:00", ISO, "bad_time"),
        ("2026-01-15 13:00 PM", ISO, "bad_time"),
        ("2026-03-29 02:30", ISO, "no_such_hour"),
        ("0001-01-01", ISO, "no_such_date"),
    ],
)
def test_dates(cell, reading, expected):
    if isinstance(expected, str):
        with pytest.raises(Bad) as problem:
            values.when(cell, reading)
        assert problem.value.code == expected
    else:
        found, day_only = values.when(cell, reading)
        assert (found.isoformat(), day_only) == expected


@pytest.mark.parametrize(
    ("cell", "decimal", "expected"),
    [
        ("12", ".", 12),
        ("0.0", ".", 0),
        ("50000000.0", ".", 50_000_000),
        ("1,234.50", ".", "1234.5"),
        ("1 234,50 €", ",", "1234.5"),
        ("1.234,5", ",", "1234.5"),
        ("$30", ".", 30),
        ("-3", ".", -3),
        ("1e3", ".", 1000),
        ("1,5", ".", None),
        ("twelve", ".", None),
        ("NaN", ".", None),
        ("Infinity", ".", None),
        ("1e99", ".", None),
        ("٣", ".", None),
    ],
)
def test_numbers(cell, decimal, expected):
    assert values.number(cell, Reading(decimal=decimal)) == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "2.5"], "number"),
        (["0", "1"], "number"),
        (["True", "false"], "bool"),
        (["2026-01-01", "2026-02-03"], "date"),
        (["007", "008"], "text"),
        (["+33170000001"], "text"),
        (["x", "x"], "text"),
        (["1", "two"], "text"),
        ([], "text"),
    ],
)
def test_the_type_of_an_unknown_column(cells, expected):
    assert values.infer(cells, ISO) == expected


def test_a_formula_cell_is_kept_as_the_text_it_is():
    assert values.text('=HYPERLINK("http://evil")') == '=HYPERLINK("http://evil")'
