"""Every page of the demo company: axe finds nothing, nothing scrolls sideways, no console error, one heading, its language.

`make test` looks at each page once, language, theme and width rotating; `make trust` looks at all of them.
"""

from functools import cache
from itertools import cycle, product

import pytest

from . import access, pages

KINDS = tuple(product(("en", "fr"), ("light", "dark"), (390, 1440)))
# Rotating so that neighbours differ in everything.
ROTATION = cycle([KINDS[n] for n in (0, 7, 1, 6, 2, 5, 3, 4)])
ONCE = [(page.name, *next(ROTATION)) for page in pages.PAGES]


def people() -> dict:
    from smarketing.accounts.models import User
    from smarketing.accounts.people import position_of

    return {position_of(user): user for user in User.objects.filter(is_active=True).order_by("-pk")}


def look(visit, name: str, language: str, theme: str, width: int) -> list[str]:
    wanted = next(page for page in pages.PAGES if page.name == name)
    try:
        address = wanted.address()
    except IndexError:
        pytest.skip(f"the demo company holds nothing for {name}")
    page = visit(people().get(wanted.role), address, language=language, theme=theme, width=width)
    found = access.problems(page)
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


@pytest.mark.parametrize(("name", "language", "theme", "width"), ONCE, ids=[one[0] for one in ONCE])
def test_a_page_of_the_demo_is_sound(demo_db, visit, name, language, theme, width):
    assert look(visit, name, language, theme, width) == []


@pytest.mark.trust
@pytest.mark.parametrize("kind", KINDS, ids=["-".join(map(str, kind)) for kind in KINDS])
def test_every_page_is_sound_in_every_kind(demo_db, visit, kind):
    wrong = {}
    for page in pages.standing():
        if found := look(visit, page.name, *kind):
            wrong[page.name] = found
    assert wrong == {}
