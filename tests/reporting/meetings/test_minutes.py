"""Minutes are kept as one types, closed once for ever, printed, and signed by both sides where they want to."""

import json
import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from reporting.meetings import agenda, minutes, planning, remarks, resolutions
from reporting.meetings.problems import Refused
from reporting.models import AgendaItem, Attendee, Meeting, MeetingClose, Resolution
from smarketing.agreements import services as agreements
from smarketing.agreements.models import Paper
from tests.people import PASSWORD, client_of, person
from tests.reporting.meetings.company import NOW, both, figure, meeting, october, stand, when

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(monkeypatch):
    stand(monkeypatch)
    return meeting(october())


def close(made) -> MeetingClose:
    return minutes.close(meeting=made, came=[one.pk for one in both()], by=both()[0], at=NOW)


def test_minutes_are_kept_while_somebody_types_and_nobody_writes_over_them(made):
    claire, hugo = both()
    client, url = client_of(claire), f"/meetings/{made.pk}/minutes/"
    answer = client.post(url, {"text": "We looked at 6.1", "revision": "0"}, headers={"HX-Request": "true"})
    assert 'name="revision" value="1"' in answer.content.decode() and Meeting.objects.get().text == "We looked at 6.1"
    other = client_of(hugo).post(url, {"text": "Something else", "revision": "0"}, headers={"HX-Request": "true"})
    assert "claire wrote meanwhile" in other.content.decode() and "We looked at 6.1" in other.content.decode()
    assert Meeting.objects.get().text == "We looked at 6.1"
    plain = client_of(hugo).post(url, {"text": "Something else", "revision": "0"})
    assert plain.status_code == 422 and "Something else" in plain.content.decode()  # nothing typed is lost
    assert client.post(url, {"text": "Better", "revision": "1"}).status_code == 302
    assert client_of(person("lea5", "rep")).post(url, {"text": "x", "revision": "2"}).status_code == 403


def test_typing_on_after_a_refusal_does_not_write_over_the_other_one_but_the_button_does(made):
    claire, hugo = both()
    minutes.write(meeting=made, text="Claire's", revision=0, by=claire, at=NOW)
    client, url = client_of(hugo), f"/meetings/{made.pk}/minutes/"

    def typed(text: str, page: str) -> str:
        return client.post(url, hidden(page) | {"text": text}, headers={"HX-Request": "true"}).content.decode()

    page = typed("Hugo's", '<input type="hidden" name="revision" value="0">')
    for text in ("Hugo's o", "Hugo's own"):
        page = typed(text, page)
        assert "claire wrote meanwhile" in page and Meeting.objects.get().text == "Claire's"
    refused = client.post(url, {"revision": "0", "text": "Hugo's"})
    assert refused.status_code == 422 and "Hugo&#x27;s</textarea>" in refused.content.decode()
    assert hidden(refused.content.decode()) == hidden(page)
    assert client.post(url, hidden(page) | {"text": "Both"}).status_code == 302  # compared, and saved by the button
    assert Meeting.objects.get().text == "Both"
    minutes.write(meeting=made, text="Claire again", revision=2, by=claire, at=NOW)
    assert client.post(url, hidden(page) | {"text": "Hugo again"}).status_code == 422  # not what was compared


def test_what_is_saved_into_a_meeting_that_was_closed_meanwhile_stands_on_the_page(made):
    close(made)
    answer = client_of(both()[1]).post(f"/meetings/{made.pk}/minutes/", {"text": "One more line", "revision": "0"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "This meeting is closed" in page and "One more line" in page
    assert Meeting.objects.get().text == ""


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(revision|seen)" value="(\d+)">', page))


def test_a_closed_meeting_says_who_came_what_was_looked_at_and_resolved_and_stays_so(made):
    claire, hugo = both()
    due = NOW.date() + timedelta(days=9)
    resolutions.resolve(meeting=made, text="Call before noon", charge=hugo, due=due, figure=figure(), by=claire, at=NOW)
    minutes.write(meeting=made, text="We looked.", revision=0, by=claire, at=NOW)
    closed = close(made)
    body = json.loads(closed.body)
    assert body["minutes"] == "We looked." and body["resolutions"][0]["charge"] == hugo.pk and body["book"]
    assert body["people"] == [
        {"user": one.pk, "side": one.side, "came": True} for one in sorted(both(), key=lambda one: one.pk)
    ]
    assert {"kind": "clause", "ref": "6.1", "text": ""} in body["agenda"]
    for deed in (
        lambda: minutes.write(meeting=made, text="Other", revision=1, by=claire, at=NOW),
        lambda: planning.change(meeting=made, when=when(), people=both(), by=claire, at=NOW),
        lambda: resolutions.resolve(meeting=made, text="x", charge=hugo, due=due, figure=figure(), by=claire, at=NOW),
        lambda: agenda.put(contract=made.contract, kind="text", text="x", meeting=made, by=claire, at=NOW),
        lambda: close(made),
    ):
        with pytest.raises(Refused, match="closed"):
            deed()


def test_a_meeting_to_which_one_side_did_not_come_is_not_closed(made):
    claire, hugo = both()
    with pytest.raises(Refused, match="Nobody from sales"):
        minutes.close(meeting=made, came=[claire.pk], by=claire, at=NOW)
    assert not MeetingClose.objects.exists()
    minutes.close(meeting=made, came=[claire.pk, hugo.pk], by=claire, at=NOW)


@pytest.mark.invariant("I2")
def test_the_database_itself_keeps_a_closed_meeting(made):
    """The planted fault: a service that forgets to ask. The trigger refuses it."""
    closed = close(made)
    for fault in (
        lambda: Meeting.objects.filter(pk=made.pk).update(text="forged"),
        lambda: Meeting.objects.filter(pk=made.pk).delete(),
        lambda: Attendee.objects.filter(meeting=made).update(came=False),
        lambda: AgendaItem.objects.filter(meeting=made).update(text="forged"),
        lambda: AgendaItem.objects.create(contract=made.contract, meeting=made, kind="text", text="late", at=NOW),
        lambda: Resolution.objects.create(
            meeting=made, number=9, text="late", charge=both()[0], due=NOW.date(), cutoff=NOW, by=both()[0], at=NOW
        ),
        lambda: MeetingClose.objects.filter(pk=closed.pk).update(body="{}"),
    ):
        with pytest.raises(Exception) as refused, transaction.atomic():
            fault()
        assert isinstance(refused.value, Exception)
    made.refresh_from_db()
    assert made.text == ""
    with pytest.raises(IntegrityError), transaction.atomic():
        MeetingClose.objects.create(meeting=made, body="{}", sha256="", by=both()[0], at=NOW)


def test_both_sides_sign_the_minutes_and_a_forged_text_is_found(made, owner):
    claire, hugo = both()
    with pytest.raises(Refused, match="Close the meeting first"):
        minutes.propose(meeting=made, by=claire, at=NOW)
    close(made)
    client = client_of(claire)
    client.post(f"/meetings/{made.pk}/do/", {"do": "propose"})
    paper = Paper.objects.get(kind="meeting")
    assert (
        "Minutes of a meeting “Review meeting: France 2026, October 2025”"
        in client.get(f"/papers/{paper.pk}/").content.decode()
    )
    for user in (claire, hugo):
        agreements.sign(paper=paper, by=user, at=NOW, password=PASSWORD)
    assert agreements.both_signed_at(paper) and agreements.verify(paper) == []
    page = client.get(f"/meetings/{made.pk}/").content.decode()
    assert "Signed text and its verification" in page
    paper.body = paper.body.replace("2025-10", "2025-11")
    assert agreements.verify(paper) != []


def test_minutes_are_printed_with_people_agenda_resolutions_and_digest(made):
    claire, hugo = both()
    resolutions.resolve(
        meeting=made, text="Call before noon", charge=hugo, due=NOW.date(), figure=figure(), by=claire, at=NOW
    )
    minutes.write(meeting=made, text="Line one\n\nLine two", revision=0, by=claire, at=NOW)
    closed = close(made)
    page = client_of(person("vera", "viewer")).get(f"/meetings/{made.pk}/print/").content.decode()
    for said in ("Line two", "Call before noon", "claire", "hugo", closed.sha256[:16], "6.1 "):
        assert said in page


def test_the_minutes_say_what_was_looked_at_not_what_was_taken_off_or_came_later(made):
    claire = both()[0]
    agenda.remove(item=made.items.get(kind="clause", ref="6.1"), by=claire, at=NOW)
    remarks.say(kind="problem", about="general", ref="", text="Said as they left", by=claire, at=NOW)
    closed = close(made)
    looked = [(one["kind"], one["ref"]) for one in json.loads(closed.body)["agenda"]]
    assert ("clause", "6.1") not in looked and "remark" not in dict(looked)
    following = meeting(made.contract, starts_at=NOW + timedelta(days=30))
    assert following.items.filter(kind="remark").count() == 1  # it is talked of then
