"""The first day of a company in a real browser: from the console's link to the first handoff, by what is on screen."""

import time

import pytest
from playwright.sync_api import TimeoutError as TooLate
from playwright.sync_api import expect

from leads.models import Handoff, HandoffState
from smarketing.accounts.models import User
from smarketing.jobs import bell
from smarketing.rows.models import Installation
from smarketing.start import first

from . import access

PASSWORD = "courte phrase facile"
MOST = 61
HEAD = "E-mail;Prénom;Nom;Fonction;Société;Effectif;Secteur;Pays;Téléphone\n"
ROWS = "marie@acme.example;Marie;Dubois;Marketing;Acme;120;Software;FR;+33 4 72 00 11 22\n"


class Person:
    """Somebody at a browser of their own; `deeds` counts, over all of them, what is typed, chosen and clicked."""

    deeds = 0

    def __init__(self, visit, address: str, language: str, width: int, axe: bool):
        self.page, self.axe = visit(None, address, language=language, width=width), axe

    def look(self) -> None:
        """Nothing is wrong with the page as it stands; axe is asked where there is time for it."""
        assert (access.problems(self.page) if self.axe else self.page.problems) == []

    def type(self, name: str, text: str) -> None:
        Person.deeds += 1
        self.page.locator(f"main :is(input, textarea)[name={name}]").fill(text)

    def choose(self, name: str, value: str) -> None:
        Person.deeds += 1
        self.page.locator(f"main select[name={name}]").select_option(value)

    def tick(self, selector: str) -> None:
        Person.deeds += 1
        self.page.locator(selector).first.check()

    def click(self, selector: str) -> None:
        Person.deeds += 1
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()

    def press(self, selector: str, until: str) -> None:
        """Click where the page answers in place; what it says instead is told."""
        Person.deeds += 1
        self.page.locator(selector).first.click()
        try:
            self.page.wait_for_selector(until)
        except TooLate as late:
            form = self.page.locator("main [data-row-form]")
            said = form.inner_text() if form.count() else self.page.locator("main").inner_text()[:800]
            raise AssertionError((self.page.url, self.page.problems, said)) from late

    def send(self, form: str = "main form") -> None:
        self.click(f"{form} button.btn-primary[type=submit]")

    def today(self) -> None:
        if not self.page.url.endswith("/today/"):
            self.click("a[href='/today/']:visible")

    def next_step(self, key: str) -> None:
        """Press the one button of the next step, below what was just done or on Today; it must lead to `key`."""
        if not self.page.locator(f".next-step a.btn[href*='{key}']").count():  # others have done something since
            self.today()
        self.look()
        self.click(".next-step a.btn, .day-one .following a.btn")
        assert key in self.page.url, self.page.locator("main").inner_text()[:600]

    def sign(self) -> None:
        self.type("password", PASSWORD)
        self.send("form[action*='/sign/']")

    def wait(self, selector: str) -> None:
        """The worker's part, then the page as it stands."""
        end = time.monotonic() + 20
        while not self.page.locator(selector).count():
            assert time.monotonic() < end, self.page.locator("main").inner_text()[:800]
            bell.answer()
            self.page.reload()


class FirstDay:
    def __init__(self, visit, language: str, width: int, axe: bool):
        self.visit, self.given = visit, (language, width, axe)
        Person.deeds = 0

    def come(self, address: str) -> Person:
        return Person(self.visit, "/" + address.split("/", 3)[3], *self.given)

    def start(self) -> Person:
        ada = self.come(first.link())
        for name, text in {"name": "Ada Blanc", "email": "ada@acme.example", "company": "Acmé"}.items():
            ada.type(name, text)
        for name in ("password", "again"):
            ada.type(name, PASSWORD)
        ada.send()
        return ada

    def invite(self, ada: Person, name: str, position: str, *, signs: bool) -> Person:
        """The form is begun with whom the step takes: only the address is left to type."""
        expect(ada.page.locator("main select[name=position]")).to_have_value(position)
        assert ada.page.locator("main input[name=signs]").is_checked() == signs
        ada.type("email", f"{name.lower()}@acme.example")
        ada.send()
        one = self.come(ada.page.locator("#link").input_value())
        Person.deeds += 1  # the link opened
        one.type("name", name)
        for field in ("password", "again"):
            one.type(field, PASSWORD)
        one.send()
        return one


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("language", "width", "axe"),
    [
        pytest.param("fr", 1440, False),
        pytest.param("en", 1440, True, marks=pytest.mark.trust),
        pytest.param("fr", 390, True, marks=pytest.mark.trust),
    ],
    ids=["fr", "en-axe", "fr-phone-axe"],
)
def test_from_the_link_of_the_console_to_the_first_handoff(visit, tmp_path, language, width, axe):
    Installation.objects.create(kind="live", company="")
    day = FirstDay(visit, language, width, axe)
    ada = day.start()
    ada.next_step("/invite/")
    claire = day.invite(ada, "Claire", "manager-marketing", signs=True)
    ada.next_step("/invite/")
    hugo = day.invite(ada, "Hugo", "manager-sales", signs=True)
    ada.next_step("position=rep")
    lea = day.invite(ada, "Lea", "rep", signs=False)

    hugo.next_step("/settings/routing/")
    expect(hugo.page.locator("input[name=reps]:checked")).to_have_count(1)
    hugo.send()

    claire.next_step("/language/persona/new/")
    claire.type("name", "Maud")
    claire.click("button[value=now]")
    claire.next_step("/language/definition/new/")
    claire.send()
    claire.press("a[href*='edit=mql']", "#f-mql-A4")
    claire.tick("#f-mql-A4")
    claire.press("[data-row-form] button.btn-primary[type=submit]", "main:not(:has([data-row-form])) form.propose")
    claire.type("password", PASSWORD)
    claire.click("form.propose button[name=sign]")
    hugo.next_step("/language/paper/")
    hugo.sign()

    claire.next_step("/contract/new/")
    claire.send()
    claire.type("password", PASSWORD)
    claire.click(".propose button[name=sign]")
    hugo.next_step("/terms/")
    hugo.sign()

    claire.next_step("/imports/new/")
    path = tmp_path / "leads.csv"
    path.write_text(HEAD + ROWS, "utf-8")
    Person.deeds += 1
    claire.page.locator("#id_file").set_input_files(str(path))
    claire.send()
    claire.wait("form[action$='/apply/']")
    claire.send("form[action$='/apply/']")
    claire.wait("a[href='/leads/']")
    for _turn in range(3):
        bell.answer()

    assert HandoffState.objects.get().rep == User.objects.get(name="Lea") and Handoff.objects.count() == 1
    lea.click("a[href='/queue/']:visible")
    expect(lea.page.locator("main")).to_contain_text("Dubois", use_inner_text=True)
    lea.look()
    claire.today()
    expect(claire.page.locator(".day-one")).to_have_count(0)
    assert Person.deeds <= MOST, Person.deeds
