"""Every page of a company that holds nobody's data yet, as every role: it answers, says what will be here, and leads on."""

from html.parser import HTMLParser
from itertools import cycle

import pytest
from django.urls import resolve

from smarketing.accounts.models import User
from smarketing.accounts.people import POSITIONS
from smarketing.accounts.policy import VERBS, declared_verb, may
from smarketing.rows.models import Installation
from tests.browser import pages
from tests.people import person

VOID = {
    "area",
    "base",
    "br",
    "col",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "wbr",
    "path",
    "use",
    "circle",
    "rect",
}


class Page(HTMLParser):
    """Empty states (`class="empty"`: their sentence and links) and tables without a row of values."""

    def __init__(self, html: str):
        super().__init__()
        self.states, self.bare = [], 0
        self._stack, self._rows = [], None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in VOID:
            self._stack.append((tag, "empty" in (attrs.get("class") or "").split()))
        if tag not in VOID and self._stack[-1][1]:
            self.states.append({"said": "", "links": []})
        if tag == "tbody":
            self._rows = 0
        if tag in ("td", "th") and self._rows is not None:
            self._rows += "colspan" not in attrs
        if tag == "a" and self._inside():
            self.states[-1]["links"].append(attrs.get("href") or "")

    def handle_endtag(self, tag):
        if tag == "tbody":
            self.bare += not self._rows
            self._rows = None
        while self._stack:
            if self._stack.pop()[0] == tag:
                break

    def handle_data(self, data):
        if self._inside():
            self.states[-1]["said"] += data.strip() + " "

    def _inside(self) -> bool:
        return any(empty for _tag, empty in self._stack)


def open_pages() -> list[pages.Page]:
    """Pages of ours that need no object: those of signing in and of the first start are looked at elsewhere."""
    elsewhere = ("account_", "socialaccount_", "start:")
    ours = [page for page in pages.PAGES if not page.name.startswith(elsewhere) and page.example is dict]
    return [page for page in ours if not callable(page.query)] + [
        page for page in pages.PAGES if page.name in ("sla:month", "measures:rows", "notify:notices")
    ]


@pytest.fixture
def company(db):
    Installation.objects.create(kind="live", company="Acmé")
    for position, (role, side, _label) in POSITIONS.items():
        person(position, str(role), str(side), signs=str(role) == "manager")


def wrong(client, user: User, page: pages.Page) -> list[str]:
    """What is wrong with a page of an empty company for somebody."""
    address = page.address()
    verb = declared_verb(resolve(address.partition("?")[0]).func) or "public"
    answer = client.get(address, follow=True)
    if VERBS[verb] and not may(user, verb):
        return [] if answer.status_code == 403 else [f"answers {answer.status_code} to whom it is shut"]
    if answer.status_code != 200:
        return [f"answers {answer.status_code}"]
    found = Page(answer.content.decode())
    out = ["a table without rows"] * found.bare
    for state in found.states:
        if len(state["said"].split()) < 3:
            out.append(f"says too little: {state['said']}")
        if not state["links"]:
            out.append(f"leads nowhere: {state['said']}")
        doors = [link if link.startswith("/") else address + link for link in state["links"] if link[:1] != "#"]
        out += [f"leads to a shut door: {door}" for door in doors if client.get(door).status_code != 200]
    return out


def walk(client, position: str, language: str) -> dict[str, list[str]]:
    """Page → what is wrong with it, on the walk of one role through all of them."""
    User.objects.update(language=language)
    user = User.objects.get(name=position)
    client.force_login(user)
    found = {page.name: wrong(client, user, page) for page in open_pages()}
    assert len(found) > 30
    return {name: problems for name, problems in found.items() if problems}


@pytest.mark.parametrize(("position", "language"), list(zip(POSITIONS, cycle(("en", "fr")), strict=False)))
def test_every_page_answers_says_what_will_be_here_and_leads_on(company, client, position, language):
    assert walk(client, position, language) == {}


@pytest.mark.trust
@pytest.mark.parametrize(("position", "language"), list(zip(POSITIONS, cycle(("fr", "en")), strict=False)))
def test_so_does_every_page_in_the_other_language(company, client, position, language):
    assert walk(client, position, language) == {}
