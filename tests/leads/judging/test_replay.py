"""One truth by four ways: moment by moment, in one go, wiped and rebuilt, and a plain Python walk over every moment."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from leads.judging import catch_up, lines, service
from leads.models import AttributeChange, Correction, EngagementReset, Event, Join, Qualification, Score, ScoreHistory
from leads.scoring import days, oracle
from personas.criteria.validate import validate
from personas.definitions.catalogue import catalogue
from tests.leads import definitions, worlds

pytestmark = pytest.mark.django_db
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]  # shrinking costs minutes here
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
START = worlds.NOON - timedelta(days=34)


def written(leads: list[int], line) -> tuple[list, list, list]:
    """Everything the judge wrote about leads, as sorted rows."""
    some = {"lead_id__in": leads, "line": line}
    said = ("fit", "engagement", "grade", "contributions", "mql", "direct", "version_id")
    scores = Score.objects.filter(**some).order_by("pk").values_list("lead_id", "effective_at", *said)
    history = ScoreHistory.objects.filter(**some).order_by("pk").values_list("lead_id", "effective_at", *said)
    acts = Qualification.objects.filter(**some).order_by("lead_id", "cycle")
    return (
        list(scores),
        list(history),
        list(acts.values_list("lead_id", "cycle", "effective_at", "grade", "cause", "version_id")),
    )


def moments(lead: int, until) -> list:
    """Every instant at which anything may change for a lead: facts of all kinds, and each midnight."""
    found = {START}
    for model in (AttributeChange, Event, EngagementReset, Correction, Join):
        found |= {max(row.known_at, row.occurred_at) for row in model.objects.all()}
    found |= set(days.here().midnights(START, until))
    return sorted(at for at in found if START <= at <= until)


def replayed(lead: int, body: dict, until) -> list[tuple]:
    """(cycle, moment, grade, cause) of each cycle's first yes, by plain Python."""
    found: dict[int, tuple] = {}
    resets: set = set()
    for at in moments(lead, until):
        facts = oracle.LeadFacts(lead, at)
        begun = {max(one.known_at, one.occurred_at) for one in facts._resets}
        after_no = at != START and at not in begun
        resets |= begun
        one = oracle.score(lead, body, at, after_no=after_no)
        if one.qualifies and facts.cycle not in found:
            found[facts.cycle] = (lead, facts.cycle, at, one.grade, "direct" if one.direct else "grade")
    return [found[cycle] for cycle in sorted(found)]


@pytest.mark.invariant("I6")
@settings(max_examples=8, deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(st.data())
def test_incremental_catch_up_rebuild_and_plain_python_agree(data):
    agree(data)


@pytest.mark.trust
@pytest.mark.invariant("I6")
@settings(max_examples=150, deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(st.data())
def test_the_four_ways_agree_on_many_worlds(data):
    agree(data)


def agree(data) -> None:
    """One drawn world judged four ways."""
    worlds.catalogue()
    body = data.draw(worlds.bodies(), "body")
    assume(not validate(body, catalogue()))
    line = definitions.line(f"MQL {definitions.DefinitionLine.objects.count()}")
    version = definitions.version(body, START, on=line)
    lines.prepare(worlds.NOON)
    lives = [worlds.live(life) for life in data.draw(st.lists(worlds.lives, min_size=1, max_size=2), "lives")]
    leads = [lead for lead, _asked in lives]
    cuts = sorted({at for _lead, asked in lives for at in asked if at > START} | {worlds.NOON})
    for cutoff in cuts:
        service.judge(leads, cutoff)
    live = written(leads, line)
    for table in (Score, ScoreHistory):
        table.objects.filter(line=line).delete()
    catch_up.score(leads, worlds.NOON, lambda *said: None)
    assert written(leads, line) == live  # and not one more qualification: what is recorded stays
    plain = [row for lead in leads for row in replayed(lead, body, worlds.NOON)]
    assert [row[:-1] for row in live[2]] == plain
    assert all(row[-1] == version.pk for row in live[2])
