"""Leads judged and made in sets become what they become one by one; blocks hold what records hold."""

import csv
import io

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leads.intake import facts, suppression
from leads.intake.importing import leads_sets, reader, reports, service
from leads.intake.importing.sniff import Format
from leads.models import AttributeChange, Campaign, Company, Handoff, Lead, LeadDirty, LeadKey, Suppression
from personas.catalogue import add_custom
from personas.models import DefinitionLine
from smarketing.rows.clock import now
from smarketing.rows.fence import open_fence
from smarketing.rows.models import Installation
from tests.scale import examples

pytestmark = pytest.mark.django_db
COLUMNS = {
    "Id": ("key", ["", "1", "2", "3", "4", "x9", " 2 "]),
    "Mail": ("lead.email", ["", "a@x.test", "A@X.test", "b@x.test", "c@x.test", "é@x.test", "none"]),
    "Since": ("created", ["", "2026-01-05", "2026-01-05 10:30", "2026-02-30", "2999-01-01"]),
    "MQL": ("mql", ["", "", "2026-02-01", "2026-02-01 09:00"]),
    "First": ("lead.first_name", ["", "Ada", " Ada ", "E\u0301milie", "'=1", "tab\there", "back\\slash"]),
    "Born": ("lead.birth_date", ["", "1990-05-06", "1990-06-05"]),
    "Out": ("lead.opted_out", ["", "yes", "no", "maybe"]),
    "Firm": ("company.name", ["", "Acme", " acme ", "Über"]),
    "Site": ("company.domain", ["", "https://www.acme.example/", "über.example"]),
    "Staff": ("company.employees", ["", "5", "7", "many"]),
    "Trade": ("company.industry", ["", "Steel", "Wool"]),
    "Ad": ("campaign", ["", "Spring", "spring", "Autumn"]),
    "Note": ("x_note", ["", "unknown", "1", 'say "no"', "two\nlines"]),
    "Seats": ({"to": "x_seats", "type": "number"}, ["", "1", "1.0", "2.5", "x"]),
    "Vip": ({"to": "x_vip", "type": "bool"}, ["", "yes", "no"]),
}


class Back(Exception):
    """Takes everything back."""


def files():
    rows = st.lists(st.tuples(*(st.sampled_from(pool) for _to, pool in COLUMNS.values())), min_size=1, max_size=8)
    rows = rows.map(lambda rows: [("4", "d@x.test", *[""] * 13), *rows])
    return st.tuples(rows, st.booleans(), st.sets(st.sampled_from(sorted(COLUMNS.keys() - {"Id", "Mail"})), max_size=4))


def load(folder, rows, make_missing, left_out):
    text = io.StringIO()
    csv.writer(text).writerows([list(COLUMNS), *rows])
    path = folder / "f.csv"
    path.write_text(text.getvalue())
    columns = {name: "-" if name in left_out else to for name, (to, _pool) in COLUMNS.items()}
    mapping = {"columns": columns, "make_missing": make_missing, "dates": "iso", "constants": {"lead.source": "fair"}}
    return service.run(kind="leads", path=path, mapping=mapping, at=now)


def world():
    """Everything that an import of leads may leave behind, without ids."""
    firms, leads = dict(Company.objects.values_list("pk", "name")), {}
    for lead in Lead.objects.order_by("pk"):
        keys = sorted(LeadKey.objects.filter(lead=lead).values_list("key", flat=True))
        leads[lead.pk] = (lead.email, tuple(keys), lead.first_name)
    named = {"lead": leads, "company": firms, "campaign": dict(Campaign.objects.values_list("pk", "name"))}
    changes = []
    for one in AttributeChange.objects.all():
        value = one.value
        if one.field in ("company", "campaign"):
            value = named[one.field][value]
        since = one.occurred_at if one.occurred_at != one.recorded_at else "when recorded"
        who = named[one.subject][one.subject_id]
        changes.append((one.subject, who, one.field, repr(value), str(since), one.day_only, one.source))
    rows = [
        (leads[one.pk], one.last_name, str(one.birth_date), one.opted_out, firms.get(one.company_id), one.country, one.source,
         named["campaign"].get(one.campaign_id), repr(sorted(one.attributes.items())), one.declared, one.day_only, one.stage)
        for one in Lead.objects.all()
    ]  # fmt: skip
    return {
        "leads": sorted(rows, key=repr),
        "changes": sorted(changes, key=repr),
        "handoffs": sorted((leads[h.lead_id], str(h.occurred_at), h.gate) for h in Handoff.objects.all()),
        "suppressed": Suppression.objects.count(),
        "dirty": sorted(leads[pk] for pk in LeadDirty.objects.values_list("lead_id", flat=True)),
    }


@pytest.fixture
def company(tmp_path):
    Installation.objects.create(company="Acme", age_and_family=True)  # the files hold dates of birth
    DefinitionLine.objects.create(name="MQL")
    for name, type in (("x_note", "text"), ("x_seats", "number"), ("x_vip", "bool")):
        add_custom(subject="lead", name=name, type=type)
    with transaction.atomic():
        fence = open_fence()
        suppression.add({"c@x.test": None}, origin="list", by=None, at=fence.recorded_at, fence=fence)
        birth = facts.Birth(fence.recorded_at, {"email": "b@x.test", "first_name": "Ada", "opted_out": False})
        facts.create_leads([birth], origin=facts.Origin(), fence=fence)
        facts.create_campaigns(
            [facts.Birth(fence.recorded_at, {"key": "spring", "name": "Spring"})], origin=facts.Origin(), fence=fence
        )
    head = ("1", "a@x.test", "2026-01-05", "", "Ada", "", "no", "Acme", "", "", "", "Spring", "unknown", "1", "yes")
    assert load(tmp_path, [head], False, set()).state == "done"
    return tmp_path


def outcome(folder, file):
    """What a file, and the same file again, leave behind, and what was said of their rows; then nothing happened."""
    try:
        with transaction.atomic():
            said = []
            for _time in range(2):
                one = load(folder, *file)
                assert one.state == "done", (one.report, reports.problems(one))
                shown = [(e["line"], e["column"], e["cell"], e["reason"]) for e in reports.errors(one)]
                columns = [{k: v for k, v in column.items() if k != "values"} for column in reports.columns(one)]
                said.append((one.report["expected"], one.report["done"], shown, columns))
            found = said, world()
            raise Back
    except Back:
        return found


@pytest.mark.invariant("I14")
def test_in_sets_everything_is_as_one_by_one(company, monkeypatch):
    @given(files())
    @settings(
        deadline=None, max_examples=examples(36, 6), phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    def hold(file):
        in_sets = outcome(company, file)
        with monkeypatch.context() as patched:
            patched.setattr(leads_sets, "possible", lambda ctx: False)
            one_by_one = outcome(company, file)
        assert in_sets[0] == one_by_one[0], file
        for name, rows in in_sets[1].items():
            assert rows == one_by_one[1][name], (name, file)

    hold()


@pytest.mark.invariant("I14", mutant="a row in a set is new whoever has its address")
def test_a_set_that_finds_nobody_by_address_is_caught(company, monkeypatch):
    """The planted fault: rows without a known key are all taken for new."""
    row = ("", "b@x.test", *[""] * 13)
    assert outcome(company, ([row], False, set()))[0][0][0]["created"] == 0
    monkeypatch.setattr(leads_sets, "_OUTCOMES", leads_sets._OUTCOMES.replace("lower(m.email) = t.mail", "false"))
    assert outcome(company, ([row], False, set()))[0][0][0]["created"] == 1


def test_lines_that_change_nothing_are_settled_by_the_check_as_spans(company):
    rows = [(str(n), f"p{n}@x.test", *[""] * 13) for n in range(10, 30)]
    assert load(company, rows, False, set()).report["done"]["created"] == 20
    changed = [*rows[:5], ("15", "p15@x.test", "", "", "Ada", *[""] * 10), *rows[6:], ("31", "p31@x.test", *[""] * 13)]
    one = load(company, changed, False, set())
    assert [one.report["done"][name] for name in ("created", "updated", "unchanged", "rejected")] == [1, 1, 19, 0]
    assert list(one.spans.order_by("first").values_list("first", "last")) == [(2, 6), (8, 21)]
    assert not one.rows.exists()


PIECES = [
    "a",
    "b,c",
    '"',
    '""',
    '"x"',
    '"two\nlines"',
    ",",
    ";",
    "\n",
    "\r\n",
    "\r",
    " ",
    "é",
    "\u2028",
    "\0",
    "\udc80",
    "\x0b",
    "'",
]


@pytest.mark.sized
@given(st.lists(st.sampled_from(PIECES), max_size=25), st.integers(1, 12), st.sampled_from([",", ";"]))
@settings(deadline=None, max_examples=examples(300))
def test_blocks_hold_what_records_hold(tmp_path_factory, pieces, some, separator):
    path = tmp_path_factory.mktemp("blocks") / "f.csv"
    path.write_bytes("".join(pieces).encode("utf-8", "surrogateescape"))
    format, whole = Format("utf-8", separator), reader.SOME
    _header, *wanted = [(one.line, one.cells, one.problems) for one in reader.records(path, format)] or [None]
    try:
        reader.SOME = some
        found = []
        for block in reader.blocks(path, format):
            found += [(line, cells, []) for line, cells in zip(block.lines, block.rows, strict=True)]
            found += [(one.line, one.cells, one.problems) for one in block.broken]
    finally:
        reader.SOME = whole
    assert sorted(found) == sorted(wanted)
