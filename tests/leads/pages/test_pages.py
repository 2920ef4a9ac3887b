"""Pages of leads, companies and campaigns: who sees what, what a form refuses, what a deed leaves behind."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from leads.intake import by_hand
from leads.models import AttributeChange, Campaign, Company, Correction, Lead, Spend
from smarketing.accounts.models import AuditEntry
from smarketing.rows.models import Installation
from smarketing.web.once import new_key
from tests.leads import facts
from tests.leads.handoffs.desk import Desk
from tests.people import person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def signed_in(role="marketer", side=None, **fields) -> Client:
    return client_of(person(fields.pop("name", role), role, side, **fields))


@pytest.fixture
def eloise() -> int:
    company = facts.company(AT, name="L’Œuvre", domain="oeuvre.example", employees=120)
    campaign = facts.change("campaign", Campaign.objects.create(created_at=AT, recorded_at=AT).pk, "name", "Salon", AT)
    campaign = AttributeChange.objects.get(pk=campaign).subject_id
    return facts.lead(
        AT, first_name="Éloïse", last_name="d’Artagnan", email="eloise@oeuvre.example", phone="+33 4 72 00 00 00",
        function="Directrice", country="FR", source="organic", company=company, campaign=campaign,
    )  # fmt: skip


# --- who sees what


ROLES = [("marketer", None), ("manager", "marketing"), ("manager", "sales"), ("administrator", None), ("viewer", None)]


@pytest.mark.parametrize(("role", "side"), ROLES)
def test_all_but_reps_open_every_lead_and_a_viewer_sees_no_personal_value(eloise, role, side):
    client = signed_in(role, side)
    for address in (f"/leads/{eloise}/", "/leads/", f"/companies/{Company.objects.get().pk}/"):
        text = client.get(address).text
        shown = [word for word in ("Éloïse", "Artagnan", "eloise@", "+33 4 72", "Directrice") if word in text]
        assert bool(shown) is (role != "viewer"), (address, shown)
        assert f"/leads/{eloise}/" in text or address == f"/leads/{eloise}/"


def test_a_viewer_learns_no_name_by_searching_for_it(eloise):
    viewer = signed_in("viewer")
    assert f"#{eloise}" not in viewer.get("/leads/?q=eloise").text
    assert f"#{eloise}" in viewer.get("/leads/?q=oeuvre").text
    assert viewer.get("/leads/?export=csv")["Content-Type"].startswith("text/html")


def test_a_rep_sees_their_own_and_their_pools_and_every_other_lead_is_missing():
    desk = Desk()
    mine, theirs = desk.hand("lea", last_name="Mine"), desk.hand("paul", last_name="Theirs")
    pooled, nobodys = desk.hand(None, last_name="Pooled"), facts.lead(AT, last_name="Nobodys")
    lea, boss = client_of(desk.lea), client_of(desk.boss)
    seen = lea.get("/leads/").text
    assert [name in seen for name in ("Mine", "Theirs", "Pooled", "Nobodys")] == [True, False, True, False]
    answers = [
        lea.get(f"/leads/{pk}/").status_code for pk in (mine.lead_id, theirs.lead_id, pooled.lead_id, nobodys, 10**12)
    ]
    assert answers == [200, 404, 200, 404, 404]
    assert lea.get(f"/leads/{theirs.lead_id}/edit/").status_code == 404
    assert lea.post(f"/leads/{theirs.lead_id}/edit/", {"last_name": "X"}).status_code == 404
    assert boss.get(f"/leads/{theirs.lead_id}/").status_code == 200
    assert lea.get("/leads/?q=theirs").text.count("Theirs") == 0
    assert lea.get("/leads/add/").status_code == 403


def test_the_company_page_names_who_is_in_charge_without_opening_a_foreign_lead():
    desk = Desk()
    company = facts.company(AT, name="Acme")
    desk.hand("paul", last_name="Theirs", company=company)
    text = client_of(desk.lea).get(f"/companies/{company}/").text
    assert "paul" in text and "Theirs" not in text and "1 more person is not in your charge" in text


@pytest.mark.parametrize(
    ("role", "side"), [("rep", None), ("manager", "sales"), ("viewer", None), ("administrator", None)]
)
def test_only_marketing_edits_campaigns(eloise, role, side):
    client, pk = signed_in(role, side), Campaign.objects.get().pk
    assert client.get("/campaigns/").status_code == client.get(f"/campaigns/{pk}/").status_code == 200
    for address in ("/campaigns/add/", f"/campaigns/{pk}/edit/", f"/campaigns/{pk}/costs/"):
        assert client.post(address, {}).status_code == 403


# --- the table


def test_filters_live_in_the_address(eloise):
    client = signed_in()
    campaign = Campaign.objects.get().pk
    for query, found in [
        ("source=organic", True), ("source=%7E", False), (f"campaign={campaign}", True), ("stage=lead", True),
        ("stage=mql", False), ("since=2026-11-20&until=2026-11-20", True), ("since=2026-11-21", False),
        ("until=2026-11-19", False), ("q=artagnan", True), ("q=nobody", False), ("q=eloise&stage=mql", False),
    ]:  # fmt: skip
        assert (f"/leads/{eloise}/" in client.get(f"/leads/?{query}").text) is found, query


@pytest.mark.parametrize(
    "query",
    ["stage=nonsense", "since=31/31/2026", "since=2026-11-02&until=2026-11-01", "campaign=x", "rep='", "grade=Z9"],
)
def test_a_wrong_filter_filters_nothing_and_says_so_where_it_can(eloise, query):
    answer = signed_in().get(f"/leads/?{query}")
    assert answer.status_code == 200 and f"/leads/{eloise}/" in answer.text


def test_a_name_written_nearly_right_is_found_and_said_to_be_near(eloise):
    text = signed_in().get("/leads/?q=eloize").text
    assert "These come close" in text and f"/leads/{eloise}/" in text
    assert "These come close" not in signed_in(name="b").get("/leads/?q=eloise").text


def test_the_export_is_what_is_shown_and_leaves_an_audit_line(eloise):
    facts.lead(AT, last_name="=HYPERLINK(1)")
    answer = signed_in().get("/leads/?export=csv&q=hyperlink")
    text = b"".join(answer.streaming_content).decode()
    assert "'=HYPERLINK(1)" in text and "Artagnan" not in text
    assert AuditEntry.objects.get(verb="leads.export").detail == {"filters": ["q"], "format": "csv"}


def test_the_empty_table_offers_the_next_step():
    assert 'href="/leads/add/"' in signed_in().get("/leads/").text
    assert "No lead is yours yet." in signed_in("rep").get("/leads/").text


# --- by hand


def test_a_lead_written_by_hand_has_its_values_its_company_and_its_audit_line(eloise):
    marketer = signed_in(name="anna")
    said = {"first_name": "Zoé", "last_name": "O'Neil", "email": "zoe@oeuvre.example", "company_domain": "https://www.oeuvre.example/x", "once": new_key()}  # fmt: skip
    answer = marketer.post("/leads/add/", said)
    again = marketer.post("/leads/add/", said)
    lead = Lead.objects.get(first_name="Zoé")
    assert answer["Location"] == again["Location"] == f"/leads/{lead.pk}/"
    assert lead.company_id == Lead.objects.get(pk=eloise).company_id
    assert (
        AttributeChange.objects.filter(subject="lead", subject_id=lead.pk, by__name="anna", source="hand").count() == 4
    )
    assert AuditEntry.objects.get(verb="lead.add").subject_id == lead.pk


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({}, "Write a name or an e-mail address."),
        ({"last_name": "X", "email": "nonsense"}, "Enter a valid email address."),
        ({"last_name": "X", "company_domain": "no domain"}, "This is not a domain"),
        ({"last_name": "X" * 121}, "at most 120 characters"),
        ({"last_name": "X", "birth_date": "2026-02-30"}, "Enter a valid date."),
        ({"last_name": "X\x00"}, "Null characters are not allowed."),
    ],
)
def test_a_bad_lead_is_refused_at_the_field_and_what_was_typed_is_kept(said, error):
    Installation.objects.create(company="Acme", age_and_family=True)
    answer = signed_in().post("/leads/add/", said | {"function": "Typed before"})
    assert answer.status_code == 422 and error in answer.text and "Typed before" in answer.text
    assert not Lead.objects.exists()


def test_a_second_lead_with_the_same_address_must_be_asked_for(eloise):
    marketer = signed_in()
    said = {"first_name": "Other", "email": "ELOISE@oeuvre.example"}
    warned = marketer.post("/leads/add/", said)
    assert warned.status_code == 422 and f'href="/leads/{eloise}/"' in warned.text and Lead.objects.count() == 1
    assert marketer.post("/leads/add/", said | {"anyway": "on"}).status_code == 302
    assert Lead.objects.count() == 2


def test_an_edit_records_only_what_differs_and_keeps_the_old_values(eloise):
    marketer = signed_in(name="anna")
    page = marketer.get(f"/leads/{eloise}/edit/").text
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page)) | {"campaign": str(Campaign.objects.get().pk)}
    form.pop("csrfmiddlewaretoken", None)
    before = AttributeChange.objects.count()
    assert marketer.post(f"/leads/{eloise}/edit/", form | {"function": "CEO", "country": "BE"}).status_code == 302
    fresh = AttributeChange.objects.order_by("-pk")[:2]
    assert AttributeChange.objects.count() == before + 2
    assert {(one.field, one.value) for one in fresh} == {("function", "CEO"), ("country", "BE")}
    lead = Lead.objects.get(pk=eloise)
    assert (lead.function, lead.country, lead.phone) == ("CEO", "BE", "+33 4 72 00 00 00")
    assert AuditEntry.objects.get(verb="lead.edit").detail == {"fields": ["country", "function"]}


def test_an_edit_may_rename_the_company_and_leave_it(eloise):
    lead, anna = Lead.objects.get(pk=eloise), person("anna", "marketer")
    values = {"last_name": "d’Artagnan"}
    by_hand.edit_lead(
        lead=lead, values=values, company={"name": "L’Œuvre SA", "domain": "oeuvre.example"}, by=anna, at=AT
    )
    assert [one.name for one in Company.objects.all()] == ["L’Œuvre SA"]
    by_hand.edit_lead(lead=lead, values=values, company={}, by=anna, at=AT + timedelta(days=1))
    assert Lead.objects.get(pk=eloise).company is None


# --- the lead's page


def test_the_page_tells_since_when_and_from_where_each_value_is(eloise):
    text = signed_in().get(f"/leads/{eloise}/").text
    assert "since 20 Nov 2026 10:00" in text and "Not judged yet." in text and "never handed over to sales" in text


def test_the_page_as_of_a_past_day_shows_what_was_known_then(eloise):
    facts.change("lead", eloise, "function", "Présidente", AT + timedelta(days=2))
    client = signed_in()
    then, today = client.get(f"/leads/{eloise}/?as_of=2026-11-21").text, client.get(f"/leads/{eloise}/").text
    assert "Présidente" in today and "Présidente" not in then and "As it was at the end of 21 Nov 2026" in then
    for nonsense in ("2999-01-01", "x", "1000-01-01", "2026-02-30"):
        assert client.get(f"/leads/{eloise}/?as_of={nonsense}").status_code == 200


@pytest.mark.parametrize(
    "query",
    ["story=nonsense", "before=x", "before=2026-11-20T09:00:00~1~2", "before=2026-11-20T09:00:00%2B00:00~9999999999~2"],
)
def test_nonsense_about_the_story_shows_the_newest(eloise, query):
    assert "lead created" in signed_in().get(f"/leads/{eloise}/?{query}").text


def test_an_erased_and_a_merged_lead_say_so(eloise):
    survivor = facts.lead(AT, last_name="Survivor")
    Lead.objects.filter(pk=eloise).update(root_id=survivor)
    client = signed_in()
    assert f'href="/leads/{survivor}/"' in client.get(f"/leads/{eloise}/").text
    Lead.objects.filter(pk=survivor).update(erased=True)
    assert "This person was erased" in client.get(f"/leads/{survivor}/").text
    assert client.get(f"/leads/{survivor}/edit/").status_code == 404


# --- campaigns


def test_a_campaign_is_made_edited_and_its_key_is_its_own():
    client = signed_in(name="anna")
    said = {
        "key": "webinar",
        "name": "Webinaire",
        "channel": "event",
        "starts_on": "2026-11-01",
        "ends_on": "2026-11-30",
    }
    there = client.post("/campaigns/add/", said)["Location"]
    assert client.post("/campaigns/add/", said | {"key": "WEBINAR"}).status_code == 422
    assert "Another campaign has this key." in client.post("/campaigns/add/", said | {"key": "Webinar"}).text
    assert (
        "comes before the first one"
        in client.post("/campaigns/add/", said | {"key": "b", "ends_on": "2026-10-01"}).text
    )
    assert client.post(f"{there}edit/", said | {"name": "Autre"}).status_code == 302
    campaign = Campaign.objects.get()
    assert (campaign.name, str(campaign.ends_on)) == ("Autre", "2026-11-30")
    assert set(AuditEntry.objects.values_list("verb", flat=True)) >= {"campaign.add", "campaign.edit"}


def test_a_cost_is_a_fact_and_taking_it_back_is_another():
    client = signed_in(name="anna")
    there = client.post("/campaigns/add/", {"key": "a", "name": "A"})["Location"]
    cost = {"spent_on": "2026-11-02", "amount": "1250.50", "label": "Stand"}
    assert client.post(f"{there}costs/", cost).status_code == 302
    assert "1,250.50" in client.get(there).text
    spend = Spend.objects.get()
    assert (spend.by.name, spend.occurred_at.isoformat()) == ("anna", "2026-11-01T23:00:00+00:00")
    back = f"{there}costs/{spend.pk}/back/"
    otto = signed_in(name="otto")
    answer = otto.post(back, {"reason": "not mine"})
    assert answer.status_code == 422 and "Only whoever wrote it, or a manager" in answer.text
    assert back in client.get(there).text and back not in otto.get(there).text
    assert (
        client.post(back, {"reason": "Counted twice"}).status_code
        == client.post(back, {"reason": "x"}).status_code
        == 302
    )
    assert Correction.objects.get().reason == "Counted twice" and Spend.objects.count() == 1
    assert Campaign.objects.with_sums().get().cost is None
    assert "Counted twice" in client.get(there).text and "no cost written" in client.get(there).text


def test_a_cost_is_said_anew_and_what_was_written_stays_struck_through():
    client = signed_in(name="anna")
    there = client.post("/campaigns/add/", {"key": "a", "name": "A"})["Location"]
    cost = {"spent_on": "2026-11-02", "amount": "1250.50", "label": "Stand"}
    assert client.post(f"{there}costs/", cost).status_code == 302
    change = f"{there}costs/{Spend.objects.get().pk}/change/"
    assert change in client.get(there).text
    assert client.get(change).context["form"]["amount"].initial == Decimal("1250.50")
    assert signed_in(name="otto").post(change, cost | {"amount": "9", "reason": "x"}).status_code == 422
    assert "Nothing has changed" in client.post(change, cost | {"reason": "x"}, follow=True).text
    wrong = {"amount": "0", "reason": "x"}, {"spent_on": "2999-01-01", "reason": "x"}
    assert [client.post(change, cost | one).status_code for one in wrong] == [422, 422]
    assert Spend.objects.count() == 1 and not Correction.objects.exists()
    assert (
        "The cost is changed"
        in client.post(change, cost | {"amount": "1350.50", "reason": "a 2 was a 3"}, follow=True).text
    )
    assert Campaign.objects.with_sums().get().cost == Decimal("1350.50") and Spend.objects.count() == 2
    assert Correction.objects.get().reason == "a 2 was a 3" and "taken back before" in client.get(change).text
    assert "taken back before" in client.post(change, cost | {"amount": "7", "reason": "x"}).text


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"amount": "abc"}, "Enter a number."),
        ({"amount": "0"}, "other than 0"),
        ({"amount": "1.234"}, "no more than 2 decimal places"),
        ({"amount": "1e30"}, "no more than"),
        ({"spent_on": "2999-01-01"}, "This day has not come yet"),
        ({"spent_on": "31/02/2026"}, "Enter a valid date."),
    ],
)
def test_a_bad_cost_is_refused_in_words(said, error):
    client = signed_in()
    there = client.post("/campaigns/add/", {"key": "a", "name": "A"})["Location"]
    answer = client.post(f"{there}costs/", {"spent_on": "2026-11-02", "amount": "1", "label": "Kept"} | said)
    assert answer.status_code == 422 and error in answer.text and "Kept" in answer.text and not Spend.objects.exists()


def test_the_amount_may_be_written_in_french():
    client = signed_in(language="fr")
    there = client.post("/campaigns/add/", {"key": "a", "name": "A"})["Location"]
    assert client.post(f"{there}costs/", {"spent_on": "2026-11-02", "amount": "1 250,50"}).status_code == 302
    assert str(Spend.objects.get().amount) == "1250.50"
