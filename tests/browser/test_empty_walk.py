"""Every page of a company that holds nobody's data yet, as every role, in a real browser on a phone: it answers, nothing
is cut off or fails, it says in a sentence what will be here, and leads on to where the role may go.

`make test` walks each role in one language through every twelfth page, in turn; `make trust` through all of them in both, in
the second one dark and with axe.
"""

from itertools import cycle
from urllib.parse import urljoin

import pytest
from django.urls import resolve, reverse

from smarketing.accounts.models import User
from smarketing.accounts.people import POSITIONS
from smarketing.accounts.policy import VERBS, declared_verb, may
from smarketing.rows.models import Installation
from tests.people import person

from . import access, pages

EACH = 12  # one page of so many is a role's turn
FORM, FULL, READ = "a form to fill", "never empty", "words to read"
# Pages that need no empty state, and why; every other page without arguments must have one, for whoever opens it.
WITHOUT = {
    "leads:add": FORM, "leads:mail_add": FORM, "leads:sales_time": FORM, "reporting:remark_new": FORM, "leads:company_add": FORM, "leads:campaign_add": FORM, "leads:import_new": FORM,
    "accounts:people_change": FORM, "accounts:people_off": FORM, "personas:line_new": FORM, "personas:persona_new": FORM, "calendars:add": FORM, "accounts:invite": FORM,
    "accounts:profile": FORM, "notify:choices": FORM, "sla:goal": FORM, "accounts:company": FORM, "accounts:sign_in": FORM,
    "account_change_password": FORM, "account_logout": FORM, "account_reauthenticate": FORM,
    "leads:reasons": FULL, "sla:waiver_reasons": FULL, "leads:deal_steps": FULL, "accounts:languages": FULL, "accounts:people": FULL, "accounts:sessions": FULL,
    "accounts:settings": FULL, "mfa_index": FULL, "jobs:health": FULL, "leads:advice": FULL, "sla:team": FULL, "reporting:attribution_settings": FULL,
    "reporting:today": "the checklist leads on",
    "personas:glossary": READ, "personas:glossary_draft": READ, "personas:glossary_new": FORM,
    "help": READ, "help_words": READ, "help_keys": READ, "measures:numbers": READ, "measures:docs": READ, "personas:traits": READ,
}  # fmt: skip
# With arguments, and yet of a company without data.
BARE = {"sla:month", "measures:rows", "notify:notices"}
NOTHING = {"search": "?q=zzzz"}  # a word that finds nobody of the house either
GENERAL = ("What comes next", "Voir la suite")  # what is offered where a page names no step of its own
LOOK = """() => {
  const root = document.documentElement, words = e => e.innerText.trim().split(/\\s+/).length
  const empty = [...document.querySelectorAll("main .empty")].filter(e => e.checkVisibility())
  return {
    language: root.lang, wide: root.scrollWidth - root.clientWidth, headings: document.querySelectorAll("h1").length,
    bare: [...document.querySelectorAll("main tbody")].filter(
      e => e.checkVisibility() && !e.querySelector("td:not([colspan]), th:not([colspan])")).length,
    states: empty.map(e => ({said: e.innerText, words: words(e), doors: [...e.querySelectorAll("a")].map(a =>
      ({said: a.innerText.trim(), to: a.getAttribute("href"), here: a.hash && a.pathname === location.pathname && a.search === location.search
        ? !!document.querySelector(a.hash)?.checkVisibility() : null}))})),
    onward: document.querySelectorAll("main a[href], main form").length,
  }
}"""


class Walk:
    """One role ("" for somebody not signed in) on its way through all pages it may open."""

    def __init__(self, visit, position: str, language: str, *, theme: str = "light", axe: bool = False):
        self.user = User.objects.filter(name=position).first()
        self.position, self.language, self.axe = position, language, axe
        begins = reverse("help_keys" if self.user else "account_login")
        self.page = visit(self.user, begins, language=language, theme=theme, width=390)
        self._doors: dict[str, int] = {}

    def opens(self, page: pages.Page) -> bool:
        """Whether the table and the policy let this role in."""
        if not self.user or not page.role:
            return not self.user and not page.role
        verb = declared_verb(resolve(page.address().partition("?")[0]).func) or "public"
        return not VERBS[verb] or may(self.user, verb)

    def all(self, turn: int | None = None) -> dict[str, list[str]]:
        """Page → what is wrong with it; pages without data first, as examples of the others bring some. `turn`: only each twelfth
        page, from this one on."""
        bare = [
            page for page in pages.PAGES if page.name in BARE or (page.example is dict and not callable(page.query))
        ]
        mine = [page for page in bare if self.opens(page)]
        assert len(mine) > (25 if self.user else 5)
        some = slice(turn, None, EACH) if turn is not None and self.user else slice(None)
        found = {page.name: self.wrong(page, empty=page.name not in WITHOUT) for page in mine[some]}
        for page in [page for page in pages.standing() if page not in bare][some]:
            if page.role == self.position:
                found[page.name] = self.wrong(page, empty=None)
        return {name: said for name, said in found.items() if said}

    def wrong(self, page: pages.Page, *, empty: bool | None) -> list[str]:
        """`empty`: whether the page must have an empty state; None: as it likes."""
        address = page.address().partition("?")[0] + NOTHING[page.name] if page.name in NOTHING else page.address()
        self.page.problems.clear()
        answer = self.page.goto(address)
        if not self.user and answer.status in (404, 410):  # a worn-out link says so
            self.page.problems.clear()
        elif answer.status != 200:
            return [f"answers {answer.status}"]
        seen, out = self.page.evaluate(LOOK), [f"console: {text}" for text in self.page.problems]
        if seen["language"] != self.language:
            out.append(f"speaks {seen['language']}")
        if seen["wide"] > 1:
            out.append(f"scrolls sideways by {seen['wide']} px")
        if seen["headings"] != 1:
            out.append(f"{seen['headings']} first headings")
        if not seen["onward"]:
            out.append("is a dead end")
        out += ["a table without rows"] * seen["bare"]
        if self.user and empty is not None and bool(seen["states"]) != empty:
            out.append("has no empty state" if empty else "has an empty state: take it out of WITHOUT")
        for state in seen["states"]:
            out += self._state(address, state)
        return out + (access.problems(self.page) if self.axe else [])

    def _state(self, address: str, state: dict) -> list[str]:
        """What is wrong with an empty state: one sentence at least, one next step, open to this role."""
        out, doors = [], state["doors"]
        if state["words"] < 5:
            out.append(f"says too little: {state['said']}")
        if len(doors) != 1:
            out.append(f"{len(doors)} next steps: {state['said']}")
        out += ["a general next step"] if any(door["said"] in GENERAL for door in doors) else []
        for door in doors:
            if door["here"] is None:
                status = self._door(urljoin(address, door["to"]))
                out += [] if status == 200 else [f"leads to a shut door: {door['to']} answers {status}"]
            elif not door["here"]:
                out.append(f"leads to nothing on the page: {door['to']}")
        return out

    def _door(self, address: str) -> int:
        if address not in self._doors:
            self._doors[address] = self.page.request.get(address).status
        return self._doors[address]


WHO = ["", *POSITIONS]


@pytest.fixture
def company(transactional_db):
    Installation.objects.create(kind="live", company="Acmé")
    for position, (role, side, _label) in POSITIONS.items():
        person(position, str(role), str(side), signs=str(role) == "manager")


@pytest.mark.parametrize(("position", "language"), list(zip(WHO, cycle(("fr", "en")), strict=False)))
def test_a_page_answers_says_what_will_be_here_and_leads_on(company, visit, position, language):
    assert Walk(visit, position, language).all(turn=WHO.index(position) % EACH) == {}


@pytest.mark.trust
@pytest.mark.parametrize(("position", "language"), list(zip(WHO, cycle(("fr", "en")), strict=False)))
def test_every_page_answers_says_what_will_be_here_and_leads_on(company, visit, position, language):
    assert Walk(visit, position, language).all() == {}


@pytest.mark.trust
@pytest.mark.parametrize(("position", "language"), list(zip(WHO, cycle(("en", "fr")), strict=False)))
def test_so_does_every_page_in_the_other_language_and_axe_finds_nothing(company, visit, position, language):
    assert Walk(visit, position, language, theme="dark", axe=True).all() == {}


def test_a_page_that_needs_no_empty_state_is_a_page():
    assert set(WITHOUT) | BARE | set(NOTHING) <= {page.name for page in pages.PAGES}
