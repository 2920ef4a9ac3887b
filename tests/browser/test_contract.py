"""A first contract in a real browser: from nothing to both signatures, by questions, by keyboard, in both languages."""

import json
import re
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from sla.models import Contract, Terms, TermsDraft
from smarketing.agreements.canonical import sha256
from smarketing.agreements.models import Paper
from smarketing.rows import clock
from tests.people import PASSWORD
from tests.sla.contracts import ATTEMPTS, FIRST, VOLUME, calendar, contract, line, sign, signers

from . import access

MOST = 60
ANSWERS = {
    2: {"revenue": "1200000", "deal": "20000", "won": "5"},
    3: {"hours": "4", "attempts": "3", "reps": "5", "hours_a_day": "3"},
}


class Hands:
    """Somebody who types and presses keys; `deeds` counts what is filled, chosen, clicked and pressed."""

    def __init__(self, page):
        self.page, self.deeds = page, 0

    def type(self, name: str, text: str) -> None:
        self.deeds += 1
        self.page.locator(f"main [name={name}]").fill(text)

    def enter(self) -> None:
        """Press Enter in the field that was typed last, or on the button that has the focus."""
        self.deeds += 1
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def click(self, selector: str) -> None:
        self.deeds += 1
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()

    def look(self) -> None:
        assert access.problems(self.page) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("language", "width"), [("en", 1440), pytest.param("fr", 390, marks=pytest.mark.trust)], ids=["en", "fr-phone"]
)
def test_from_an_empty_contract_to_both_signatures_in_few_deeds(visit, language, width):
    claire, hugo = signers()
    line("France")
    calendar(at=clock.now())
    page = visit(claire, reverse("sla:contracts"), language=language, width=width)
    hands = Hands(page)
    hands.click(f"main a[href='{reverse('sla:guided')}']")
    hands.look()
    hands.page.locator("[name=name]").focus()
    hands.enter()  # the first screen is answered by what is usual
    for step, answers in ANSWERS.items():
        hands.look()
        for name, text in answers.items():
            hands.type(name, text)
        if step == 3:
            expect(page.locator("[name=volume]")).to_have_value("100")  # 1,200,000 ÷ 20,000 ÷ 5 % ÷ 12
        hands.enter()
    assert not Contract.objects.exists()
    hands.look()
    page.go_back()  # the answers are still there
    assert page.locator("[name=reps]").input_value() in ("", "5") and "revenue=1200000" in page.url
    page.go_forward()
    hands.click(".guided-make button.btn-primary")
    hands.look()
    expect(page.locator("[name=volume]")).to_have_value("100")
    hands.type("password", PASSWORD)
    hands.enter()  # the first button of the form proposes and signs
    paper = Paper.objects.get()
    assert [one.signer for one in paper.signatures.all()] == [claire]
    hands.look()
    other = Hands(visit(hugo, page.url.split("/", 3)[3].join(["/", ""]), language=language, width=width))
    other.type("password", PASSWORD)
    other.enter()
    other.look()
    signed = Terms.objects.get()
    assert [str(one.target) for one in signed.clauses.all()] == ["100.00", "4.00", "3.00"]
    assert all(one.unit and (one.share or one.kind == "mql_volume") for one in signed.clauses.all())
    assert hands.deeds + other.deeds <= MOST, hands.deeds + other.deeds


@pytest.mark.django_db(transaction=True)
def test_sections_are_written_amended_compared_verified_and_printed(visit, tmp_path):
    claire, _hugo = signers()
    at = clock.now()
    signed = sign(contract(), [VOLUME, FIRST, ATTEMPTS], clock.today(at).replace(day=1), at=at)
    page = visit(claire, reverse("sla:terms", args=[signed.contract_id]))
    hands = Hands(page)
    hands.click("a.btn-primary")  # amend
    hands.type("volume", "240")
    page.locator("[name=volume]").blur()
    hands.click("button[name=save]")
    expect(page.locator("main")).to_contain_text("5.1: MQL a month raised from 200 to 240", use_inner_text=True)
    hands.look()
    for key in ("parties", "capacity", "clock_rules", "review"):
        page.goto(reverse("sla:draft_section", args=[signed.contract_id, key]))
        hands.look()
    page.goto(reverse("sla:draft_section", args=[signed.contract_id, "capacity"]))
    for name, text in {"reps": "1", "hours_a_day": "1"}.items():
        hands.type(name, text)
    hands.click("button[name=save]")
    expect(page.locator("main")).to_contain_text("there is time", ignore_case=True, use_inner_text=True)
    assert TermsDraft.objects.get().body["clauses"][0]["target"] == "240"  # nothing of the others is lost
    page.goto(reverse("sla:compare", args=[signed.contract_id]))
    hands.look()
    page.goto(reverse("sla:terms", args=[signed.contract_id]))
    with page.expect_download() as waiting:
        page.locator("a[download]").click()
    kept = json.loads(Path(waiting.value.path()).read_text("utf-8"))
    assert sha256(kept["canonical"]) == kept["sha256"] == kept["signatures"][0]["sha256"]
    page.emulate_media(media="print")
    expect(page.locator(".paper-foot")).to_be_hidden()  # it stands below each sheet instead
    expect(page.locator(".document-other .terms-text").first).to_be_visible()  # both languages on paper, opened or not
    printed = page.pdf(prefer_css_page_size=True, path=str(tmp_path / "terms.pdf"))
    assert 1 <= len(re.findall(rb"/Type\s*/Page[^s]", printed)) <= 3
