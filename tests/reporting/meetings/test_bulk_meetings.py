"""Meetings called off, resolutions told, remarks put on the agenda or taken back: many at once."""

from datetime import date, timedelta

import pytest

from reporting.meetings import resolutions
from reporting.models import AgendaItem, Meeting, ResolutionOutcome
from tests.people import client_of, person
from tests.picking import asked, done
from tests.reporting.meetings.company import NOW, both, figure, meeting, october, stand
from tests.reporting.meetings.test_remarks import say

pytestmark = pytest.mark.django_db


@pytest.fixture
def of(monkeypatch):
    stand(monkeypatch)
    return october(close=False)


def test_meetings_are_called_off_but_not_one_that_resolved_something(of):
    claire, hugo = both()
    some = [meeting(of), meeting(of, at=NOW, **{"place": "Room 3"})]
    said = {"text": "Call before noon", "charge": hugo, "due": date(2025, 11, 20), "figure": figure()}
    resolutions.resolve(meeting=some[0], by=claire, at=NOW, **said)
    page = done(client_of(claire), "reporting:bulk_cancel", some)
    assert "1 meeting called off." in page and "This meeting has resolved something" in page
    assert list(Meeting.objects.ahead()) == [some[0]]
    assert "called off" in asked(client_of(claire), "reporting:bulk_cancel", some)


def test_resolutions_are_told_by_whoever_is_in_charge_and_not_done_needs_words(of):
    claire, hugo = both()
    held, rep = meeting(of), person("rita", "rep")
    said = {"due": date(2025, 11, 20), "figure": figure(), "by": claire, "at": NOW, "meeting": held}
    some = [resolutions.resolve(text=f"Call {one}", charge=one, **said) for one in (hugo, rep)]
    assert "Say why it did not happen." in done(client_of(hugo), "reporting:bulk_tell", some, outcome="not")
    page = done(client_of(rep), "reporting:bulk_tell", some, outcome="done", words="since Monday")
    assert "1 resolution told." in page and ResolutionOutcome.objects.get().resolution == some[1]
    assert "2 resolutions told." in done(client_of(hugo), "reporting:bulk_tell", some, outcome="not", words="no time")
    assert [resolutions.outcome(one).done for one in some] == [False, False]


def test_remarks_come_on_the_agenda_once_and_are_taken_back_by_their_author(of):
    claire, hugo = both()
    mine, theirs = say(text="Too slow"), say(text="Well done", kind="praise", by=hugo, at=NOW - timedelta(hours=2))
    assert "2 remarks are on the agenda." in done(client_of(claire), "reporting:bulk_agenda", [mine, theirs])
    assert "0 remarks" in done(client_of(claire), "reporting:bulk_agenda", [mine, theirs])
    assert AgendaItem.objects.filter(kind=AgendaItem.Kind.REMARK).count() == 2
    ines = person("ines", "marketer")
    page = done(client_of(ines), "reporting:bulk_remarks_back", [mine, theirs], reason="no")
    assert page.count("Only whoever wrote it, or a manager") == 2
    assert "Say why this is taken back." in done(client_of(hugo), "reporting:bulk_remarks_back", [mine])
    page = done(client_of(hugo), "reporting:bulk_remarks_back", [mine, theirs], reason="settled")
    assert "2 remarks taken back." in page
