"""The month of the contract on a projector, on paper and in the meeting room."""

import re
from datetime import date

import pytest

from sla import derive
from smarketing.rows import clock
from tests.people import person
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
    return of, f"{at:%Y-%m}"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_on_a_projector_sentence_and_whole_table_are_seen_without_scrolling(visit, language):
    month(SIX, since=date(2025, 1, 1))
    page = visit(signers()[0], "/contract/", language=language, width=1280)
    bottom = page.locator(".month-table tbody tr").last.evaluate("row => row.getBoundingClientRect().bottom")
    assert page.locator(".month-words").bounding_box()["y"] > 0 and bottom <= 720
    assert page.locator(".month-table th.mark").count() == 5  # five months before it
    assert access.problems(page) == []


@pytest.mark.parametrize(("clauses", "language"), [(SIX, "en"), (EVERY, "fr")])
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
    assert page.locator("[data-slide]:visible").count() == 1
    assert (
        page.locator("[data-slide]:visible .slide-words").first.evaluate(
            "e => getComputedStyle(e.closest('.present')).fontSize"
        )
        == "28px"
    )
    for text in ("2 / 4", "3 / 4", "4 / 4", "4 / 4"):
        page.keyboard.press("ArrowRight")
        assert page.locator("[data-place]").text_content() == text
    assert page.get_by_role("heading", name="What do we decide?").is_visible()
    page.keyboard.press("ArrowLeft")
    assert page.get_by_role("heading", name="first attempt in 4 bus. h").is_visible()
    assert access.problems(page) == []
    page.get_by_role("link", name="Name the reps").click()
    page.wait_for_url("**names=1#3")
    assert page.locator("[data-place]").text_content() == "3 / 4"
    page.keyboard.press("Escape")
    page.wait_for_url(f"**/contract/{key}/**")


def test_only_a_manager_turns_names_on(client):
    of, key = month([VOLUME, FIRST])
    client.force_login(person("mark", "marketer"))
    page = client.get(f"/contract/{of.pk}/{key}/present/?names=1").content.decode()
    assert "Name the reps" not in page and "Hide the names" not in page
