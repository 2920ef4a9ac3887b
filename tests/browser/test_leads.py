"""A marketer finds a lead, reads why it is warm, mends it and writes a cost, by keyboard, in both languages."""

import pytest
from playwright.sync_api import expect

from leads.models import AttributeChange, Lead, Score, Spend
from tests.scale import one_of

from . import access
from .day import Day
from .test_queue import press

WORDS = {
    "en": {"saved": "every change is in the story", "near": "These come close", "twin": "already", "cost": "written down"},
    "fr": {"saved": "chaque changement est dans l’histoire", "near": "plus proches", "twin": "déjà", "cost": "inscrit"},
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
@one_of("language, theme", [("en", "dark"), ("fr", "light")])
def test_a_marketer_finds_reads_and_mends_a_lead_by_keyboard(visit, language, theme):
    day, words = Day(), WORDS[language]
    page = visit(day.claire, "/leads/", language=language, theme=theme)
    page.keyboard.press("/")
    page.keyboard.type("dubios")
    press(page, "Enter")
    expect(page.locator("main")).to_contain_text(words["near"], use_inner_text=True)
    assert access.problems(page) == []
    page.keyboard.press("j")
    press(page, "Enter")
    marie = Lead.objects.get(last_name="Dubois")
    expect(page.locator("h1")).to_have_text("Marie Dubois")
    shown = page.locator("tr.why-axis td.num:not(:empty)").all_inner_texts()
    score = Score.objects.get(lead=marie)
    assert shown == [str(score.fit), str(score.engagement)]
    page.locator(".why details summary").first.focus()
    page.keyboard.press("Space")
    expect(page.locator(".why-facts").first).to_be_visible()
    assert access.problems(page) == []
    page.goto(f"/leads/{marie.pk}/edit/")
    page.locator("#id_function").fill("Présidente")
    press(page, "Enter")
    expect(page.locator("#messages")).to_contain_text(words["saved"], use_inner_text=True)
    assert AttributeChange.objects.filter(subject_id=marie.pk, field="function", by=day.claire).count() == 1
    page.goto("/leads/add/")
    page.locator("#id_email").fill(marie.email or "none@a.example")
    press(page, "Enter")
    assert (words["twin"] in page.locator("main").inner_text()) is bool(marie.email)
    assert [problem for problem in page.problems if "422" not in problem] == []


@pytest.mark.django_db(transaction=True)
def test_a_cost_written_twice_by_impatience_is_written_once_on_a_phone(visit):
    day = Day()
    page = visit(day.claire, "/campaigns/add/", language="fr", width=390)
    page.locator("#id_key").fill("salon")
    page.locator("#id_name").fill("Salon Œuvre & Ça")
    press(page, "Enter")
    page.locator("#id_amount").fill("1 250,50")
    with page.expect_navigation():
        page.evaluate("() => { const f = document.querySelector('.spend-form'); f.submit(); f.submit(); }")
    page.wait_for_load_state()
    expect(page.locator("#messages")).to_contain_text(WORDS["fr"]["cost"], use_inner_text=True)
    assert Spend.objects.count() == 1 and access.problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
