"""The demo's clock moves forward only, and no live company has one."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from smarketing.jobs import demo_clock
from smarketing.jobs.models import Run
from smarketing.rows import clock
from smarketing.rows.models import Installation
from tests.people import person

pytestmark = pytest.mark.django_db


def test_the_demo_moves_on_by_a_day_and_asks_for_its_night(client):
    Installation.objects.create(kind="demo", company="Demo")
    client.force_login(person("hugo", "manager", "sales"))
    before = clock.now()
    answer = client.post(reverse("jobs:demo_clock"), {"step": "day", "next": "/runs/"})
    assert answer.status_code == 302 and answer["Location"] == "/runs/"
    assert clock.now() - before >= timedelta(days=1)
    assert Run.objects.get().business_date == clock.today()
    assert "Demo time" in client.get(reverse("jobs:runs")).content.decode()


def test_a_live_company_answers_404_and_its_database_holds_no_offset(client):
    Installation.objects.create(kind="live", company="Ours")
    assert client.post(reverse("jobs:demo_clock"), {"step": "day"}).status_code == 404
    with pytest.raises(IntegrityError), transaction.atomic():
        Installation.objects.update(clock_offset=timedelta(hours=1))


def test_it_neither_goes_back_nor_too_far():
    Installation.objects.create(kind="demo", company="Demo", clock_offset=timedelta(days=399))
    with pytest.raises(demo_clock.CannotMove):
        demo_clock.move(step="week", by=None, at=clock.now())
    with pytest.raises(demo_clock.CannotMove):
        demo_clock.move(step="-1 day", by=None, at=clock.now())
