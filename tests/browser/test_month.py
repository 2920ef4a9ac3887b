"""The month of the contract on a projector, on paper and in the meeting room."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from reporting.books import services
from reporting.models import BookClose
from sla import derive
from smarketing.accounts.models import User
from smarketing.jobs import demo_clock, nightly, outbox
from smarketing.jobs.models import Run
from smarketing.rows import clock
from tests.people import person
from tests.scale import one_of
from tests.sla.contracts import (
    ACCEPTANCE,
    ATTEMPTS,
    DECISION,
    FIRST,
    REASONS,
    REVENUE,
    SQL_RATE,
    VOLUME,
    WON,
    attempt,
    contract,
    handoff,
    paris,
    sign,
    signers,
)

from . import access

SIX = [VOLUME, ACCEPTANCE, SQL_RATE, FIRST, ATTEMPTS, REASONS]
EVERY = [*SIX, DECISION, WON, REVENUE]
pytestmark = pytest.mark.django_db(transaction=True)


def month(clauses, since=None):
    at = clock.now()
    of = contract()
    sign(of, clauses, since or clock.today(at).replace(day=1), at=at)
    lea = person("Léa Moreau-Delacroix", "rep")
    for n in range(3):
        made = handoff(at, rep=lea)
        if n:
            attempt(made, at, by=lea)
    derive.catch_up(clock.now())
    return of, f"{clock.today(at):%Y-%m}"


@one_of("language", ["en", "fr"], 1)
def test_on_a_projector_sentence_and_whole_table_are_seen_without_scrolling(visit, language):
    month(SIX, since=date(2025, 1, 1))
    page = visit(signers()[0], "/contract/", language=language, width=1280)
    bottom = page.locator(".month-table tbody tr").last.evaluate("row => row.getBoundingClientRect().bottom")
    assert page.locator(".month-words").bounding_box()["y"] > 0 and bottom <= 720
    expect(page.locator(".month-table th.mark")).to_have_count(5)  # five months before it
    assert access.problems(page) == []


@one_of("clauses, language", [(SIX, "en"), (EVERY, "fr")], 1)
def test_on_paper_it_is_one_landscape_page_that_cuts_no_row_and_needs_no_colour(visit, clauses, language):
    of, key = month(clauses, since=date(2025, 1, 1))
    page = visit(signers()[0], f"/contract/{of.pk}/{key}/print/", language=language, width=1280)
    assert access.problems(page) == []
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    width, height = map(float, re.search(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", pdf).groups())
    assert (round(width), round(height)) == (842, 595)
    page.set_viewport_size({"width": 1054, "height": 726})  # A4 landscape within its margins, at 96 to the inch
    page.emulate_media(media="print")
    sheet = page.locator(".month-sheet").evaluate(
        "s => ({bottom: s.getBoundingClientRect().bottom, last: s.querySelector('footer').getBoundingClientRect().bottom,"
        " over: s.scrollHeight - s.clientHeight, rows: s.querySelectorAll('tbody tr').length})"
    )
    assert sheet["rows"] == len(clauses) and sheet["over"] <= 1 and sheet["last"] <= sheet["bottom"] + 1
    # sides by square and circle, states by sign and word: none of it is colour alone
    shapes = page.locator(".month-sheet tbody .side").evaluate_all("all => all.map(one => one.innerHTML)")
    assert len(set(shapes)) >= 2
    assert all(page.locator(".month-sheet tbody .state .shape").all_text_contents())


def test_the_meeting_room_goes_by_arrow_keys_at_28_pixels_and_names_nobody(visit):
    of, key = month([VOLUME, FIRST])
    page = visit(signers()[1], f"/contract/{of.pk}/{key}/present/", width=1280)
    expect(page.locator("[data-slide]:visible")).to_have_count(1)
    assert (
        page.locator("[data-slide]:visible .slide-words").first.evaluate(
            "e => getComputedStyle(e.closest('.present')).fontSize"
        )
        == "28px"
    )
    for text in ("2 / 4", "3 / 4", "4 / 4", "4 / 4"):
        page.keyboard.press("ArrowRight")
        expect(page.locator("[data-place]")).to_have_text(text)
    expect(page.get_by_role("heading", name="What do we decide?")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", name="first attempt in 4 bus. h")).to_be_visible()
    assert access.problems(page) == []
    page.get_by_role("link", name="Name the reps").click()
    page.wait_for_url("**names=1#3")
    expect(page.locator("[data-place]")).to_have_text("3 / 4")
    page.keyboard.press("Escape")
    page.wait_for_url(f"**/contract/{key}/**")


def test_only_a_manager_turns_names_on(client):
    of, key = month([VOLUME, FIRST])
    client.force_login(person("mark", "marketer"))
    page = client.get(f"/contract/{of.pk}/{key}/present/?names=1").content.decode()
    assert "Name the reps" not in page and "Hide the names" not in page


SAYS = {
    "en": {"move": "Move the clock", "auto": "closes by itself", "restated": "restated by 1 fact", "on": "5.1 +1"},
    "fr": {"move": "Avancer l’horloge", "auto": "est clôturé automatiquement", "restated": "rectifié par 1 fait", "on": "5.1 +1"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "steps"),
    [("en", ["day"])] + [pytest.param(one, ["week", "week", "day"], marks=pytest.mark.trust) for one in ("en", "fr")],
)
def test_a_month_in_fast_forward_is_presented_printed_closed_and_restated(demo_db, visit, language, steps, monkeypatch):
    """March on the demo's clock: kept and broken promises, then the meeting room, paper, the book, a fact that comes late.
    In `make test` the fortnight before its last day was slept through."""
    monkeypatch.setitem(outbox.HANDLERS, "jobs.go_on", lambda number, body: None)  # the test is the worker
    if steps == ["day"]:
        demo_clock._show(clock.now() + timedelta(days=14))
    says, hugo = SAYS[language], User.objects.get(email="hugo@demo.example")
    page = visit(hugo, "/contract/", language=language)
    for step in steps:
        page.locator(".demo-bar select[name=step]").select_option(step)
        with page.expect_navigation():
            page.get_by_role("button", name=says["move"]).click()
        expect(page.locator(".demo-clock meter")).to_be_visible()
        nightly.reconcile()  # what the worker does; the page shows itself again once the clock has arrived
        expect(page.get_by_role("button", name=says["move"])).to_be_visible()
    page.goto("/contract/2026-03/")
    states = page.locator(".month-table tbody > tr:not(.part) > td:not(.mark) > .state").evaluate_all(
        "all => all.map(e => e.className)"
    )
    assert {name.split("state-")[1] for name in states} <= {"kept", "broken", "nothing"} and len(states) == 3
    expect(page.locator("main")).to_contain_text(says["auto"], use_inner_text=True)
    assert access.problems(page) == []
    page.locator("a[href$='/present/']").click()
    page.wait_for_url("**/present/**")
    page.keyboard.press("End")
    expect(page.locator("[data-place]")).to_have_text("5 / 5")
    assert access.problems(page) == []
    page.keyboard.press("Escape")
    page.wait_for_url("**/contract/2026-03/**")
    page.locator("a[href$='/print/']").click()
    page.wait_for_url("**/print/")
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) == 1
    page.goto("/contract/2026-03/")
    with page.expect_navigation():
        page.locator(".page-actions a.btn-primary").click()
    with page.expect_navigation():
        page.locator("form.book-form button").click()
    book = BookClose.objects.order_by("-pk")[0]
    assert book.month == date(2026, 3, 1) and services.verify(book) == []
    handoff(paris(2026, 3, 20, 10), on=book.contract.line, known=clock.now())
    page.goto("/contract/2026-03/")
    note = page.locator(".restated").inner_text()
    assert says["restated"] in note and says["on"] in note and book.sha256[:12] in note
    assert access.problems(page) == []


@pytest.mark.trust
def test_the_night_of_the_demo_closes_the_month_when_its_day_has_come(demo_db, monkeypatch):
    monkeypatch.setitem(outbox.HANDLERS, "jobs.go_on", lambda number, body: None)
    demo_clock.move(step="month", by=None, at=clock.now())
    nightly.reconcile()
    runs = Run.objects.filter(job=nightly.JOB, counts__closing__gt=0).order_by("business_date")
    assert [(run.state, run.counts["closing"]) for run in runs] == [
        ("done", 1),
        ("done", 1),
    ]  # February had been left open
    book = BookClose.objects.order_by("-month")[0]
    assert (book.month, book.closed_by) == (date(2026, 3, 1), None)
