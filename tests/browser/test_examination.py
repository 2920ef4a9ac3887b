"""A rep questions a grade and disagrees, by keyboard; marketing finds it in the studio and answers."""

import pytest
from playwright.sync_api import expect

from leads.models import Answer, Disagreement, Lead

from . import access
from .day import Day
from .test_queue import press


def go(page, name: str) -> None:
    """Follow a link, or press a button, by keyboard."""
    page.get_by_role("link", name=name).or_(page.get_by_role("button", name=name)).first.focus()
    press(page, "Enter")


@pytest.mark.django_db(transaction=True)
def test_a_grade_is_questioned_disagreed_with_and_answered(visit):
    day, marie = Day(), Lead.objects.get(last_name="Dubois")
    page = visit(day.lea, f"/leads/{marie.pk}/")
    go(page, "since the handoff")
    expect(page.locator("#changed table")).to_be_visible()
    assert access.problems(page) == []
    go(page, "the page as it was")
    expect(page.locator(".lead-past")).to_be_visible()
    assert access.problems(page) == []
    go(page, "Back to today")
    page.locator(".why summary").first.focus()
    page.keyboard.press("Space")
    expect(page.locator(".why-facts").first).to_contain_text("Never fades.", use_inner_text=True)
    page.locator(".why-facts").first.get_by_role("link", name="Disagree…").focus()
    press(page, "Enter")
    page.get_by_role("radio", name="counts too much").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Everybody has a function.")
    assert access.problems(page) == []
    go(page, "Disagree")
    expect(page.locator("#messages")).to_contain_text("stands beside the criterion", use_inner_text=True)
    assert (said := Disagreement.objects.get()).criterion == "role"

    page = visit(day.claire, f"/language/definition/{day.line.pk}/")
    go(page, "1 disagreement")
    expect(page.locator("main")).to_contain_text("Everybody has a function.", use_inner_text=True)
    assert access.problems(page) == []
    go(page, "Answer…")
    page.get_by_role("radio", name="taken into the draft").focus()
    page.keyboard.press("Space")
    assert access.problems(page) == []
    go(page, "Answer")
    assert Answer.objects.get(to=said).kind == "taken" and page.problems == []
