"""Raw sums moved from midnight to midnight equal a full recount, the compiled scorer and plain Python."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st

from leads.judging import edges
from leads.models import Erasure, Event, RawSum, RawSumDay
from leads.scoring import asks, compile, days, ledger, program, sums
from leads.scoring.sql import Params, execute, fetch
from personas.criteria import decay
from personas.criteria.validate import validate
from personas.definitions.catalogue import catalogue
from smarketing.rows import clock, fence
from tests.leads import definitions, facts, worlds
from tests.leads.scoring.test_compile import expected
from tests.scale import examples

pytestmark = pytest.mark.django_db
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]  # shrinking costs minutes here
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
DAY, EVER = timedelta(days=1), 2**40


def scored(version, midnight, leads: list[int], kept: bool) -> dict:
    """Lead -> what the SQL says at a midnight, from the sums or from the ledger; leads with facts of that instant left out, as
    the night leaves them (known at the very instant, or before they occurred: `judging.edges`)."""
    params, day = Params(), days.here().of(midnight)
    walked = edges.leads_ahead(day, day, min(leads), max(leads) + 1)
    leads = [one for one in leads if one not in walked]
    sql = compile.ctes(program.load(version), asks.some(midnight, leads), days.here(), params, kept=kept)
    columns = "lead_id, cycle, fit, engagement, grade, contributions, plain, strict, direct"
    plain = "lead_id NOT IN (SELECT lead_id FROM asked WHERE tangled)"
    return {row[0]: row[1:] for row in fetch(f"WITH {sql} SELECT {columns} FROM scored WHERE {plain}", params)}


def rows() -> list[tuple]:
    return list(RawSum.objects.order_by("pk").values_list("lead_id", "version_id", "atom", "value"))


def move(version, leads: list[int], *until) -> None:
    """Bring the sums of these leads' block to one day after the other; each time they equal a full recount."""
    low = sums.block_of(min(leads))
    for day in until:
        sums.bring(version, low, day)
        assert sums.day_of(version.pk, low, low + 1) == day
        assert sums.differences(version, low, low + sums.SIZE, day) == 0, day


@pytest.mark.invariant("I6")
@settings(max_examples=examples(25, 8), deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(st.data())
def test_moved_sums_equal_a_recount_the_ledger_and_plain_python(data):
    agree(data)


@pytest.mark.trust
@pytest.mark.invariant("I6")
@settings(max_examples=examples(400), deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(st.data())
def test_moved_sums_equal_a_recount_on_many_worlds(data):
    agree(data)


def agree(data) -> None:
    with transaction.atomic():
        _agree(data)
        transaction.set_rollback(True)


def _agree(data) -> None:
    worlds.catalogue()
    body = data.draw(worlds.bodies(), "body")
    assume(not validate(body, catalogue()))
    version = definitions.version(body, worlds.NOON - 60 * DAY)
    assume(sums.keepable(program.load(version)))
    ledger.ensure([body])
    lives = [worlds.live(life) for life in data.draw(st.lists(worlds.lives, min_size=1, max_size=3), "lives")]
    leads = [lead for lead, _asked in lives]
    here = days.here()
    ages = sorted(
        data.draw(st.sets(st.integers(0, 40) | st.integers(0, 4), min_size=2, max_size=5), "days"), reverse=True
    )
    for age in ages:
        day = here.of(worlds.NOON) - age * DAY
        move(version, leads, day)
        midnight = here.midnight(day)
        by_sums = scored(version, midnight, leads, kept=True)
        assert by_sums == scored(version, midnight, leads, kept=False)
        early = [lead for lead in by_sums if not _at(lead, midnight)]
        assert {lead: by_sums[lead] for lead in early} == {lead: expected(lead, body, midnight) for lead in early}


def _at(lead: int, midnight) -> bool:
    """Whether a fact of a lead became known, or occurred, at that very instant."""
    mine = Event.objects.filter(lead=lead) | Event.objects.filter(lead=None)
    return mine.filter(known_at=midnight).exists() or mine.filter(occurred_at=midnight).exists()


@pytest.fixture
def at():
    """Noon, ten days ago: later facts have happened already."""
    return clock.now() - 10 * DAY


def fading() -> dict:
    """Every look at a price counts, fading by halves; the youngest demo decides for 40 days."""
    body = definitions.simple()
    page = {"kind": "page", "page": {"op": "like", "value": "/pricing"}}
    half = {"kind": "half_life", "days": 3}
    looked = {"key": "looked", "points": 30, "each": True, "cap": 90, "when": {"event": page}, "decay": half}
    asked = {"key": "asked", "points": 20, "when": {"event": {"kind": "demo"}}, "decay": {"kind": "linear", "days": 40}}
    body["engagement"]["items"] = [looked, asked]
    return body


def test_the_past_may_be_rewritten_and_the_sums_follow(at):
    version = definitions.version(fading(), at - 30 * DAY)
    ledger.ensure([version.body])
    lead, recycled, erased = (facts.lead(at - 20 * DAY) for _ in range(3))
    here = days.here()
    first = here.of(at)
    for one in (lead, recycled, erased):
        facts.event(one, "page", at - 5 * DAY, page="/pricing")
        demo = facts.event(one, "demo", at - 4 * DAY)
    move(version, [lead], first)
    assert len(rows()) >= 6
    now = at + DAY
    declared = Event.objects.create(
        id=fence.id_floor(now) + 2**21, lead_id=lead, source=facts.source(), kind="demo", occurred_at=at - 2 * DAY,
        recorded_at=now, known_at=at - 2 * DAY,
    )  # fmt: skip
    ledger.count_events([declared], None)
    facts.event(lead, "page", at + 3 * DAY, at + DAY, page="/pricing")  # a clock that runs ahead
    facts.reset(recycled, now)
    facts.correct("event", demo, now)
    move(version, [lead], first + DAY, first + 2 * DAY, first + 3 * DAY, first + 4 * DAY)
    assert not RawSum.objects.filter(lead=recycled).exists()
    Erasure.objects.create(lead_id=erased, occurred_at=at + 4 * DAY, recorded_at=at + 5 * DAY, known_at=at + 5 * DAY)
    execute("DELETE FROM leads_behaviourday WHERE lead_id = %(lead)s", {"lead": erased})
    move(version, [lead], first + 9 * DAY)
    assert not RawSum.objects.filter(lead=erased).exists() and RawSum.objects.filter(lead=lead).exists()


def test_a_block_never_moves_back_nor_twice(at):
    version = definitions.version(fading(), at - 30 * DAY)
    ledger.ensure([version.body])
    lead = facts.lead(at - 20 * DAY)
    facts.event(lead, "page", at - 5 * DAY, page="/pricing")
    day, low = days.here().of(at), sums.block_of(lead)
    assert sums.bring(version, low, day) == 1
    stood = rows()
    assert (sums.bring(version, low, day), sums.bring(version, low, day - DAY)) == (0, 0)
    assert rows() == stood and list(RawSumDay.objects.values_list("version", "low", "day")) == [(version.pk, low, day)]
    assert sums.prune([version.pk], low) == 0 and rows() == stood
    assert sums.prune([], low) == 1 and not RawSum.objects.exists() and not RawSumDay.objects.exists()


def test_a_move_that_forgets_what_became_known_is_caught(at, monkeypatch):
    """Negative control: rows of the days in between are left out."""
    version = definitions.version(fading(), at - 30 * DAY)
    ledger.ensure([version.body])
    lead = facts.lead(at - 20 * DAY)
    low, first = sums.block_of(lead), days.here().of(at)
    sums.bring(version, low, first)
    facts.event(lead, "page", at, page="/pricing")
    monkeypatch.setattr(sums, "_FRESH", tuple(one + " AND false" for one in sums._FRESH))
    sums.bring(version, low, first + DAY)
    assert sums.differences(version, low, low + sums.SIZE, first + DAY) == 1


@example(age=0)
@given(st.integers(0, 200))
def test_the_largest_sum_is_exact_in_a_float(age):
    """Two thousand million events of full weight stay below 2^53, and one more changes the number."""
    item = {"points": 1, "when": {"event": {}}, "decay": {"kind": "half_life", "days": 30}}
    most = 2_000_000_000 * decay.weight(item, age)
    assert most < 2**53 and float(most) + 1 == most + 1
