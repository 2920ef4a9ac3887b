"""A rep questions a grade and disagrees, by keyboard; marketing finds it in the studio and answers."""

import pytest

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
    assert page.locator("#changed table").is_visible() and access.problems(page) == []
    go(page, "the page as it was")
    assert page.locator(".lead-past").is_visible() and access.problems(page) == []
    go(page, "Back to today")
    page.locator(".why summary").first.focus()
    page.keyboard.press("Space")
    assert "Never fades." in page.locator(".why-facts").first.inner_text()
    page.locator(".why-facts").first.get_by_role("link", name="Disagree…").focus()
    press(page, "Enter")
    page.get_by_role("radio", name="counts too much").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Everybody has a function.")
    assert access.problems(page) == []
    go(page, "Disagree")
    assert "stands beside the criterion" in page.locator("#messages").inner_text()
    assert (said := Disagreement.objects.get()).criterion == "role"

    page = visit(day.claire, f"/language/definition/{day.line.pk}/")
    go(page, "1 disagreement")
    assert "Everybody has a function." in page.locator("main").inner_text() and access.problems(page) == []
    go(page, "Answer…")
    page.get_by_role("radio", name="taken into the draft").focus()
    page.keyboard.press("Space")
    assert access.problems(page) == []
    go(page, "Answer")
    assert Answer.objects.get(to=said).kind == "taken" and page.problems == []
