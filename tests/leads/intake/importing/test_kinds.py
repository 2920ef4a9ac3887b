"""Each kind of import: what it makes, what it finds again, and that a second time changes nothing."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from leads.intake import by_hand, hooks
from leads.intake.importing import reports
from leads.models import (
    AttributeChange,
    Campaign,
    Deal,
    DealContact,
    Event,
    EventDetail,
    EventPayload,
    Handoff,
    Lead,
    LeadDirty,
    Spend,
)
from leads.twins import merge
from personas.models import DefinitionLine, FieldDef
from smarketing.rows.clock import now
from tests.people import person

from .conftest import counts
from .test_undo import undone

pytestmark = pytest.mark.django_db
LEADS = {"columns": {"Id": "key", "Name": "lead.last_name", "On": "created"}}


@pytest.fixture
def two(run):
    run("leads", "Id,Name,On\n1,Ada,2026-01-05\n2,Bob,2026-01-06\n", LEADS)


def test_leads_change_where_the_file_says_something_new(run, two):
    assert Lead.objects.filter(day_only=True).count() == 2
    assert LeadDirty.objects.count() == 2
    one = run("leads", "Id,Name,On\n1,Ada,2026-01-05\n2,Rob,2026-01-06\n3,Cy,2026-01-07\n", LEADS)
    assert counts(one) == (1, 1, 1, 0)
    assert sorted(Lead.objects.values_list("last_name", flat=True)) == ["Ada", "Cy", "Rob"]


def test_a_lead_known_by_its_address_gets_the_key_of_the_file(run):
    run("leads", "Email\nada@x.test\n", {"columns": {"Email": "lead.email"}})
    mapping = {"columns": {"Id": "key", "Email": "lead.email"}, "source": "crm"}
    assert counts(run("leads", "Id,Email\n9,ADA@x.test\n", mapping))[0] == 0
    assert Lead.objects.get().keys.get().key == "9"
    assert counts(run("leads", "Id,Email\n9,ADA@x.test\n", mapping)) == (0, 0, 1, 0)


def test_a_file_brings_handoffs_that_happened(run):
    line = DefinitionLine.objects.create(name="MQL")
    mapping = {"columns": {"Id": "key", "On": "created", "MQL": "mql"}}
    text = "Id,On,MQL\n1,2026-01-05,2026-02-01 10:00\n2,2026-01-05,\n"
    assert counts(run("leads", text, mapping)) == (2, 0, 0, 0)
    made = Handoff.objects.get()
    assert (made.line, made.gate, made.version, made.day_only) == (line, "imported", None, False)
    assert made.occurred_at == datetime(2026, 2, 1, 9, tzinfo=UTC)
    assert counts(run("leads", text, mapping)) == (0, 0, 2, 0)


def test_deals_are_opened_won_and_lost_at_their_dates(run, two):
    person("Rita", "rep")
    mapping = {
        "columns": {"Deal": "deal.key", "Lead": "lead", "Open": "created", "Close": "closed", "Stage": "deal.state",
                    "Sum": "deal.amount", "Owner": "rep", "Also": "contacts", "Seats": "x_seats"},
        "decimal": ",", "dates": "dmy",
    }  # fmt: skip
    head = "Deal;Lead;Open;Close;Stage;Sum;Owner;Also;Seats\n"
    text = (
        head
        + "d1;1;10/01/2026;20/01/2026;Closed Won;1 200,50 €;Rita;2;7\nd2;2;11/01/2026;;Engaging;;;;\nd3;9;11/01/2026;;New;;;;\n"
    )
    one = run("deals", text, mapping | {"values": {"Stage": {"Engaging": "open"}}})
    assert counts(one) == (2, 0, 0, 1)
    assert reports.errors(one)[0]["reason"] == "There is no such lead."
    won = Deal.objects.get(key="d1")
    assert (won.state, won.amount, won.rep.name, won.attributes) == ("won", Decimal("1200.50"), "Rita", {"x_seats": 7})
    assert won.closed_at == datetime(2026, 1, 19, 23, tzinfo=UTC) and won.closed_day_only
    assert won.created_at == datetime(2026, 1, 9, 23, tzinfo=UTC)
    assert (
        AttributeChange.objects.get(subject_id=won.pk, subject="deal", field="state", value="won").occurred_at
        == won.closed_at
    )
    assert DealContact.objects.get().lead.last_name == "Bob"
    assert counts(run("deals", text, mapping)) == (0, 0, 2, 1)
    later = head + "d2;2;11/01/2026;01/02/2026;lost;;;;\nd1;2;;;won;;;;\n"
    one = run("deals", later, mapping)
    assert counts(one) == (0, 1, 0, 1)
    assert reports.errors(one)[0]["reason"] == "This deal belongs to another lead already."
    lost = Deal.objects.get(key="d2")
    assert (lost.state, lost.closed_at) == ("lost", datetime(2026, 1, 31, 23, tzinfo=UTC))
    assert counts(run("deals", later, mapping)) == (0, 0, 1, 1)


def test_deals_of_owners_who_are_not_in_the_portal_come_in_and_the_owners_are_told(run, two):
    mapping = {"columns": {"Deal": "deal.key", "Lead": "lead", "Owner": "rep"}}
    text = "Deal,Lead,Owner\nd1,1,Zoé Gone\nd2,2,rita@x.test\n"
    one = run("deals", text, mapping, dry=True)
    assert (counts(one), reports.report(one)["strangers"]) == ((2, 0, 0, 0), ["Zoé Gone", "rita@x.test"])
    assert counts(run("deals", text, mapping)) == (2, 0, 0, 0)
    assert counts(run("deals", text, mapping)) == (0, 0, 2, 0)
    deal = Deal.objects.get(key="d2")
    assert (deal.rep, deal.attributes) == (None, {"x_deal_owner": "rita@x.test"})
    assert FieldDef.objects.get(key="deal.x_deal_owner").personal
    rita = person("Rita", "rep")
    one = run("deals", text.replace("rita@x.test", "Rita"), mapping)
    assert (counts(one), reports.report(one)["strangers"]) == ((0, 1, 1, 0), ["Zoé Gone"])
    assert Deal.objects.get(key="d2").rep == rita


def test_a_closing_date_moved_back_is_taken_and_holds(run, two):
    mapping = {"columns": {"Lead": "lead", "Close": "closed"}, "constants": {"deal.state": "won"}}
    run("deals", "Lead,Close\n1,2026-03-10\n", mapping)
    assert counts(run("deals", "Lead,Close\n1,2026-03-01\n", mapping)) == (0, 1, 0, 0)
    assert Deal.objects.get().closed_at == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert counts(run("deals", "Lead,Close\n1,2026-03-01\n", mapping)) == (0, 0, 1, 0)


def test_events_come_once_and_in_any_order_count_the_same(run, two):
    mapping = {"columns": {"Lead": "lead", "Time": "at", "Event": "name", "Id": "id", "Cost": "x_cost"}}
    rows = [
        "1,2026-01-06T10:00:00Z,Form Submitted,e1,3.5",
        "2,2026-01-07T10:00:00Z,Signed up,e2,",
        "9,2026-01-07T10:00:00Z,x,e3,",
    ]
    one = run("events", "Lead,Time,Event,Id,Cost\n" + "\n".join(rows), mapping)
    assert counts(one) == (2, 0, 0, 1)
    assert sorted(Event.objects.values_list("kind", flat=True)) == ["form", "track"]
    assert EventPayload.objects.get().properties == {"cost": "3.5"}
    assert counts(run("events", "Lead,Time,Event,Id,Cost\n" + "\n".join(reversed(rows)), mapping)) == (0, 0, 2, 1)
    one = run("events", "Lead,Time,Event,Id,Cost\n" + rows[0].replace("3.5", "4"), mapping)
    assert counts(one) == (0, 0, 0, 1)
    assert "with other values" in reports.errors(one)[0]["reason"]


def test_events_without_ids_are_known_again_by_their_file(run, two):
    mapping = {"columns": {"Lead": "lead", "Time": "at", "Kind": "kind"}}
    text = "Lead,Time,Kind\n1,2026-01-06,page\n1,2026-01-06,page\n"
    assert counts(run("events", text, mapping)) == (2, 0, 0, 0)
    assert counts(run("events", text, mapping)) == (0, 0, 2, 0)


def test_details_are_told_once_of_an_event_by_its_id(run, two):
    run(
        "events",
        "Lead,Time,Id\n1,2026-01-06,e1\n2,2026-01-06,e2\n",
        {"columns": {"Lead": "lead", "Time": "at", "Id": "id"}},
    )
    mapping = {"columns": {"Id": "id", "Part": "part", "Browser": "x_browser", "Seconds": "x_seconds"}}
    text = "Id,Part,Browser,Seconds\ne1,open,Firefox,4\ne1,click,Firefox,\ne9,open,Firefox,1\ne2,,Chrome,7\n"
    one = run("details", text, mapping)
    assert counts(one) == (3, 0, 0, 1)
    assert [e["reason"] for e in reports.errors(one)] == ["No event with this id was recorded from this source."]
    told = EventDetail.objects.order_by("pk").values_list("event__lead__last_name", "part", "properties")
    assert list(told) == [
        ("Ada", "open", {"browser": "Firefox", "seconds": 4}), ("Ada", "click", {"browser": "Firefox"}),
        ("Bob", "browser+seconds", {"browser": "Chrome", "seconds": 7}),
    ]  # fmt: skip
    assert counts(run("details", text, mapping)) == (0, 0, 3, 1)
    other = run("details", text.replace("Firefox,4", "Firefox,5"), mapping)
    assert (counts(other), reports.errors(other)[0]["line"]) == ((0, 0, 2, 2), 2)


def test_a_choice_takes_its_values_only_in_any_case_and_language(run, two):
    FieldDef.objects.create(
        key="lead.x_size", subject="lead", name="x_size", type="choice", label_en="Size", label_fr="Taille",
        choices=[{"value": "small", "en": "small", "fr": "petite"}, {"value": "large", "en": "large", "fr": "grande"}],
    )  # fmt: skip
    mapping = {"columns": {"Id": "key", "Size": "x_size"}}
    one = run("leads", "Id,Size\n1,LARGE\n2,Petite\n3,huge\n4,\n5,small\n", mapping)
    assert counts(one) == (2, 2, 0, 1)
    (error,) = reports.errors(one)
    assert (error["line"], error["column"], error["cell"]) == (4, "Size", "huge")
    assert error["reason"] == "“huge” is not among the values of this attribute: small, large."
    assert [lead.attributes.get("x_size") for lead in Lead.objects.order_by("pk")] == ["large", "small", None, "small"]
    changes = {"columns": {"Id": "lead", "On": "at", "Field": "field", "Value": "value"}}
    text = "Id,On,Field,Value\n1,2026-02-01,size,Grande\n1,2026-02-02,size,tiny\n"
    assert counts(run("changes", text, changes)) == (1, 0, 0, 1)


def test_merges_in_a_chain_end_with_the_same_lead_in_any_order(run):
    run(
        "leads",
        "Id,On\n" + "".join(f"{n},2026-01-05\n" for n in range(1, 5)),
        {"columns": {"Id": "key", "On": "created"}},
    )
    mapping = {"columns": {"Stays": "root", "Goes": "losers"}}
    for rows in ("1,2\n3,1\n4,3\n", "4,3\n3,1\n1,2\n"):
        with transaction.atomic():
            assert counts(run("merges", f"Stays,Goes\n{rows}", mapping)) == (3, 0, 0, 0)
            four = Lead.objects.get(keys__key="4")
            assert set(Lead.objects.exclude(pk=four.pk).values_list("root_id", flat=True)) == {four.pk}
            assert counts(run("merges", f"Stays,Goes\n{rows}", mapping)) == (0, 0, 3, 0)
            transaction.set_rollback(True)


def test_events_may_make_the_leads_they_speak_of(run):
    mapping = {"columns": {"Who": "lead", "Time": "at", "Ad": "campaign"}, "make_missing": True}
    assert counts(run("events", "Who,Time,Ad\nz,2026-01-06,Spring\nz,2026-01-02,Spring\n", mapping)) == (2, 0, 0, 0)
    assert Lead.objects.get().created_at == datetime(2026, 1, 1, 23, tzinfo=UTC)
    assert Event.objects.filter(campaign=Campaign.objects.get(), lead=Lead.objects.get()).count() == 2


def test_campaigns_are_found_by_key_or_name(run):
    mapping = {"columns": {"Code": "campaign.key", "Name": "campaign.name", "From": "campaign.starts_on"}}
    text = "Code,Name,From\nc1,Spring,2026-03-01\nc2,Autumn,\n"
    assert counts(run("campaigns", text, mapping)) == (2, 0, 0, 0)
    assert counts(run("campaigns", text.replace("Spring", "Early"), mapping)) == (0, 1, 1, 0)
    assert Campaign.objects.get(key="c1").name == "Early"
    assert Campaign.objects.get(key="c1").starts_on == date(2026, 3, 1)


def test_spend_is_recorded_once_and_another_amount_replaces_it(run):
    mapping = {"columns": {"Campaign": "campaign", "Day": "day", "Cost": "amount"}}
    text = "Campaign,Day,Cost\nSpring,2026-03-01,100.5\nSpring,2026-03-02,50\n"
    one = run("spend", text, mapping)
    assert counts(one) == (0, 0, 0, 2)
    assert reports.errors(one)[0]["reason"] == "There is no such campaign."
    mapping |= {"make_missing": True}
    assert counts(run("spend", text, mapping)) == (2, 0, 0, 0)
    assert counts(run("spend", text, mapping)) == (0, 0, 2, 0)
    assert counts(run("spend", text.replace("100.5", "90"), mapping)) == (0, 1, 1, 0)
    assert Spend.objects.count() == 3
    assert counts(run("spend", text.replace("100.5", "90"), mapping)) == (0, 0, 2, 0)


class TestHistory:
    MAP = {"columns": {"Id": "key", "Name": "lead.last_name", "On": "created"}}

    def test_it_is_known_when_it_happened(self, run):
        run("leads", "Id,Name,On\n1,Ada,2024-01-05\n", self.MAP, history=True)
        assert Lead.objects.get().declared
        change = AttributeChange.objects.get()
        assert change.known_at == change.occurred_at == datetime(2024, 1, 4, 23, tzinfo=UTC) < change.recorded_at

    def test_it_brings_new_leads_only_and_needs_their_date(self, run):
        run("leads", "Id,Name\n1,Ada\n", {"columns": {"Id": "key", "Name": "lead.last_name"}})
        one = run("leads", "Id,Name,On\n1,Eve,2024-01-05\n2,Bob,\n", self.MAP, history=True)
        assert counts(one) == (0, 0, 0, 2)
        assert [error["key"] for row in one.rows.order_by("line") for error in row.errors] == [
            "history_exists",
            "history_needs_date",
        ]

    def test_deals_and_events_of_other_leads_are_refused(self, run):
        run("leads", "Id,Name\n1,Ada\n", {"columns": {"Id": "key", "Name": "lead.last_name"}})
        deals = {"columns": {"Lead": "lead", "Close": "closed"}, "constants": {"deal.state": "won"}}
        assert counts(run("deals", "Lead,Close\n1,2024-03-10\n", deals, history=True)) == (0, 0, 0, 1)
        events = {"columns": {"Lead": "lead", "Time": "at"}}
        assert counts(run("events", "Lead,Time\n1,2024-03-10\n", events, history=True)) == (0, 0, 0, 1)

    def test_it_does_not_touch_closed_months(self, run, monkeypatch):
        shut = {date(2024, 1, 1)}
        monkeypatch.setattr(hooks, "closed_months", [lambda first, last: {m for m in shut if first <= m <= last}])
        text = "Id,Name,On\n1,Ada,2024-01-05\n2,Bob,2024-02-05\n"
        one = run("leads", text, self.MAP, history=True)
        assert one.state == "failed" and not Lead.objects.exists()
        assert reports.problems(one) == [
            "Declared history may not touch closed months, and this file does: 2024-01 (1 rows)."
        ]
        assert counts(run("leads", text.replace("2024-01", "2024-03"), self.MAP, history=True)) == (2, 0, 0, 0)
        assert json.dumps(one.report)

    def test_a_month_closed_after_the_check_is_left_alone(self, run, monkeypatch):
        asked = []

        def closed(first, last):
            asked.append((first, last))
            return {date(2024, 1, 1)} if len(asked) > 1 else set()

        monkeypatch.setattr(hooks, "closed_months", [closed])
        one = run("leads", "Id,Name,On\n1,Ada,2024-01-05\n2,Bob,2024-02-05\n", self.MAP, history=True)
        assert counts(one) == (1, 0, 0, 1) and len(asked) == 2
        assert reports.errors(one)[0]["reason"] == "The book of 2024-01 is closed: declared history may not touch it."

    def test_neither_does_spend(self, run, monkeypatch):
        monkeypatch.setattr(hooks, "closed_months", [lambda first, last: {date(2024, 1, 1)}])
        mapping = {"columns": {"C": "campaign", "D": "day", "A": "amount"}, "make_missing": True}
        one = run("spend", "C,D,A\nSpring,2024-01-05,10\n", mapping, history=True)
        assert one.state == "failed" and not Spend.objects.exists()


def test_a_history_empties_a_value_that_a_merge_lent(run, two):
    """A row without a value says that there was none since then; nobody else's value stands in for it, until it is undone."""
    ada, bob = Lead.objects.order_by("pk")
    by, at = person("bo", "manager", "sales"), now()
    by_hand.edit_lead(lead=bob, values={"phone": "12"}, company={}, by=by, at=at)
    merge.merge(loser=bob, root=ada, by=by, at=at)
    mapping = {"columns": {"Lead": "lead", "When": "at", "What": "field", "Value": "value"}, "dates": "iso"}
    text = "Lead,When,What,Value\n1,2026-03-01,Phone Number,\n1,2026-03-01,Unsubscribed from all email,\n"
    phone = lambda: Lead.objects.get(pk=ada.pk).phone  # noqa: E731
    assert phone() == "12"
    one = run("changes", text, mapping)
    assert counts(one) == (1, 0, 0, 1) and phone() == ""
    assert AttributeChange.objects.get(imported_by=one).value is None
    assert counts(run("changes", text, mapping)) == (0, 0, 1, 1)
    assert undone(one).state == "undone" and phone() == "12"
