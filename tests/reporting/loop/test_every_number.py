"""Every number of the registry, by every dimension, is what plain Python counts from the file of its rows; totals are the
sums of their parts.

One list of rows per measure names all of its dimensions for each row, one answer divides by all of them at once: so every pair is
asked for in two statements; every eighth list is fetched as a file. In `make trust` all are, each dimension is asked alone, too, and
every member of the families.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median

import pytest
from django.test import Client

from leads.models import TimeSpent
from personas.models import FieldDef
from reporting.attribution.models import MODELS
from reporting.credit import origins
from smarketing.measures import engine, listing, reading, registry
from smarketing.measures.reduces import Figure
from smarketing.measures.registry import PERIODS
from tests.people import person
from tests.scale import WHOLE

from .company import START, Company, stamps

pytestmark = pytest.mark.django_db(transaction=True)
PERIOD = {"first": date(2026, 1, 1), "until": date(2026, 10, 1)}
EXACT = {"from": "2026-01-01", "to": "2026-10-01"}


@pytest.fixture
def reader(db):
    made = Company(48 if WHOLE else 24)
    for side, campaign in (("marketing", made.campaigns["fair"]), ("sales", None), ("marketing", None)):
        for month in range(3):
            at = START + timedelta(days=30 * month)
            TimeSpent.objects.create(
                side=side, campaign_id=campaign, hours="1.25", rate="40.10", worked_on=at.date(), **stamps(at)
            )
    browser = Client()
    browser.force_login(person("Ines", "administrator"))
    return browser


Row = tuple[tuple[str, ...], bool, str]  # its group by each dimension, whether it counts as a hit, its value


def exported(reader: Client, measure: registry.Measure, by: list[str], asked: engine.Question) -> list[Row]:
    """Every row of the drill-down's file."""
    said = {**EXACT, "by": ",".join(by), "date": asked.date, "cutoff": asked.cutoff.isoformat(), "export": "csv"}
    answer = reader.get(f"/numbers/{measure.key}/", said)
    assert answer.status_code == 200, (measure.key, by)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = [[cell.lstrip("'") for cell in line] for line in csv.reader(io.StringIO(text))][1:]
    return [(tuple(line[-len(by) :]), line[-len(by) - 2] == "1", line[-len(by) - 1]) for line in lines]


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


def family() -> list[registry.Measure]:
    """A member of each family; all of them in `make trust`."""
    FieldDef.objects.create(
        subject="deal", name="x_seats", key="deal.x_seats", type="number", label_en="Seats", label_fr="Postes"
    )
    models, told = [model.key for model in MODELS], [*origins.DEFINITIONS]
    named = {"attributed": models, **{name: told for name in ("origin", "origin_won", "origin_rate", "origin_open")}}
    named |= {name: ["deal.amount", "deal.x_seats"] for name in ("sum", "count")}
    return [registry.find(f"{name}:{one}") for name, every in named.items() for one in (every if WHOLE else every[-1:])]


def filed(_reader: Client, measure: registry.Measure, _by: list[str], asked: engine.Question) -> list[Row]:
    """The same rows as they go into the file, without its address."""
    lines = listing.every(measure, asked)[1]
    return [(line.groups, line.hit, "" if line.value is None else str(line.value)) for line in lines]


def check(reader: Client, measure: registry.Measure, by: list[str], rows_of: Callable = exported) -> int:
    """One measure by some dimensions at once, and by each of them, against its file. Returns how many groups it has."""
    stat = "median" if "median" in measure.stats else ""
    found = engine.answer(measure.key, by=by, stat=stat, **PERIOD)
    rows = rows_of(reader, measure, by, found.question)
    groups = defaultdict(list)
    for row in rows:
        groups[row[0]].append(row)
    listed = {tuple(one.group.values()): one for one in found.rows if one.n or tuple(one.group.values()) in groups}
    assert set(listed) == set(groups), measure.key
    for name, one in listed.items():
        assert one.value == again(measure.reduce, groups[name]), (measure.key, name)
    assert found.total.value == again(measure.reduce, rows), measure.key
    for place, name in enumerate(by):
        parts(measure, place, name, listed, rows, found.total)
    return len(listed)


def parts(measure, place: int, by: str, listed: dict, rows: list[Row], total: engine.Group) -> None:
    """Counts, sums and shares by one dimension: the parts are what the file says of them, and make up the whole."""
    if measure.reduce not in ("count", "sum", "share"):
        return
    share = measure.reduce == "share"
    counted, said = defaultdict(Fraction), defaultdict(Fraction)
    for group, one in listed.items():
        counted[group[place]] += Fraction(one.n if share else one.value or 0)
    for group, hit, value in rows:
        said[group[place]] += hit if share else 1 if measure.reduce == "count" else Fraction(Decimal(value or 0))
    assert counted == said, (measure.key, by)
    assert sum(counted.values()) == (total.n if share else total.value), (measure.key, by)
    assert not share or sum(one.of for one in listed.values()) == total.of, (measure.key, by)


@pytest.mark.sized
def test_every_number_by_all_its_dimensions_is_what_its_exported_rows_add_up_to(reader, monkeypatch):
    monkeypatch.setattr(reading, "MAX_DIMENSIONS", 99)  # one file names them all
    counted = {}
    for measure in [*(one for one in registry.measures() if one.combine is None), *family()]:
        names = [*engine.dimensions(measure), *PERIODS]
        fetched = WHOLE or len(counted) % 8 == 0  # the file itself, by its address
        counted[measure.key] = check(reader, measure, names, exported if fetched else filed)
        for name in names if WHOLE else names[len(counted) * 7 % len(names) :][:fetched]:
            check(reader, measure, [name], filed)
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
    whole = listing._every
    monkeypatch.setattr(listing, "_every", lambda *given: list(whole(*given))[1:])
    with pytest.raises(AssertionError):
        check(reader, registry.find("handoffs"), ["source"])


@pytest.mark.invariant("I11")
def test_totals_are_the_sums_over_persona_rep_and_source(reader):
    for by in ("persona", "rep", "source"):
        check(reader, registry.find("handoffs"), [by])
