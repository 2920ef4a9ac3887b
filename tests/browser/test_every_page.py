"""Every page of the demo company: axe finds nothing, nothing scrolls sideways, no console error, one heading, its language.

`make test` looks at every eighth page once, language, theme and width rotating (the answers of all of them are read in
tests/smarketing/web/test_every_answer.py); `make trust` looks at all of them in every kind.
"""

from itertools import product

import pytest

from tests import sentences

from . import access, pages

KINDS = tuple(product(("en", "fr"), ("light", "dark"), (390, 1440)))
EACH = 8


def once(kind: tuple) -> list:
    """The pages whose turn it is in this kind: neighbours differ in everything, together every eighth page comes once."""
    order = [KINDS[number] for number in (0, 7, 1, 6, 2, 5, 3, 4)]
    return [page for number, page in enumerate(pages.PAGES[::EACH]) if order[number % len(order)] == kind]


def people() -> dict:
    from smarketing.accounts.models import User
    from smarketing.accounts.people import position_of

    return {position_of(user): user for user in User.objects.filter(is_active=True).order_by("-pk")}


def wrong(visit, wanted: list, language: str, theme: str, width: int, whole: bool = False) -> dict[str, list[str]]:
    """Page → what is wrong with it, for those where something is. Each role goes from page to page in one window."""
    found, windows, who = {}, {}, people()
    for one in wanted:
        try:
            address = one.address()
        except IndexError:
            found[one.name] = ["the demo company holds no example of it"]
            continue
        if page := windows.get(one.role):
            page.problems.clear()
            page.goto(address)
        else:
            page = visit(who.get(one.role), address, language=language, theme=theme, width=width)
            windows[one.role] = page
        if said := look(page, language, whole):
            found[one.name] = said
    return found


def look(page, language: str, whole: bool = False) -> list[str]:
    found = access.problems(page, whole)
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} first headings")
    if page.locator("html").get_attribute("lang") != language:
        found.append("another language than asked")
    if language == "fr":
        found += _english(page)
    return found


def _english(page) -> list[str]:
    """Sentences of our catalogues that stayed English on a French page, outside what is said in both languages."""
    said = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
            .filter(e => !e.closest("[lang=en]") && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
            .map(e => e.textContent.trim().replace(/\\s+/g, " "))"""
    )
    return sentences.stayed_english(set(said))


NAMES = ["-".join(map(str, kind)) for kind in KINDS]


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_a_page_of_the_demo_is_sound(demo_db, visit, kind):
    assert wrong(visit, once(kind), *kind) == {}


def test_every_eighth_page_has_its_turn_and_every_kind_some_pages():
    turns = {kind: [page.name for page in once(kind)] for kind in KINDS}
    assert sorted(name for names in turns.values() for name in names) == sorted(one.name for one in pages.PAGES[::EACH])
    assert all(len(names) > 2 for names in turns.values())


@pytest.mark.trust
@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_every_page_is_sound_in_every_kind(demo_db, visit, kind):
    assert wrong(visit, [*pages.standing()], *kind, whole=True) == {}
