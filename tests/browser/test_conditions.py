"""A marketer lets a criterion look at what sales did, limits points to so many a day, and puts leads on a list that it asks for."""

import pytest
from playwright.sync_api import expect

from leads.models import Lead
from personas.criteria import tree
from personas.definitions import services
from personas.models import FieldDef
from smarketing.rows import clock
from tests.leads import facts
from tests.people import person

from . import access

DAILY = {"en": "at most 3 a day", "fr": "au plus 3 par jour"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("language", "theme", "width"), [("en", "light", 1440), pytest.param("fr", "dark", 390, marks=pytest.mark.trust)]
)
def test_attempts_a_daily_limit_and_a_list_are_asked_for_in_the_browser(visit, language, theme, width):
    anna, at = person("anna", "marketer", language=language), clock.now()
    for name in ("Dubois", "Nguyen"):
        facts.lead(at, last_name=name)
    body = tree.empty_body()
    body["engagement"]["items"] = [
        {"key": "c1", "points": 5, "each": True, "when": {"event": {"kind": "page"}, "within": 30}}
    ]
    line = services.create_line(name="France", by=anna, at=at, body=body)

    page = visit(anna, "/leads/lists/", language=language, theme=theme, width=width)
    assert access.problems(page) == []
    page.locator("#id_name").fill("Fair 2026")
    page.locator("#id_name").press("Enter")
    page.wait_for_url("**/leads/lists/")
    fair = FieldDef.objects.get(listing="Fair 2026")
    page.goto("/leads/")
    page.locator("input[name=pick]").first.check()
    page.locator("button[formaction='/leads/listing/']").click()
    assert access.problems(page) == []
    page.locator("#id_to").select_option(fair.name)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/leads/**")
    assert Lead.objects.saying({fair.name: True}).count() == 1
    page.goto("/leads/lists/")
    expect(page.locator(f"a[href='/leads/?list={fair.name}']")).to_have_text("1")
    assert access.problems(page) == []

    page.goto(f"/language/definition/{line.pk}/?edit=engagement.items.0")
    page.locator("[name=daily]").fill("3")
    page.locator("[name=daily]").press("Enter")
    page.locator("#at-engagement-items-0").filter(has_text=DAILY[language]).wait_for()
    page.goto(f"/language/definition/{line.pk}/?edit=never.new")
    page.locator("[name='when.kind']").select_option("event")
    page.locator("[name='when.event.kind']").select_option("attempt")
    page.locator("[name='when.event.channel']").select_option("call")
    page.locator("[name='when.event.outcome']").select_option("wrong_number")
    page.locator("[name='when.within']").fill("90")
    assert access.problems(page) == []
    page.locator("[name='when.within']").press("Enter")
    page.locator("#at-never-0").wait_for()
    page.goto(f"/language/definition/{line.pk}/?edit=must.new")
    page.locator("[name='when.field']").select_option(fair.key)
    page.locator("[name='when.value']").select_option("true")
    page.locator("main button.btn[value=save]").click()
    page.locator("#at-must-0").wait_for()
    assert access.problems(page) == [] and page.problems == []
    line.draft.refresh_from_db()
    assert line.draft.body["engagement"]["items"][0]["daily"] == 3
    attempt = {"kind": "attempt", "channel": "call", "outcome": "wrong_number"}
    assert line.draft.body["never"] == [{"event": attempt, "within": 90}]
    assert line.draft.body["must"] == [{"field": fair.key, "op": "is", "value": True}]
