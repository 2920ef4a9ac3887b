"""What a panel asks to be done is done where its link leads: a draft at the criterion, a campaign stopped or raised."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.html import strip_tags

from leads.intake import means
from leads.models import Campaign, PlannedCost
from personas.criteria import tree
from personas.definitions import services
from personas.models import DefinitionLine
from personas.pages import at_criterion
from reporting.loop import asking, deeds, quality, spans
from smarketing.rows import clock
from tests.forms import forms
from tests.leads import facts
from tests.people import client_of, person
from tests.reporting.credit import ground

from .company import START, Company

pytestmark = pytest.mark.django_db


def body(*keys: str) -> dict:
    """A definition with a criterion of fit for each key."""
    made = tree.empty_body()
    french = {"field": "lead.country", "op": "is", "value": "FR"}
    made["fit"]["items"] = [{"key": key, "points": 10, "when": french} for key in keys]
    return made


def test_the_criterion_contradicted_most_often_opens_in_the_draft_whichever_line_it_is_now():
    first = services.create_line(name="France", by=None, at=clock.now(), body=body("trade", "size"))
    services.create_line(name="Belgium", by=None, at=clock.now(), body=body("country"))
    ines = person("Ines", "marketer")
    ((words, url),) = deeds.at_draft("fit:size", ines)
    assert words == "Open a draft of France at it"
    client = client_of(ines)
    answer = client.get(url)
    assert answer.status_code == 302
    assert answer["Location"] == f"/language/definition/{first.pk}/?at=fit.items.1&edit=fit.items.1#at-fit-items-1"
    page = client.get(answer["Location"])
    assert page.status_code == 200 and page.context["row"].path == "fit.items.1"
    draft = DefinitionLine.objects.get(pk=first.pk).draft
    services.save_draft(line=first, body=body("size", "trade"), revision=draft.revision, by=None, at=clock.now())
    assert "edit=fit.items.0" in client.get(url)["Location"]
    read = client_of(person("Nora", "viewer")).get(url)["Location"]
    assert "edit" not in read and read.endswith("#at-fit-items-0")


def test_a_criterion_that_no_draft_holds_any_more_leads_to_the_studio_and_says_so():
    line = services.create_line(name="France", by=None, at=clock.now(), body=body("size"))
    assert at_criterion.lines_with("fit:gone") == []
    ines = person("Ines", "marketer")
    ways = deeds.at_draft("fit:gone", ines)
    assert ways == (("Open the studio of France", f"/language/definition/{line.pk}/"),)
    page = client_of(ines).get(f"/language/definition/{line.pk}/at/", {"criterion": "fit:gone"}, follow=True)
    assert "does not hold this criterion any more" in page.content.decode()
    for said in ("", "fit:", "must:0", "must:x", "nothing:1"):
        assert at_criterion.path_in_draft(DefinitionLine.objects.get(pk=line.pk), said) is None


def test_a_campaign_is_stopped_by_the_link_and_what_was_planned_is_named():
    one, ines = ground.campaign("fair"), person("Ines", "marketer")
    client = client_of(ines)
    today = clock.today()
    days = {"first_day": today, "last_day": today + timedelta(days=40)}
    means.plan_cost(campaign=one, amount=Decimal("700"), label="", by=ines, at=clock.now(), **days)
    (words, url), _look = deeds.stop(one, ines)
    page = client.get(url)
    said = page.content.decode()
    assert words == "Stop it…" and page.context["form"].initial["ends_on"] == today and "Take back…" in said
    given = {"key": "fair", "name": "Fair", "channel": "", "ends_on": today.isoformat()}
    assert client.post(url, given).status_code == 302
    assert Campaign.objects.get(pk=one.pk).ends_on == today
    assert page.context["plans"] == list(PlannedCost.objects.all())


def test_a_campaign_is_raised_by_a_plan_for_the_month_to_come():
    one, ines = ground.campaign("webinar"), person("Ines", "marketer")
    client = client_of(ines)
    (_words, url), _look = deeds.more(one, ines)
    page = client.get(url)
    first = page.context["form"].initial["first_day"]
    told = page.content.decode()
    assert first.day == 1 and first > clock.today() and "Spent in the last 30 days: 0.00." in strip_tags(told)
    assert re.search(r'30 days: <a href="/numbers/cost/\?[^"]*campaign', told), "the amount opens its rows"
    given = {"first_day": first.isoformat(), "last_day": (first + timedelta(days=9)).isoformat(), "amount": "900"}
    assert client.post(url, given).status_code == 302
    assert PlannedCost.objects.get().amount == 900


def test_a_reason_said_of_no_criterion_and_quick_attempts_that_pay_end_in_what_to_do():
    company = Company(0)
    for n in range(60):
        made = company.hand(facts.lead(START), START + timedelta(seconds=n))
        company.attempt(made, made.occurred_at + timedelta(minutes=10 if n < 30 else 300), n)
        if n < 25:
            company.decide(made, START + timedelta(days=1), "qualify")
        elif n >= 35:
            company.decide(made, START + timedelta(days=1), "return", "FIT-SIZE")
    span = spans.Span(START.date().replace(day=1), spans.month(START.date(), 1))
    manager = person("Karim", "manager", "marketing")
    page = quality.page(asking.Asking(span, "cohort"), "criterion", "campaign", manager)
    (missing,) = page.about_reasons
    assert (
        missing.text == "“Company too small or too large” was said 25 times without naming a criterion. Is one missing?"
    )
    assert missing.ways[0][1].endswith("?edit=fit.items.new#add-fit")
    (soon,) = page.about_delays
    assert soon.text.startswith("Leads tried within the hour clearly became SQL more often")
    calm = quality.page(
        asking.Asking(spans.Span(span.until, spans.month(span.until, 1)), "cohort"), "criterion", "campaign", manager
    )
    assert not calm.about_reasons and not calm.about_delays


@pytest.mark.django_db(transaction=True)
def test_a_cost_that_nobody_knows_is_written_in_its_cell_and_counts_at_once():
    company = Company(0)
    paid, free = company._campaign("paid"), ground.campaign("free", START)
    for to in (paid, free.pk):
        company.hand(facts.lead(START, campaign=to), START)
    client, asked = client_of(person("Ines", "marketer")), {"first": "2026-01", "last": "2026-01"}
    page = client.get("/loop/", asked)
    assert {line.key: line.adds for line in page.context["page"].table.lines} == {"paid": None, "free": free.pk}
    sent = next(one for one in forms(page.content.decode()) if one.action == f"/campaigns/{free.pk}/costs/")
    answer = client.post(sent.action, sent.filled(amount="120.50"))
    assert answer.status_code == 302 and answer["Location"] == "/loop/?first=2026-01&last=2026-01&live=1"
    table = client.get(answer["Location"]).context["page"].table
    assert {line.key: (line.cells[0].text, line.adds) for line in table.lines}["free"] == ("120", None)
    assert "add cost" not in client_of(person("Nora", "viewer")).get("/loop/", asked).content.decode()
    away = client.post(sent.action, {"amount": "1", "spent_on": "2026-01-31", "next": "//elsewhere.example/"})
    assert away["Location"] == f"/campaigns/{free.pk}/"
