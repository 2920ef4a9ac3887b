"""The answer to an outcome holds the next lead where a script asks for it, and sends there where none does."""

import re
from datetime import timedelta

import pytest

from leads.handoffs import hands, routing
from leads.models import Attempt
from leads.pages import focus, in_place
from smarketing.rows import clock
from tests.leads.handoffs.desk import Desk
from tests.people import client_of

pytestmark = pytest.mark.django_db
BARE = {"X-In-Place": "1"}
OUTCOME = {"outcome": "no_answer", "note": "rang", "once": "k1"}


@pytest.fixture
def desk():
    made, at = Desk(), clock.now() - timedelta(hours=3)
    made.ann, made.bob, made.cleo = (made.hand(at=at, first_name=name) for name in ("Ann", "Bob", "Cleo"))
    for hours, one in enumerate((made.ann, made.bob, made.cleo), 4):
        made.promise(one, at + timedelta(hours=hours))
    return made


def logged(desk, **headers):
    return client_of(desk.lea).post(f"/queue/{desk.ann.pk}/attempt/", OUTCOME, headers=headers)


def heading(page) -> str:
    return re.search(r"<h1>(.*?)</h1>", page.text)[1]


def test_the_answer_holds_the_next_lead_with_what_was_done(desk):
    page = logged(desk, **BARE)
    made = Attempt.objects.get(note__text="rang")
    assert (
        page.status_code == 200 and page.headers[in_place.SHOWN_AT] == f"/queue/{desk.bob.pk}/?done=attempt-{made.pk}"
    )
    assert heading(page).startswith("Bob") and "No answer logged" in page.text
    assert f'action="/queue/undo/attempt/{made.pk}/"' in page.text


def test_it_is_the_page_that_the_address_shows_without_the_frame(desk):
    page = logged(desk, **BARE)
    whole = client_of(desk.lea).get(page.headers[in_place.SHOWN_AT])
    inner = re.compile(r"<main.*</main>", re.DOTALL)
    plain = [
        re.sub(r'(name="once"|csrfmiddlewaretoken") value="[^"]*"', "", inner.search(one.text)[0])
        for one in (page, whole)
    ]
    assert plain[0] == plain[1]
    assert '<nav class="bottom-bar"' in whole.text and '<nav class="bottom-bar"' not in page.text


def test_without_the_header_the_answer_sends_there(desk):
    answer = logged(desk)
    assert answer.status_code == 302 and answer.headers["Location"].startswith(f"/queue/{desk.bob.pk}/")


def test_sent_again_it_is_done_once_and_holds_the_lead_as_it_is_by_then(desk):
    logged(desk, **BARE)
    routing.reassign(handoff=desk.bob, rep=desk.paul, by=desk.boss, at=clock.now())
    again = logged(desk, **BARE)
    assert Attempt.objects.count() == 1
    assert "paul" in again.text and "Bob" not in again.text  # whose it is by now, and nothing of the lead


def test_where_nothing_else_is_owed_it_sends_to_the_list(desk):
    for one in (desk.bob, desk.cleo):
        routing.reassign(handoff=one, rep=desk.paul, by=desk.boss, at=clock.now())
    answer = logged(desk, **BARE)
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/queue/?done=attempt-")


def test_a_refusal_is_said_and_holds_no_other_lead(desk):
    routing.reassign(handoff=desk.ann, rep=desk.paul, by=desk.boss, at=clock.now())
    answer = logged(desk, **BARE)
    assert answer.status_code == 409 and "rang" in answer.text
    assert in_place.SHOWN_AT not in answer.headers and not Attempt.objects.exists()


def test_planted_fault_a_page_that_asks_nobody_whose_the_lead_is_would_be_seen(desk, monkeypatch):
    monkeypatch.setattr(focus, "found", lambda request, pk: hands.HandoffState.objects.get(pk=pk))
    with pytest.raises(AssertionError):
        test_sent_again_it_is_done_once_and_holds_the_lead_as_it_is_by_then(desk)


@pytest.mark.parametrize("address", ["https://elsewhere.example/queue/1/", "/settings/", "/nowhere/"])
def test_no_other_page_is_answered_so(rf, desk, address):
    assert in_place._shown(rf.post("/queue/1/attempt/"), address, ("leads:focus",)) is None
