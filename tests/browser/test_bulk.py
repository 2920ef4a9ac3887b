"""A manager gives leads to a rep by keyboard: picked with j and x, given, undone."""

import pytest
from playwright.sync_api import expect

from leads.models import HandoffState

from . import access
from .day import Day
from .test_queue import press


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "width"), [pytest.param("en", 1440, marks=pytest.mark.trust), ("fr", 390)])
def test_leads_are_picked_given_and_given_back_by_keyboard(visit, language, width):
    day = Day()
    owed = HandoffState.objects.owed().order_by("pk").first()
    rep, names = owed.rep, {owed.lead.last_name, owed.lead.company.name if owed.lead.company else ""}
    page = visit(day.boss, f"/leads/?q={owed.lead.last_name}", language=language, width=width)
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("input[name=pick]:checked")).to_have_count(1)
    page.locator("button[formaction='/leads/give/']").focus()
    press(page, "Enter")
    assert access.problems(page) == [] and any(name in page.locator("main").inner_text() for name in names if name)
    page.locator("#id_to").select_option("pool")
    page.locator("#id_reason").focus()
    press(page, "Enter")
    owed.refresh_from_db()
    assert owed.rep is None and access.problems(page) == []
    page.locator("#messages a").focus()
    press(page, "Enter")
    assert access.problems(page) == []
    page.locator("main button[type=submit]").focus()
    press(page, "Enter")
    owed.refresh_from_db()
    assert owed.rep == rep and page.problems == []
