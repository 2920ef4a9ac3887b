"""Invariant: rows in = created + updated + unchanged + rejected, whatever the file; a second time changes nothing."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.intake.importing import checking, reports, service
from leads.models import AttributeChange, Company, Deal, Event, Lead
from smarketing.rows.clock import now

pytestmark = pytest.mark.django_db
COLUMNS = {
    "leads": {
        "Id": ("key", ["", "1", "2", "3", "=1"]),
        "Mail": ("lead.email", ["", "a@x.test", "A@X.test", "b@x.test", "none"]),
        "Since": ("created", ["", "2026-01-05", "2026-01-05 10:30", "2026-02-30", "x"]),
        "Firm": ("company.name", ["", "Acme", " acme ", "Über"]),
        "Staff": ("company.employees", ["", "5", "7", "many"]),
        "Note": ("x_note", ["", "unknown", "1", "=1+1", 'say "no"', "two\nlines", "\0"]),
    },
    "deals": {
        "Deal": ("deal.key", ["", "d1", "d2"]),
        "Lead": ("lead", ["", "1", "2", "9"]),
        "Close": ("closed", ["", "2026-03-05", "2026-03-01 10:30", "x"]),
        "Stage": ("deal.state", ["", "won", "Lost", "open", "??"]),
        "Sum": ("deal.amount", ["", "10", "1e2", "ten"]),
    },
    "events": {
        "Lead": ("lead", ["", "1", "2", "9"]),
        "Time": ("at", ["", "2026-03-05", "2026-03-01T10:30:00Z", "x"]),
        "Id": ("id", ["", "e1", "e2"]),
        "Kind": ("kind", ["", "page", "Form Submitted", "!!"]),
    },
}


def files(kind):
    rows = st.lists(
        st.tuples(*(st.sampled_from(pool) for _to, pool in COLUMNS[kind].values())), min_size=1, max_size=12
    )
    return st.tuples(rows, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.sampled_from([",", ";"]))


def load(folder, kind, file):
    rows, encoding, separator = file
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows([list(COLUMNS[kind]), *rows])
    path = folder / "f.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    mapping = {"columns": {name: to for name, (to, _pool) in COLUMNS[kind].items()}, "separator": separator}
    one = service.run(kind=kind, path=path, mapping=mapping, at=now)
    if not any(cell.strip() for row in rows for cell in row):
        assert one.state == "failed"
        return None
    assert one.state == "done", (one.report, reports.problems(one))
    return one, sum(any(cell.strip() for cell in row) for row in rows)


def held():
    return (Lead.objects.count(), Company.objects.count(), Deal.objects.count(), Event.objects.count(),
            AttributeChange.objects.count())  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    load(tmp_path, "leads", ([("1", "", "2026-01-01", "", "", ""), ("2", "", "2026-01-01", "", "", "")], "utf-8", ","))
    return tmp_path


@pytest.mark.invariant("I14")
@pytest.mark.parametrize("kind", COLUMNS)
def test_every_row_is_accounted_for_and_a_second_time_changes_nothing(folder, kind):
    @given(files(kind))
    @settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
    def hold(file):
        found = load(folder, kind, file)
        if found is None:
            return
        one, rows = found
        assert sum(one.report["done"].values()) == one.report["rows"] == rows
        assert (
            one.report["expected"]["rejected"]
            == one.report["done"]["rejected"]
            == len({e["line"] for e in reports.errors(one)})
        )
        before = held()
        again, _rows = load(folder, kind, file)
        assert (again.report["done"]["created"], again.report["done"]["updated"]) == (0, 0), (
            file,
            reports.errors(again),
        )
        assert again.report["done"]["rejected"] == one.report["done"]["rejected"]
        assert held() == before

    hold()


@pytest.mark.invariant("I14", mutant="no look at keys that stand twice")
def test_a_check_that_lets_a_key_stand_twice_is_caught(folder, monkeypatch):
    """The planted fault: without it, one file says two things of one lead, and the second import changes it again."""
    monkeypatch.setattr(checking, "_twice", lambda *said: [])
    file = ([("1", "", "", "", "", "a"), ("1", "", "", "", "", "b")], "utf-8", ",")
    one, _rows = load(folder, "leads", file)
    again, _rows = load(folder, "leads", file)
    assert again.report["done"] != {"created": 0, "updated": 0, "unchanged": 2, "rejected": 0}
    assert sum(one.report["done"].values()) == one.report["rows"]
