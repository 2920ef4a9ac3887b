"""A rep's morning by keyboard only, in both languages, on a French keyboard, and by thumb."""

import pytest
from playwright.sync_api import expect

from leads.models import Attempt, Correction, Deal, HandoffState
from tests.scale import one_of

from . import access
from .day import Day

WORDS = {
    "en": {"undone": "Taken back.", "late": "late", "deal": "Deal opened."},
    "fr": {"undone": "Annulé.", "late": "retard", "deal": "Affaire ouverte."},
}
# What a French keyboard sends for the unshifted digit keys.
AZERTY = {"Digit1": "&", "Digit2": "é", "Digit3": '"', "Digit4": "'", "Digit5": "("}


def azerty(page, code: str) -> None:
    """Press a digit key of a French keyboard, Shift not held."""
    with page.expect_navigation():
        page.evaluate(
            "([key, code]) => document.activeElement.dispatchEvent("
            "new KeyboardEvent('keydown', {key, code, bubbles: true, cancelable: true}))",
            [AZERTY[code], code],
        )


def press(page, key: str) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


@pytest.mark.django_db(transaction=True)
@one_of("language, theme", [("en", "light"), ("fr", "dark")], 1)
def test_the_morning_by_keyboard(visit, language, theme):
    day, words = Day(), WORDS[language]
    page = visit(day.lea, "/queue/", language=language, theme=theme)
    expect(page.locator("tbody tr").last).to_contain_text(words["late"], use_inner_text=True)
    assert access.problems(page) == []
    for _row in range(5):
        page.keyboard.press("j")
    press(page, "Enter")
    expect(page.locator("h1")).to_have_text("Karim Benali")
    assert access.problems(page) == []
    azerty(page, "Digit2")
    assert Attempt.objects.filter(handoff=day.handoffs[3], outcome="no_answer").count() == 1
    expect(page.locator("h1")).to_have_text("Marie Dubois")
    press(page, "u")
    expect(page.locator("#messages")).to_contain_text(words["undone"], use_inner_text=True)
    assert Correction.objects.count() == 1
    expect(page.locator("h1")).to_have_text("Karim Benali")
    press(page, "n")
    page.keyboard.press("e")
    page.keyboard.type("asks for 2 offers, n and u are only letters here")
    page.keyboard.press("Escape")
    press(page, "1")
    reached = Attempt.objects.get(handoff=day.handoffs[0], outcome="reached")
    assert reached.note.text.startswith("asks for 2 offers")
    page.goto(f"/queue/{day.handoffs[0].pk}/")
    page.keyboard.press("d")
    page.wait_for_selector("dialog[open] [name=title]")
    page.keyboard.press("Tab")
    page.keyboard.type("12 000")
    press(page, "Enter")
    expect(page.locator("#messages")).to_contain_text(words["deal"], use_inner_text=True)
    assert access.problems(page) == []
    assert str(Deal.objects.get().amount) == "12000.00"
    assert HandoffState.objects.get(pk=day.handoffs[0]).state == "converted"


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_a_few_keys_and_the_next_lead_follows(visit):
    day = Day()
    page = visit(day.lea, f"/queue/{day.handoffs[0].pk}/", language="fr")
    page.keyboard.press("r")
    page.wait_for_selector("dialog[open] .reasons")
    assert access.problems(page) == []
    page.keyboard.press("ArrowUp")  # the last family: opposition
    press(page, "Enter")
    assert HandoffState.objects.get(pk=day.handoffs[0]).state == "refused"
    expect(page.locator("h1")).to_have_text("Paul Nguyen")
    expect(page.locator(".done")).to_be_visible()
    press(page, "u")
    assert HandoffState.objects.get(pk=day.handoffs[0]).state == "assigned"


@pytest.mark.django_db(transaction=True)
def test_keys_that_are_switched_off_do_nothing(visit):
    day = Day()
    type(day.lea).objects.filter(pk=day.lea.pk).update(single_keys=False)
    page = visit(day.lea, f"/queue/{day.handoffs[0].pk}/")
    page.keyboard.press("2")
    page.wait_for_timeout(300)
    assert Attempt.objects.filter(handoff=day.handoffs[0]).count() == 0


@pytest.mark.django_db(transaction=True)
def test_by_thumb_after_the_call_the_outcomes_are_at_hand(visit):
    day = Day()
    page = visit(day.lea, "/queue/", width=390)
    assert access.problems(page) == []
    page.get_by_role("link", name="Marie Dubois").tap()
    page.wait_for_selector(".call")
    page.evaluate("document.querySelector('[data-call]').addEventListener('click', e => e.preventDefault())")
    page.locator(".call").tap()
    for button in page.locator(".outcomes button").all():
        box = button.bounding_box()
        assert box["height"] >= 48 and box["y"] + box["height"] <= 844
    assert access.problems(page) == []
    with page.expect_navigation():
        page.locator(".outcomes button").nth(1).tap()
    assert Attempt.objects.filter(handoff=day.handoffs[0]).count() == 1
    assert access.problems(page) == []


@pytest.mark.django_db(transaction=True)
def test_by_thumb_in_french_a_refusal_asks_its_question_is_undone_and_the_next_lead_follows(visit):
    day = Day()
    page = visit(day.lea, f"/queue/{day.handoffs[0].pk}/", language="fr", theme="dark", width=390)
    page.locator(".did-form summary").tap()
    expect(page.locator("[name=occurred_at]")).to_be_visible()
    assert access.problems(page) == [], "what is rarely asked fits a phone, too"
    page.locator(".deeds a", has_text="Refuser…").tap()
    sheet = page.locator("dialog[open]")
    sheet.locator("[name=family][value=data]").tap()
    sheet.locator("[name=reason-data]").select_option("DATA-BAD")
    expect(sheet.locator("[name=reason-data]")).to_contain_text("peut revenir le", use_inner_text=True)
    sheet.locator("[name=evidence-data]").select_option("field:lead.phone")
    assert access.problems(page) == []
    with page.expect_navigation():
        sheet.locator("button.btn-primary").tap()
    assert HandoffState.objects.get(pk=day.handoffs[0]).reason == "DATA-BAD"
    expect(page.locator("h1")).to_have_text("Paul Nguyen")
    with page.expect_navigation():
        page.locator(".done button").tap()
    expect(page.locator("#messages")).to_contain_text("Annulé.", use_inner_text=True)
    assert HandoffState.objects.get(pk=day.handoffs[0]).state == "assigned"
    expect(page.locator("h1")).to_have_text("Marie Dubois")
    expect(page.locator(".story")).to_contain_text(
        "téléphone", use_inner_text=True
    )  # the refusal, struck through, with its proof
    with page.expect_navigation():
        page.locator("[data-next]").tap()
    expect(page.locator("h1")).to_have_text("Paul Nguyen")


@pytest.mark.django_db(transaction=True)
def test_two_reps_two_browsers_one_lead(visit):
    day = Day()
    one, other = visit(day.lea, "/queue/"), visit(day.paul, "/queue/")
    with one.expect_navigation():
        one.locator(".pool button").click()
    expect(one.locator("h1")).to_have_text("Zoé Petit")
    with other.expect_navigation():
        other.locator(".pool button").click()
    expect(other.locator("#messages")).to_contain_text("lea", use_inner_text=True)
    assert HandoffState.objects.get(pk=day.pooled).rep == day.lea


@pytest.mark.django_db(transaction=True)
def test_without_javascript_everything_is_a_form(started, live_server):
    from . import chromium

    day = Day()
    context = chromium.context(started, base_url=live_server.url, java_script_enabled=False)
    chromium.enter(context, day.lea, live_server.url)
    page = context.new_page()
    page.goto(f"/queue/{day.handoffs[0].pk}/")
    page.locator("[value=voicemail]").click()
    assert Attempt.objects.get(handoff=day.handoffs[0]).outcome == "voicemail"
    page.goto(f"/queue/{day.handoffs[0].pk}/")
    page.locator("a[href$='/return/']").click()
    page.locator("[value=intent]").check()
    page.locator(".reasons button").click()
    assert HandoffState.objects.get(pk=day.handoffs[0]).state == "returned"
    context.close()
