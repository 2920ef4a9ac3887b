"""A meeting is planned with both sides, invites them by mail with a calendar file, is moved, called off, and comes round."""

from datetime import UTC, date, datetime, timedelta

import pytest

from reporting.meetings import agenda, ical, invitation, planning, rhythm
from reporting.meetings.problems import Refused
from reporting.models import AgendaItem, Attendee, Meeting
from reporting.pages.meeting_forms import begun
from smarketing.accounts.models import AuditEntry
from smarketing.jobs import outbox
from smarketing.jobs.models import Outbox, Run
from smarketing.notify import mails
from smarketing.notify.models import Mail, Notice
from tests.people import person
from tests.reporting.meetings.company import MEETS, NOW, OCTOBER, both, meeting, october, stand, when
from tests.sla.contracts import FIRST, VOLUME, contract, line, paris, sign, signers

pytestmark = pytest.mark.django_db


@pytest.fixture
def of(monkeypatch):
    stand(monkeypatch)
    return october()


def told(what: str) -> list[str]:
    return sorted(Notice.objects.filter(kind="meeting", about__startswith=what).values_list("user__name", flat=True))


def test_both_sides_are_invited_by_mail_with_a_file_for_their_calendar(of):
    made = meeting(of)
    assert told("planned") == ["hugo"]  # who planned it knows
    sent = Mail.objects.filter(kind="invitation")
    assert sorted(sent.values_list("person__name", flat=True)) == ["claire", "hugo"]
    body = Outbox.objects.get(pk=sent.order_by("pk")[0].outbox).body
    (file,) = body["files"]
    assert file["type"] == "text/calendar; method=REQUEST" and f"UID:meeting-{made.pk}@" in file["text"]
    (part,) = [one for one in mails.message(sent[0], [mails.File(**file)]).message().walk() if one.get_filename()]
    assert part.get_content_type() == "text/calendar" and part.get_param("method") == "REQUEST"
    assert "DTSTART:20251112T090000Z" in part.get_payload(decode=True).decode()
    assert AuditEntry.objects.filter(verb="meeting.plan", subject_id=made.pk).exists()


def test_a_mail_that_is_sent_again_still_carries_its_file(of):
    meeting(of)
    mail = Mail.objects.filter(kind="invitation").order_by("pk")[0]
    Outbox.objects.filter(pk=mail.outbox).update(attempts=outbox.ATTEMPTS)
    assert mails.send_again(mail=mail, by=signers()[0], at=NOW)
    mail.refresh_from_db()
    assert Outbox.objects.get(pk=mail.outbox).body["files"]


def test_a_meeting_without_one_side_or_another_of_its_parts_is_refused_in_words(of):
    claire, hugo = both()
    vera = person("vera", "viewer")
    for people, words in (
        ([claire, vera], "Nobody from sales is there"),
        ([hugo, vera], "Nobody from marketing is there"),
    ):
        with pytest.raises(Refused, match=words) as refused:
            meeting(of, people=people)
        assert refused.value.field == "people"
    for more in ({"place": "  "}, {"minutes": 0}, {"month": date(2025, 10, 2)}, {"question": "9.9"}):
        with pytest.raises(Refused) as refused:
            meeting(of, **more)
        assert refused.value.field == next(iter(more))
    assert not Meeting.objects.exists()


def test_a_move_is_told_to_who_was_invited_and_who_leaves_is_told_off(of):
    made, zoe = meeting(of), person("zoe", "marketer")
    claire, hugo = both()
    planning.change(meeting=made, when=when(MEETS + timedelta(days=1)), people=[zoe, hugo], by=hugo, at=NOW)
    assert told("moved") == []  # Claire left, and Hugo moved it himself
    assert told("planned") == ["hugo", "zoe"]
    methods = [
        (one.person.name, Outbox.objects.get(pk=one.outbox).body["files"][0]["type"].partition("=")[2])
        for one in Mail.objects.filter(kind="invitation").select_related("person").order_by("pk")
    ]
    assert methods == [
        ("claire", "REQUEST"),
        ("hugo", "REQUEST"),
        ("hugo", "REQUEST"),
        ("zoe", "REQUEST"),
        ("claire", "CANCEL"),
    ]
    made.refresh_from_db()
    assert made.sequence == 1 and Attendee.objects.filter(meeting=made).count() == 2
    planning.change(meeting=made, when=when(MEETS), people=[zoe, hugo], by=claire, at=NOW)
    assert told("moved") == ["hugo", "zoe"]


def test_what_people_put_on_the_agenda_of_a_meeting_called_off_waits_for_the_next_one(of):
    made, claire = meeting(of), both()[0]
    agenda.put(contract=of, kind="text", text="The student guide", by=claire, at=NOW)
    planning.cancel(meeting=made, by=claire, at=NOW)
    assert AgendaItem.objects.get(meeting=None).text == "The student guide"
    with pytest.raises(Refused, match="called off"):
        planning.cancel(meeting=made, by=claire, at=NOW)
    again = meeting(of)
    assert [one.text for one in again.items.filter(kind="text")] == ["The student guide"]


def test_where_the_next_meeting_is_planned_already_it_takes_the_points_of_one_called_off(of):
    first, second, claire = meeting(of), meeting(of, starts_at=MEETS + timedelta(days=7)), both()[0]
    for kind, ref, text in (("text", "", "The student guide"), ("clause", "5.1", "")):
        agenda.put(contract=of, kind=kind, ref=ref, text=text, by=claire, at=NOW)
    agenda.put(contract=of, kind="clause", ref="5.1", text="said otherwise", meeting=second, by=claire, at=NOW)
    planning.cancel(meeting=first, by=claire, at=NOW)
    assert list(second.items.exclude(by=None).values_list("kind", "ref")) == [("clause", "5.1"), ("text", "")]
    assert not AgendaItem.objects.filter(meeting=None).exists()
    planning.cancel(meeting=second, by=claire, at=NOW)
    assert sorted(AgendaItem.objects.filter(meeting=None).values_list("kind", "ref")) == [
        ("clause", "5.1"),
        ("text", ""),
    ]


@pytest.mark.parametrize(
    ("said", "held", "day"),
    [
        ({"rhythm": "weekly", "weekday": 1}, None, date(2025, 11, 10)),  # the next Monday
        ({"rhythm": "weekly", "weekday": 2}, None, date(2025, 11, 12)),  # Tuesday 11 November is a holiday
        ({"rhythm": "weekly", "weekday": 4}, date(2025, 11, 6), date(2025, 11, 13)),
        ({"rhythm": "fortnightly", "weekday": 4}, date(2025, 11, 6), date(2025, 11, 20)),
        ({"rhythm": "monthly", "weekday": 3}, None, date(2025, 11, 12)),
        ({"rhythm": "monthly", "weekday": 3}, date(2025, 11, 5), date(2025, 12, 10)),  # November closes on 4 December
    ],
)
def test_the_terms_rhythm_proposes_the_next_day(monkeypatch, said, held, day):
    stand(monkeypatch)
    of = contract()
    meetings = {"minutes": 30, "owner": None, "agenda": ["figures"], **said}
    sign(of, [VOLUME, FIRST], OCTOBER, at=paris(2025, 9, 25), meetings=meetings)
    if held:
        at = datetime(held.year, held.month, held.day, 9, tzinfo=UTC)
        Meeting.objects.create(contract=of, month=OCTOBER, starts_at=at, place="Room", created_at=at)
    found = planning.next_start(of, NOW)
    assert (found.date(), found.hour) == (day, 10)


def night(day: date) -> Run:
    at = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    return Run.objects.create(job="nightly", business_date=day, cutoff=at, started_at=at)


def test_a_night_tells_managers_of_a_meeting_that_nobody_planned_and_everybody_of_tomorrows(of, monkeypatch):
    stand(monkeypatch, datetime(2025, 11, 6, 1, tzinfo=UTC))
    rhythm.look(night(date(2025, 11, 6)))
    assert told("unplanned") == ["claire", "hugo"]
    meeting(of)
    stand(monkeypatch, datetime(2025, 11, 11, 1, tzinfo=UTC))
    run = night(date(2025, 11, 11))
    rhythm.look(run)
    rhythm.look(run)
    assert told("soon") == ["claire", "hugo"] and told("unplanned") == ["claire", "hugo"]


def test_the_calendar_file_is_folded_escaped_and_says_its_method():
    event = ical.Event(
        "x@y", 2, MEETS, 45, "Réunion; « France », " + "é" * 60, "a\nb\\", "Lyon, 2e", "https://call.example/x",
        [ical.Person('Zoé "Z" M', "zoe@example.test")], NOW, ical.Person("Hugo", "hugo@example.test"),
    )  # fmt: skip
    text = ical.calendar(event, ical.CANCEL)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    whole = text.replace("\r\n ", "")
    assert "METHOD:CANCEL\r\n" in whole and "STATUS:CANCELLED" in whole and "SEQUENCE:2" in whole
    assert "SUMMARY:Réunion\\; « France »\\, " + "é" * 60 in whole and "DESCRIPTION:a\\nb\\\\" in whole
    assert "DTEND:20251112T094500Z" in whole and "ATTENDEE;CN=\"Zoé 'Z' M\"" in whole
    assert "ATTENDEE" not in ical.calendar(event, ical.PUBLISH)


def test_the_invitation_speaks_its_readers_language(of):
    hugo = both()[1]
    hugo.language = "fr"
    hugo.save()
    meeting(of, question="6.1")
    mail = Mail.objects.get(kind="invitation", person=hugo)
    assert mail.language == "fr" and "octobre 2025" in mail.subject
    (file,) = Outbox.objects.get(pk=mail.outbox).body["files"]
    assert "octobre 2025" in file["text"] and "October" not in file["text"]
    assert invitation.title(Meeting.objects.get()) == "Review meeting: France 2026, October 2025"


def test_somebody_who_is_named_twice_is_invited_once(of):
    claire, hugo = both()
    made = meeting(of, people=[claire, hugo, hugo])
    zoe = person("zoe", "marketer")
    planning.change(meeting=made, when=when(), people=[claire, hugo, zoe, zoe], by=claire, at=NOW)
    assert sorted(made.attendees.values_list("user__name", flat=True)) == ["claire", "hugo", "zoe"]


def test_a_new_meeting_is_as_long_as_the_terms_say_or_as_is_usual(of):
    assert begun(of, NOW)["minutes"] == 30  # nothing is written in them
    terms = {"rhythm": "weekly", "weekday": 1, "minutes": 45, "owner": None, "agenda": ["figures"]}
    other = contract("Spain 2026", on=line("Spain"))
    sign(other, [VOLUME, FIRST], OCTOBER, at=paris(2025, 9, 25), meetings=terms)
    assert begun(other, NOW)["minutes"] == 45
