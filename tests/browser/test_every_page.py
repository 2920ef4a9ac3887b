"""Every page of the demo company: axe finds nothing, nothing scrolls sideways, no console error, one heading, its language.

`make test` looks at each page once, language, theme and width rotating; `make trust` looks at all of them.
"""

from functools import cache
from itertools import product

import pytest

from . import access, pages

KINDS = tuple(product(("en", "fr"), ("light", "dark"), (390, 1440)))


def once(kind: tuple) -> list:
    """The pages whose turn it is in this kind: neighbours differ in everything, together every page comes once."""
    order = [KINDS[number] for number in (0, 7, 1, 6, 2, 5, 3, 4)]
    return [page for number, page in enumerate(pages.PAGES) if order[number % len(order)] == kind]


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


@cache
def _sentences() -> frozenset[str]:
    """English sentences of our catalogues that French says otherwise."""
    from smarketing.web.catalogues import extract, keep

    found = set()
    for label in extract.own_apps():
        for message in keep.read(extract.po_path(label)):
            if (
                isinstance(message.id, str)
                and len(message.id) > 11
                and "%(" not in message.id
                and message.id != message.string
            ):
                found.add(message.id)
    return frozenset(found)


def _english(page) -> list[str]:
    """Sentences of our catalogues that stayed English on a French page, outside what is said in both languages."""
    said = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
            .filter(e => !e.closest("[lang=en]") && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
            .map(e => e.textContent.trim().replace(/\\s+/g, " "))"""
    )
    return [f"English on a French page: {line[:90]}" for line in sorted(set(said) & _sentences())][:5]


NAMES = ["-".join(map(str, kind)) for kind in KINDS]


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_a_page_of_the_demo_is_sound(demo_db, visit, kind):
    assert wrong(visit, once(kind), *kind) == {}


def test_every_page_has_its_turn():
    assert sorted(page.name for kind in KINDS for page in once(kind)) == sorted(page.name for page in pages.PAGES)


@pytest.mark.trust
@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_every_page_is_sound_in_every_kind(demo_db, visit, kind):
    assert wrong(visit, [*pages.standing()], *kind, whole=True) == {}
