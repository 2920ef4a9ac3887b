"""A first contract by twelve answers on four screens: answers are kept, nothing is half made."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.urls import reverse

from sla import soundness
from sla.models import Contract, TermsDraft
from sla.pages.guided import FIELDS, STEPS
from smarketing.rows import clock
from tests.forms import forms
from tests.people import person
from tests.sla.contracts import calendar, line, signers

ADDRESS = "/contract/new/guided/"


@pytest.fixture
def claire(db, client):
    claire, _hugo = signers()
    line("France")
    calendar(at=clock.now())
    client.force_login(claire)
    return claire


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def screen(client, page, step, **typed):
    """The next screen: what the form of this one sends."""
    sent = next(
        one for one in forms(page.content.decode()) if one.method == "get" and ("step", str(step)) in one.buttons
    )
    return client.get(ADDRESS, sent.data | {name: [value] for name, value in typed.items()} | {"step": step})


def to_the_end(client, **typed):
    page = screen(client, client.get(ADDRESS), 2)
    page = screen(client, page, 3, revenue="1200000", deal="20000", won="5")
    return screen(client, page, 4, **{"reps": "5"} | typed)


def make(client, page):
    sent = next(one for one in forms(page.content.decode()) if one.method == "post" and "revenue" in one.data)
    return client.post(ADDRESS, sent.data)


def test_it_asks_no_more_than_twelve_questions_on_four_screens():
    assert len(FIELDS) <= 12 and len(STEPS) <= 4


def test_the_answers_become_a_draft_whose_clauses_are_whole(client, claire):
    page = to_the_end(client)
    assert "60 customers" in text(page) and "100 MQL a month" in text(page) and not Contract.objects.exists()
    answer = make(client, page)
    made = Contract.objects.get()
    assert answer.url == reverse("sla:draft", args=[made.pk]) and made.name == f"France {clock.today().year}"
    body = TermsDraft.objects.get().body
    assert soundness.problems(body, made) == [] and body["calendar"]
    assert [(one["target"], one["share"]) for one in body["clauses"]] == [("100", None), ("4", "90"), ("3", "100")]
    assert (body["goal"]["revenue"], body["capacity"]["reps"], body["capacity"]["hours_a_day"]) == ("1200000", 5, "3")


def test_back_and_forward_keep_the_answers(client, claire):
    page = to_the_end(client, volume="90", hours="2")
    assert "90 MQL a month are promised; the revenue goal needs 100" in text(page)
    back = screen(client, page, 3)
    assert 'name="volume" value="90"' in text(back) and 'name="hours" value="2"' in text(back)
    further = screen(client, screen(client, back, 2), 1)
    assert f'value="France {clock.today().year}"' in text(further) and "revenue" in further.content.decode()
    forward = screen(client, screen(client, screen(client, further, 2), 3), 4)
    assert "90 MQL a month" in text(forward)


def test_an_answer_that_is_wrong_is_asked_again_and_nothing_is_made(client, claire):
    page = screen(client, screen(client, client.get(ADDRESS), 2), 3, revenue="1200000", deal="0", won="5")
    assert page.status_code == 422 and "Screen 2 of 4" in text(page) and 'value="1200000"' in text(page)
    known = urlsplit(ADDRESS + "?" + urlencode({"step": 4}))
    assert "Screen 2 of 4" in text(client.get(ADDRESS, parse_qs(known.query)))  # nobody jumps over questions
    done = to_the_end(client)
    Contract.objects.create(name=f"France {clock.today().year}", line=line("France"))  # somebody was faster
    answer = make(client, done)
    assert (
        answer.status_code == 422 and "A contract of this name exists" in text(answer) and Contract.objects.count() == 1
    )


def test_promises_that_nobody_has_time_for_are_told_before_the_draft(client, claire):
    assert "there is time for" in text(to_the_end(client, reps="1", hours_a_day="0.5"))


def test_a_double_click_makes_one_contract(client, claire):
    page = to_the_end(client)
    sent = next(one for one in forms(page.content.decode()) if one.method == "post" and "revenue" in one.data)
    assert [client.post(ADDRESS, sent.data).status_code for _time in range(2)] == [302, 302]
    assert Contract.objects.count() == 1


def test_without_a_definition_or_a_calendar_it_says_where_to_go(client, db):
    claire, _hugo = signers()
    client.force_login(claire)
    assert "No definition of the MQL yet" in text(client.get(ADDRESS))
    line("France")
    assert reverse("calendars:add") in text(client.get(ADDRESS))


def test_only_managers_are_asked(client, claire):
    for role in ("rep", "marketer", "viewer", "administrator"):
        client.force_login(person(role, role))
        assert client.get(ADDRESS).status_code == 403
