"""The queue for programs: a rep's own in the order of the page, a manager's any, by the scope of the token."""

from datetime import timedelta

import pytest

from leads.handoffs import queue
from smarketing.rows import clock
from tests.leads.handoffs.desk import Desk
from tests.leads.pages.test_list_api import with_token
from tests.people import client_of, person

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def desk():
    made, at = Desk(), clock.now()
    made.owed = [
        made.hand(who, at=at - 3 * HOUR, first_name=f"Lead {n}") for n, who in enumerate(("lea", "lea", "lea", "paul"))
    ]
    for handoff, hours in zip(made.owed, (5, -1, 2, 1), strict=True):
        made.promise(handoff, at + hours * HOUR)
    return made


def asked(user, **params) -> dict:
    return client_of(user).get("/api/v1/queue/", params).json()


def names(found: dict) -> list[str]:
    return [one["name"] for one in found["rows"]]


def test_a_rep_reads_what_they_owe_in_the_order_of_the_page(desk):
    found = asked(desk.lea)
    assert names(found) == ["Lead 2", "Lead 0", "Lead 1"] and found["order"] == "promise" and found["after"] == ""
    assert (found["counts"]["all"], found["counts"]["late"]) == (3, 1)
    first = found["rows"][0]
    assert (first["handoff"], first["rep"], first["state"], first["promise"]) == (
        desk.owed[2].pk,
        "lea",
        "assigned",
        "first",
    )
    assert (first["attempts"], first["promised"]) == (0, 3)
    assert names(asked(desk.lea, only="late")) == ["Lead 1"]
    assert names(asked(desk.lea, order="newest", rep=desk.paul.pk)) == ["Lead 2", "Lead 1", "Lead 0"]


def test_a_manager_reads_everybodys_or_one_reps(desk):
    assert names(asked(desk.boss)) == ["Lead 3", "Lead 2", "Lead 0", "Lead 1"]
    assert names(asked(desk.boss, rep=desk.paul.pk)) == ["Lead 3"]


def test_a_page_names_the_one_that_follows(desk, monkeypatch):
    page = queue.page
    monkeypatch.setattr(queue, "page", lambda *given, **more: page(*given, size=2, **more))
    first = asked(desk.lea)
    assert names(first) == ["Lead 2", "Lead 0"]
    assert names(asked(desk.lea, after=first["after"])) == ["Lead 1"]


def test_a_token_reads_it_by_its_scope_and_names_only_with_the_right(desk):
    assert names(with_token(desk.lea, "handoffs.view").get("/api/v1/queue/").json()) == ["", "", ""]
    assert names(with_token(desk.lea, "handoffs.view", "leads.personal").get("/api/v1/queue/").json())[0] == "Lead 2"
    assert with_token(desk.lea, "leads.view").get("/api/v1/queue/").status_code == 403
    mia = person("mia", "marketer")  # sees handoffs, but works no queue
    assert client_of(mia).get("/api/v1/queue/").status_code == 403
    assert with_token(mia, "handoffs.view").get("/api/v1/queue/").status_code == 403
