"""The pages of attribution: the board, its rows and files, a deal's way, the versions, rules of links, plans and hours."""

import csv
import re
from datetime import date
from decimal import Decimal
from html import unescape
from io import StringIO

import pytest
from django.urls import reverse

from leads.intake import means
from leads.models import Campaign, CampaignMerge, LinkRules, PlannedCost, Spend, TimeSpent
from leads.touches import store
from reporting.credit import settings
from sla.terms import next_month
from smarketing.measures import engine
from smarketing.rows import clock
from tests.leads import facts
from tests.people import client_of, person
from tests.sla import contracts

from .ground import at, campaign, deal, revenue, spend, touch

pytestmark = pytest.mark.django_db
SPAN = {"first": "2026-01", "last": "2026-02"}


@pytest.fixture
def claire():
    return person("Claire", "marketer", "marketing")


@pytest.fixture
def boss():
    return person("Karim", "manager", "marketing")


@pytest.fixture
def paid():
    """Two campaigns: one pays under every model, one under none; a deal that nobody explains."""
    good, bad = campaign("good"), campaign("bad")
    spend(good, "10.00", 3)
    spend(bad, "1000.00", 3)
    lead = facts.lead(at(0))
    touch(lead, good, 1)
    touch(lead, bad, 2)
    touch(lead, good, 3)
    won = deal(lead, "300.00", 20, opened=5)
    deal(facts.lead(at(0)), "40.00", 21)
    return won


def text(response) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def test_the_board_shows_every_model_marks_the_chosen_one_and_keeps_what_no_touch_explains(paid, claire):
    page = client_of(claire).get("/loop/attribution/", SPAN)
    said = text(page)
    assert "agreed: linear" in said and "Starter settings" in said
    assert re.search(r"Good 10 1,900% robust ✓ 300 300 200", said), "what is concluded stands before the models"
    assert re.search(r"Bad 1,000 \S+ robust ✗ 0 0 100", said)
    assert re.search(r"\(no campaign\) 0 .{0,6}40 40 40", said) and re.search(r"Total 1,010 340 340 340", said)
    assert "Won without a touch" in said


def test_each_number_of_the_board_opens_rows_that_add_up_to_it(paid, claire):
    client = client_of(claire)
    page = client.get("/loop/attribution/", SPAN).content.decode()
    links = [unescape(one) for one in re.findall(r'href="(/numbers/attributed:[^"]+)"', page)]
    assert len(links) >= 4 * 9
    rows = client.get(next(one for one in links if "linear" in one and "campaign=good" in one))
    assert rows.status_code == 200 and "200.00" in text(rows)
    assert reverse("reporting:journey", args=[paid]) in rows.content.decode()


def test_the_board_is_saved_as_a_file_and_answers_programs(paid, boss):
    client = client_of(boss)
    saved = client.get("/loop/attribution/", {**SPAN, "export": "csv"})
    rows = list(csv.reader(StringIO(b"".join(saved.streaming_content).decode("utf-8-sig"))))
    head = rows[0]
    by_name = {row[0]: dict(zip(head, row, strict=True)) for row in rows[1:]}
    assert Decimal(by_name["Good"]["linear"]) == 200 and Decimal(by_name["(no campaign)"]["W"]) == 40
    answer = client.get("/api/v1/attribution/", {"from": "2026-01-01", "to": "2026-03-01"}).json()
    assert set(answer["total"].values()) == {"340.00"} and answer["deals"] == 2
    good = next(row for row in answer["rows"] if row["campaign"] == "good")
    assert good["revenue"]["linear"] == "200.00" and (good["verdict"], good["sign"]) == ("robust", 1)
    assert [one["definition"] for one in answer["origins"]] == ["source", "first", "before", "influenced"]
    assert client.get("/api/v1/attribution/", {"from": "2026-01-01", "to": "nonsense"}).status_code == 400


def test_a_deal_tells_its_way_with_what_each_model_credits_and_what_is_left_out(claire):
    a, b, lead = campaign("a"), campaign("b"), facts.lead(at(1), first_name="Marie")
    touch(lead, a, 1)
    touch(lead, b, 4)
    touch(lead, b, 30)
    won = deal(lead, "100.00", 9, opened=5)
    said = text(client_of(claire).get(f"/loop/attribution/deals/{won}/"))
    assert "first touch" in said and "created the lead" in said and "left out: after the win" in said
    assert "Marie" in said and said.count("50.00") >= 2
    viewer = text(client_of(person("Vera", "viewer")).get(f"/loop/attribution/deals/{won}/"))
    assert "Marie" not in viewer and "50.00" in viewer


@pytest.mark.django_db(transaction=True)
def test_a_version_is_named_before_the_months_it_holds_for(paid, boss, claire):
    client = client_of(boss)
    form = client.get("/loop/attribution/settings/")
    assert form.status_code == 200
    given = {
        "seen": 0, "month_of": "2026-01", "model": "last", "models": ["first", "last", "linear"], "look_back": 90, "half_life": 14,
        "margin": "70", "first": 400, "lead": 300, "opportunity": 0, "last": 100, "rest": 200, "scope": "others",
        "sales_sources": "Outbound, cold call", "sales_channels": "",
    }  # fmt: skip
    wrong = client.post("/loop/attribution/settings/", {**given, "rest": 100})
    assert wrong.status_code == 422 and "1,000 thousandths" in text(wrong)
    for month in ("0000-01", "٢٠٢٦-01"):
        assert client.post("/loop/attribution/settings/", {**given, "month_of": month}).status_code == 422
    assert client.post("/loop/attribution/settings/", given).status_code == 302
    made = settings.of_number(1)
    assert (made.model, made.look_back, made.margin, made.sales_sources) == (
        "last",
        90,
        Decimal("0.7"),
        ("outbound", "cold call"),
    )
    assert "Version 1" in text(client.get("/loop/attribution/", SPAN)) and "agreed: last touch" in text(
        client.get("/loop/attribution/", SPAN)
    )
    table = text(client.get("/loop/attribution/settings/"))
    assert (
        "Own weights: first touch 400 · creation of the lead 300 · last touch 100 · what is left 200 all other touches"
        in table
    )
    assert "outbound, cold call" in table
    late = client.post("/loop/attribution/settings/", {**given, "seen": 1, "month_of": f"{clock.today():%Y-%m}"})
    assert late.status_code == 422 and "before the period" in text(late)
    stale = client.post("/loop/attribution/settings/", {**given, "month_of": "2090-01"})
    assert stale.status_code == 422 and "Somebody adopted" in text(stale)
    assert client_of(claire).post("/loop/attribution/settings/", given).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_return_with_margin_follows_the_version_of_the_period(boss):
    """G1: cost 10,000; revenue 40,000; margin 70 %: ROMI 180 %; with 15,000 of sales' time 12 %."""
    a = campaign("a")
    spend(a, "10000.00", 3)
    lead = facts.lead(at(2), campaign=a.pk)
    for _n in range(5):
        deal(lead, "8000.00", 20, opened=10)
    settings.adopt(
        wanted=settings.Settings(margin=Decimal("0.7")), effective_on=date(2026, 1, 1), by=boss, at=clock.now()
    )
    means.add_time(
        campaign=a, side="sales", team=None, person=None, worked_on=at(4).date(), hours=Decimal(300), rate=Decimal(50), label="",
        by=boss, at=clock.now(),
    )  # fmt: skip
    year = {"first": date(2026, 1, 1), "until": date(2027, 1, 1), "date": "won", "by": ("campaign",)}
    found = {key: engine.answer(key, **year).rows[0].value for key in ("romi", "loaded_romi", "roi", "loaded_cac")}
    assert {key: float(value) for key, value in found.items()} == {
        "romi": 1.8,
        "loaded_romi": 0.12,
        "roi": 3,
        "loaded_cac": 5000,
    }


# --- rules of links


def rules_form(*rules, do="adopt", seen=0) -> dict:
    given = {"r-TOTAL_FORMS": len(rules), "r-INITIAL_FORMS": 0, "do": do, "seen": seen}
    for n, rule in enumerate(rules):
        given |= {f"r-{n}-{key}": value for key, value in rule.items()}
    return given


@pytest.mark.django_db(transaction=True)
def test_rules_of_links_are_previewed_adopted_in_their_order_and_make_touches(claire):
    a, b, lead = campaign("a"), campaign("b"), facts.lead(at(0))
    facts.event(lead, "page", at(1), props={"utm_source": "LinkedIn", "utm_campaign": "SLA-spring"})
    facts.event(lead, "page", at(2), props={"utm_source": "linkedin", "utm_campaign": "other"})
    won = deal(lead, "100.00", 9, opened=5)
    client = client_of(claire)
    two = ({"source": "linkedin", "to": b.pk, "ORDER": 2}, {"campaign": "sla-*", "to": a.pk, "ORDER": 1})
    seen = client.post("/campaigns/links/", rules_form(*two, do="preview"))
    assert seen.status_code == 200 and "nothing is adopted yet" in text(seen) and not LinkRules.objects.exists()
    assert client.post("/campaigns/links/", rules_form(*two)).status_code == 302
    assert [rule["to"] for rule in LinkRules.objects.get().body] == [a.pk, b.pk]
    cutoff = engine.fence.cutoff()
    assert revenue("linear", cutoff=cutoff) == {"a": 50, "b": 50}
    store.advance(cutoff)
    assert revenue("linear", cutoff=engine.fence.cutoff()) == {"a": 50, "b": 50}
    stale = client.post("/campaigns/links/", rules_form(two[0]))
    assert stale.status_code == 422 and "Somebody adopted" in text(stale)
    assert client.post("/campaigns/links/", rules_form(two[0], seen=1)).status_code == 302
    assert revenue("linear", cutoff=engine.fence.cutoff()) == {"b": 100}
    assert revenue("linear", cutoff=cutoff) == {"a": 50, "b": 50}  # as it was known then
    assert "link that fits a rule" in text(client.get(f"/loop/attribution/deals/{won}/"))
    wrong = client.post("/campaigns/links/", rules_form({"source": "x"}, seen=2))
    assert wrong.status_code == 422 and "Choose the campaign" in text(wrong)


# --- plans, hours, merges


def test_a_cost_is_planned_and_the_plan_taken_back(claire):
    a, client = campaign("a"), client_of(claire)
    given = {"first_day": "2026-03-01", "last_day": "2026-03-03", "amount": "100", "label": "ads"}
    assert client.post(f"/campaigns/{a.pk}/planned/", given).status_code == 302
    assert "ads" in text(client.get(f"/campaigns/{a.pk}/"))
    assert client.post(f"/campaigns/{a.pk}/planned/", {**given, "last_day": "2026-02-01"}).status_code == 422
    plan = PlannedCost.objects.get()
    assert client.post(f"/campaigns/means/plan/{plan.pk}/back/", {"reason": ""}).status_code == 302
    assert not PlannedCost.objects.standing().exists()


@pytest.mark.django_db(transaction=True)
def test_hours_cost_what_was_agreed_and_keep_it(boss, claire):
    client, a = client_of(boss), campaign("a")
    hours = {"side": "marketing", "worked_on": "2026-03-02", "hours": "2.5", "campaign": a.pk}
    assert client.post("/campaigns/time/", hours).status_code == 422
    assert client.post("/campaigns/time/rate/", {"side": "marketing", "rate": "80"}).status_code == 302
    assert (
        client.post("/campaigns/time/rate/", {"side": "marketing", "person": claire.pk, "rate": "60"}).status_code
        == 302
    )
    assert client.post("/campaigns/time/", hours).status_code == 302
    assert client.post("/campaigns/time/", {**hours, "person": claire.pk}).status_code == 302
    assert client.post("/campaigns/time/rate/", {"side": "marketing", "rate": "90"}).status_code == 302
    assert [one.rate for one in TimeSpent.objects.order_by("pk")] == [80, 60]
    assert engine.answer("time_cost", first=date(2026, 1, 1), until=date(2027, 1, 1)).total.value == 350
    said = text(client.get("/campaigns/time/"))
    assert "the whole side" in said and "Claire" in said
    assert client_of(claire).post("/campaigns/time/rate/", {"side": "marketing", "rate": "1"}).status_code == 403


def test_a_cost_without_a_campaign_is_written_listed_and_taken_back(claire):
    client = client_of(claire)
    assert (
        client.post("/campaigns/time/loose/", {"spent_on": "2026-03-02", "amount": "12.5", "label": "fair"}).status_code
        == 302
    )
    assert "fair" in text(client.get("/campaigns/time/"))
    made = Spend.objects.get()
    assert client.post(f"/campaigns/means/spend/{made.pk}/back/", {"reason": "twice"}).status_code == 302
    assert not Spend.objects.standing().exists()


def test_campaigns_stand_in_a_tree_without_circles_and_are_merged_and_parted(claire):
    top, low, client = campaign("top"), campaign("low"), client_of(claire)
    same = {"key": "low", "name": "Low", "channel": ""}
    assert client.post(f"/campaigns/{low.pk}/edit/", {**same, "level": "asset", "parent": top.pk}).status_code == 302
    assert Campaign.objects.get(pk=low.pk).parent_id == top.pk
    assert "part of" in text(client.get(f"/campaigns/{low.pk}/")) and "holds" in text(
        client.get(f"/campaigns/{top.pk}/")
    )
    circle = client.post(f"/campaigns/{top.pk}/edit/", {"key": "top", "name": "Top", "parent": low.pk})
    assert circle.status_code == 422 and "part of itself" in text(circle)
    assert client.post(f"/campaigns/{low.pk}/merge/", {"root": top.pk}).status_code == 302
    assert "it counts there" in text(client.get(f"/campaigns/{low.pk}/"))
    made = CampaignMerge.objects.get()
    assert client.post(f"/campaigns/means/merge/{made.pk}/back/", {"reason": ""}).status_code == 302
    assert Campaign.objects.get(pk=low.pk).root_id is None


def test_the_page_of_a_campaign_and_the_overview_say_what_all_models_say(paid, claire):
    good = Campaign.objects.get(key="good")
    client = client_of(claire)
    assert client.get(f"/campaigns/{good.pk}/").status_code == 200
    contracts.handoff(at(1))  # the overview begins with the first handoff
    page = client.get("/loop/", {"view": "period", **SPAN, "live": "1"})
    over = text(page)
    assert (over.count("robust ✓"), over.count("robust ✗")) == (1, 1)
    heads = [head for head, _title in page.context["page"].table.heads]
    line = next(one for one in page.context["page"].table.lines if one.key == "good")
    shown = dict(zip(heads, (cell.text for cell in line.cells), strict=True))
    assert (shown["Revenue"], shown["Credited"], shown["Return"]) == (
        "0",
        "200",
        "1,900%",
    )  # of its touches, not of its leads
    assert "by the model agreed, linear" in over
    assert shown_total(page)["Return"] == "−70%" and "brought back 0.30 (300 of revenue" in over


def shown_total(page) -> dict[str, str]:
    table = page.context["page"].table
    return {head: cell.text for (head, _title), cell in zip(table.heads, table.total.cells, strict=True)}


@pytest.mark.django_db(transaction=True)
def test_a_model_that_terms_name_and_settings_that_change_inside_the_months_are_said(paid, boss):
    settings.adopt(wanted=settings.Settings(model="last"), effective_on=date(2026, 1, 1), by=boss, at=clock.now())
    settings.adopt(
        wanted=settings.Settings(model="w"), effective_on=next_month(clock.today()), by=boss, at=clock.now(), seen=1
    )
    of = contracts.contract()
    contracts.sign(of, [contracts.VOLUME], date(2026, 2, 1), at=at(5), reporting={"model": "first"})
    client = client_of(boss)
    said = text(client.get("/loop/attribution/", SPAN))
    assert f"The terms of {of.name} (version 1, in force from 1 Feb 2026 on) name the model: first touch ." in said
    assert "The settings agreed on another one" in said and "first touch contract" in said
    assert "change inside" not in said
    later = {"first": f"{clock.today():%Y-%m}", "last": f"{next_month(clock.today()):%Y-%m}"}
    said = text(client.get("/loop/attribution/", later))
    assert "version 2 holds from 1 " in said and "Its model: W" in said


def test_the_page_of_a_campaign_judges_the_return_that_it_shows(paid, claire, monkeypatch):
    """Its leads bought nothing, its touches did: return by the model agreed, in the table that says robust."""
    from reporting.loop import robust, spans

    months = spans.Span(date(2026, 1, 1), date(2026, 3, 1))
    monkeypatch.setattr(robust, "usual", lambda *given: months)
    monkeypatch.setattr(robust, "COHORT", "period")
    said = text(client_of(claire).get(f"/campaigns/{Campaign.objects.get(key='good').pk}/"))
    assert "model: linear" in said
    assert re.search(r"Credited 300 300 200 .*Return 2,900% 2,900% 1,900%", said)
