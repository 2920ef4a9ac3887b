"""A rep in a tunnel: outcomes typed without a network survive the tab, and are each written once with their own time."""

import time
from datetime import timedelta

import pytest
from playwright.sync_api import Error, expect

from leads.handoffs import decisions, routing
from leads.models import Attempt
from smarketing.rows import clock

from . import chromium
from .day import Day

KEPT = """() => new Promise((done, failed) => { const asked = indexedDB.open("queue", 1);
  asked.onerror = () => failed(asked.error);
  asked.onupgradeneeded = () => asked.result.createObjectStore("waiting", { keyPath: "key" });
  asked.onsuccess = () => { const rows = asked.result.transaction("waiting").objectStore("waiting").count();
    rows.onsuccess = () => { asked.result.close(); done(rows.result); }; } })"""
HELD = "async path => Boolean(await (await caches.open('queue-pages-1')).match(location.origin + path))"


def until(page, script: str, wanted, arg=None) -> None:
    """Ask a page, which may be on its way to another one, until it answers this."""
    last, ends = None, time.monotonic() + 15
    while time.monotonic() < ends:
        try:
            if (last := page.evaluate(script, arg)) == wanted:
                return
        except Error as problem:
            last = problem
        page.wait_for_timeout(50)
    raise AssertionError(f"{wanted} was wanted, and there was {last}")


def kept(page, n: int) -> None:
    """Wait until so many outcomes are in the browser's store."""
    until(page, KEPT, n)


def note(page, text: str) -> None:
    """Type a note and leave its field, so that keys are outcomes again."""
    page.fill("[name=note]", text)
    page.locator("[name=note]").blur()


def ready(page, *addresses: str) -> None:
    """Wait until the service worker has kept these pages for a time without a network."""
    for path in addresses:
        until(page, HELD, True, path)


@pytest.mark.django_db(transaction=True)
def test_three_outcomes_without_a_network_survive_the_tab_and_are_written_once_each(visit):
    day, owed = Day(), [0, 1, 2]  # in the order of their promises
    page = visit(day.lea, "/queue/")
    ready(page, "/queue/", *(f"/queue/{day.handoffs[n].pk}/" for n in owed))
    context, begun = page.context, clock.now()
    page.goto(f"/queue/{day.handoffs[owed[0]].pk}/")
    context.set_offline(True)
    for number, place in enumerate(owed):
        name = str(day.handoffs[place].lead)  # the next one follows by itself, from what the worker kept
        page.wait_for_function("name => document.querySelector('h1')?.textContent === name", arg=name)
        page.keyboard.press("e")
        page.keyboard.type(f"note {number}")
        page.keyboard.press("Escape")
        page.keyboard.press("2")
        kept(page, number + 1)
    page.wait_for_selector("[data-waiting]:not([hidden])")
    expect(page.locator("[data-waiting]")).to_contain_text("3 outcomes wait", use_inner_text=True)
    page.close()
    assert Attempt.objects.filter(recorded_at__gte=begun).count() == 0
    ended = clock.now()
    page = context.new_page()
    page.goto("/queue/")
    page.wait_for_selector("[data-waiting]:not([hidden])")
    context.set_offline(False)
    kept(page, 0)
    made = Attempt.objects.filter(recorded_at__gte=begun).order_by("occurred_at")
    assert [one.handoff_id for one in made] == [day.handoffs[n].pk for n in owed]
    assert [one.note.text for one in made] == ["note 0", "note 1", "note 2"]
    times = [one.occurred_at for one in made]
    slack = timedelta(seconds=1)
    assert begun - slack <= times[0] < times[1] < times[2] <= ended + slack
    assert all(one.recorded_at > ended for one in made)


@pytest.mark.django_db(transaction=True)
def test_what_somebody_else_decided_meanwhile_is_said_and_nothing_typed_is_lost(visit):
    day = Day()
    page = visit(day.lea, f"/queue/{day.handoffs[0].pk}/")
    page.wait_for_selector(".outcomes")
    page.keyboard.press("e")
    page.keyboard.type("a long talk")
    page.keyboard.press("Escape")
    page.context.set_offline(True)
    page.keyboard.press("1")
    kept(page, 1)
    decisions.refuse(handoff=day.handoffs[0], by=day.boss, at=clock.now(), reason="OPP-OUT")
    page.context.set_offline(False)
    page.goto("/queue/")
    page.wait_for_selector("[data-waiting] strong")
    said = page.locator("[data-waiting]").inner_text()
    assert "bo already refused this lead" in said and "a long talk" in said
    assert not Attempt.objects.filter(handoff=day.handoffs[0]).exists()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the note").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "a long talk"
    page.get_by_role("button", name="Throw away").click()
    kept(page, 0)


@pytest.mark.django_db(transaction=True)
def test_an_answer_lost_on_the_way_is_no_second_attempt(visit):
    day = Day()
    # Without the worker of the pages: what a page asks once the worker has it passes by the one who loses the answer here.
    page = visit(day.lea, f"/queue/{day.handoffs[0].pk}/", service_workers="block")
    page.wait_for_selector(".outcomes")
    lost = []

    def lose(route):
        if not lost:
            lost.append(route.fetch())  # done by the server, and never heard of here
            return route.abort()
        return route.continue_()

    page.context.route("**/attempt/", lose)
    note(page, "a long talk\nof two lines")
    with page.context.expect_event("requestfailed", lambda request: request.url.endswith("/attempt/")):
        page.keyboard.press("1")
    page.wait_for_function("path => location.pathname !== path", arg=f"/queue/{day.handoffs[0].pk}/")
    kept(page, 0)
    assert len(lost) == 1 and Attempt.objects.filter(handoff=day.handoffs[0]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_a_server_in_trouble_did_not_write_waits_and_is_written_once(visit):
    day = Day()
    page = visit(day.lea, f"/queue/{day.handoffs[0].pk}/", service_workers="block")
    page.wait_for_selector(".outcomes")
    page.context.route("**/attempt/", lambda route: route.fulfill(status=502, body="trouble"))
    note(page, "a long talk")
    page.keyboard.press("1")
    kept(page, 1)
    page.context.unroute("**/attempt/")
    page.goto("/queue/")
    kept(page, 0)
    made = Attempt.objects.get(handoff=day.handoffs[0], outcome="reached")
    assert made.note.text == "a long talk"


@pytest.mark.django_db(transaction=True)
def test_who_was_signed_out_signs_in_again_and_what_was_typed_is_written(visit, live_server):
    day = Day()
    page = visit(day.lea, f"/queue/{day.handoffs[0].pk}/", service_workers="block")
    page.wait_for_selector(".outcomes")
    note(page, "a long talk")
    page.context.clear_cookies()
    page.keyboard.press("1")
    page.wait_for_url("**/accounts/login/**")
    kept(page, 1)
    assert not Attempt.objects.filter(handoff=day.handoffs[0], outcome="reached").exists()
    chromium.enter(page.context, day.paul, live_server.url)
    page.goto("/queue/")
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-waiting]")).to_be_hidden()  # somebody else on the same device: neither seen nor sent
    kept(page, 1)
    chromium.enter(page.context, day.lea, live_server.url)
    page.goto("/queue/")
    kept(page, 0)
    made = Attempt.objects.get(handoff=day.handoffs[0], outcome="reached")
    assert made.note.text == "a long talk" and made.rep == day.lea


@pytest.mark.django_db(transaction=True)
def test_what_was_typed_on_a_lead_that_went_to_somebody_else_is_shown(visit):
    day = Day()
    page = visit(day.lea, f"/queue/{day.handoffs[0].pk}/")
    page.wait_for_selector(".outcomes")
    note(page, "a long talk")
    routing.reassign(handoff=day.handoffs[0], rep=day.paul, by=day.boss, at=clock.now())
    page.keyboard.press("1")
    page.wait_for_selector("#typed")
    expect(page.locator("#typed")).to_have_value("a long talk")
    expect(page.locator("#main")).to_contain_text("paul took this lead", use_inner_text=True)
