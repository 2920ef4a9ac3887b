"""Remind the rep, copy the manager, give the lead on: each exactly once, by the minute's look, whoever is killed in between."""

from datetime import timedelta

import pytest
from django.db import transaction

from leads.handoffs import states
from leads.models import Assignment, HandoffState, Pool, PoolMember
from sla import derive, escalation, notices
from sla.models import Clock, Escalation
from smarketing.calendars import services as calendars
from smarketing.notify import tasks
from smarketing.notify.models import Notice, NoticeChoice
from smarketing.rows import clock, fence, rebuild
from tests.people import client_of, person
from tests.sla.contracts import FIRST, attempt, contract, handoff, pause, rep, sign

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALWAYS = {
    "zone": "UTC",
    "windows": {str(day): [["00:00", "24:00"]] for day in range(1, 8)},
    "country": "",
    "holidays": [],
}


def noon():
    """Today at noon: what counts days says the same at whatever hour this runs."""
    return clock.now().replace(hour=12, minute=0, second=0, microsecond=0)


def signed(at, **escalates):
    """Four hours by a calendar that never closes, with an escalation."""
    always = calendars.create_version(name="always", spec=ALWAYS, by=None, at=at)
    return sign(contract(), [FIRST], (at - 20 * DAY).date(), at=at - 30 * DAY, using=always, escalation=escalates)


def look(at) -> None:
    derive.catch_up(at)
    for one in (notices.look, escalation.look):
        one(at)


def told(kind: str) -> list[str]:
    return sorted(Notice.objects.filter(kind=kind).values_list("user__name", flat=True))


def in_pool(*names: str) -> list:
    pool = Pool.objects.create(name="North", order=1)
    reps = [rep() if name == "lea" else person(name, "rep") for name in names]
    for one in reps:
        PoolMember.objects.create(pool=pool, rep=one, weight=1, cap=50)
    return reps


def test_an_untouched_lead_goes_on_to_a_colleague_once_and_both_are_told():
    at = noon()
    signed(at, reassign_after_days=1)
    lea, sam = in_pool("lea", "sam")
    made = handoff(at - 30 * HOUR, rep=lea)
    look(at)
    assert not Escalation.objects.exists()  # due 26 hours ago: the business day after it is not over
    for _time in range(3):
        look(at + DAY)
    state = HandoffState.objects.get(pk=made.pk)
    assert (state.rep, state.assigned_at) == (sam, at + DAY)
    assert Escalation.objects.get().rep == lea
    assert told("given_on") == ["hugo", "lea"]
    assert Assignment.objects.filter(handoff=made).count() == 2
    assert "went on to somebody else" in client_of(lea).get("/notices/").content.decode()


def test_what_was_tried_late_accepted_or_is_nobodys_stays_where_it_is():
    at = noon()
    signed(at, reassign_after_days=1)
    lea, _sam = in_pool("lea", "sam")
    tried, pooled = handoff(at - 60 * HOUR, rep=lea), handoff(at - 60 * HOUR)
    attempt(tried, at - 50 * HOUR)
    look(at)
    assert not Escalation.objects.exists()
    assert HandoffState.objects.get(pk=tried.pk).rep == lea and HandoffState.objects.get(pk=pooled.pk).rep is None


def test_without_a_step_in_the_terms_nothing_goes_on():
    at = noon()
    signed(at)
    lea, _sam = in_pool("lea", "sam")
    handoff(at - 15 * DAY, rep=lea)
    look(at)
    assert not Escalation.objects.exists()


def test_where_nobody_else_may_take_it_the_lead_waits_in_its_pool_and_the_manager_knows():
    at = noon()
    signed(at, reassign_after_days=1)
    (lea,) = in_pool("lea")
    made = handoff(at - 60 * HOUR, rep=lea)
    look(at)
    assert HandoffState.objects.get(pk=made.pk).rep is None
    assert told("given_on") == ["hugo", "lea"]


class Killed(BaseException):
    pass


def test_who_gets_a_lead_after_its_promise_broke_is_not_told_that_it_broke():
    at = noon()
    signed(at)
    lea, sam = in_pool("lea", "sam")
    made = handoff(at - 12 * HOUR, rep=lea)
    derive.catch_up(at)
    due = Clock.objects.get().due_at
    later = max(due, at) + timedelta(minutes=5)
    made.assignments.create(rep=sam, how="manager", occurred_at=later, recorded_at=later, known_at=later)
    states.derive([made.pk])
    derive.drain(later + HOUR)
    look(later + HOUR)
    assert told("promise_missed") == ["hugo"]


def test_killed_between_the_breach_and_its_notice_leaves_exactly_one_notice(monkeypatch):
    at = noon()
    signed(at, reassign_after_days=1)
    lea, _sam = in_pool("lea", "sam")
    handoff(at - 29 * HOUR, rep=lea)
    derive.catch_up(at)
    assert Clock.objects.get().state == "missed" and not Notice.objects.exists()  # killed here: the next minute looks
    for _time in range(2):
        look(at + HOUR)
    assert told("promise_missed") == ["hugo", "lea"]
    tell_all = escalation.notices.tell_all

    def die(*_given):
        raise Killed

    monkeypatch.setattr(escalation.notices, "tell_all", die)
    with pytest.raises(Killed), transaction.atomic():
        escalation.look(at + DAY)
    assert not Escalation.objects.exists() and HandoffState.objects.get().rep == lea
    monkeypatch.setattr(escalation.notices, "tell_all", tell_all)
    for _time in range(2):
        look(at + DAY)
    assert (told("given_on"), Escalation.objects.count()) == (["hugo", "lea"], 1)
    assert told("promise_missed") == ["hugo", "lea"]


@pytest.mark.invariant("I13", mutant="the act and its notice in two transactions")
def test_planted_fault_an_act_committed_before_its_notice_tells_nobody(monkeypatch):
    """Mutant: what was given on is remembered although its notice was lost."""
    at = noon()
    signed(at, reassign_after_days=1)
    lea, _sam = in_pool("lea", "sam")
    handoff(at - 29 * HOUR, rep=lea)
    derive.catch_up(at)
    monkeypatch.setattr(escalation.notices, "tell_all", lambda *_given: 0)
    escalation.look(at + DAY)
    monkeypatch.undo()
    look(at + DAY)
    with pytest.raises(AssertionError):
        assert told("given_on") == ["hugo", "lea"]


def test_clocks_wiped_and_rebuilt_come_back_the_same_and_nobody_is_told_again():
    at = clock.now()
    signed(at, reassign_after_days=1)
    lea, _sam = in_pool("lea", "sam")
    made = handoff(at - 60 * HOUR, rep=lea)
    pause(handoff(at - 2 * HOUR, rep=lea), at - HOUR, at + HOUR)
    look(at)
    rows, notes, acts = (
        list(one.order_by("pk").values()) for one in (Clock.objects, Notice.objects, Escalation.objects)
    )
    Clock.objects.all().delete()
    cutoff = fence.cutoff()
    rebuild.run(cutoff)
    assert list(Clock.objects.order_by("pk").values()) == rows
    look(at)
    assert list(Notice.objects.order_by("pk").values()) == notes
    assert list(Escalation.objects.order_by("pk").values()) == acts and made.pk


def test_half_of_the_time_is_told_only_to_whoever_wants_to_know():
    at = noon()
    signed(at)
    handoff(at - 2.1 * HOUR, rep=rep())
    look(at)
    assert told("promise_half") == []
    NoticeChoice.objects.create(user=rep(), kind="promise_half", portal=True, mail="")
    look(at)
    assert told("promise_half") == ["lea"]
    assert "Half of the time is gone" in client_of(rep()).get("/notices/").content.decode()


def test_the_terms_say_when_the_rep_is_reminded_and_the_manager_told():
    at = noon()
    signed(at, remind=60, copy=150)
    handoff(at - 2.5 * HOUR, rep=rep())
    late = handoff(at - 5 * HOUR, rep=rep())
    look(at)
    assert told("promise_soon") == ["lea"]
    assert told("promise_missed") == ["lea"]  # the manager later: half as much time again has not passed
    look(at + 1.1 * HOUR)
    assert told("promise_missed") == ["hugo", "lea"] and late.pk


def test_time_that_was_paused_is_not_told_as_passed():
    at = noon()
    signed(at)
    made = handoff(at - 3.5 * HOUR, rep=rep())  # 80 % of four hours have passed, one of them paused
    pause(made, at - 3 * HOUR, at - 2 * HOUR)
    look(at)
    assert told("promise_soon") == []
    look(at + 0.8 * HOUR)
    assert told("promise_soon") == ["lea"]


def test_beat_s_minute_asks_this_look():
    assert escalation.look in tasks.LOOKS
