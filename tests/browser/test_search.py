"""Search and command palette by keyboard only, in both languages, and by the phone's plain form."""

import pytest
from playwright.sync_api import expect

from leads.models import Lead

from . import access
from .day import Day


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "theme"), [("en", "light"), pytest.param("fr", "dark", marks=pytest.mark.trust)])
def test_search_and_palette_by_keyboard(visit, language, theme):
    day = Day()
    page = visit(day.claire, "/campaigns/", language=language, theme=theme)
    marie = Lead.objects.get(last_name="Dubois")
    page.keyboard.press("/")
    page.keyboard.type("dubios")
    options = page.locator("#search-list [role=option]")
    options.first.wait_for()
    expect(options.first).to_contain_text("Marie Dubois", use_inner_text=True)
    assert access.problems(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#search-list")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#search")).to_have_attribute("aria-activedescendant", options.first.get_attribute("id"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(f"/leads/{marie.pk}/")
    page.keyboard.press("Control+k")
    listed = page.locator("#palette-list [role=option]:visible")
    listed.first.wait_for()
    expect(page.locator("#palette")).to_be_visible()
    assert access.problems(page) == []
    page.keyboard.type("dubois")
    page.locator("#palette-list", has_text="Marie Dubois").wait_for()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type({"en": "add camp", "fr": "ajouter camp"}[language])
    page.wait_for_function("document.querySelectorAll('#palette-list [role=option]:not([hidden])').length === 1")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/campaigns/add/") and page.problems == []


@pytest.mark.django_db(transaction=True)
def test_a_search_on_a_phone_needs_no_suggestions(visit):
    day = Day()
    page = visit(day.claire, "/today/", language="fr", width=390)
    page.locator("#search").fill("dubois")
    with page.expect_navigation():
        page.locator("#search").press("Enter")
    assert "/search/?q=dubois" in page.url
    expect(page.locator("main")).to_contain_text("Marie Dubois", use_inner_text=True)
    assert access.problems(page) == []
