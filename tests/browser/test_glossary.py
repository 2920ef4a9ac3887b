"""Words of the glossary on every page: marked once, told on hover and tap, listed by a key; found while typing."""

import pytest
from playwright.sync_api import expect

from tests.people import person
from tests.scale import one_of

from . import access

WORDS = {
    "en": ("handoff", "Handoff", "The act by which marketing passes", "Words of this page", "acceptance rate"),
    "fr": (
        "transmission",
        "Transmission",
        "L’acte par lequel le marketing",
        "Mots de cette page",
        "taux d’acceptation",
    ),
}


@pytest.mark.django_db(transaction=True)
@one_of("language", ["en", "fr"], 1)
def test_a_word_is_told_where_it_stands_and_all_of_a_page_by_a_key(visit, language):
    key, word, sentence, title, asked = WORDS[language]
    page = visit(person("ada", "marketer", language=language), "/help/numbers/", language=language)
    marked = page.locator('main [data-term="handoff"]').first
    marked.wait_for()
    assert marked.inner_text().lower().startswith(key)
    marked.hover()
    bubble = page.locator(".word-bubble")
    expect(bubble).to_be_visible()
    expect(bubble).to_contain_text(sentence, use_inner_text=True)
    expect(bubble).to_contain_text(word, use_inner_text=True)
    bubble.hover()
    page.wait_for_timeout(400)
    expect(bubble).to_be_visible()
    assert access.problems(page) == []
    page.keyboard.press("Escape")
    expect(bubble).to_have_count(0)
    page.keyboard.press("w")
    dialog = page.locator("#words-here")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text(title, use_inner_text=True)
    expect(dialog).to_contain_text(sentence, use_inner_text=True)
    assert access.problems(page) == []
    with page.expect_navigation():
        dialog.get_by_role("link", name=word, exact=True).press("Enter")
    assert page.url.endswith("/language/glossary/#handoff")
    page.locator("#word").fill(asked)
    page.locator("#words dt").nth(1).wait_for(state="detached")
    expect(page.locator("#words dt")).to_have_count(1)
    page.wait_for_url("**q=*")
    expect(page.locator(".glossary [data-term]")).to_have_count(0)


@pytest.mark.django_db(transaction=True)
def test_words_of_what_came_later_are_marked_once_and_never_inside_a_link(visit):
    page = visit(person("ada", "marketer", language="en"), "/help/numbers/", language="en")
    page.locator('main [data-term="handoff"]').first.wait_for()
    page.evaluate("""() => {
      document.querySelector("main").insertAdjacentHTML("beforeend", "<p id='late'>A waiver, a <a href='/'>pool</a> and Waivers.</p>")
      document.dispatchEvent(new Event("htmx:afterSettle")) }""")
    expect(page.locator("#late [data-term]")).to_have_text(["waiver"])


@pytest.mark.django_db(transaction=True)
def test_words_are_told_in_titles_sentences_lists_and_labels_once_a_block_and_in_no_control(visit):
    page = visit(person("ada", "marketer", language="en"), "/help/numbers/", language="en")
    page.locator('main [data-term="handoff"]').first.wait_for()
    page.evaluate("""() => {
      document.querySelector("main").insertAdjacentHTML("beforeend",
        "<section id='one'><h1>The waiver</h1><ul><li>A pool, and a waiver</li></ul>" +
        "<div class='sentence'>each <a href='/'>attempt</a>, reached</div>" +
        "<label>Refusal <input value='Return'> <button>Assignment</button></label>" +
        "<table><tr><td><ul><li>criterion</li></ul></td></tr></table></section><section id='two'><p>Another waiver</p></section>")
      document.dispatchEvent(new Event("htmx:afterSettle")) }""")
    expect(page.locator("#one [data-term]")).to_have_text(["waiver", "pool", "reached", "Refusal"])
    expect(page.locator("#two [data-term]")).to_have_text(["waiver"])
    page.locator("#two [data-term]").scroll_into_view_if_needed()
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )  # scrolling closes
    page.locator("#two [data-term]").hover()
    expect(page.locator(".word-bubble")).to_have_attribute("data-of", "waiver")


@pytest.mark.django_db(transaction=True)
def test_a_bubble_that_was_closed_opens_no_other_that_lay_under_it(visit):
    page = visit(person("ada", "marketer", language="en"), "/help/numbers/", language="en")
    page.locator('main [data-term="handoff"]').first.wait_for()
    page.evaluate("""() => {
      document.querySelector("main").insertAdjacentHTML("afterbegin", "<p><span class=word data-term=mql id=upper>MQL</span></p>" +
        "<p><span class=word data-term=waiver id=under>waiver</span></p>")
      Object.assign(document.getElementById("under").style, { display: "block", height: "5rem" }) }""")
    bubble = page.locator(".word-bubble")
    page.locator("#upper").hover()
    expect(bubble).to_have_attribute("data-of", "mql")
    bubble.hover(position={"x": 8, "y": 30})
    page.keyboard.press("Escape")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 200)))")
    expect(bubble).to_have_count(0)
    page.locator("#under").hover(position={"x": 12, "y": 20})
    expect(bubble).to_have_attribute("data-of", "waiver")


@pytest.mark.django_db(transaction=True)
def test_a_set_phrase_in_which_a_word_means_something_else_is_not_marked(visit):
    """« étape par étape » is no stage of a lead; the team beside it is a team."""
    page = visit(person("claire", "marketer"), "/language/persona/new/", language="fr")
    subtitle = page.locator(".page-subtitle")
    expect(subtitle).to_contain_text("étape par étape")
    expect(subtitle.locator("[data-term=team]")).to_have_count(1)
    expect(subtitle.locator("[data-term=stage]")).to_have_count(0)
    assert page.problems == []
