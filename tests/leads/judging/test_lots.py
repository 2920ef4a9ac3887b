"""Lots of leads that wait for a version: a lot's mark goes with its scores and with nothing else; lots are taken side by side; who
is left alone, or marked meanwhile, is walked."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections

from leads.intake import dirty, locks
from leads.judging import lines, marks, nightly, replay, service, taking_up
from leads.models import EngagementReset, LeadDirty, LotDirty, Score, ScoreHistory
from leads.scoring import days, oracle, whole
from leads.scoring.sql import execute
from leads.scoring.timeline.chain import Yes
from leads.upkeep import _waiting
from smarketing.jobs.models import Run
from smarketing.rows import clock
from smarketing.rows.fence import Fence
from tests.leads import definitions, facts, worlds
from tests.leads.judging.test_history import _until_seen as until_seen
from tests.leads.judging.test_history import told

pytestmark = pytest.mark.django_db
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


class Killed(Exception):
    """The process ends here."""


@pytest.fixture(autouse=True)
def _two_each(monkeypatch):
    monkeypatch.setattr(locks, "BLOCK", 2)


def waiting(count: int = 5) -> tuple:
    """(version that took effect a second ago, leads): all wait, two or fewer to a lot; all looked at prices and asked for a demo."""
    at = clock.now() - SECOND
    version = definitions.version(definitions.simple(), at)
    leads = [facts.lead(at - 30 * DAY, country="FR" if n % 2 else "DE") for n in range(count)]
    for n, lead in enumerate(leads):
        facts.event(lead, "demo", at - 2 * DAY)
        facts.event(lead, "page", at - (n + 3) * DAY, page="/pricing")
    lines.prepare(at)
    lines.take_up(at, mark=False)
    marks.lots(version, at)
    return version, leads


def said(version, leads: list[int]) -> list[tuple]:
    """What plain Python says of leads at the instant of a version."""
    found = []
    for lead in leads:
        one = oracle.score(lead, version.body, version.effective_at)
        found.append((lead, version.effective_at, one.fit, one.engagement, one.grade, one.contributions, one.mql))
    return found


def stood(table) -> list[tuple]:
    rows = table.objects.order_by("lead_id", "effective_at")
    return list(rows.values_list("lead_id", "effective_at", "fit", "engagement", "grade", "contributions", "mql"))


def taken(version, acted: list[int], dies_in: int = 0) -> None:
    """Lots are taken, `acted`: who was acted on; by a process that may end in one of them, after its scores were written."""
    seen: list[int] = []

    def follow(yes: Sequence[Yes]) -> None:
        seen.append(1)
        if len(seen) == dies_in:
            raise Killed
        acted.extend(one.lead_id for one in yes)

    taking_up.score(version, follow)


def nothing_lost(version, leads: list[int]) -> None:
    """After a death between two lots each lead has its score or waits, none both; whoever comes next ends it."""
    acted: list[int] = []
    with pytest.raises(Killed):
        taken(version, acted, dies_in=2)
    done = {lead for lead, *_rest in stood(Score)}
    assert done and marks.waiting() == set(leads) - done
    taken(version, acted)
    assert stood(Score) == stood(ScoreHistory) == said(version, leads) and not marks.waiting()
    assert sorted(acted) == leads


def test_killed_between_lots_nothing_is_lost_and_nothing_done_twice():
    nothing_lost(*waiting())


def test_a_mark_that_goes_without_what_follows_is_caught(monkeypatch):
    """Planted fault: a lot is no transaction."""
    monkeypatch.setattr(taking_up, "_lot", taking_up._lot.__wrapped__)
    with pytest.raises(AssertionError):
        nothing_lost(*waiting())


def alone(at, wanted: Callable[[set[int]], None]) -> None:
    """Who must be walked is left alone and marked: known at the very instant, begun anew then, declared history that says yes."""
    version = definitions.version(definitions.simple(), at)
    plain = facts.lead(at - 30 * DAY, country="FR")
    odd = [facts.lead(at, country="FR"), facts.lead(at - 20 * DAY, country="FR")]
    EngagementReset.objects.create(lead_id=odd[1], occurred_at=at, recorded_at=at, known_at=at)
    odd.append(facts.lead(at - 20 * DAY, declared=True, known=at - DAY, country="FR"))
    facts.event(odd[2], "demo", at - 5 * DAY)
    later = facts.lead(at + DAY, country="FR")
    LeadDirty.objects.all().delete()
    lines.prepare(at)
    marks.lots(version, at)
    taken(version, [])
    assert [lead for lead, *_rest in stood(Score)] == [plain]
    wanted({*odd, later})


def test_whom_a_lot_leaves_alone_gets_a_mark_of_its_own():
    def marked(odd: set[int]) -> None:
        assert marks.waiting() == odd == set(LeadDirty.objects.values_list("lead_id", flat=True))

    alone(worlds.NOON, marked)


def test_a_lot_that_forgets_whom_it_left_alone_is_caught(monkeypatch):
    """Planted fault: nobody is marked."""
    monkeypatch.setattr(whole, "_WRITE", whole._WRITE.replace("UNION SELECT lead_id, %(t)s FROM apart", ""))

    def lost(odd: set[int]) -> None:
        assert marks.waiting() < odd

    alone(worlds.NOON, lost)


def test_leads_of_lots_wait_wherever_somebody_asks():
    version, leads = waiting()
    dirty.mark(leads[:1], Fence(clock.now(), 0))
    assert marks.count() == len(leads) and marks.oldest() == version.effective_at
    assert "5" in _waiting().said and replay._readable(clock.now()) == []
    assert marks.waiting(version.effective_at - SECOND) == set()
    assert marks.waiting(low=leads[1], high=leads[3]) == set(leads[1:3])


def test_a_night_finds_each_lead_of_a_lot_marked_by_itself():
    version, leads = waiting()
    run = Run(job="nightly", business_date=days.here().of(clock.now()), cutoff=clock.now())
    nightly.judged_ranges(run)
    assert set(LeadDirty.objects.values_list("lead_id", "since")) == {(one, version.effective_at) for one in leads}
    assert not LotDirty.objects.exists()


def test_lots_that_a_midnight_or_another_version_overtakes_are_spread():
    version, leads = waiting()
    assert lines.take_up(version.effective_at + 2 * DAY) == []
    assert LeadDirty.objects.count() == len(leads) and not LotDirty.objects.exists()
    LeadDirty.objects.all().delete()
    marks.lots(version, version.effective_at)
    new = definitions.version(definitions.simple(), clock.now(), on=definitions.line("other"))
    assert lines.take_up(clock.now()) == [new] and LeadDirty.objects.count() == len(leads)


def test_what_a_killed_process_left_is_taken_up_when_the_bell_rings():
    version, leads = waiting()
    if days.here().midnights(version.effective_at, clock.now()):
        pytest.skip("a midnight has just passed")
    with pytest.raises(Killed):
        taken(version, [], dies_in=2)
    left = len(marks.waiting())
    assert taking_up.run() == left > 0
    assert stood(Score) == said(version, leads) and not marks.waiting()


# --- connections of their own


def beside(settings) -> None:
    """Two lots are in hand at once; meanwhile a fact comes, whose lead nobody judges until its lot is done."""
    settings.JUDGES = 2
    version, leads = waiting(6)
    met, told_of, problems = threading.Barrier(3, timeout=60), threading.Event(), []

    def follow(_yes: Sequence[Yes]) -> None:
        if not told_of.is_set():
            met.wait()
            assert told_of.wait(60)

    def work() -> None:
        try:
            taking_up.score(version, follow)
        finally:
            connection.close()

    taker = threading.Thread(target=work)
    taker.start()
    try:
        met.wait()  # both lots have written their scores, and neither has committed
        for lead in (leads[0], leads[2]):
            other = threading.Thread(target=told, args=(lead, clock.now()))
            other.start()
            other.join()
        until_seen()
        execute("SET lock_timeout = '500ms'")
        try:
            problems.append(service.sweep())
        except OperationalError as problem:
            problems.append(problem)
    finally:
        execute("SET lock_timeout = 0")
        told_of.set()
        taker.join()
    assert problems == [0]
    assert stood(Score) == said(version, leads)
    assert marks.waiting() == {leads[0], leads[2]}
    while service.sweep():
        pass
    assert not marks.waiting() and ScoreHistory.objects.count() == 8


@pytest.mark.django_db(transaction=True)
def test_lots_are_taken_side_by_side_and_a_fact_that_comes_meanwhile_is_judged_after_them(settings):
    beside(settings)


@pytest.mark.django_db(transaction=True)
def test_where_the_database_has_no_further_connection_to_give_one_takes_every_lot(settings):
    settings.JUDGES = 3
    version, leads = waiting(6)
    acted: list[int] = []

    def follow(yes: Sequence[Yes]) -> None:
        acted.extend(one.lead_id for one in yes)

    nowhere = connection.settings_dict | {"PORT": "1"}
    connection.ensure_connection()
    before, connections.settings["default"] = connections.settings["default"], nowhere  # of threads that begin now
    try:
        assert taking_up.score(version, follow) == len(leads)
    finally:
        connections.settings["default"] = before
    assert sorted(acted) == leads and stood(Score) == said(version, leads) and not marks.waiting()


@pytest.mark.django_db(transaction=True)
def test_a_version_that_another_process_finds_between_two_questions_still_waits_by_lots():
    at = clock.now() - SECOND
    version = definitions.version(definitions.simple(), at)
    leads = [facts.lead(at - 30 * DAY) for _number in range(5)]
    others: list[list] = []

    def find() -> None:
        try:
            others[0].extend(lines.take_up(at))
        finally:
            connection.close()

    def between(execute, sql, *rest):
        found = execute(sql, *rest)
        if "accounts_auditentry" in sql and not others:  # who was looked at is known here; now the other looks, too
            others.append([])
            other = threading.Thread(target=find)
            other.start()
            other.join()
        return found

    with connection.execute_wrapper(between):
        assert lines.take_up(at) == others[0] == [version]
    assert LotDirty.objects.count() == 3 and not LeadDirty.objects.exists() and marks.waiting() == set(leads)


@pytest.mark.django_db(transaction=True)
def test_a_judge_that_looks_at_no_lock_is_caught(settings, monkeypatch):
    """Planted fault: the leads of a lot in hand are judged one by one, too."""
    monkeypatch.setattr(locks, "judge_free", list)
    with pytest.raises(AssertionError):
        beside(settings)
