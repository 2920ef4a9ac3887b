"""The loop closes in a real browser: a broken promise on the agenda, a resolution, a signed amendment, other clocks, and the next
meeting that sees what moved; and minutes that are kept while one types."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from reporting.models import Meeting, Resolution
from sla import derive
from sla.models import Clock, Terms
from tests.people import PASSWORD
from tests.reporting.meetings.company import NOW, both, october, stand
from tests.sla.contracts import attempt, handoff, paris

from . import access

WORDS = {
    "en": {"put": "Put on the agenda", "plan": "Plan a meeting", "saved": "Saved", "amend": "Open an amendment", "resolve": "Resolve…", "close": "Close the meeting", "cause": "not proof of cause"},
    "fr": {"put": "Mettre à l’ordre du jour", "plan": "Prévoir une réunion", "saved": "Enregistré", "amend": "Ouvrir un avenant", "resolve": "Décider…", "close": "Clôturer la réunion", "cause": "pas une preuve de cause"},
}  # fmt: skip


class Room:
    """What somebody does in the meeting room, in one language."""

    def __init__(self, page, language: str):
        self.page, self.said = page, WORDS[language]

    def button(self, key: str, inside: str = "main") -> None:
        with self.page.expect_navigation():
            self.page.locator(inside).get_by_role("button", name=self.said[key]).first.click()

    def link(self, key: str) -> None:
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role("link", name=self.said[key]).first.click()

    def send(self) -> None:
        with self.page.expect_navigation():
            self.page.locator(
                "main form:has(#div_id_place) button.btn-primary, main form:has(#div_id_charge) button.btn-primary"
            ).first.click()

    def look(self) -> None:
        assert access.problems(self.page) == []


def plan(room: Room, day: str, month: str) -> None:
    """Plan a meeting by the form as it stands, at this day and over this month."""
    room.page.goto(reverse("reporting:meetings"))
    room.link("plan")
    room.look()
    fill = {"day": day, "hour": "10:00", "place": "Room 2"}
    for name, text in fill.items():
        room.page.locator(f"[name={name}]").fill(text)
    room.page.locator("[name=month]").select_option(month)
    room.send()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("language", "width"), [("en", 1440), pytest.param("fr", 390, marks=pytest.mark.trust)], ids=["en", "fr-phone"]
)
def test_a_broken_promise_becomes_other_clocks_and_the_next_meeting_sees_what_moved(
    visit, monkeypatch, language, width
):
    stand(monkeypatch)
    of = october()
    claire, hugo = both()
    month = reverse("sla:month", args=["2025-10"])
    room = Room(visit(claire, f"{month}?contract={of.pk}&clause=6.1", language=language, width=width), language)
    room.button("put", ".month-below")
    room.look()
    plan(room, "2025-11-06", "2025-10")
    page, url = room.page, room.page.url
    expect(page.locator(".agenda")).to_contain_text("6.1")
    page.locator("#id_minutes").fill("Too many come at once on Mondays.")
    expect(page.locator("#kept p")).to_contain_text(room.said["saved"])
    room.look()
    _resolve(room, hugo)
    _amend(room, visit, hugo, language, width)
    page.goto(url)
    room.button("close")
    room.look()
    assert Meeting.objects.get().closed.by == claire
    _december(monkeypatch)
    plan(room, "2026-01-07", "2025-12")
    expect(page.locator(".agenda")).to_contain_text("Call before noon")
    expect(page.locator(".agenda")).to_contain_text("100")  # since; half of it before
    with page.expect_navigation():
        page.locator(".agenda a", has_text="Call before noon").click()
    expect(page.locator("main")).to_contain_text(room.said["cause"])
    expect(page.locator("main")).to_contain_text("2 / 4")
    expect(page.locator("main")).to_contain_text("version 2")
    room.look()


def _resolve(room: Room, hugo) -> None:
    """A resolution without a person in charge is refused with what was typed; with one it stands."""
    page = room.page
    room.link("resolve")
    page.locator("[name=text]").fill("Call before noon")
    page.locator("[name=due]").fill("2025-11-20")
    page.locator("[name=target]").fill("90")
    room.send()
    expect(page.locator("#div_id_charge .invalid-feedback")).to_be_visible()
    expect(page.locator("[name=text]")).to_have_value("Call before noon")
    assert not Resolution.objects.exists()
    page.problems.clear()  # the browser notes that the form was refused
    page.locator("[name=charge]").select_option(str(hugo.pk))
    room.look()
    room.send()
    expect(page.locator("main")).to_contain_text("Call before noon")


def _amend(room: Room, visit, hugo, language: str, width: int) -> None:
    """From the resolution to an amendment that both sides sign."""
    page = room.page
    with page.expect_navigation():
        page.locator("main a", has_text="Call before noon").click()
    room.look()
    room.button("amend")
    expect(page.locator("main .note").first).to_contain_text("Call before noon")
    page.locator("main [name=hours]").fill("2")
    page.locator("main [name=starts_on]").fill("2025-12-01")
    page.locator("main [name=password]").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("main button[name=sign]").click()
    there = reverse("sla:terms", args=[Terms.objects.get().contract_id])
    other = visit(hugo, there, language=language, width=width)
    other.locator("main [name=password]").fill(PASSWORD)
    with other.expect_navigation():
        other.locator("main form button.btn-primary").first.click()
    assert Terms.objects.count() == 2


def _december(monkeypatch) -> None:
    """A month under the new terms: first attempts are due within two hours now, and all are made in one."""
    later = datetime(2026, 1, 7, 9, tzinfo=UTC)
    stand(monkeypatch, later)
    made = [handoff(paris(2025, 12, 9, 9, n)) for n in range(4)]
    for one in made:
        attempt(one, one.occurred_at + timedelta(hours=1))
    derive.catch_up(later)
    due = {one.due_at - one.starts_at for one in Clock.objects.filter(handoff__in=made, clause_key="6.1")}
    assert due == {timedelta(hours=2)} and later > NOW
