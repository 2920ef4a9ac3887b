"""Time left in the queue: told in the working hours of the clause that made the promise."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from leads.handoffs import queue, rules
from leads.pages import telling
from smarketing.calendars import services as calendars
from smarketing.rows import clock
from tests.leads.handoffs.desk import Desk, state

SATURDAY = datetime(2026, 3, 14, 10, tzinfo=UTC)


def calendar(name: str, days, at: datetime):
    spec = calendars.starter_spec(at=at, country="") | {"windows": {str(day): [["09:00", "18:00"]] for day in days}}
    return calendars.create_version(name=name, spec=spec, by=None, at=at)


@pytest.fixture
def desk(db):
    return Desk()


def test_each_promise_is_told_by_the_calendar_of_its_clause(desk):
    always = calendar("Shop", range(1, 8), datetime(2026, 1, 2, tzinfo=UTC))
    office = calendar("Office", range(1, 6), datetime(2026, 1, 3, tzinfo=UTC))  # the newest
    one, other = desk.hand(), desk.hand()
    rules.set_promises([(one.pk, datetime(2026, 3, 14, 11, 30, tzinfo=UTC), "first")], always.pk)
    rules.set_promises([(other.pk, datetime(2026, 3, 16, 9, tzinfo=UTC), "first")], office.pk)
    told = {pk: telling.teller(SATURDAY, clock.zone(), state(pk).calendar_id) for pk in (one, other)}
    assert told[one].left(state(one).due_at).text == "in 1:30"
    assert not told[one].opens
    assert told[other].opens == "Monday 09:00"
    under = telling.teller(SATURDAY, clock.zone())
    assert under.under(state(one).calendar_id).left(state(one).due_at).text == "in 1:30"
    assert under.under(None).opens == "Monday 09:00"


def test_without_a_promise_the_newest_calendar_tells(desk):
    assert queue.axis() is None
    office = calendar("Office", range(1, 6), SATURDAY)
    assert queue.axis(None) == queue.axis(office.pk) == queue.axis(10**6)


def test_the_head_of_the_queue_says_when_the_hours_of_its_first_promise_begin(desk, client):
    never = calendar("Sundays", [7], datetime(2026, 1, 2, tzinfo=UTC))
    calendar("Office", range(1, 8), datetime(2026, 1, 3, tzinfo=UTC))
    handoff = desk.hand(at=clock.now())
    rules.set_promises([(handoff.pk, clock.now() + timedelta(days=5 * 365), "first")], never.pk)
    client.force_login(desk.lea)
    at = clock.now()
    page = client.get(reverse("leads:queue")).content.decode()
    assert (telling.teller(at, clock.zone(), never.pk).opens in page) or calendars.axis(never).is_open(at)
