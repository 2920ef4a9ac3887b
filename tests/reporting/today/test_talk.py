"""Today tells what people said since yesterday, what meetings ask of whoever reads it, and what they came to."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.models import Remark
from reporting.meetings import minutes, resolutions
from tests.leads.rights.test_disagreements import House
from tests.people import client_of, person
from tests.reporting.meetings.company import NOW, both, figure, meeting, october, stand
from tests.sla.contracts import decide, handoff

pytestmark = pytest.mark.django_db


@pytest.fixture
def of(monkeypatch):
    stand(monkeypatch)
    return october()


def today(user) -> str:
    page = client_of(user).get("/today/")
    assert page.status_code == 200
    return page.content.decode()


def test_what_sales_said_since_yesterday_stands_before_marketing_with_its_rows(of):
    from reporting.meetings import remarks

    lea = person("lea8", "rep")
    yesterday = NOW - timedelta(days=1)
    for n in range(2):
        decide(handoff(yesterday - timedelta(hours=n + 1), rep=lea), "refuse", yesterday, reason="FIT-SIZE")
    remarks.say(
        kind="problem",
        about="general",
        ref="",
        text="Half of them have no phone",
        by=lea,
        at=yesterday,
        side="marketing",
    )
    remarks.say(
        kind="problem", about="general", ref="", text="Long ago", by=lea, at=NOW - timedelta(days=4), side="marketing"
    )
    page = today(person("mia", "marketer"))
    assert "What sales said since yesterday" in page and "Half of them have no phone" in page and "Long ago" not in page
    assert "2 times" in page and "/numbers/reasoned/" in page
    assert Remark.objects.count() == 2


def test_a_remark_on_a_lead_of_others_is_not_told_to_a_rep_nor_its_words_to_a_viewer(of):
    from reporting.meetings import remarks

    given = handoff(NOW - timedelta(hours=3), rep=person("karim", "rep"))
    remarks.say(
        kind="praise",
        about="lead",
        ref=str(given.lead_id),
        text="Zoé was delighted",
        by=both()[0],
        at=NOW,
        side="sales",
    )
    assert "Zoé was delighted" in today(both()[1])
    for user in (person("zoe", "rep"), person("vera", "viewer")):
        assert "Zoé was delighted" not in today(user)


def test_a_criterion_that_many_disagree_with_is_one_line_with_how_many_and_opens_them(db):
    house = House()
    for text in ("She left marketing", "He never was there"):
        house.say(text=text)
    house.say(criterion="", text="Too good to be true")
    client = client_of(house.mia)
    [said] = [lines for key, _title, lines, _empty in client.get("/today/").context["lists"] if key == "said"]
    [line] = [one for one in said if one.figure == "2 disagreements"]
    assert line.text == "Function contains Marketing" and "He never was there" in line.more
    assert len(client.get(line.url).context["table"].objects) == 2


def test_the_next_meeting_and_resolutions_in_ones_charge_stand_there_until_they_are_told(of):
    claire, hugo = both()
    made = meeting(of, starts_at=NOW + timedelta(minutes=30))
    late = resolutions.resolve(
        meeting=made, text="Call before noon", charge=hugo, due=NOW.date() + timedelta(days=3), figure=figure(), by=claire, at=NOW
    )  # fmt: skip
    page = today(hugo)
    assert "Review meeting: France 2026, October 2025" in page and "Call before noon" in page
    assert "Call before noon" not in today(person("mia", "marketer"))
    resolutions.tell(resolution=late, done=True, words="", by=hugo, at=NOW)
    minutes.close(meeting=made, came=[claire.pk, hugo.pk], by=claire, at=NOW)
    page = today(person("zoe", "marketer"))
    assert "Minutes of: Review meeting" in page and "Call before noon" in page and "done" in page


def test_today_asks_no_more_questions_the_more_was_said(of, still):
    from reporting.meetings import remarks

    client, lea = client_of(both()[0]), person("lea9", "rep")

    def asked(more: int) -> int:
        for n in range(more):
            remarks.say(kind="problem", about="general", ref="", text=f"Said {n}", by=lea, at=NOW, side="")
        client.get("/today/")
        with CaptureQueriesContext(connection) as found:
            client.get("/today/")
        return len(found)

    asked(1)
    assert asked(1) == asked(6)
