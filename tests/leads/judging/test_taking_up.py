"""A version taken up for everybody at once says what the walk says, lead by lead; whom it leaves alone is still walked."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from leads.intake import dirty
from leads.judging import lines, marks, service, taking_up
from leads.models import Hold, LeadDirty, Qualification, Score, ScoreHistory
from leads.scoring import days, sql, whole
from smarketing.jobs import bell
from smarketing.jobs.models import Run
from smarketing.rows import clock
from smarketing.rows.fence import Fence
from tests.leads import definitions, facts, many, worlds

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SAID = ("lead_id", "effective_at", "version_id", "fit", "engagement", "grade", "contributions", "mql", "direct")


def stands(line) -> list:
    """Scores, their history, qualifications and holds of a line."""
    rows = [sorted(table.objects.filter(line=line).values_list(*SAID)) for table in (Score, ScoreHistory)]
    acts = Qualification.objects.filter(line=line).order_by("lead_id", "cycle")
    held = Hold.objects.filter(qualification__line=line).values_list("qualification__lead_id", "reason", "occurred_at")
    return [*rows, list(acts.values_list("lead_id", "cycle", "effective_at", "grade", "cause")), sorted(held)]


def taken_and_walked(old: dict | None, new: dict, leads: list[int], at) -> tuple[int, list, list]:
    """(leads taken up at once, what stands after it and after whom it left was walked, what a walk of everybody leaves)."""
    line = definitions.line(f"line {new['engagement']['bands']} {definitions.DefinitionLine.objects.count()}")
    if old is not None:
        definitions.version(old, worlds.NOON - 70 * DAY, on=line)
        lines.prepare(at)
        lines.take_up(at - timedelta(microseconds=1))
        service.judge(leads, at - timedelta(microseconds=1))
    version = definitions.version(new, at, on=line)
    LeadDirty.objects.all().delete()
    lines.prepare(at)
    lines.take_up(at, mark=False)
    marks.lots(version, at)
    with transaction.atomic():
        service.judge(leads, at)
        walked = stands(line)
        transaction.set_rollback(True)
    taken = taking_up.everybody(version, at)
    service.judge(LeadDirty.objects.values_list("lead_id", flat=True), at)
    return taken, stands(line), walked


def drawn(number: int, lives: int, count: int) -> int:
    worlds.catalogue()
    leads = [lead for lead, _asked in many.people(lives, number)]
    bodies, taken = many.bodies(2 * count, number), 0
    for place, (old, new) in enumerate(zip([None, *bodies[1::2]], bodies[::2], strict=False)):
        at = days.here().midnight(days.here().of(worlds.NOON)) if place % 2 else worlds.NOON - 3 * HOUR
        with transaction.atomic():
            some, found, walked = taken_and_walked(old, new, leads, at)
            assert found == walked, (old, new)
            taken += some
            transaction.set_rollback(True)
    return taken


def test_everybody_at_once_is_what_the_walk_says():
    assert drawn(41, 5, 4) > 8


@pytest.mark.trust
@pytest.mark.parametrize("number", range(4))
def test_everybody_at_once_is_what_the_walk_says_of_many(number):
    assert drawn(50 + number, 40, 20) > 400


def test_a_statement_that_forgets_the_record_is_caught(monkeypatch):
    """Planted fault: who had qualified in a cycle already does so again."""
    monkeypatch.setattr(whole, "_WRITE", whole._WRITE.replace("AND q.cycle = j.cycle", "AND q.cycle > j.cycle"))
    at = worlds.NOON - 3 * HOUR
    lead = facts.lead(worlds.NOON - 80 * DAY, country="FR")
    facts.event(lead, "demo", worlds.NOON - 5 * DAY)
    with pytest.raises(IntegrityError):
        taken_and_walked(definitions.simple(), definitions.simple(pace=3), [lead], at)


@pytest.fixture
def ten():
    here = days.here()
    return here.midnight(here.of(clock.now()) - DAY) + 10 * HOUR


def published_now(ten, nights: bool = True):
    """A second version that has just taken effect; three French leads, one of whom asked for a demo; last night was done."""
    definitions.version(definitions.simple(direct=[]), ten - 60 * DAY)
    leads = [facts.lead(ten - 50 * DAY, country="FR") for _number in range(3)]
    facts.event(leads[0], "demo", ten - 5 * DAY)
    lines.prepare(ten)
    lines.take_up(ten)
    service.judge(leads, ten)
    LeadDirty.objects.all().delete()
    version = definitions.version(definitions.simple(), clock.now() - HOUR / 60)
    here = days.here()
    last = here.of(version.effective_at)
    if nights:
        Run.objects.create(job="nightly", business_date=last, cutoff=here.midnight(last), started_at=ten, state="done")
    return version, leads


def test_the_bell_takes_a_new_version_up_at_once_and_its_backlog_waits_for_the_pace(ten):
    version, leads = published_now(ten)
    if days.here().midnights(version.effective_at, clock.now()):
        pytest.skip("a midnight has just passed")
    assert taking_up.run() == 3 and not LeadDirty.objects.exists() and not bell.anything()
    assert set(Score.objects.values_list("version_id", "effective_at")) == {(version.pk, version.effective_at)}
    one = Qualification.objects.get()
    assert (one.lead_id, one.cause, one.effective_at) == (leads[0], "direct", version.effective_at)
    assert Hold.objects.get(qualification=one).reason == "pace"


def test_who_did_something_since_is_left_to_the_walk(ten):
    version, leads = published_now(ten)
    lines.prepare(clock.now())
    lines.take_up(clock.now())
    dirty.mark([leads[1]], Fence(version.effective_at + timedelta(seconds=1), 0))
    assert taking_up.everybody(version, clock.now()) == 2
    assert list(LeadDirty.objects.values_list("lead_id", flat=True)) == [leads[1]]


def test_while_a_night_is_missing_everybody_is_walked(ten):
    version, _leads = published_now(ten, nights=False)
    assert not lines.at_once(version, clock.now()) and taking_up.run() == 0
    assert LeadDirty.objects.count() == 3


def test_after_a_midnight_everybody_is_walked(ten):
    version, _leads = published_now(ten)
    assert not lines.at_once(version, version.effective_at + DAY)


def test_whoever_goes_on_afterwards_has_the_room_there_was():
    before = [sql.fetch(f"SHOW {name}") for name in sql.ROOM]
    version = definitions.version(definitions.simple(), worlds.NOON - 40 * DAY)
    lines.prepare(worlds.NOON)
    whole.take_up(version, worlds.NOON)
    assert [sql.fetch(f"SHOW {name}") for name in sql.ROOM] == before and connection.in_atomic_block
