"""Promises are told by the clock alone: most of the time has passed, or missed; once, to whom it concerns, and only as news."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from sla import derive, notices
from sla.models import Clock, Terms
from smarketing.accounts.models import Team
from smarketing.calendars import services as calendars
from smarketing.notify import tasks
from smarketing.notify.models import Notice
from smarketing.rows import clock, fence, rebuild
from tests.people import client_of, person
from tests.sla.contracts import ATTEMPTS, FIRST, attempt, contract, handoff, line, paris, rep, sign

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def now():
    """The present, with a contract of four working hours by a calendar that never closes."""
    at = clock.now()
    spec = {
        "zone": "UTC",
        "windows": {str(day): [["00:00", "24:00"]] for day in range(1, 8)},
        "country": "",
        "holidays": [],
    }
    always = calendars.create_version(name="always", spec=spec, by=None, at=at)
    sign(contract(), [FIRST], (at - timedelta(days=20)).date(), at=at - timedelta(days=30), using=always)
    return at


def told(kind: str) -> list[str]:
    return sorted(Notice.objects.filter(kind=kind).values_list("user__name", flat=True))


def look(at: datetime) -> None:
    derive.catch_up(at)
    notices.look(at)


def test_a_rep_is_told_once_when_most_of_the_time_has_passed_and_not_before(now):
    handoff(now - 3 * HOUR - 11 * MINUTE, rep=rep())
    look(now)
    assert not Notice.objects.exists()
    for _time in range(2):
        look(now + MINUTE)
    assert told("promise_soon") == ["lea"]
    one = Notice.objects.get()
    assert one.at == now - 3 * HOUR - 11 * MINUTE + timedelta(hours=3.2) and one.mail == ""
    page = client_of(rep()).get("/notices/").content.decode()
    assert "Little time left" in page and "First attempt in time · due" in page


def test_who_tried_in_time_is_not_told_and_a_missed_promise_is_told_to_the_rep_and_their_manager(now):
    north, south = (Team.objects.create(name=name, side="sales") for name in ("north", "south"))
    rep()
    type(rep()).objects.filter(pk=rep().pk).update(team=north)
    for name, team in (("nora", north), ("sam", south)):
        person(name, "manager", "sales", team=team)
    kept = handoff(now - 5 * HOUR, rep=rep())
    attempt(kept, now - 2 * HOUR)
    handoff(now - 5 * HOUR, rep=rep())
    for _time in range(2):
        look(now)
    assert told("promise_missed") == ["lea", "nora"] and told("promise_soon") == []
    nora = Notice.objects.get(user__name="nora")
    assert (nora.mail, nora.at) == ("morning", now - HOUR)
    page = client_of(nora.user).get("/notices/").content.decode()
    assert "Promise missed" in page and "· lea" in page


def test_one_that_waits_in_the_pool_is_told_to_every_sales_manager_where_no_team_has_its_own(now):
    handoff(now - 5 * HOUR)
    look(now)
    assert told("promise_missed") == ["hugo"]


def test_what_was_missed_long_ago_tells_nobody(now):
    handoff(now - timedelta(days=4), rep=rep())
    look(now)
    assert Clock.objects.get().state == "missed" and not Notice.objects.exists()


def test_terms_signed_for_the_past_tell_nothing(now):
    of = contract("later", on=line("later"))
    sign(of, [FIRST], (now - timedelta(days=20)).date(), at=now, using=Terms.objects.get().calendar)
    handoff(now - 5 * HOUR, on=line("later"), rep=rep())
    handoff(now - 3.5 * HOUR, on=line("later"), rep=rep())
    look(now)
    assert set(Clock.objects.values_list("state", flat=True)) == {"missed", "pending"}
    assert told("promise_missed") == told("promise_soon") == []


def test_clocks_wiped_and_rebuilt_tell_nobody_again(now):
    handoff(now - 5 * HOUR, rep=rep())
    look(now)
    before = list(Notice.objects.order_by("pk").values())
    Clock.objects.all().delete()
    rebuild.run(fence.cutoff())
    assert list(Notice.objects.order_by("pk").values()) == before
    look(now)
    assert list(Notice.objects.order_by("pk").values()) == before


def test_beat_s_minute_asks_this_look():
    assert notices.look in tasks.LOOKS


def test_the_statement_agrees_with_the_work_axis_clock_by_clock():
    made = sign(contract(), [FIRST, ATTEMPTS], date(2026, 3, 1), at=datetime(2026, 2, 1, tzinfo=UTC))
    axis, dice, seen = calendars.axis(made.calendar), random.Random(7), 0
    for _n in range(40):
        handoff(paris(2026, 3, 20) + timedelta(minutes=dice.randrange(12 * 24 * 60)), rep=rep())
    for at in (paris(2026, 3, 27, 15), paris(2026, 3, 30, 11), paris(2026, 4, 2, 17, 30)):
        Clock.objects.all().delete()
        derive.rebuild(at)
        wanted = set()
        for one in Clock.objects.filter(state="pending", due_at__gt=at, starts_at__lte=at):
            moment = axis.due(one.starts_at, axis.elapsed(one.starts_at, one.due_at) * 0.8)
            if moment <= at:
                wanted.add((one.handoff_id, one.clause_key, moment))
        with connection.cursor() as cursor:
            cursor.execute(*notices.passed(made, axis, made.clauses.all(), at, 80))
            found = {
                (int(about.split(":")[1]), about.split(":")[2].split("@")[0], moment)
                for _u, about, _p, moment in cursor
            }
        assert found == wanted
        seen += len(wanted)
    assert seen > 9
