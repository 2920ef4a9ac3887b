"""The judge at work: what waits is judged at each missed moment, and handed over or held."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection

from leads.handoffs import states
from leads.intake import dirty
from leads.judging import lines, nightly, service
from leads.models import (
    Decision,
    Handoff,
    HandoffState,
    Hold,
    Lead,
    LeadDirty,
    PersonaMatch,
    Pool,
    PoolMember,
    Qualification,
    Score,
    ScoreHistory,
)
from leads.scoring import days, whole
from personas.definitions import persona_services
from smarketing.jobs import bell
from smarketing.jobs.models import Run
from smarketing.rows import clock, fence
from smarketing.rows.fence import Fence
from tests.leads import definitions, facts
from tests.people import person

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def now():
    """An instant of this morning at ten, local time, a few days ago: everything after it has happened already."""
    here = days.here()
    day = here.of(clock.now()) - 5 * DAY
    return datetime.combine(day, time(10), here.zone).astimezone(UTC)


def mark(*leads: int) -> None:
    dirty.mark(leads, Fence(clock.now() - HOUR, 0))


def judge_all() -> int:
    done = 0
    while judged := service.sweep():
        done += judged
    return done


def look(lead: int, *times: datetime) -> None:
    for at in times:
        facts.event(lead, "page", at, page="/pricing")


def run_of(day: date, at: datetime) -> Run:
    return Run.objects.create(job="nightly", business_date=day, cutoff=at, started_at=at)


def night(day: date, at: datetime) -> Run:
    run = run_of(day, at)
    for _key, ranges, work in nightly.STEPS:
        for low, high in ranges(run):
            work(run, low, high)
    Run.objects.filter(pk=run.pk).update(state="done")
    return run


def test_a_lead_that_becomes_true_is_qualified_handed_over_and_assigned(now):
    definitions.version(definitions.simple(), now - 30 * DAY)
    rep = person("Ann", "rep")
    PoolMember.objects.create(pool=Pool.objects.create(name="all"), rep=rep)
    lead = facts.lead(now - 10 * DAY, country="FR")
    look(lead, now, now + HOUR)
    mark(lead)
    assert judge_all() == 1
    one = Qualification.objects.get()
    assert (one.lead_id, one.effective_at, one.grade, one.cause, one.cycle) == (lead, now + HOUR, "A1", "grade", 0)
    handoff = Handoff.objects.get()
    assert (handoff.gate, handoff.grade, handoff.qualification) == ("immediate", "A1", one)
    assert HandoffState.objects.get().rep == rep
    assert Lead.objects.get(pk=lead).stage == "mql"
    assert not LeadDirty.objects.exists()
    assert list(ScoreHistory.objects.order_by("effective_at").values_list("effective_at", "grade")) == [
        (now - 10 * DAY, "A4"),
        (now, "A2"),
        (now + HOUR, "A1"),
    ]
    mark(lead)
    judge_all()
    assert (Qualification.objects.count(), ScoreHistory.objects.count()) == (1, 3)


def test_missed_midnights_are_judged_in_order_and_qualification_is_latched(now):
    definitions.version(definitions.simple(), now - 40 * DAY)
    lead = facts.lead(now - 30 * DAY, country="FR")
    look(lead, now - 20 * DAY, now - 20 * DAY + HOUR)
    mark(lead)
    judge_all()
    here = days.here()
    half, gone = (here.midnight(here.of(now - 20 * DAY) + timedelta(days=n)) for n in (7, 30))
    history = ScoreHistory.objects.order_by("effective_at").values_list("effective_at", "engagement")
    assert list(history)[-2:] == [(now - 20 * DAY + HOUR, 60), (half, 30)]
    assert Score.objects.get().effective_at == half and gone > clock.now()
    assert HandoffState.objects.get().is_open


def test_direct_interest_passes_by_its_own_gate(now):
    definitions.version(definitions.simple(), now - 30 * DAY)
    lead = facts.lead(now, country="DE")
    facts.event(lead, "demo", now + HOUR)
    mark(lead)
    judge_all()
    assert (Qualification.objects.get().cause, Handoff.objects.get().gate) == ("direct", "direct")


def test_what_may_not_pass_is_held_for_one_reason_and_passes_when_that_has_gone(now):
    definitions.version(definitions.simple(mandatory=["lead.email"]), now - 30 * DAY)
    lead = facts.lead(now - DAY, country="FR")
    look(lead, now, now + HOUR)
    mark(lead)
    judge_all()
    assert Hold.objects.get().reason == "mandatory" and not Handoff.objects.exists()
    assert Lead.objects.get(pk=lead).stage == "mql"
    facts.change("lead", lead, "email", "a@b.example", now + 2 * HOUR)
    mark(lead)
    judge_all()
    assert Handoff.objects.get().qualification == Qualification.objects.get()
    assert Hold.objects.count() == 1


def test_who_opposes_is_held_and_taken_back_from_sales(now):
    definitions.version(definitions.simple(), now - 30 * DAY)
    quiet = facts.lead(now - DAY, country="FR", opted_out=True)
    handed = facts.lead(now - DAY, country="FR")
    look(quiet, now, now + HOUR)
    look(handed, now, now + HOUR)
    mark(quiet, handed)
    judge_all()
    assert Hold.objects.get().reason == "opposition"
    facts.change("lead", handed, "opted_out", True, now + 2 * HOUR)
    mark(handed)
    judge_all()
    assert (HandoffState.objects.get().state, Decision.objects.get().reason) == ("withdrawn", "OPP-OUT")


def test_a_new_versions_backlog_is_released_at_its_pace_in_order(now):
    leads = [facts.lead(now - 30 * DAY - n * DAY, country="FR") for n in range(5)]
    for lead in leads:
        look(lead, now - DAY, now - HOUR)
    definitions.version(definitions.simple(pace=2), now)
    assert judge_all() == 5
    assert set(Qualification.objects.values_list("effective_at", flat=True)) == {now}
    assert set(Hold.objects.values_list("reason", flat=True)) == {"pace"} and not Handoff.objects.exists()
    monday = clock.today() + timedelta(days=7 - clock.today().weekday())
    saturday = monday - 2 * DAY
    at = clock.now()
    for day, total in ((saturday, 0), (monday, 2), (monday + DAY, 4), (monday + 2 * DAY, 5)):
        start = days.here().midnight(day) + HOUR
        night(day, max(start, at))
        assert Handoff.objects.count() == total, day
    assert list(Handoff.objects.order_by("pk").values_list("lead_id", flat=True)) == leads
    assert set(Handoff.objects.values_list("gate", flat=True)) == {"released"}


def test_what_qualified_by_a_fact_taken_back_is_withdrawn_unless_worked_on(now):
    definitions.version(definitions.simple(), now - 30 * DAY)
    leads = [facts.lead(now - DAY, country="FR") for _ in range(2)]
    wrong = [facts.event(lead, "demo", now) for lead in leads]
    mark(*leads)
    judge_all()
    worked = Handoff.objects.get(lead=leads[1])
    Decision.objects.create(handoff=worked, kind="accept", occurred_at=now, recorded_at=now, known_at=now)
    states.derive([worked.pk])
    for event in wrong:
        facts.correct("event", event, now + HOUR)
    mark(*leads)
    judge_all()
    first, second = (HandoffState.objects.get(lead=lead) for lead in leads)
    assert (first.state, first.reason, second.state) == ("withdrawn", "correction", "accepted")
    assert Qualification.objects.count() == 2


def test_recycling_begins_a_cycle_and_cools_down(now):
    definitions.version(definitions.simple(cooldown_days=2), now - 60 * DAY)
    lead = facts.lead(now - 50 * DAY, country="FR")
    look(lead, now - 40 * DAY, now - 40 * DAY + HOUR)
    mark(lead)
    judge_all()
    handoff = Handoff.objects.get()
    closed = now - 3 * HOUR
    Decision.objects.create(
        handoff=handoff, kind="return", reason="TIME-LATER", occurred_at=closed, recorded_at=closed, known_at=closed
    )
    states.derive([handoff.pk])
    facts.reset(lead, closed)
    mark(lead)
    judge_all()
    assert Qualification.objects.count() == 1
    look(lead, now + DAY, now + DAY + HOUR)
    mark(lead)
    judge_all()
    again = Qualification.objects.get(cycle=1)
    assert again.effective_at == now + DAY + HOUR
    assert Handoff.objects.filter(qualification=again).exists()  # five days have passed since


def test_declared_history_qualifies_nobody_until_something_new_happens(now):
    definitions.version(definitions.simple(), now - 60 * DAY)
    lead = facts.lead(now - 30 * DAY, declared=True, known=now)
    facts.change("lead", lead, "country", "FR", now - 30 * DAY)
    look(lead, now - 20 * DAY, now - 20 * DAY + HOUR)
    mark(lead)
    judge_all()
    assert ScoreHistory.objects.filter(grade="A1", mql=True).exists() and not Qualification.objects.exists()
    look(lead, now + DAY)  # two faded looks and a new one
    mark(lead)
    judge_all()
    assert Qualification.objects.get().effective_at == now + DAY


def test_a_version_in_its_observation_period_scores_and_qualifies_nobody(now):
    lead = facts.lead(now - 30 * DAY, country="FR")
    look(lead, now - DAY, now - HOUR)
    version = definitions.version(definitions.simple(), now - 2 * DAY, effective_at=clock.now() + 30 * DAY)
    mark(lead)
    judge_all()
    assert Score.objects.get().track == "observed" and Score.objects.get().grade == "A1"
    assert not Qualification.objects.exists()
    assert whole.differences(version, clock.now(), track="observed") == 0


def test_midnight_judges_the_leads_with_an_edge_and_equals_a_full_count(now):
    version = definitions.version(definitions.simple(), now - 60 * DAY)
    lead = facts.lead(now - 50 * DAY, country="FR")
    other = facts.lead(now - 50 * DAY, country="FR")
    look(lead, now)
    mark(lead, other)
    judge_all()
    here = days.here()
    at = here.midnight(here.of(now) + timedelta(days=7))
    if at > clock.now():
        assert whole.differences(version, at) == 1
    night(here.of(at), at + HOUR)
    assert Score.objects.get(lead=lead).effective_at == at
    assert whole.differences(version, at) == 0


def test_a_cutoff_leaves_the_marks_of_facts_recorded_after_it(now):
    definitions.version(definitions.simple(), now - 60 * DAY)
    lead = facts.lead(now, country="FR")
    dirty.mark([lead], Fence(clock.now() + HOUR, 0))
    judge_all()
    assert LeadDirty.objects.get().lead_id == lead


def test_personas_are_matched_with_the_scores(now):
    rules = {"field": "lead.country", "op": "is", "value": "FR"}
    made = persona_services.create_persona(name="French", story={}, rules=rules, by=None, at=now)
    persona_services.create_persona(name="Nobody", story={}, rules={}, by=None, at=now)
    lead, other = facts.lead(now, country="FR"), facts.lead(now, country="DE")
    mark(lead, other)
    judge_all()
    assert list(PersonaMatch.objects.values_list("lead_id", "version_id")) == [(lead, made.pk)]
    facts.change("lead", lead, "country", "DE", now + HOUR)
    facts.change("lead", other, "country", "FR", now + HOUR)
    mark(lead, other)
    judge_all()
    assert list(PersonaMatch.objects.values_list("lead_id", flat=True)) == [other]


def test_a_night_begun_before_a_lead_changed_matches_nobody_by_what_was_known_then(now):
    rules = {"field": "lead.country", "op": "is", "value": "FR"}
    persona_services.create_persona(name="French", story={}, rules=rules, by=None, at=now)
    definitions.version(definitions.simple(), now)
    lead = facts.lead(now, country="FR")
    mark(lead)
    judge_all()
    begun = run_of(days.here().of(now), now + HOUR)
    facts.change("lead", lead, "country", "DE", now + 2 * HOUR)
    mark(lead)
    judge_all()
    assert not PersonaMatch.objects.exists()
    nightly.personas(begun, 0, lead + 1)
    assert not PersonaMatch.objects.exists()
    service.judge([lead], begun.cutoff)
    assert not PersonaMatch.objects.exists()


def test_the_bell_is_told_that_leads_wait(now):
    assert not bell.anything()
    lead = facts.lead(now, country="FR")
    mark(lead)
    assert bell.anything()
    bell.answer()
    assert not bell.anything()
    definitions.version(definitions.simple(), now)
    assert bell.anything()
    bell.answer()
    assert not bell.anything() and Score.objects.count() == 1
    assert lines.take_up(fence.cutoff()) == []
    assert connection.in_atomic_block
