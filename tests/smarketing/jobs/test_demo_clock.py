"""The demo's clock moves forward only, over nights that are run one after the other, and no live company has one."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from smarketing.jobs import demo_clock, nightly, runs, tasks
from smarketing.jobs.models import Outbox, Run
from smarketing.rows import clock
from smarketing.rows.models import Installation
from tests.people import person

pytestmark = pytest.mark.django_db


NOON = datetime(2026, 6, 2, 11, tzinfo=UTC)


def company() -> None:
    """A demo company at noon of a day of June, whatever the machine's clock says."""
    Installation.objects.create(kind="demo", company="Demo")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE rows_installation SET clock_offset = %s - clock_timestamp()", [NOON])


@pytest.fixture
def demo(monkeypatch):
    """One whose night does one thing, noted with the time it was done at."""
    company()
    seen: list[datetime] = []
    step = runs.Step("noted", lambda run: [(0, 1)], lambda run, low, high: seen.append(clock.now()) or 1)
    monkeypatch.setitem(runs.JOBS, nightly.JOB, runs.Job(nightly.JOB, "Nightly run", [step]))
    monkeypatch.setattr(demo_clock.bell, "DRAINS", [])
    monkeypatch.setattr(demo_clock, "BY_ITSELF", [])
    return seen


def at_night(at: datetime) -> bool:
    local = at.astimezone(clock.zone())
    return local.time().replace(second=0, microsecond=0) == nightly.AT


def test_a_week_is_passed_night_by_night_each_as_of_its_own_instant(demo, client):
    client.force_login(person("hugo", "manager", "sales"))
    before = clock.now()
    answer = client.post(reverse("jobs:demo_clock"), {"step": "week", "next": "/runs/"})
    assert answer.status_code == 302 and answer["Location"] == "/runs/"
    assert clock.now() - before < timedelta(hours=1)  # the worker moves it
    way = client.get(reverse("jobs:demo_way"))
    assert "on its way to" in way.content.decode() and "0 of 7" in way.content.decode()
    assert Outbox.objects.get().kind == "jobs.go_on"

    nightly.reconcile()
    assert clock.now() - before >= timedelta(days=7)
    days = [clock.today(before) + timedelta(days=n) for n in range(1, 8)]
    ran = list(Run.objects.filter(job=nightly.JOB).order_by("pk").values_list("business_date", flat=True))
    assert ran == days
    assert [clock.today(one) for one in demo] == ran and all(at_night(one) for one in demo)
    arrived = client.get(reverse("jobs:demo_way"))
    assert arrived.status_code == 204 and arrived["HX-Refresh"] == "true"
    assert "Demo time" in client.get(reverse("jobs:runs")).content.decode()


def test_an_hour_that_passes_no_night_is_moved_at_once():
    company()
    before = clock.now()
    assert demo_clock.move(step="hour", by=None, at=before) is None
    assert clock.now() - before >= timedelta(hours=1) and not Run.objects.exists()


def test_it_is_not_moved_while_it_is_on_its_way_and_beat_leaves_the_nights_to_it(demo):
    demo_clock.move(step="day", by=None, at=clock.now())
    with pytest.raises(demo_clock.CannotMove, match="on its way"):
        demo_clock.move(step="hour", by=None, at=clock.now())
    tasks.nightly_due()
    assert not Run.objects.filter(job=nightly.JOB).exists()


def test_a_move_killed_within_a_night_goes_on_there_and_runs_no_night_twice(demo, monkeypatch):
    run = demo_clock.move(step="week", by=None, at=clock.now())
    third = run.chunks.order_by("number")[2]
    stop, shown = demo_clock._show, []

    def dies(at):
        stop(at)
        shown.append(at)
        if len(shown) == 5:  # night, day, night, day, night
            raise KeyboardInterrupt

    monkeypatch.setattr(demo_clock, "_show", dies)
    with pytest.raises(KeyboardInterrupt):
        nightly.reconcile()
    monkeypatch.setattr(demo_clock, "_show", stop)
    stood = clock.now()
    assert run.chunks.filter(state="done").count() == 2 and third.low < demo_clock._micros(stood) < third.high
    nightly.reconcile()
    run.refresh_from_db()
    assert run.state == "done" and len(demo) == len({clock.today(one) for one in demo}) == 7


def test_a_day_that_cannot_be_passed_stops_the_clock_there_until_it_is_tried_again(demo, monkeypatch, client):
    run = demo_clock.move(step="week", by=None, at=clock.now())
    stop, seen = demo_clock._show, []

    def fails(at):
        seen.append(at)
        if len(seen) > 5:
            raise ZeroDivisionError("no such day")
        stop(at)

    monkeypatch.setattr(demo_clock, "_show", fails)
    nightly.reconcile()
    monkeypatch.setattr(demo_clock, "_show", stop)
    run.refresh_from_db()
    states = list(run.chunks.order_by("number").values_list("state", flat=True))
    assert run.state == "failed" and states == ["done", "done", "quarantined", *["pending"] * 4]
    assert clock.now() < run.cutoff - timedelta(days=4)
    client.force_login(person("hugo", "administrator"))
    assert "stopped by an error" in client.get(reverse("jobs:runs")).content.decode()
    nightly.ask_again(run=run, by=None, at=clock.now())
    nightly.reconcile()
    assert clock.now() >= run.cutoff and len(demo) == 7


def test_a_live_company_answers_404_and_its_database_holds_no_offset(client):
    Installation.objects.create(kind="live", company="Ours")
    assert client.post(reverse("jobs:demo_clock"), {"step": "day"}).status_code == 404
    assert client.get(reverse("jobs:demo_way")).status_code == 404
    demo_clock._show(clock.now() + timedelta(days=1))
    assert Installation.objects.get().clock_offset == timedelta(0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Installation.objects.update(clock_offset=timedelta(hours=1))


def test_it_neither_goes_back_nor_too_far():
    Installation.objects.create(kind="demo", company="Demo", clock_offset=timedelta(days=399))
    with pytest.raises(demo_clock.CannotMove):
        demo_clock.move(step="week", by=None, at=clock.now())
    with pytest.raises(demo_clock.CannotMove):
        demo_clock.move(step="-1 day", by=None, at=clock.now())
    now = clock.now()
    demo_clock._show(now - timedelta(days=1))
    assert clock.now() >= now


@pytest.mark.parametrize(
    ("zone", "after", "until", "found"),
    [
        (
            "Europe/Paris",
            (2026, 3, 28, 12),
            (2026, 3, 30, 12),
            [(29, 0), (29, 23)],
        ),  # summer time begins between the two
        ("Europe/Paris", (2026, 10, 24, 12), (2026, 10, 26, 12), [(24, 23), (26, 0)]),
        ("America/Toronto", (2026, 6, 1, 5, 10), (2026, 6, 2, 5, 10), [(2, 5)]),  # at the hour itself it has begun
    ],
)
def test_nights_begin_at_their_local_hour(zone, after, until, found):
    Installation.objects.create(kind="demo", company="Demo", zone=zone)
    nights = demo_clock.nights(datetime(*after, tzinfo=UTC), datetime(*until, tzinfo=UTC))
    assert [(one.day, one.hour) for one in nights] == found and {one.minute for one in nights} == {10}
