"""The founding article's definition, built, previewed and signed by both sides in a real browser, by keyboard only."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from leads.scoring import preview
from personas import starters
from personas.definitions import services
from personas.models import DefinitionLine, DefinitionVersion
from smarketing.agreements import services as agreements
from smarketing.rows import clock
from smarketing.rows.models import Installation
from tests.people import PASSWORD, person
from tests.scale import one_of

from . import access
from .hands import WORDS, Hands, world

pytestmark = pytest.mark.django_db(transaction=True)
FOUNDING = {
    "fit": [
        ("function", {"#f-when-value-more": "Marketing"}, "30"),
        ("birth", {"#f-when-value-0": "25", "#f-when-value-1": "60"}, "10"),
        ("employees", {"#f-when-value-0": "50", "#f-when-value-1": "500"}, "25"),
        ("industry", {"#f-when-value-more": "Software"}, "20"),
    ],
    "engagement": [("page", "/pricing", "40"), ("form", "", "30"), ("opened", "", "5")],
}  # what the article asks for: function, age, employees, industry; site visit, form, mail


@one_of("language", ["en", "fr"])  # by mouse it is done in French (test_language.py)
def test_the_founding_definition_is_built_previewed_and_signed_by_both_sides_by_keyboard_only(visit, language):
    """From the Today page of each of the two: what they type, choose and press, both together, is 45 at most."""
    Installation.objects.create(company="Acmé", age_and_family=True)  # the article's definition asks for an age
    good, words = world(), WORDS[language]
    claire, hugo = person("claire", "marketer", signs=True), person("hugo", "manager", "sales", signs=True)
    hands = Hands(visit(claire, "/today/", language=language), words)
    begin(hands)
    for name, values, points in FOUNDING["fit"]:
        fit(hands, words[name], values, points)
    for name, page_like, points in FOUNDING["engagement"]:
        engagement(hands, words[name] if name != "page" else "", page_like, points)
    body = DefinitionLine.objects.get().draft.body
    said = [item["points"] for item in body["fit"]["items"] + body["engagement"]["items"]]
    assert said == [int(points) for axis in FOUNDING.values() for *_what, points in axis]
    expect(hands.page.locator(".verdict .big")).to_have_text("1")
    expect(hands.page.locator("#hits-fit-items-0")).to_contain_text(re.compile("^1"))
    hands.page.wait_for_selector("#months .replay:not(.stale)")  # each of the last twelve months
    assert preview.count(body, clock.now()).mql == 1
    hands.sign(".propose [name=password]")
    assert access.problems(hands.page) == []

    other = Hands(visit(hugo, "/today/", language=language), words)
    other.press('main .mornings a[href^="/language/paper/"]', "[name=password]")
    read = other.page.locator(f"section[lang={language}] .sentence")
    for words_of in ("Marketing", "25", "50", "Software", "/pricing"):
        expect(read.filter(has_text=words_of).first).to_be_visible()
    assert access.problems(other.page) == []
    other.sign("[name=password]")
    assert hands.deeds + other.deeds <= 45, (hands.deeds, other.deeds)
    version = DefinitionVersion.objects.get()
    assert version.number == 1 and version.body == body
    assert {one.signer_id for one in version.paper.signatures.all()} == {claire.pk, hugo.pk}
    assert preview.matching(version.body, "mql", clock.now()) == [good]


def begin(hands: Hands) -> None:
    """From the Today page to an empty page of the studio."""
    hands.press('main a[href$="/definition/new/"]', "#id_name")
    hands.type("#id_name", "France")
    hands.to("[name=start]")
    for _step in range(2):  # past both templates
        hands.page.keyboard.press("ArrowDown")
        hands.deeds += 1
    hands.press("main button[type=submit]", "#add-fit")


def fit(hands: Hands, field: str, values: dict[str, str], points: str) -> None:
    hands.press("#add-fit", "[data-row-form]")
    hands.choose("#f-when-field", field)
    for selector, text in values.items():
        hands.tick(text) if selector.endswith("more") else hands.type(selector, text)
    hands.type("#f-points", points)
    hands.save()


def engagement(hands: Hands, act: str, page_like: str, points: str) -> None:
    """`act` "": the visit of a page, which is offered first."""
    hands.press("#add-engagement", "[data-row-form]")
    if act:
        hands.choose("#f-when-event-kind", act)
    if page_like:
        hands.type("#f-when-event-page-value", page_like)
    hands.type("#f-points", points)
    hands.save()


@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.trust), "fr"])
def test_who_signs_second_finds_the_proposal_on_their_today_page_and_reads_what_changes(visit, language):
    at = clock.now() - timedelta(hours=3)
    world()
    claire, hugo = person("claire", "marketer", signs=True), person("hugo", "manager", "sales", signs=True)
    line = services.create_line(name="France", by=claire, at=at, body=starters.body("b2b"))
    paper = services.propose(line=line, by=claire, at=at)
    for signer in (claire, hugo):
        agreements.sign(paper=paper, by=signer, at=at, password=PASSWORD)
    body = starters.body("b2b")
    body["fit"]["items"][0]["points"] += 5
    gone = body["engagement"]["items"].pop()
    services.save_draft(line=line, body=body, revision=0, by=claire, at=at)
    paper = services.propose(line=line, by=claire, at=at)
    agreements.sign(paper=paper, by=claire, at=at, password=PASSWORD)
    hands = Hands(visit(hugo, "/today/", language=language), WORDS[language])
    hands.press(f'main .mornings a[href="/language/paper/{paper.pk}/"]', "[name=password]")
    told = hands.page.locator(f"section[lang={language}] .changes li")
    expect(told).to_have_count(2)
    for points in (body["fit"]["items"][0]["points"], abs(gone["points"])):
        expect(told.filter(has_text=str(points))).to_have_count(1)
    assert access.problems(hands.page) == []
    hands.sign("[name=password]")
    assert hands.deeds == 3
    assert DefinitionVersion.objects.latest("number").body == body and hands.page.problems == []
