"""Somebody who builds and signs a definition by keyboard only, and the small world in which they do."""

from datetime import timedelta

from personas.catalogue import ensure_catalogue
from smarketing.rows import clock
from tests.leads import facts
from tests.people import PASSWORD

WORDS = {
    "en": {"first": "Write the first definition", "start": "an empty page", "add": "Add a criterion", 
           "function": "function", "employees": "headcount", "industry": "industry", "birth": "date of birth",
           "page": "visited a page", "form": "sent a form", "opened": "opened a mail", "sign": "Sign"},
    "fr": {"first": "Écrire la première définition", "start": "une page vide", "add": "Ajouter un critère", 
           "function": "fonction", "employees": "effectif", "industry": "secteur", "birth": "date de naissance",
           "page": "a visité une page", "form": "a envoyé un formulaire", "opened": "a ouvert un mail", "sign": "Signer"},
}  # fmt: skip


class Hands:
    """Somebody who has a keyboard and no mouse; `deeds` counts what they typed, chose or pressed."""

    def __init__(self, page, words):
        self.page, self.words, self.deeds = page, words, 0

    def to(self, selector: str) -> None:
        """Tab on until the focus is there."""
        for _step in range(140):
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard never reaches {selector}")

    def press(self, selector: str, then: str) -> None:
        """Press a link or button; `then` is what is there after it."""
        self.to(selector)
        self.page.keyboard.press("Enter")
        self.deeds += 1
        self.page.wait_for_selector(then)
        self.settle()

    def choose(self, selector: str, word: str) -> None:
        """Type the name of an option; Tab goes on to what the choice asks for."""
        self.to(selector)
        self.page.keyboard.type(word)
        self.page.keyboard.press("Tab")
        self.deeds += 1
        self.settle()

    def type(self, selector: str, text: str) -> None:
        self.to(selector)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)
        self.deeds += 1

    def tick(self, text: str) -> None:
        """Tick the value of a list that is called so."""
        box = self.page.locator(f"label:has-text('{text}') input").first
        self.to(f"#{box.get_attribute('id')}")
        self.page.keyboard.press("Space")
        self.deeds += 1

    def save(self) -> None:
        self.press("[data-row-form] .btn-primary", "#studio:not(:has([data-row-form]))")

    def settle(self) -> None:
        """Nothing of the page is on its way: what a key begins has begun when the key is up."""
        self.page.wait_for_load_state()
        self.page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")

    def sign(self, password: str) -> None:
        """Type one's password into this field and press Enter there."""
        self.type(password, PASSWORD)
        self.page.keyboard.press("Enter")
        self.deeds += 1
        self.page.wait_for_selector("#messages .note")


def world():
    ensure_catalogue()
    born = clock.now() - timedelta(days=20)
    firm = facts.company(born, industry="Software", employees=120)
    good = facts.lead(born, function="Marketing", birth_date="1985-05-05", email="a@example.test", company=firm)
    facts.lead(born, function="Student", email="b@example.test")
    for days in (1, 2, 3):
        facts.event(good, "page", clock.now() - timedelta(days=days), page="/pricing")
    facts.event(good, "form", clock.now() - timedelta(days=2), form="contact")
    return good
