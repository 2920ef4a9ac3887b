"""Every number of the registry, by every dimension, is what plain Python counts from the file of its rows; totals are the
sums of their parts. All pairs in `make trust`; otherwise each measure by one of its dimensions."""

import csv
import io
from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from statistics import median

import pytest
from django.test import Client

from smarketing.measures import engine, registry
from smarketing.measures.reduces import Figure
from smarketing.measures.registry import PERIODS
from tests.people import person
from tests.scale import WHOLE

from .company import Company

pytestmark = pytest.mark.django_db(transaction=True)
PERIOD = {"first": date(2026, 1, 1), "until": date(2026, 10, 1)}
EXACT = {"from": "2026-01-01", "to": "2026-10-01"}


@pytest.fixture
def reader(db):
    Company(48 if WHOLE else 24)
    browser = Client()
    browser.force_login(person("Ines", "administrator"))
    return browser


def exported(reader: Client, key: str, by: str, asked: engine.Question) -> list[tuple[str, bool, str]]:
    """(group, counted, value) of every row of the drill-down's file."""
    said = {**EXACT, "by": by, "date": asked.date, "cutoff": asked.cutoff.isoformat(), "export": "csv"}
    answer = reader.get(f"/numbers/{key}/", said)
    assert answer.status_code == 200, (key, by)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return [(row[-1].lstrip("'"), row[-3] == "1", row[-2]) for row in csv.reader(io.StringIO(text))][1:]


# --- twenty lines of plain Python: what each reduce makes of the rows of a file
def come(rows):
    waits, left, shares = [(int(value), hit) for _group, hit, value in rows], Fraction(1), {}
    for time in sorted({value for value, hit in waits if hit}):
        at_risk = sum(value >= time for value, _hit in waits)
        left *= Fraction(at_risk - waits.count((time, True)), at_risk)
        shares[time] = 1 - left
    return shares


def again(reduce: str, rows: list) -> Fraction | None:
    values = [Fraction(Decimal(value)) for _group, _hit, value in rows if value]
    return {
        "count": lambda: Fraction(len(rows)),
        "share": lambda: Fraction(sum(hit for _group, hit, _value in rows), len(rows)) if rows else None,
        "sum": lambda: sum(values, Fraction(0)),
        "spread": lambda: median(values) if values else None,
        "come": lambda: max(come(rows).values(), default=Fraction(0)) if rows else None,
        "wait": lambda: next((Fraction(time) for time, share in come(rows).items() if share * 2 >= 1), None),
    }[reduce]()


# ---


def pairs() -> list[tuple[registry.Measure, str]]:
    """(measure, dimension), all or a part: every other measure, and all of the flow; combinations are made of these."""
    found = []
    for number, measure in enumerate(one for one in registry.measures() if one.combine is None):
        if number % 2 and measure.nightly and not WHOLE:
            continue
        names = [*engine.dimensions(measure), *PERIODS]
        found += [(measure, name) for name in (names if WHOLE else [names[number * 7 % len(names)]])]
    return found


def check(reader: Client, measure: registry.Measure, by: str) -> int:
    """One measure by one dimension against its file. Returns how many groups it has."""
    stat = "median" if "median" in measure.stats else ""
    found = engine.answer(measure.key, by=(by,), stat=stat, **PERIOD)
    rows = exported(reader, measure.key, by, found.question)
    groups = defaultdict(list)
    for row in rows:
        groups[row[0]].append(row)
    listed = {one.group[by]: one for one in found.rows if one.n or one.group[by] in groups}
    assert set(listed) == set(groups), (measure.key, by)
    for name, one in listed.items():
        assert one.value == again(measure.reduce, groups[name]), (measure.key, by, name)
    assert found.total.value == again(measure.reduce, rows), (measure.key, by)
    if measure.reduce in ("count", "sum"):
        assert sum(one.value for one in listed.values()) == found.total.value, (measure.key, by)
    if measure.reduce == "share":
        parts = [
            (sum(one.n for one in listed.values()), found.total.n),
            (sum(one.of for one in listed.values()), found.total.of),
        ]
        assert all(mine == total for mine, total in parts), (measure.key, by)
    return len(listed)


@pytest.mark.sized
def test_every_number_by_its_dimensions_is_what_its_exported_rows_add_up_to(reader):
    asked = pairs()
    counted = {measure.key: check(reader, measure, by) for measure, by in asked}
    assert sum(map(bool, counted.values())) > len(counted) / 2  # most of them have something to count


@pytest.mark.sized
def test_a_combination_is_what_its_parts_make_of_each_group(reader):
    for measure in (one for one in registry.measures() if one.combine):
        found = engine.answer(measure.key, **PERIOD)
        parts = []
        for part in measure.parts:
            asked = engine.part_question(found.question, part)
            parts.append(engine.figures(engine.resolve(asked), asked)[1])
        parts += [Figure(one.value(found.question), 0) for one in measure.agreed]
        assert measure.combine(parts).value == found.total.value, measure.key


@pytest.mark.invariant("I11", mutant="lose a row of the list")
def test_a_list_that_loses_a_row_is_caught(reader, monkeypatch):
    from smarketing.measures import listing

    whole = listing._every
    monkeypatch.setattr(listing, "_every", lambda *given: list(whole(*given))[1:])
    with pytest.raises(AssertionError):
        check(reader, registry.find("handoffs"), "source")


@pytest.mark.invariant("I11")
def test_totals_are_the_sums_over_persona_rep_and_source(reader):
    for by in ("persona", "rep", "source"):
        check(reader, registry.find("handoffs"), by)
