"""Notices go out by mail as each person wants them: gathered, in their hours, once; one click switches a kind off."""

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from smarketing.accounts.models import AuditEntry
from smarketing.calendars import services as calendars
from smarketing.notify import choices, mails, notices, registry, sending, tasks
from smarketing.notify.models import Mail, Notice, NoticeChoice, NoticeHours
from smarketing.notify.registry import Channels
from smarketing.rows.models import Installation
from tests.leads.handoffs.desk import Desk
from tests.people import client_of, person

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TEN = datetime(2026, 3, 10, 9, tzinfo=UTC)  # a Tuesday, 10:00 in Paris; long ago, so that handing over tells nobody


@pytest.fixture
def desk():
    return Desk()


def told(user, kind="assigned", at=TEN, handoff=1, **more) -> Notice:
    """A notice as `tell` would have written it at an instant of the test's own."""
    usual = {one.kind.key: one.now for one in choices.of(user)}[kind]
    more = {"shown": usual.portal, "mail": usual.mail} | more
    return Notice.objects.create(
        user=user, kind=kind, about=f"handoff:{handoff}@{at}", at=at, told_at=at, params={"handoff": handoff}, **more
    )


def owed(desk, at=TEN, **values) -> Notice:
    given = desk.hand(at=at, first_name="Zoé", last_name="Martin", **values)
    return told(desk.lea, at=at, handoff=given.pk)


def test_those_of_five_minutes_are_one_mail_that_leads_to_their_pages(desk):
    desk.lea.language = "fr"
    desk.lea.save()
    one, _two = owed(desk), owed(desk, at=TEN + 4 * MINUTE)
    assert sending.send_due(TEN + 4 * MINUTE) == 0
    assert sending.send_due(TEN + 5 * MINUTE) == 1 and sending.send_due(TEN + 5 * MINUTE) == 0
    mail = Mail.objects.get()
    assert (mail.kind, mail.address, mail.subject) == ("notices", "lea@example.test", "2 notifications")
    assert mail.text.count("Nouveau lead\u202f: Zoé Martin") == 2 and f"/notices/{one.pk}/" in mail.text
    assert Notice.objects.filter(mailed_at=TEN + 5 * MINUTE).count() == 2


def test_a_mail_of_many_says_how_many_shows_the_first_five_and_leads_to_all(desk):
    given = [owed(desk, at=TEN + n * timedelta(seconds=1)) for n in range(23)]
    assert sending.send_due(TEN + 6 * MINUTE) == 1
    mail = Mail.objects.get()
    assert mail.subject == "23 notices" and mail.text.count("New lead") == mail.page.count("New lead:") == 5
    assert f"/notices/{given[4].pk}/" in mail.text and f"/notices/{given[5].pk}/" not in mail.text
    assert "and 18 more" in mail.text and "and 18 more" in mail.page and "/notices/\n" in mail.text
    assert Notice.objects.filter(mailed_at=None).count() == 0


def test_what_only_the_mail_tells_is_in_it_however_much_that_is(desk):
    for n in range(7):
        told(desk.lea, handoff=desk.hand(at=TEN, first_name="Zoé").pk, at=TEN + n * MINUTE / 10, shown=False)
    sending.send_due(TEN + 6 * MINUTE)
    assert Mail.objects.get().text.count("New lead") == 7


def test_what_was_seen_meanwhile_or_is_no_longer_theirs_is_not_mailed(desk):
    owed(desk)
    notices.see(user=desk.lea, at=TEN + MINUTE)
    told(desk.lea, handoff=10**9)
    assert sending.send_due(TEN + 5 * MINUTE) == 0 and not Mail.objects.exists()


def test_whoever_left_gets_no_mail(desk):
    owed(desk)
    desk.lea.is_active = False
    desk.lea.save()
    assert sending.send_due(TEN + DAY) == 0 and not Mail.objects.exists()


def test_outside_working_hours_it_waits_for_the_company_to_open(desk):
    calendars.create_version(name="France", spec=calendars.starter_spec(at=TEN), by=None, at=TEN)
    evening = TEN + timedelta(hours=9)  # 19:00
    owed(desk, at=evening)
    opens = TEN + timedelta(hours=23)  # 9:00
    assert [sending.send_due(at) for at in (evening + 6 * MINUTE, opens - MINUTE, opens)] == [0, 0, 1]


def test_in_quiet_hours_it_waits_for_their_end_and_whoever_wants_it_by_night_gets_it_by_night(desk):
    calendars.create_version(name="France", spec=calendars.starter_spec(at=TEN), by=None, at=TEN)
    lea = client_of(desk.lea)
    assert lea.post("/notices/preferences/", {"quiet_from": "09:30", "quiet_until": "11:00"}).status_code == 302
    owed(desk)
    assert [sending.send_due(TEN + n * MINUTE) for n in (6, 59, 60)] == [0, 0, 1]
    owed(desk, at=TEN + timedelta(hours=12))  # 22:00: she no longer waits for working hours
    assert sending.send_due(TEN + timedelta(hours=12, minutes=5)) == 1


def test_the_morning_mail_is_one_a_business_day_when_the_company_opens(desk):
    calendars.create_version(name="France", spec=calendars.starter_spec(at=TEN), by=None, at=TEN)
    NoticeChoice.objects.create(user=desk.lea, kind="assigned", portal=True, mail="morning")
    friday = TEN + 3 * DAY
    for hours in (0, 2, 70):  # Friday twice; Monday, 8:00
        owed(desk, at=friday + timedelta(hours=hours - hours // 70))
    monday = TEN + 6 * DAY - timedelta(hours=1)  # 9:00
    assert [sending.send_due(at) for at in (friday + DAY, monday - MINUTE, monday, monday + MINUTE)] == [0, 0, 1, 0]
    assert Mail.objects.get().subject == "Good morning: 3 notices"


def test_a_mail_that_could_not_be_written_leaves_its_notices_waiting(desk, monkeypatch):
    owed(desk)
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(mails, "send", lambda **given: 1 / 0)
        sending.send_due(TEN + 5 * MINUTE)
    assert sending.send_due(TEN + 5 * MINUTE) == 1


def test_a_look_that_fails_holds_up_no_mail(desk, monkeypatch):
    owed(desk)
    monkeypatch.setattr(tasks, "LOOKS", [lambda at: 1 / 0])
    with pytest.raises(ZeroDivisionError):
        tasks.minute()
    assert Mail.objects.filter(kind="notices").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_one_mail():
    owed(Desk())
    together, sent = threading.Barrier(2), []

    def work():
        together.wait()
        sent.append(sending.send_due(TEN + 5 * MINUTE))
        connection.close()

    both = [threading.Thread(target=work) for _one in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(sent) == [0, 1] and Mail.objects.count() == 1


def test_one_click_in_a_mail_switches_its_kind_off_without_signing_in(desk, client):
    owed(desk)
    sending.send_due(TEN + 5 * MINUTE)
    link = re.search(r"/notices/off/\S+", Mail.objects.get().text).group()
    waiting = owed(desk, at=TEN + DAY)
    assert client.get(link).status_code == 200 and not NoticeChoice.objects.exists()  # a mail scanner changes nothing
    for _time in range(2):
        assert client.post(link).status_code == 200
    assert NoticeChoice.objects.values_list("user", "kind", "portal", "mail").get() == (
        desk.lea.pk,
        "assigned",
        True,
        "",
    )
    waiting.refresh_from_db()
    assert waiting.mail == "" and sending.send_due(TEN + 2 * DAY) == 0
    assert AuditEntry.objects.filter(verb="notices.choose").count() == 1


@pytest.mark.parametrize(
    "token",
    ["x", "WzEsImFzc2lnbmVkIl0:1abc:forged", sending.signing.dumps([1, "x"], salt="else")],
    ids=["no token", "forged", "signed for something else"],
)
def test_a_link_that_we_did_not_write_opens_nothing(client, token):
    assert client.get(f"/notices/off/{token}/").status_code == 404 == client.post(f"/notices/off/{token}/").status_code


def test_preferences_are_kept_where_they_differ_and_hold_for_what_is_told_next(desk):
    client, page = client_of(desk.lea), "/notices/preferences/"
    said = {f"mail-{one.kind.key}": one.now.mail for one in choices.of(desk.lea)}
    said |= {f"portal-{one.kind.key}": "on" for one in choices.of(desk.lea) if one.now.portal}
    assert client.post(page, said | {"mail-assigned": "morning", "working_hours": "on"}).status_code == 302
    assert NoticeChoice.objects.values_list("kind", "mail").get() == ("assigned", "morning")
    assert not NoticeHours.objects.exists()
    assert client.post(page, said | {"working_hours": "on"}).status_code == 302 and not NoticeChoice.objects.exists()
    assert client.post(page, said | {"mail-sent_back": "once", "mail-assigned": "nonsense"}).status_code == 302
    assert not NoticeChoice.objects.exists()  # another role's kind, another way


@pytest.mark.parametrize("begins, ends", [("08:00", "19:00"), ("10:00", ""), ("10:00", "10:00"), ("late", "later")])
def test_quiet_hours_that_let_no_mail_through_or_say_nothing_are_refused_and_kept_on_the_page(desk, begins, ends):
    Installation.objects.get_or_create(defaults={"kind": "live", "company": "A"})
    calendars.create_version(name="France", spec=calendars.starter_spec(at=TEN), by=None, at=TEN)
    given = {"quiet_from": begins, "quiet_until": ends, "working_hours": "on", "mail-assigned": "morning"}
    answer = client_of(desk.lea).post("/notices/preferences/", given)
    assert answer.status_code == 422 and f'value="{begins}"' in answer.content.decode()
    assert not NoticeHours.objects.exists() and not NoticeChoice.objects.exists()


def test_each_role_is_offered_the_kinds_that_may_reach_it():
    offered = {
        role: {kind.key for kind, _channels in registry.of(person(role, role))}
        for role in ("rep", "marketer", "viewer")
    }
    assert (
        "assigned" in offered["rep"]
        and "sent_back" in offered["marketer"]
        and offered["viewer"] == {"export", "meeting", "resolution"}
    )
    assert Channels(True) == Channels(True, "")
