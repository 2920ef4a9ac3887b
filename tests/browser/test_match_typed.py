"""Match rules typed as one sentence in a real browser: read back while somebody types, kept in a pause, nothing lost."""

import re

import pytest
from playwright.sync_api import expect

from personas.catalogue import ensure_catalogue
from personas.definitions import persona_drafts
from personas.models import PersonaDraft
from smarketing.rows import clock
from smarketing.rows.models import Installation
from tests.people import person
from tests.scale import one_of

from . import access

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = {
    "en": ("light", 1440, "country is FR or BE", "country is FR or", "Reads:", "not finished"),
    "fr": ("dark", 390, "le pays est FR ou BE", "le pays est FR ou", "Se lit", "n’est pas finie"),
}


@one_of("language", [*KINDS], 1)
def test_a_sentence_is_read_while_it_is_typed_and_kept_as_typed_where_it_stops(visit, language):
    theme, width, whole, part, reads, stops = KINDS[language]
    Installation.objects.create(company="Acmé")
    ensure_catalogue()
    claire = person("claire", "marketer", language=language)
    made = persona_drafts.save(draft=persona_drafts.fresh(), revision=0, by=claire, at=clock.now(), name="Maud")
    page = visit(claire, f"/language/persona/draft/{made.pk}/match/", language=language, theme=theme, width=width)
    page.click("button[value=write]")
    typed = page.locator("textarea[name=sentence]")
    typed.press_sequentially(part)
    page.wait_for_selector(f"#heard .field-error:has-text('{stops}')")
    page.wait_for_function("before => document.querySelector('[data-kept]').textContent !== before", arg=page.locator("[data-kept]").text_content())  # fmt: skip
    assert PersonaDraft.objects.get().rules == {persona_drafts.SENTENCE: [part]}
    page.reload()
    expect(typed).to_have_value(part)
    assert access.problems(page) == []
    typed.press("Control+End")
    typed.press_sequentially(" BE")
    page.wait_for_selector(f"#heard .reads:has-text('{reads}')")
    expect(typed).to_be_focused()  # the answer takes no focus away
    expect(typed).not_to_have_class(re.compile("is-invalid"))
    expect(typed).not_to_have_attribute("aria-invalid", re.compile("."))
    with page.expect_request(lambda asked: "quiet" in (asked.post_data or "")):
        typed.press_sequentially(" ")
    page.click("button[value=fields]")  # pressed while the draft is being kept: neither is lost
    page.wait_for_selector("[name='rules.field']")
    assert access.problems(page) == []
    page.click("button[value='go:check'].btn-primary")
    page.wait_for_selector("button[value=publish]")
    expect(page.locator("main")).to_contain_text(whole, use_inner_text=True)
