"""Deeds on many leads: what each would do, who may, what it leaves behind, and that it can be undone."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from leads.handoffs import giving
from leads.intake import many
from leads.models import Assignment, AttributeChange, Campaign, Correction, Lead
from smarketing.accounts.models import AuditEntry, Role, User
from smarketing.web.once import new_key
from tests.leads import facts
from tests.leads.handoffs.desk import NOW, Desk, derived, state
from tests.people import client_of, person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def undo_link(answer) -> str:
    return re.search(r'href="(/[a-z]+/[a-z]+/undo/\?at=\d+)"', answer.text).group(1)


def test_open_handoffs_of_many_leads_go_to_one_rep_and_each_back_to_whom_it_was():
    desk = Desk()
    mine, theirs, pooled = desk.hand("lea"), desk.hand("paul"), desk.hand(None)
    bare = facts.lead(AT, last_name="Bare")
    leads = [mine.lead_id, theirs.lead_id, pooled.lead_id, bare]
    boss = client_of(desk.boss)
    query = "&".join(f"pick={pk}" for pk in leads)
    text = boss.get(f"/leads/give/?{query}&back=stage%3Dsal").text
    assert "3 open handoffs" in text and "Bare" in text and text.count('type="hidden" name="pick"') == 4
    sent = {"pick": leads, "to": str(desk.paul.pk), "reason": "Léa is away", "back": "stage=sal", "once": new_key()}
    answer = boss.post("/leads/give/", sent)
    assert answer.url == "/leads/?stage=sal"
    assert [state(one).rep for one in (mine, theirs, pooled)] == [desk.paul] * 3
    assert Assignment.objects.filter(reason="Léa is away").count() == 2, "what was Paul's already stays"
    line = AuditEntry.objects.get(verb="handoff.reassign", subject="user")
    assert (line.subject_id, line.detail) == (desk.paul.pk, {"handoffs": 2})
    assert (
        boss.post("/leads/give/", sent).status_code == 302
        and Assignment.objects.filter(reason="Léa is away").count() == 2
    )
    page = boss.get("/leads/?stage=sal")
    assert "2 handoffs reassigned." in page.text
    undo = undo_link(page)
    assert "2 handoffs reassigned." in boss.get(undo).text
    assert client_of(person("other", "manager", "sales")).post(undo).status_code == 422, "only one's own deed"
    assert boss.post(undo).status_code == 302
    assert (state(mine).rep, state(theirs).rep, state(pooled).rep, state(pooled).state) == (
        desk.lea,
        desk.paul,
        None,
        "pooled",
    )
    assert all(derived(one) for one in (mine, theirs, pooled)) and boss.post(undo).status_code == 422


def test_what_somebody_moved_since_is_not_given_back_and_pools_take_what_they_had():
    desk = Desk()
    first, second = desk.hand("lea"), desk.hand("lea")
    when = NOW + timedelta(hours=1)
    leads = [first.lead_id, second.lead_id]
    assert giving.give(rows=giving.open_of(leads, desk.boss), rep=desk.paul, by=desk.boss, at=when) == 2
    from leads.handoffs import routing

    routing.reassign(handoff=first, rep=desk.lea, by=desk.boss, at=when + timedelta(minutes=1))
    assert set(giving.given(by=desk.boss, when=when)) == {second.pk}
    assert (
        giving.give(rows=giving.open_of(leads, desk.boss), rep=None, by=desk.boss, at=when + timedelta(minutes=2)) == 2
    )
    assert [state(one).state for one in (first, second)] == ["pooled", "pooled"]
    assert giving.give_back(by=desk.boss, when=when, at=when + timedelta(minutes=3)) == 0


def test_a_rep_who_left_gets_nothing():
    desk = Desk()
    mine = desk.hand("lea")
    User.objects.filter(pk=desk.paul.pk).update(is_active=False)
    sent = {"pick": [mine.lead_id], "to": str(desk.paul.pk)}
    assert client_of(desk.boss).post("/leads/give/", sent).status_code == 422 and state(mine).rep == desk.lea


def test_a_campaign_is_set_on_all_that_the_filters_leave_and_taken_back_by_corrections():
    one = facts.change("campaign", Campaign.objects.create(created_at=AT, recorded_at=AT).pk, "name", "Salon", AT)
    salon = Campaign.objects.get(pk=AttributeChange.objects.get(pk=one).subject_id)
    web = [facts.lead(AT, last_name=f"W{n}", source="web") for n in range(3)]
    other = facts.lead(AT, last_name="Other", source="mail")
    facts.change("lead", web[0], "campaign", salon.pk, AT)
    client = client_of(person("mia", "marketer"))
    text = client.get("/leads/campaign/?all=1&source=web&pick=1").text
    assert "3 leads" in text and "Other" not in text
    answer = client.post("/leads/campaign/", {"pick": web, "to": str(salon.pk), "once": new_key()}, follow=True)
    assert "2 leads changed." in answer.text
    assert {lead.pk: lead.campaign for lead in Lead.objects.all()} == {pk: salon for pk in web} | {other: None}
    assert client.post(undo_link(answer)).status_code == 302
    assert [lead.campaign for lead in Lead.objects.filter(pk__in=web).order_by("pk")] == [salon, None, None]
    assert Correction.objects.filter(subject="attributechange").count() == 2
    assert (
        many.set_values(
            subject="lead", ids=web, values={"campaign": None}, by=User.objects.get(), at=AT + timedelta(days=1)
        )
        == 1
    )


def test_a_rep_sets_nothing_on_the_leads_of_others_and_gives_nothing():
    desk = Desk()
    theirs = desk.hand("paul")
    salon = Campaign.objects.create(created_at=AT, recorded_at=AT, key="salon")
    lea = client_of(desk.lea)
    assert lea.get(f"/leads/give/?pick={theirs.lead_id}").status_code == 403
    assert "No row was chosen" in lea.get(f"/leads/campaign/?pick={theirs.lead_id}").text
    assert lea.post("/leads/campaign/", {"pick": [theirs.lead_id], "to": str(salon.pk)}).status_code == 422
    assert Lead.objects.get(pk=theirs.lead_id).campaign is None


@pytest.mark.parametrize("query", ["", "pick=x", "pick=-1", "all=1&q=nobody", "pick=99999999999999999999"])
def test_nothing_chosen_does_nothing_and_says_so(query):
    client = client_of(person("mia", "marketer"))
    assert "No row was chosen" in client.get(f"/leads/campaign/?{query}").text
    assert "nothing to undo" in client.get("/leads/campaign/undo/?at=x").text


def test_more_than_a_thousand_are_refused(monkeypatch):
    monkeypatch.setattr("smarketing.web.bulk.MOST", 2)
    for n in range(3):
        facts.lead(AT, last_name=f"W{n}")
    assert "more than 2 rows" in client_of(person("mia", "marketer")).get("/leads/campaign/?all=1").text


def test_the_selection_is_exported_and_the_list_offers_each_deed_to_whom_it_is_open():
    picked, other = facts.lead(AT, last_name="Picked"), facts.lead(AT, last_name="Other")
    client = client_of(person("mia", "marketer"))
    text = b"".join(client.get(f"/leads/?pick={picked}&export=csv").streaming_content).decode()
    assert "Picked" in text and "Other" not in text
    text = b"".join(client.get(f"/leads/?pick={picked}&all=1&export=csv").streaming_content).decode()
    assert "Picked" in text and "Other" in text
    assert f'name="pick" value="{other}"' in client.get("/leads/").text
    boss, viewer = client_of(person("bo", Role.MANAGER, "sales")), client_of(person("vera", "viewer"))
    assert ["/leads/give/" in one.get("/leads/").text for one in (client, boss, viewer)] == [False, True, False]
    assert 'name="pick"' not in viewer.get("/leads/").text
