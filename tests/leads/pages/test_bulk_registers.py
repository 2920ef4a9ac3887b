"""Deeds on many companies, deals, campaigns, pairs and handoffs of the queue: what each would do, who may, what is left as it
was by name, and that it can be undone."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.handoffs import deals
from leads.intake import by_hand
from leads.models import Campaign, Company, Deal, Lead, MergeSuggestion
from smarketing.accounts.models import AuditEntry
from smarketing.rows import clock
from smarketing.web.once import new_key
from tests.leads import facts
from tests.leads.handoffs.desk import Desk, state
from tests.leads.pages.test_bulk import undo_link
from tests.people import client_of, person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def do(client, address: str, follow: bool = True, **said):
    return client.post(address, {"once": new_key(), **said}, follow=follow)


def undone(client, page) -> str:
    """What is said once the deed on this page was undone."""
    return client.post(undo_link(page), {"once": new_key()}, follow=True).text


def test_industry_and_country_are_written_on_many_companies_and_taken_back():
    mia, rep = client_of(person("mia", "marketer")), client_of(person("lea", "rep"))
    pks = [facts.company(AT, name=name, industry="Metal") for name in ("Acme", "Beta")]
    other = facts.company(AT, name="Gamma", industry="Metal")
    assert "2 companies" in mia.get(f"/companies/set/?pick={pks[0]}&pick={pks[1]}").text
    assert "1 company" in mia.get("/companies/set/?all=1&q=gamma").text
    assert "Fill at least one field" in do(mia, "/companies/set/", pick=pks).text
    page = do(mia, "/companies/set/", pick=pks, industry="Steel", back="q=a")
    assert "2 companies changed." in page.text and page.redirect_chain[0][0] == "/companies/?q=a"
    assert set(Company.objects.filter(industry="Steel").values_list("pk", flat=True)) == set(pks)
    line = AuditEntry.objects.get(verb="company.edit")
    assert line.detail == {"fields": ["industry"], "rows": 2}
    assert "2 undone." in undone(mia, page)
    assert set(Company.objects.filter(industry="Metal").values_list("pk", flat=True)) == {*pks, other}
    assert (
        rep.get(f"/companies/set/?pick={other}").status_code == 403 and 'name="pick"' not in rep.get("/companies/").text
    )


def test_campaigns_get_a_channel_and_end_but_none_ends_before_it_begins():
    mia = client_of(person("mia", "marketer"))
    said = [
        {"key": "a", "name": "Early", "starts_on": "2026-01-05"},
        {"key": "b", "name": "Late", "starts_on": "2026-11-01"},
    ]
    pks = [by_hand.add_campaign(values=one, by=None, at=clock.now()) for one in said]
    page = do(mia, "/campaigns/channel/", pick=pks, channel="fair")
    assert "2 campaigns changed." in page.text and Campaign.objects.filter(channel="fair").count() == 2
    assert "2 undone." in undone(mia, page) and not Campaign.objects.filter(channel="fair").exists()
    other = by_hand.add_campaign(values={"key": "c", "name": "Other", "channel": "fair"}, by=None, at=clock.now())
    assert "2 campaigns changed." in do(mia, "/campaigns/channel/", pick=pks, channel="fair").text, (
        "a field is no filter"
    )
    assert Campaign.objects.get(pk=other).channel == "fair"
    page = do(mia, "/campaigns/end/", pick=pks, ends_on="2026-06-30")
    assert "1 campaign ended." in page.text and "Late: it begins after this day" in page.text
    assert list(Campaign.objects.exclude(ends_on=None).values_list("name", flat=True)) == ["Early"]
    assert [one.name for one in mia.get("/campaigns/?when=ended").context["table"].objects] == ["Early"]
    assert "1 undone." in undone(mia, page) and not Campaign.objects.exclude(ends_on=None).exists()
    assert client_of(person("vera", "viewer")).get("/campaigns/end/?all=1").status_code == 403


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def dealt(desk):
    """Two open deals of Léa, and one that Paul has lost."""
    rows = []
    for rep, title in ((desk.lea, "One"), (desk.lea, "Two"), (desk.paul, "Gone")):
        handoff = desk.hand(rep.name, last_name=title)
        rows.append(deals.open_deal(lead=handoff.lead, by=rep, at=clock.now(), title=title, handoff=handoff))
    deals.lose(deal=rows[2], by=desk.paul, at=clock.now(), reason="price")
    return [one.pk for one in rows]


def test_open_deals_go_to_another_rep_and_back_and_closed_ones_stay(desk, dealt):
    boss = client_of(desk.boss)
    asked = boss.get("/deals/give/?" + "&".join(f"pick={pk}" for pk in dealt)).text
    assert "2 open deals" in asked and "Gone: it is closed: lost" in asked
    page = do(boss, "/deals/give/", pick=dealt, to=desk.paul.pk)
    assert "2 deals reassigned." in page.text and "Gone: it is closed: lost" in page.text
    assert [one.rep for one in Deal.objects.order_by("pk")] == [desk.paul] * 3
    assert AuditEntry.objects.get(verb="deals.reassign").detail["rows"] == 2
    assert "2 undone." in undone(boss, page)
    assert [one.rep for one in Deal.objects.order_by("pk")] == [desk.lea, desk.lea, desk.paul]
    assert client_of(desk.lea).get(f"/deals/give/?pick={dealt[0]}").status_code == 403
    assert "None of these deals is open" in boss.get(f"/deals/give/?pick={dealt[2]}").text


def test_deals_are_lost_for_one_reason_and_open_again_with_their_leads(desk, dealt):
    lea = client_of(desk.lea)
    leads = list(Deal.objects.filter(pk__in=dealt[:2]).values_list("lead", flat=True))
    assert "2 open deals" in lea.get("/deals/lose/?all=1").text, "only what she sees"
    assert do(lea, "/deals/lose/", pick=dealt, reason="nonsense").status_code == 422
    past = do(lea, "/deals/lose/", pick=dealt, reason="price", return_on="2001-01-01")
    assert past.status_code == 422 and "must lie in the future" in past.text
    day = clock.today() + timedelta(days=40)
    page = do(lea, "/deals/lose/", pick=dealt, reason="price", return_on=day.isoformat())
    assert set(Deal.objects.filter(pk__in=dealt[:2]).values_list("return_on", flat=True)) == {day}
    assert "2 deals closed as lost." in page.text and Deal.objects.filter(state="lost", reason="price").count() == 3
    assert set(Lead.objects.filter(pk__in=leads).values_list("stage", flat=True)) == {"recycled"}
    assert "2 undone." in undone(lea, page)
    assert set(Deal.objects.filter(state="open").values_list("pk", flat=True)) == set(dealt[:2])
    assert set(Lead.objects.filter(pk__in=leads).values_list("stage", flat=True)) == {"opportunity"}


def test_deals_are_found_by_rep_company_amount_period_and_campaign(desk):
    boss, fair = client_of(desk.boss), by_hand.add_campaign(values={"key": "fair", "name": "Fair"}, by=None, at=AT)
    acme = facts.company(AT, name="Acme")
    for n, rep in enumerate((desk.lea, desk.paul)):
        lead = facts.lead(AT, last_name=f"L{n}", **({"company": acme, "campaign": fair} if n else {}))
        Deal.objects.create(
            lead_id=lead, rep=rep, title=f"D{n}", amount=1000 * (n + 1), state="won", created_at=AT, recorded_at=AT,
            closed_at=AT.replace(month=10 + n),
        )  # fmt: skip

    def found(query: str) -> list[str]:
        return sorted(one.title for one in boss.get(f"/deals/?{query}").context["table"].objects)

    for query in (
        f"rep={desk.paul.pk}",
        "company=acme",
        "least=1500",
        "since=2026-11-20&until=2026-11-20",
        f"campaign={fair}",
    ):
        assert found(query) == ["D1"], query
    assert found("most=1500") == ["D0"] and found("state=open") == []
    assert "This is less than the first" in boss.get("/deals/?least=9&most=3").text


def test_pairs_are_dismissed_together_and_suggested_again():
    leads = [facts.lead(AT, last_name=f"L{n}") for n in range(6)]
    pairs = [
        MergeSuggestion.objects.create(first_id=leads[n], second_id=leads[n + 1], reasons=[why], weight=weight)
        for n, why, weight in ((0, "email", 100), (2, "phone", 60), (4, "phone", 60))
    ]
    mia = client_of(person("mia", "marketer"))
    assert [one.pk for one in mia.get("/leads/duplicates/?reason=phone").context["table"].objects] == [
        pairs[2].pk,
        pairs[1].pk,
    ]
    assert [one.pk for one in mia.get("/leads/duplicates/?least=100").context["table"].objects] == [pairs[0].pk]
    assert "2 pairs" in mia.get("/leads/duplicates/dismiss/?all=1&reason=phone").text
    page = do(mia, "/leads/duplicates/dismiss/", pick=[one.pk for one in pairs[1:]])
    assert "2 pairs: two people each." in page.text and MergeSuggestion.objects.filter(state="open").count() == 1
    again = page.text[page.text.index("/leads/duplicates/dismiss/undo/") :].partition('"')[0]
    assert "2 undone." in client_post(mia, again) and MergeSuggestion.objects.filter(state="open").count() == 3
    assert AuditEntry.objects.filter(verb="lead.twins").count() == 2


def client_post(client, address: str) -> str:
    return client.post(address, {"once": new_key()}, follow=True).text


def test_a_manager_gives_rows_of_the_queue_and_of_the_pool(desk):
    mine, theirs, pooled = desk.hand("lea", last_name="Mine"), desk.hand("paul", last_name="Theirs"), desk.hand(None)
    boss = client_of(desk.boss)
    page = boss.get("/queue/").text
    assert page.count('name="pick"') == 3 and 'name="pick"' not in client_of(desk.lea).get("/queue/").text
    assert "2 open handoffs" in boss.get("/queue/give/?all=1").text
    assert "1 open handoff" in boss.get(f"/queue/give/?all=1&rep={desk.lea.pk}").text
    page = do(boss, "/queue/give/", pick=[mine.pk, pooled.pk], to=desk.paul.pk, back=f"rep={desk.lea.pk}")
    assert "2 handoffs reassigned." in page.text and page.redirect_chain[0][0] == f"/queue/?rep={desk.lea.pk}"
    assert [state(one).rep for one in (mine, theirs, pooled)] == [desk.paul] * 3
    assert "2 undone." in undone(boss, page)
    assert [state(one).rep for one in (mine, theirs, pooled)] == [desk.lea, desk.paul, None]
    assert client_of(desk.lea).get("/queue/give/?all=1").status_code == 403


def test_the_reps_of_accounts_are_named_and_put_back(desk):
    boss, at = client_of(desk.boss), clock.now()
    pks = [facts.company(at, name=f"Firm {n}") for n in range(2)]
    page = do(boss, "/companies/name/", pick=pks, to=desk.lea.pk)
    assert "2 companies changed." in page.text
    assert set(Company.objects.filter(rep=desk.lea).values_list("pk", flat=True)) == set(pks)
    assert "2 undone." in undone(boss, page) and not Company.objects.exclude(rep=None).exists()
    assert client_of(desk.lea).get(f"/companies/name/?pick={pks[0]}").status_code == 403
