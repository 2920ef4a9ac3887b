"""The queue's page asks a fixed number of times, however many rows it shows: the frame four, the queue itself twelve."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.handoffs import rules
from leads.models import Pool
from smarketing.accounts import here
from smarketing.calendars import services as calendars
from smarketing.rows import clock
from smarketing.rows.models import Installation
from tests.leads.handoffs.desk import Desk
from tests.people import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("still")]
MOST = {"/queue/": 16, "/queue/pulse/": 5, "/help/": 4}
HOUR = timedelta(hours=1)


@pytest.fixture
def desk():
    Installation.objects.create(kind="live", company="Acmé")
    at = clock.now()
    made = Desk()
    made.office = calendars.create_version(name="Office", spec=calendars.starter_spec(at=at), by=None, at=at)
    filled(made, 3)
    return made


def filled(desk: Desk, times: int) -> None:
    at = clock.now()
    for n in range(times):
        promised = desk.hand(at=at - HOUR, first_name=f"Ann {n}")
        rules.set_promises([(promised.pk, at + n * HOUR, "first")], desk.office.pk)
        desk.hand(at=at - HOUR), desk.hand(rep=None, at=at - HOUR)


def asked(client, address: str) -> list[str]:
    """What is asked once the process has read what it keeps for seconds."""
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return [one["sql"] for one in seen]


@pytest.mark.parametrize("address", MOST)
def test_a_page_asks_as_often_for_many_rows_as_for_few(desk, address):
    client = client_of(desk.lea)
    few = asked(client, address)
    filled(desk, 4)
    many = asked(client, address)
    assert len(many) <= len(few) <= MOST[address], "\n".join(many)


def test_a_manager_is_answered_with_one_question_more(desk):
    assert len(asked(client_of(desk.boss), "/queue/")) <= MOST["/queue/"] + 1


def test_planted_fault_a_frame_that_reads_its_company_each_time_asks_more(desk, monkeypatch):
    monkeypatch.setattr(here, "card", here._read)
    monkeypatch.setattr(here, "is_read", lambda: True)
    assert len(asked(client_of(desk.lea), "/queue/")) > MOST["/queue/"]


def test_who_left_a_pool_sees_it_no_more_at_the_next_look(desk):
    """Words that are kept hold no rights: those are asked each time."""
    client = client_of(desk.lea)
    assert "in the pool" in client.get("/queue/").text
    Pool.objects.get().members.filter(rep=desk.lea).delete()
    assert "in the pool" not in client.get("/queue/").text
