"""What a definition would have done is exact: the first yes of each cycle, as plain Python finds it at every moment and midnight;
and from the instant a version took effect, what the judge recorded."""

from datetime import timedelta

import numpy as np
import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from leads.judging import lines, service
from leads.models import (
    Qualification,
)
from leads.replay import gather, rising, walk
from leads.replay.columns import Columns
from leads.scoring import days
from leads.scoring.timeline.walk import grade_text, instant
from personas.criteria.validate import validate
from personas.definitions.catalogue import catalogue
from tests.leads import definitions, facts, worlds
from tests.leads.shelf import Shelf

pytestmark = pytest.mark.django_db
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]  # shrinking costs minutes here
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
NOON = worlds.NOON


def told(found: walk.Firsts) -> list[tuple]:
    """(lead, cycle, moment, grade, cause) of each first yes."""
    rows = zip(*(one.tolist() for one in (found.lead, found.cycle, found.at, found.grade, found.direct)), strict=True)
    return [(lead, cycle, instant(at), grade_text(grade), bool(direct)) for lead, cycle, at, grade, direct in rows]


def by_brute_force(leads: list[int], body: dict) -> list[tuple]:
    """The same by plain Python, asked at every instant anybody learned anything, and at every local midnight."""
    shelf, found = Shelf(), []
    for lead in leads:
        start = max(shelf.leads[lead].created_at, shelf.leads[lead].recorded_at)
        asked = {start, *shelf.learned(), *days.here().midnights(start, NOON)}
        rows = shelf.says(body, [lead], sorted(at for at in asked if start <= at <= NOON))
        found += [(lead, *row) for row in rows[lead]]
    return found


def agree(data, merged: bool = False) -> None:
    with transaction.atomic():
        worlds.catalogue()
        body = data.draw(worlds.bodies(), "body")
        assume(not validate(body, catalogue()))
        some = data.draw(st.lists(worlds.lives, min_size=1 + merged, max_size=2), "lives")
        if merged:
            leads = [lead for lead, _asked in worlds.live_together(some, data.draw(worlds.merges, "merges"))]
        else:
            leads = [worlds.live(life)[0] for life in some]
        found = walk.firsts(body, Columns(NOON))
        assert told(found) == by_brute_force(sorted(leads), body)
        recorded_ones(body, leads, NOON - timedelta(days=data.draw(st.integers(0, 80), "in force for")))
        transaction.set_rollback(True)


def recorded_ones(body: dict, leads: list[int], since) -> None:
    """A version's own body, replayed since it took effect, is what the judge recorded."""
    line = definitions.line(f"MQL {definitions.DefinitionLine.objects.count()}")
    definitions.version(body, since, on=line)
    lines.prepare(NOON)
    service.judge(leads, NOON)
    acts = Qualification.objects.filter(line=line).order_by("lead_id", "cycle")
    recorded = acts.values_list("lead_id", "cycle", "effective_at", "grade", "cause")
    found = told(walk.firsts(body, Columns(NOON), since=since))
    assert found == [(*row[:-1], row[-1] == "direct") for row in recorded]


@pytest.mark.invariant("I6")
@settings(max_examples=4, deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(st.data())
def test_a_replay_is_exact(data):
    agree(data)


@pytest.mark.trust
@pytest.mark.invariant("I6")
@settings(max_examples=120, deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(st.data())
def test_replays_of_many_worlds_are_exact(data):
    agree(data)


@pytest.mark.trust
@pytest.mark.invariant("I20")
@settings(max_examples=60, deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(st.data())
def test_replays_of_merged_leads_are_exact(data):
    agree(data, merged=True)


def _visits(lead: int, *ago: int) -> None:
    for one in ago:
        facts.event(lead, "page", NOON - timedelta(days=one, hours=3), page="/pricing")


def test_a_yes_between_two_ends_of_months_is_found_and_looking_at_these_alone_misses_it(monkeypatch):
    lead = facts.lead(NOON - timedelta(days=200), country="FR")
    _visits(lead, 78, 78)  # on 10 January: faded to nothing before the month's end
    found = walk.firsts(definitions.simple(direct=[]), Columns(NOON))
    assert [(row[0], days.here().of(row[2]).isoformat()) for row in told(found)] == [(lead, "2026-01-10")]

    def ends_of_months(program, held, values, zone, edges=None):
        ends = [day for day in zone.midnights if days.here().of(instant(day)).day == 1]
        return [(np.repeat(np.arange(len(held.leads)), len(ends)), np.tile(ends, len(held.leads)))]

    monkeypatch.setattr("leads.scoring.timeline.walk.moments", ends_of_months)
    assert len(walk.firsts(definitions.simple(direct=[]), Columns(NOON))) == 0


def test_what_falls_is_no_moment_unless_falling_may_help():
    program = walk.preview.any_program(definitions.simple(direct=[]))
    assert [one.tolist() for one in rising.edges(program).values()] == [[0]]
    never = definitions.simple(direct=[], never=[{"event": {"kind": "demo"}, "within": 30}])
    assert sorted(one.tolist() for one in rising.edges(walk.preview.any_program(never)).values()) == [[0], [30]]
    assert rising.edges(walk.preview.any_program(definitions.simple(mql=["B1"]))) is None  # A1 is better, and no MQL


def test_only_leads_that_could_say_yes_are_walked():
    french, belgian = (facts.lead(NOON - timedelta(days=99), country=one) for one in ("FR", "BE"))
    for lead in (french, belgian):
        _visits(lead, 5, 4)
    idle = facts.lead(NOON - timedelta(days=99), country="FR")
    program = walk.preview.any_program(definitions.simple())
    piece = gather.gather(program, Columns(NOON)).piece(0, 9)
    could = rising.possible(program, piece, days.here(), NOON)
    assert dict(zip(piece.leads.tolist(), could.tolist(), strict=True)) == {french: True, belgian: False, idle: False}


def test_a_snapshot_is_read_once_kept_without_values_and_deleted_by_an_erasure(settings, tmp_path):
    from leads.replay import columns

    settings.DATA = tmp_path
    lead = facts.lead(NOON - timedelta(days=9), country="FR", email="canary@example.test")
    _visits(lead, 5, 4)
    body = definitions.simple(must=[{"field": "lead.email", "op": "contains", "value": "canary"}])
    held = columns.current(NOON)
    first = told(walk.firsts(body, held))
    assert [row[0] for row in first] == [lead]
    again = columns.current(NOON + timedelta(minutes=1))
    assert again.folder == held.folder and told(walk.firsts(body, again)) == first
    assert all(b"canary" not in path.read_bytes() for path in held.folder.iterdir())
    assert columns.current(NOON + timedelta(hours=2)).folder != held.folder
    columns.forget()
    assert not (tmp_path / "columns").exists()


def test_a_draft_may_ask_for_what_nobody_counted_of_leads_that_others_were_merged_into():
    lead, other = (facts.lead(NOON - timedelta(days=20), country="DE") for _lead in range(2))
    facts.merge(other, lead, NOON - timedelta(days=15))
    facts.event(lead, "webinar", NOON - timedelta(days=5))
    facts.change("lead", lead, "country", "FR", NOON - timedelta(days=3))
    both = [{"field": "lead.country", "op": "is", "value": "FR"}, {"event": {"kind": "webinar"}}]
    body = definitions.simple(direct=[{"all": both}])
    found = told(walk.firsts(body, Columns(NOON)))
    assert found and found == by_brute_force([lead], body)
