"""Help: everybody reads their own page first, every link of it leads to a page they may open, numbers open their rows."""

import re

import pytest

from smarketing.measures import registry
from smarketing.web.help import glossary, guides, keys
from tests.ground import ROOT
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("role", list(guides.GUIDES))
def test_each_role_is_led_from_its_page_to_pages_that_open(client, role, language):
    side = "sales" if role == "manager" else None
    client.force_login(person("P", role, side=side, language=language))
    page = client.get("/help/")
    text = page.content.decode()
    assert text.count("<section") == len(guides.GUIDES[role].chapters)
    for url in set(re.findall(r'href="(/[^"#]*)"', text.partition("<main")[2])):
        assert client.get(url, follow=True).status_code == 200, url


def test_the_other_roles_are_a_link_away_and_none_is_made_up(client):
    client.force_login(person("P", "rep"))
    assert "For managers" in client.get("/help/for/manager/").content.decode()
    assert client.get("/help/for/emperor/").status_code == 404


def test_terms_stand_in_the_order_of_the_readers_language(client):
    client.force_login(person("P", "viewer", language="fr"))
    words = re.findall(r"<dt>([^<]*)</dt>", client.get("/help/words/").content.decode().partition("help-words")[2])
    assert len(words) == len({term.key for term in glossary.TERMS}) and len(words) >= 25
    assert words.index("Étape et état") < words.index("Joint")


def test_each_measure_is_told_in_words_and_opens_its_rows(client):
    client.force_login(person("P", "viewer"))
    text = client.get("/help/numbers/").content.decode()
    for measure in registry.measures():
        assert f'href="/numbers/{measure.key}/"' in text


def test_the_keys_told_are_those_of_the_page():
    there = set()
    for name in ("focus", "done"):
        text = (ROOT / "templates" / "leads" / "queue" / f"{name}.html").read_text("utf-8")
        there |= set(re.findall(r'data-key="(\w)"', text))
    told = {one for group in keys.GROUPS for pressed, _what in group.keys for one in pressed if one.isalpha()}
    assert there <= told
