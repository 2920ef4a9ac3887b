"""Days of the three people, in a real browser and both languages, figures compared with the database.

The definition built and signed by keyboard is in test_language.py, the rep's keys are in test_queue.py.
"""

import base64
import json
import re
import time
import urllib.request
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from leads.models import Correction, Deal, Handoff, HandoffState, Lead
from reporting.models import BookClose
from smarketing.accounts import tokens
from smarketing.accounts.models import User
from smarketing.jobs import bell
from smarketing.rows import clock
from tests.people import person
from tests.scale import one_of

from . import access, processes

ENGLISH, FRENCH = (one_of("language", ["en", "fr"], turn) for turn in (0, 1))


def number_in(text: str) -> int:
    """The first number of a text, whatever its thousands are marked by."""
    return int(re.sub(r"[^\d]", "", re.search(r"\d[\d\u202f\u00a0, ]*", text)[0]))


def file_of(tmp_path, name: str, rows: list[tuple]) -> str:
    path = tmp_path / name
    path.write_text("E-mail;Prénom;Nom;Société;Créé le\n" + "".join(";".join(row) + "\n" for row in rows), "utf-8")
    return str(path)


def fifty() -> list[tuple]:
    return [
        (f"lead{n}@client.example", "Zoé", f"N{n}", f"Société {n % 9}", f"{n % 28 + 1:02}/10/2026") for n in range(50)
    ]


def upload(page, path: str) -> None:
    page.locator("#id_kind").select_option("leads")
    page.locator("#id_file").set_input_files(path)
    with page.expect_navigation():
        page.locator("main form button[type=submit]").first.click()


def work_off(page, until: str) -> None:
    """The worker's part, then the page as it stands."""
    end = time.monotonic() + 20
    while not page.locator(until).count():
        assert time.monotonic() < end, page.locator("main").inner_text()[:800]
        bell.answer()
        page.reload()


@pytest.mark.django_db(transaction=True)
@FRENCH
def test_a_marketer_imports_fifty_rows_mends_three_and_sees_fifty(visit, tmp_path, language):
    rows = fifty()
    rows[7] = (rows[7][0], "Zoé", "N7", "S", "31/02/2026")
    rows[21] = ("no address", "Zoé", "N21", "S", "02/10/2026")
    rows[40] = (rows[40][0], "Zoé", "N40", "S", "never")
    page = visit(person("ines", "marketer"), "/imports/new/", language=language)
    upload(page, file_of(tmp_path, "leads.csv", rows))
    work_off(page, ".import-errors")  # every column is known: the check comes at once, and its mapping may be looked at
    with page.expect_navigation():
        page.locator("a[href='?mapping']").click()
    assert access.problems(page) == []
    options = page.locator("select[name^=to-]")
    assert options.evaluate_all("all => all.map(one => one.value)")[0] != "-"  # recognised by its header
    with page.expect_navigation():
        page.locator("main form button.btn-primary[type=submit]").click()
    work_off(page, ".import-errors")
    expect(page.locator(".import-errors tbody tr")).to_have_count(3)
    assert access.problems(page) == []
    assert {number_in(one) for one in page.locator(".import-errors td.num").all_inner_texts()} == {9, 23, 42}
    assert Lead.objects.count() == 0  # nothing is written before it was asked for
    with page.expect_navigation():
        page.locator("form[action$='/apply/'] button").click()
    work_off(page, "a[href='/leads/']")
    assert Lead.objects.count() == 47
    with page.expect_download() as download:
        page.locator("a[href$='rejected.csv']").click()
    rejected = download.value.path().read_text("utf-8-sig")
    mended = (
        rejected.replace("31/02/2026", "28/02/2026")
        .replace("no address", "lead21@client.example")
        .replace("never", "11/10/2026")
    )
    path = tmp_path / "mended.csv"
    path.write_text(mended, "utf-8")
    with page.expect_navigation():
        page.locator("a[href*='like=']").click()
    upload(page, str(path))
    if page.locator("form[action$='/mapping/']").count():
        with page.expect_navigation():
            page.locator("main form button.btn-primary[type=submit]").click()
    work_off(page, "form[action$='/apply/']")
    with page.expect_navigation():
        page.locator("form[action$='/apply/'] button").click()
    work_off(page, "a[href='/leads/']")
    assert Lead.objects.count() == 50 and Lead.objects.filter(email="lead21@client.example").count() == 1
    page.goto("/imports/mappings/")
    assert access.problems(page) == []
    with page.expect_navigation():
        page.locator("tbody th a").first.click()
    page.locator("select[name=to-3]").select_option("-")
    with page.expect_navigation():
        page.locator(".import-go button").click()
    page.locator(".import-undo summary").click()
    assert access.problems(page) == []
    with page.expect_navigation():
        page.locator("form[action$='/forget/'] button").click()
    with page.expect_navigation():
        page.locator("form[action$='/remember/'] button").click()
    expect(page.locator("select[name=to-3]")).to_have_value("-")
    assert page.problems == []


@ENGLISH
def test_a_rep_opens_a_deal_wins_it_and_takes_a_mistake_back(demo_db, visit, language):
    lea, at = User.objects.get(email="lea@demo.example"), clock.now()
    owed = HandoffState.objects.filter(rep=lea, is_open=True)
    page = visit(lea, "/queue/", language=language)
    assert page.locator("tbody [data-row], tbody tr").count() >= min(owed.count(), 5) and access.problems(page) == []
    handoff = owed.filter(state="assigned", attempts=0).order_by("due_at", "handoff").first()
    page.goto(f"/queue/{handoff.pk}/")
    with page.expect_navigation():
        page.keyboard.press("5")  # a wrong key: wrong number
    with page.expect_navigation():
        page.keyboard.press("u")
    assert Correction.objects.filter(subject="attempt", by=lea).order_by("-pk").first().recorded_at > at
    page.goto(f"/queue/{handoff.pk}/")
    with page.expect_navigation():
        page.keyboard.press("1")
    page.goto(f"/queue/{handoff.pk}/deal/")
    page.locator("[name=title]").fill("Forfait annuel")
    page.locator("[name=amount]").fill("12 500,50" if language == "fr" else "12,500.50")
    with page.expect_navigation():
        page.locator(".sheet-actions button.btn-primary").first.click()
    deal = Deal.objects.get(handoff_id=handoff.pk)
    page.goto(f"/deals/{deal.pk}/")
    assert access.problems(page) == []
    with page.expect_navigation():
        page.locator(f"form[action='/deals/{deal.pk}/won/'] button[type=submit]").click()
    deal.refresh_from_db()
    assert (deal.state, str(deal.amount)) == ("won", "12500.50")
    assert Lead.objects.get(pk=handoff.lead_id).stage == "customer"


def test_a_lead_that_comes_by_event_is_in_a_rep_s_queue_in_seconds(demo_db, database_urls_of_demo, visit, live_server):
    _token, key = tokens.issue(kind="write", name="journey", by=None, at=clock.now())
    boss = User.objects.get(email="hugo@demo.example")
    page = visit(boss, "/queue/")
    with processes.running(database_urls_of_demo):
        now = clock.now()
        rows = [
            {"type": "identify", "traits": {"email": "nina@neuf.example", "firstName": "Nina", "lastName": "Neuf", "title": "CEO",
             "country": "FR", "company": {"name": "Neuf SA", "employees": 120, "industry": "Software"}}},
            {"type": "track", "event": "Demo Requested"},
        ]  # fmt: skip
        batch = [
            row | {"userId": "n-1", "messageId": f"j-{n}", "timestamp": (now - timedelta(seconds=5)).isoformat()}
            for n, row in enumerate(rows)
        ]
        request = urllib.request.Request(
            f"{live_server.url}/v1/batch",
            json.dumps({"batch": batch, "sentAt": now.isoformat()}).encode(),
            {
                "Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode(),
                "Content-Type": "application/json",
            },
        )
        assert json.loads(urllib.request.urlopen(request, timeout=20).read())["success"]
        end = time.monotonic() + 60  # processes start from nothing; the figure is in `make bench`
        while not Handoff.objects.filter(lead__email="nina@neuf.example").exists():
            assert time.monotonic() < end, "the lead never reached the queue"
            time.sleep(0.3)
    handoff = Handoff.objects.get(lead__email="nina@neuf.example")
    page.goto(f"/queue/{handoff.pk}/")
    expect(page.locator("h1")).to_have_text("Nina Neuf")
    assert access.problems(page) == []


@FRENCH
def test_a_manager_reads_the_month_opens_the_rows_of_a_number_and_closes_the_last_one(demo_db, visit, language):
    hugo = User.objects.get(email="hugo@demo.example")
    page = visit(hugo, "/contract/", language=language)
    assert access.problems(page) == []
    volume = page.locator("table.month-table tbody tr").first.locator("td.num").nth(1)
    shown = number_in(volume.inner_text())
    with page.expect_navigation():
        volume.locator("a").click()
    assert access.problems(page) == []
    at = clock.now()
    first = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0) - timedelta(
        hours=1
    )  # March begins in winter time
    counted = HandoffState.objects.filter(
        first=True, handoff__occurred_at__gte=first, handoff__occurred_at__lte=at
    ).count()
    assert shown == counted and shown > 0
    page.goto("/contract/2026-02/")
    with page.expect_navigation():
        page.locator(".page-actions a.btn-primary").click()
    assert access.problems(page) == []
    before = BookClose.objects.count()
    with page.expect_navigation():
        page.locator("form.book-form button").click()
    book = BookClose.objects.order_by("-pk").first()
    assert BookClose.objects.count() == before + 1
    expect(page.locator("main")).to_contain_text(book.sha256, use_inner_text=True)
    assert access.problems(page) == []
