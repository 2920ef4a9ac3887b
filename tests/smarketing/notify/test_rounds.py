"""Digests: once a day as the company opens, in their reader's hours and language; one click ends them."""

import threading
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from smarketing.accounts.models import AuditEntry
from smarketing.calendars import services as calendars
from smarketing.jobs import outbox
from smarketing.notify import choices, digests, hours, rounds, tasks
from smarketing.notify.digests import Digest
from smarketing.notify.letters import Letter
from smarketing.notify.models import DigestSent, Mail, NoticeChoice
from tests.leads.handoffs.desk import Desk
from tests.people import client_of, person
from tests.smarketing.notify.post import office

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EIGHT = datetime(2026, 3, 10, 8, tzinfo=UTC)  # a Tuesday, 9:00 in Paris, as the company opens
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def desk():
    calendars.create_version(name="France", spec=calendars.starter_spec(at=EIGHT), by=None, at=EIGHT)
    found = alone()
    for name in ("Ana", "Zoé"):
        found.hand(at=EIGHT - 2 * HOUR, first_name=name, last_name="Silva")
    return found


def alone() -> Desk:
    """A desk whose manager is away: what is told to managers is proven elsewhere."""
    found = Desk()
    found.boss.is_active = False
    found.boss.save()
    return found


def kinds() -> list[tuple[str, str]]:
    return sorted(Mail.objects.values_list("kind", "person__name"))


def test_the_morning_list_comes_once_as_the_company_opens_and_never_on_a_day_off(desk):
    assert [rounds.send_due(EIGHT + n) for n in (-MINUTE, 0 * MINUTE, MINUTE, 9 * HOUR)] == [0, 1, 0, 0]
    assert kinds() == [("morning_list", "lea")]  # Paul owes nothing, which is noted
    assert DigestSent.objects.filter(letter=None).count() == DigestSent.objects.count() - 1
    saturday = EIGHT + 4 * DAY
    assert [rounds.send_due(saturday), rounds.send_due(saturday + 2 * DAY)] == [0, 1]


def test_it_waits_for_the_end_of_quiet_hours(desk):
    choices.set_hours(user=desk.lea, at=EIGHT, quiet=(time(8), time(10)), working_hours=True)
    assert [rounds.send_due(EIGHT + n * MINUTE) for n in (0, 59, 60)] == [0, 0, 1]
    assert rounds.following(desk.lea, digests.get("morning_list"), EIGHT + DAY - HOUR) == EIGHT + DAY + HOUR


def test_whoever_left_or_switched_it_off_gets_none(desk):
    choices.choose_digests(user=desk.lea, at=EIGHT, wanted={"morning_list": False})
    assert rounds.send_due(EIGHT) == 0
    choices.choose_digests(user=desk.lea, at=EIGHT, wanted={"morning_list": True})
    desk.lea.is_active = False
    desk.lea.save()
    assert rounds.send_due(EIGHT) == 0 and not NoticeChoice.objects.exists()


def test_it_names_the_leads_owed_in_the_reader_s_language_and_leads_to_them(desk):
    desk.lea.language = "fr"
    desk.lea.save()
    for _n in range(5):
        desk.hand(at=EIGHT - HOUR)
    rounds.send_due(EIGHT)
    mail = Mail.objects.get()
    assert mail.language == "fr" and "Ana Silva" in mail.text and mail.text.count("/queue/") == 6
    assert "2 autres leads" in mail.text and "Bonjour" in mail.subject and 'lang="fr"' in mail.page
    assert "prefers-color-scheme: dark" in mail.page


def test_the_mail_program_s_own_button_ends_it_without_a_cookie_and_by_one_click(desk, settings):
    with office(settings) as post:
        rounds.send_due(EIGHT)
        outbox.relay()
    (got,) = post.got
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = got["List-Unsubscribe"].strip(" <>").removeprefix(settings.PUBLIC_URL)
    assert link in got.get_body(("plain",)).get_content()
    program = Client(enforce_csrf_checks=True)
    assert program.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not dict((one.key, on) for one, on in digests.of(desk.lea))["morning_list"]
    assert AuditEntry.objects.get(verb="notices.choose").detail == {"digests": ["morning_list"]}
    assert rounds.send_due(EIGHT + DAY) == 0


def test_preferences_show_when_the_next_one_comes_and_keep_the_choice(desk):
    client = client_of(desk.lea)
    assert "The next one comes on" in client.get("/notices/preferences/").content.decode()
    assert client.post("/notices/preferences/", {"digests": "1", "working_hours": "on"}).status_code == 302
    page = client.get("/notices/preferences/").content.decode()
    assert "The next one comes on" not in page and NoticeChoice.objects.filter(kind="morning_list").exists()
    sent = {"digests": "1", "digest-morning_list": "on", "working_hours": "on"}
    assert client.post("/notices/preferences/", sent).status_code == 302
    assert not NoticeChoice.objects.filter(kind="morning_list").exists()
    ada = client_of(person("ada", "administrator")).get("/notices/preferences/").content.decode()
    assert "Digests by mail" not in ada


def test_one_that_cannot_be_written_holds_up_no_other_and_is_tried_again(desk, monkeypatch):
    def broken(user, span):
        raise ZeroDivisionError

    bad = Digest("aaa", "Broken", "", "rep", broken)
    monkeypatch.setattr(digests, "_DIGESTS", {"aaa": bad} | digests._DIGESTS)
    assert rounds.send_due(EIGHT) == 1 and not DigestSent.objects.filter(kind="aaa").exists()
    monkeypatch.setitem(
        digests._DIGESTS, "aaa", Digest("aaa", "Mended", "", "rep", lambda user, span: Letter("Hello", []))
    )
    assert rounds.send_due(EIGHT + MINUTE) == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one():
    calendars.create_version(name="France", spec=calendars.starter_spec(at=EIGHT), by=None, at=EIGHT)
    alone().hand(at=EIGHT - HOUR)
    together, sent = threading.Barrier(2), []

    def work():
        together.wait()
        sent.append(rounds.send_due(EIGHT))
        connection.close()

    both = [threading.Thread(target=work) for _one in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(sent) == [0, 1] and Mail.objects.filter(kind="morning_list").count() == 1


def test_beat_s_minute_asks_for_them_even_when_notices_fail(desk, monkeypatch):
    asked = []
    monkeypatch.setattr(tasks.sending, "send_due", lambda at: 1 // 0)
    monkeypatch.setattr(tasks.rounds, "send_due", asked.append)
    with pytest.raises(ZeroDivisionError):
        tasks.minute()
    assert len(asked) == 1


@given(st.dates(date(2026, 1, 5), date(2026, 12, 20)))
def test_spans_of_business_days_follow_each_other_without_a_gap(day):
    daily, weekly = (Digest("x", "", "", "rep", lambda *_given: None, weekly=one) for one in (False, True))
    at = datetime.combine(day, time(12), tzinfo=PARIS)
    span = rounds.span_of(daily, day, at, None, PARIS)
    assert span.until == day and hours.opening(span.since, None, PARIS)
    assert not any(hours.opening(span.since + n * DAY, None, PARIS) for n in range(1, (day - span.since).days))
    week = rounds.span_of(weekly, day, at, None, PARIS)
    if hours.opening(day, None, PARIS):
        assert (week is not None) == (day.weekday() == 0)
    if week:
        assert (week.since.weekday(), week.until - week.since) == (0, 7 * DAY)
