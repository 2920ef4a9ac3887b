"""Every way through a lead in at most three keystrokes, on a French keyboard, without a pointer; in both languages."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from leads.handoffs import rules
from leads.models import Attempt, HandoffState, Lead, Skip, Snooze
from sla import derive
from sla.models import Pause
from tests.sla.contracts import ATTEMPTS, contract, sign

from . import access
from .day import Day

# What a French keyboard sends for the unshifted digit keys.
AZERTY = {"1": "&", "2": "é", "3": '"', "4": "'", "5": "("}
STRIKE = """([key, code]) => document.activeElement.dispatchEvent(
  new KeyboardEvent('keydown', {key, code, bubbles: true, cancelable: true}))"""
MOST = 3


class Keys:
    """The keyboard of a page: `strike` counts what is struck since `begin`, and notes every pointer that came near."""

    def __init__(self, page):
        self.page, self.struck = page, 0
        page.evaluate("addEventListener('pointerdown', () => (window.touched = true), true)")

    def begin(self, handoff) -> None:
        self.page.goto(f"/queue/{handoff.pk}/")
        expect(self.page.locator("main h1, h1").first).to_contain_text(handoff.lead.last_name)
        self.struck = 0

    def strike(self, *keys: str) -> None:
        for key in keys:
            self.struck += 1
            if key in AZERTY:
                self.page.evaluate(STRIKE, [AZERTY[key], f"Digit{key}"])
            else:
                self.page.keyboard.press(key)

    def sheet(self, key: str) -> None:
        """Open a sheet by its key."""
        self.strike(key)
        expect(self.page.locator("dialog[open] form[data-sheet-body]")).to_be_visible()

    def done(self) -> None:
        """The strip says what was done, above the next lead; at most three keys were struck."""
        expect(self.page.locator(".done")).to_be_visible()
        self.page.wait_for_load_state()  # its keys work only then
        assert self.struck <= MOST, self.struck


def state(handoff) -> HandoffState:
    return HandoffState.objects.get(pk=handoff.pk)


@pytest.fixture
def day():
    made = Day()
    for handoff in made.handoffs:
        rules.set_promises([(handoff.pk, made.at + timedelta(days=300), "first")])
    return made


def wait_for(day: Day, handoff) -> None:
    """Terms under which something is owed on this handoff, so that it may stand still."""
    begun = day.at - timedelta(days=20)
    sign(contract(on=day.line), [ATTEMPTS], begun.date(), at=begun - timedelta(days=5))
    derive.derive([handoff.pk], day.at)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["fr", pytest.param("en", marks=pytest.mark.trust)])
def test_every_way_through_a_lead_takes_three_keys_at_most(visit, day, language):
    marie, paul, ana, karim, jeanne = day.handoffs
    keys = Keys(visit(day.lea, "/queue/", language=language))
    page = keys.page

    keys.strike("a")  # in the list: from the pool
    expect(page.locator("h1")).to_have_text("Zoé Petit")
    assert state(day.pooled).rep == day.lea and keys.struck == 1

    keys.begin(marie)
    keys.strike("2")
    keys.done()
    assert keys.struck == 1 and Attempt.objects.filter(handoff=marie).exists()

    keys.begin(marie)
    keys.strike("f", "3", "1")  # a next step on the third day offered, and the outcome
    keys.done()
    assert Attempt.objects.filter(handoff=marie, outcome="reached", next_step_on__isnull=False).exists()

    keys.begin(karim)
    keys.strike("a")
    expect(page.locator("[data-key=t]")).to_be_visible()
    assert keys.struck == 1 and state(karim).state == "accepted"

    keys.begin(ana)
    keys.sheet("r")
    assert access.problems(page) == []
    keys.strike("c", "1")  # wrong role, and the first criterion of the definition
    keys.done()
    assert (state(ana).state, state(ana).reason) == ("refused", "FIT-ROLE")
    page.keyboard.press("u")
    expect(page.locator("h1")).to_have_text("Ana Silva")
    assert state(ana).state == "assigned"

    keys.begin(ana)
    keys.sheet("r")
    keys.strike("p", "Enter")  # asked not to be contacted: what closes every channel is confirmed
    keys.done()
    assert state(ana).reason == "OPP-OUT" and Lead.objects.get(pk=ana.lead_id).opted_out

    keys.begin(paul)
    keys.sheet("t")
    expect(page.locator("dialog[open] [data-letter=m]")).to_have_count(1)
    keys.strike("m", "Enter")  # no budget; the day proposed
    keys.done()
    assert state(paul).reason == "BUD-NONE"

    keys.begin(karim)
    keys.sheet("t")
    keys.strike("o")  # no real need: nothing more is asked
    keys.done()
    assert (state(karim).reason, keys.struck) == ("INT-NONE", 2)

    keys.begin(jeanne)
    keys.sheet("s")
    assert access.problems(page) == []
    keys.strike("2", "c")
    keys.done()
    assert Snooze.objects.get().reason == "prepare"

    keys.begin(jeanne)
    keys.sheet("p")
    keys.strike("d")
    keys.done()
    assert Skip.objects.get().reason == "language"

    wait_for(day, jeanne)
    keys.begin(jeanne)
    keys.sheet("w")
    assert access.problems(page) == []
    keys.strike("2", "a")
    keys.done()
    assert Pause.objects.get().reason == "prospect" and not page.evaluate("window.touched")
