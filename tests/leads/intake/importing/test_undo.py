"""Undoing an import: every figure as before, the file may come again; refused where people have worked since."""

from datetime import UTC, date, datetime

import pytest

from leads.intake import by_hand
from leads.intake.importing import service, undo
from leads.models import Campaign, Company, HandoffState, Lead, Spend
from personas.models import DefinitionLine
from smarketing.accounts.models import User
from smarketing.measures import engine, registry
from smarketing.rows.clock import now
from tests.people import person
from tests.scale import WHOLE

from .conftest import counts

pytestmark = pytest.mark.django_db
LATER = datetime(2030, 1, 1, tzinfo=UTC)
LEADS = {"columns": {"Id": "key", "Name": "lead.last_name", "On": "created", "MQL": "mql", "Ad": "campaign", "Firm": "company.name"},
         "make_missing": True, "dates": "iso"}  # fmt: skip
BEFORE = "Id,Name,On,MQL,Ad,Firm\n1,Ada,2026-01-05,2026-02-01,Spring,Acme\n2,Bob,2026-01-06,,Spring,Acme\n"
AFTER = "Id,Name,On,MQL,Ad,Firm\n1,Eve,2026-01-05,2026-02-01,Autumn,Orfeo\n2,Bob,2026-01-06,2026-02-03,Spring,Acme\n3,Cy,2026-01-07,2026-02-02,Winter,Vela\n"
DEALS = {"columns": {"Deal": "deal.key", "Lead": "lead", "Open": "created", "Close": "closed", "Stage": "deal.state",
                     "Sum": "deal.amount", "Also": "contacts"}, "dates": "iso"}  # fmt: skip
EVENTS = {"columns": {"Lead": "lead", "Time": "at", "Id": "id", "Kind": "kind"}, "dates": "iso"}
SPEND = {"columns": {"Ad": "campaign", "Day": "day", "Cost": "amount"}, "make_missing": True, "dates": "iso"}
FILES = [
    ("leads", AFTER, LEADS),
    ("deals", "Deal,Lead,Open,Close,Stage,Sum,Also\nd1,1,2026-02-02,2026-03-01,won,900,2\nd2,2,2026-02-03,,open,70,\n", DEALS),
    ("events", "Lead,Time,Id,Kind\n1,2026-02-05,e1,page\n2,2026-02-06,e2,mail_click\n", EVENTS),
    ("spend", "Ad,Day,Cost\nSpring,2026-03-01,50\nSummer,2026-03-02,70\n", SPEND),
    ("optouts", "Lead,Date\n2,2026-03-01\n", {"columns": {"Lead": "lead", "Date": "at"}, "dates": "iso"}),
    ("changes", "Lead,When,What,Value\n1,2026-03-01,Job Title,CEO\n", {"columns": {"Lead": "lead", "When": "at", "What": "field", "Value": "value"}, "dates": "iso"}),
    ("companies", "Firm,Staff\nAcme,50\nNova,7\n", {"columns": {"Firm": "company.name", "Staff": "company.employees"}}),
    ("campaigns", "Code,Name\nSpring,Early spring\nSummer,Summer\n", {"columns": {"Code": "campaign.key", "Name": "campaign.name"}}),
    ("contacts", "Deal,Lead,Part\nd2,1,pays\n", {"columns": {"Deal": "deal", "Lead": "lead", "Part": "role"}}),
    ("handoffs", "Lead,MQL\n2,2026-02-04\n", {"columns": {"Lead": "lead", "MQL": "mql"}, "dates": "iso"}),
    ("attempts", "Lead,When,How,What,Who\n1,2026-02-02,call,reached,Rita\n", {"columns": {"Lead": "lead", "When": "at", "How": "channel", "What": "outcome", "Who": "rep"}, "dates": "iso"}),
    ("details", "Id,Seen with\ne0,phone\n", {"columns": {"Id": "id", "Seen with": "x_seen"}}),
    ("merges", "Stays,Goes\n1,2\n", {"columns": {"Stays": "root", "Goes": "losers"}, "dates": "iso"}),
]  # fmt: skip
RARE = [
    "companies",
    "details",
    "campaigns",
    "contacts",
    "merges",
    "changes",
    "optouts",
    "events",
]  # undone in `make trust`
SILENT = (
    "optouts",
    "details",
    "changes",
    "events",
    "companies",
    "campaigns",
    "contacts",
)  # no measure counts what they write


@pytest.fixture
def world(run):
    person("Rita", "rep")
    DefinitionLine.objects.create(name="MQL")
    run("leads", BEFORE, LEADS)
    run("spend", "Ad,Day,Cost\nSpring,2026-03-01,40\n", SPEND)
    run("deals", "Deal,Lead,Open,Close,Stage,Sum,Also\nd2,2,2026-02-03,,open,60,\n", DEALS)
    run("events", "Lead,Time,Id,Kind\n1,2026-02-01,e0,page\n", EVENTS)


def figures():
    """Every measure by its first date (in `make trust` by every date it knows), three of them by stage too, exactly."""
    out = {}
    span = {"first": date(2020, 1, 1), "until": date(2030, 1, 1), "cutoff": LATER}
    for measure in registry.measures():
        for when in measure.dates if WHOLE else measure.dates[:1]:
            for by in ("", "stage") if measure.key in ("leads", "mql", "won") else ("",):
                answer = engine.answer(measure.key, **span, date=when, by=(by,) if by else ())
                rows = [(row.group, str(row.value), row.n, row.of) for row in (*answer.rows, answer.total)]
                out[measure.key, when, by] = repr([row for row in rows if row[2] or row[3]])
    return out


@pytest.fixture(scope="module")
def kept() -> dict:
    """What is read once for all tests of this module: the figures of their world, which is the same each time."""
    return {}


@pytest.fixture
def before(kept, world) -> dict:
    """The figures of the world."""
    if not kept:
        kept.update(figures())
    return kept


def undone(one, by=None):
    one.refresh_from_db()
    service.work(service.ask_undo(one=one, by=by, at=now()), now)
    one.refresh_from_db()
    return one


@pytest.mark.parametrize(
    ("kind", "text", "mapping"),
    [pytest.param(*file, id=file[0], marks=[pytest.mark.trust] * (file[0] in RARE)) for file in FILES],
)
def test_figures_are_as_before_and_the_file_may_come_again(run, before, kind, text, mapping):
    one = run(kind, text, mapping)
    first, there = counts(one), figures()
    assert sum(first[:2]) > 0 and (there != before or kind in SILENT), one.report
    assert undone(one).state == "undone"
    assert figures() == before
    again = run(kind, text, mapping, name="again.csv")
    assert counts(again) == first
    assert figures() == there


@pytest.mark.sized
def test_declared_history_is_undone_and_may_come_again(run, before):
    """Leads and their handoffs brought as having happened then, in past months too, leave nothing."""
    text = "Id,Name,On,MQL,Ad,Firm\n8,Hal,2025-11-05,2025-12-01,Autumn,Orfeo\n9,Ida,2025-11-06,,Spring,Acme\n"
    one = run("leads", text, LEADS, history=True)
    there = figures()
    assert counts(one) == (2, 0, 0, 0) and Lead.objects.filter(declared=True).count() == 2 and there != before
    assert undone(one).state == "undone"
    assert figures() == before
    assert counts(run("leads", text, LEADS, name="again.csv", history=True)) == (2, 0, 0, 0)
    assert figures() == there


def test_what_an_import_made_is_gone_from_lists_and_queues(run, world):
    one = run("leads", AFTER, LEADS)
    undone(one)
    assert set(Lead.objects.filter(erased=False).values_list("last_name", flat=True)) == {"Ada", "Bob"}
    assert not HandoffState.objects.filter(handoff__imported_by=one, is_open=True).exists()
    assert dict(Lead.objects.filter(erased=False).values_list("last_name", "stage")) == {
        "Ada": "mql",
        "Bob": "opportunity",
    }
    assert Lead.objects.get(last_name="Ada").campaign == Campaign.objects.get(key="Spring")
    assert list(Campaign.objects.standing().values_list("key", flat=True)) == ["Spring"]
    assert list(Company.objects.standing().values_list("name", flat=True)) == ["Acme"]


def test_a_spend_that_was_replaced_holds_again(run, world):
    undone(run("spend", "Ad,Day,Cost\nSpring,2026-03-01,50\n", SPEND))
    assert engine.answer("cost", first=date(2026, 1, 1), until=date(2027, 1, 1), cutoff=LATER).total.value == 40
    assert Spend.objects.count() == 3


def test_it_is_refused_with_the_list_where_people_worked_since(run, world):
    rep = User.objects.get(name="Rita")
    one = run("leads", AFTER, LEADS)
    cy, at = Lead.objects.get(last_name="Cy"), now()
    by_hand.edit_lead(lead=cy, by=rep, at=at, values={"phone": "+33 1 70 00 00 01"}, company={})
    assert undone(one).state == "done"
    found = {(deed.subject, deed.subject_id, deed.what, deed.by) for deed in undo.hindered(one)}
    assert found == {("lead", cy.pk, "edit", rep.pk)}


def test_a_later_import_stands_in_the_way_and_goes_first(run, world):
    one = run("leads", AFTER, LEADS)
    later = run("events", "Lead,Time,Id,Kind\n3,2026-02-05,e1,page\n", EVENTS)
    renamed = run("leads", AFTER.replace("Cy", "Cyr"), LEADS)
    undone(one)
    assert {(found.what, found.file) for found in undo.hindered(one)} == {("import", renamed.pk), ("import", later.pk)}
    undone(renamed)
    undone(later)
    assert undone(one).state == "undone"


def test_undone_twice_or_never_applied_is_refused(run, world):
    one = run("leads", AFTER, LEADS)
    undone(one)
    for other in (one, run("leads", AFTER, LEADS, dry=True)):
        with pytest.raises(service.Refused):
            undone(other)
