"""Personas measured: every lead is in one part of the coverage, and each figure is that of its measure, with its rows."""

import html
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from leads.intake import by_hand
from leads.judging import resembling
from leads.models import Campaign
from personas.definitions import persona_order
from personas.definitions.persona_services import create_persona
from reporting.loop import personas
from smarketing.jobs import nightly
from smarketing.jobs.models import Run
from smarketing.measures import engine
from smarketing.rows import clock, fence
from tests.leads import facts
from tests.people import person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def now():
    return clock.now() - DAY


def field(name, value):
    return {"field": f"lead.{name}", "op": "is", "value": value}


def campaign(by, amount, **more):
    pk = by_hand.add_campaign(values={"key": f"c{amount}", "name": "Fair", "channel": "event"}, by=by, at=clock.now())
    for part in (amount, *more.values()):
        by_hand.add_spend(
            campaign=Campaign.objects.get(pk=pk),
            spent_on=clock.today(),
            amount=Decimal(part),
            label="",
            by=by,
            at=clock.now(),
        )
    return pk


def span():
    """Forty days, as known once this test's own transaction is over."""
    return {"first": clock.today() - 40 * DAY, "until": clock.today() + DAY, "cutoff": clock.now() + DAY}


def test_every_lead_resembles_none_one_or_several_and_the_figures_open_their_rows(now):
    boss = person("boss", "manager", "marketing")
    fair = campaign(boss, "10.00")
    for country, source in (("FR", "web"), ("FR", ""), ("", "web"), ("", "")):
        facts.lead(now, country=country, source=source, **({"campaign": fair} if source else {}))
    french = create_persona(name="French", story={}, rules=field("country", "FR"), by=boss, at=now)
    web = create_persona(name="Web", story={}, rules=field("source", "web"), by=boss, at=now, negative=True)
    for run in Run.objects.filter(job=resembling.JOB):
        nightly.go_on(run.pk)
    parts = {one.key: one.n for one in personas.coverage(boss, fence.cutoff())}
    assert parts == {"none": 1, "one": 2, "several": 1}
    client = Client()
    client.force_login(boss)

    def table():
        found = personas.lines(span() | {"user": boss})
        return {line.name: [cell.text for cell in line.cells[:3]] for line in found}, found

    said, found = table()
    assert said == {
        "French": ["2", "5", "0"], "Web": ["1", "5", "0"], "No persona": ["1", "0", "0"], "Of them: several personas": ["1", "5", "0"],
    }  # fmt: skip
    persona_order.agree(order=[web.persona_id, french.persona_id], by=boss, at=clock.now())
    said, found = table()
    assert [line.name for line in found][:2] == ["Web", "French"]
    assert (said["Web"], said["French"]) == (["2", "10", "0"], ["1", "0", "0"])
    for address in [cell.url for line in found for cell in line.cells] + [
        one.url for one in personas.coverage(boss, fence.cutoff())
    ]:
        assert client.get(address).status_code == 200, address
    text = client.get("/loop/personas/?months=3").text
    assert "2 leads" in text and "whom we do not want" in text and "Order of " in text
    assert "Several personas" in client.get("/language/").text
    page = client.get(f"/language/persona/{web.persona_id}/").text
    (own,) = re.findall(r'<section aria-labelledby="results".*?</section>', page, re.S)
    heads = re.findall(r'<th scope="col" class="num">(.*?)</th>', own)
    assert heads[2] == "Share won" and heads[-2:] == ["Cost", "Days to win"] and 'href="/loop/personas/"' in own
    for address in re.findall(r'href="([^"]+)"', own):
        assert client.get(html.unescape(address)).status_code == 200, address


@pytest.mark.parametrize(("cents", "leads"), [(0, 3), (1, 7), (-998, 6), (4999, 4), (-100_001, 3)])
def test_a_campaigns_cost_is_shared_to_the_cent(cents, leads):
    boss = person("boss", "manager", "marketing")
    fair = campaign(boss, "1000.00", other=str(Decimal(cents) / 100))
    shares = [facts.lead(clock.now() - DAY, campaign=fair, source=str(n)) for n in range(leads)]
    found = engine.answer("shared_cost", by=("source",), **span())
    assert found.total.value == Decimal(100_000 + cents) / 100 and found.total.n == len(shares)
    assert max(row.value for row in found.rows) - min(row.value for row in found.rows) <= Decimal("0.01")


def test_without_leads_or_personas_the_wall_says_nothing_of_coverage():
    boss = person("boss", "manager", "marketing")
    client = Client()
    client.force_login(boss)
    assert "Coverage of the personas" not in client.get("/language/").text
    assert client.get("/loop/personas/").status_code == 200


def test_a_share_of_few_cases_is_shown_with_how_few_they_are():
    from django.template.loader import render_to_string

    from reporting.loop.results import Result

    few, enough = Result("Acceptance rate", "45%", "21.3–72.0%", "/x", 11), Result("Won", "9%", "5.0–12.0%", "/y", 20)
    text = render_to_string(
        "reporting/results.html", {"results": [few, enough, Result("Revenue won", "12", "", "/z", 3)]}
    )
    assert "Results by persona" not in text
    assert text.count("too few to say") == 1 and "of 11: too few to say" in text and "5.0–12.0%" in text
