"""Words of the glossary on every page: marked once, told on hover and tap, listed by a key; found while typing."""

import pytest

from tests.people import person

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
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_word_is_told_where_it_stands_and_all_of_a_page_by_a_key(visit, language):
    key, word, sentence, title, asked = WORDS[language]
    page = visit(person("ada", "marketer", language=language), "/help/numbers/", language=language)
    marked = page.locator('main [data-term="handoff"]')
    marked.wait_for()
    assert marked.count() == 1 and marked.inner_text().lower().startswith(key)
    marked.hover()
    bubble = page.locator(".word-bubble")
    assert bubble.is_visible() and sentence in bubble.inner_text() and word in bubble.inner_text()
    bubble.hover()
    page.wait_for_timeout(400)
    assert bubble.is_visible()
    assert access.problems(page) == []
    page.keyboard.press("Escape")
    assert bubble.count() == 0
    page.keyboard.press("w")
    dialog = page.locator("#words-here")
    assert dialog.is_visible() and title in dialog.inner_text() and sentence in dialog.inner_text()
    assert access.problems(page) == []
    with page.expect_navigation():
        dialog.get_by_role("link", name=word, exact=True).press("Enter")
    assert page.url.endswith("/language/glossary/#handoff")
    page.locator("#word").fill(asked)
    page.locator("#words dt").nth(1).wait_for(state="detached")
    assert page.locator("#words dt").count() == 1
    page.wait_for_url("**q=*")
    assert page.locator(".glossary [data-term]").count() == 0


@pytest.mark.django_db(transaction=True)
def test_words_of_what_came_later_are_marked_once_and_never_inside_a_link(visit):
    page = visit(person("ada", "marketer", language="en"), "/help/numbers/", language="en")
    page.locator('main [data-term="handoff"]').wait_for()
    page.evaluate("""() => {
      document.querySelector("main").insertAdjacentHTML("beforeend", "<p id='late'>A waiver, a <a href='/'>pool</a> and Waivers.</p>")
      document.dispatchEvent(new Event("htmx:afterSettle")) }""")
    assert page.locator("#late [data-term]").all_inner_texts() == ["waiver"]
