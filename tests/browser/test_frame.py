"""Signing in, and the frame around every page."""

import pytest
from playwright.sync_api import expect

from tests.people import PASSWORD, person
from tests.scale import one_of

from . import access

# Whether what has the keyboard shows it, itself or by what stands around it.
SHOWN = """() => {
  const e = document.activeElement, drawn = one => { const s = getComputedStyle(one)
    return (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== "none" }
  return e === document.body ? null : [e.outerHTML.slice(0, 120), [e, e.parentElement].some(drawn)] }"""
WORDS = {
    "en": ("Sign in", "Profile", "Settings"),
    "fr": ("Se connecter", "Profil", "Réglages"),
}


@pytest.mark.django_db(transaction=True)
@one_of("language", ["en", "fr"])
def test_somebody_signs_in_with_the_keyboard_only_and_signs_out(visit, language):
    person("ada", "administrator", language=language)
    page = visit(path="/settings/", language=language)
    assert "/accounts/login/" in page.url and page.locator("html").get_attribute("lang") == language
    assert access.problems(page) == []
    page.locator("[name=login]").focus()
    page.keyboard.type("ada@example.test")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(WORDS[language][2])
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    with page.expect_navigation():
        page.keyboard.press("s")
    assert page.url.endswith("/settings/")
    stops = []
    while len(stops) < 60 and (stop := page.keyboard.press("Tab") or page.evaluate(SHOWN)):
        stops.append(stop)
    assert len(stops) > 20 and [said for said, drawn in stops if not drawn] == []
    assert access.problems(page) == []
