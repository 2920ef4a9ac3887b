"""The SQL scorer equals the plain Python one: any definition, any lead, any instant."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from leads.scoring import acts, asks, compile, days, ledger, oracle, program
from leads.scoring.sql import Params, fetch
from leads.scoring.values import TESTS
from personas.criteria.operators import OPERATORS
from personas.criteria.validate import validate
from personas.definitions import persona_services
from personas.definitions.catalogue import catalogue
from tests.leads import definitions, facts, worlds
from tests.scale import examples

pytestmark = pytest.mark.django_db
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]  # shrinking costs minutes here
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


def scores(body: dict, which: asks.Asks) -> dict:
    """(lead, t) -> what the SQL says."""
    ledger.ensure([body])
    params = Params()
    sql = compile.ctes(program.build(0, 0, body), which, days.here(), params)
    columns = "lead_id, t, cycle, fit, engagement, grade, contributions, plain, strict, direct"
    return {row[:2]: row[2:] for row in fetch(f"WITH {sql} SELECT {columns} FROM scored", params)}


def expected(lead: int, body: dict, t, facts=None) -> tuple:
    """As the compiled scorer puts it; `facts`, where they were read already."""
    facts = facts or oracle.LeadFacts(lead, t)
    plain, strict = (oracle.score(lead, body, t, after_no=no, facts=facts) for no in (False, True))
    return (
        facts.cycle,
        plain.fit,
        plain.engagement,
        plain.grade,
        plain.contributions,
        plain.mql,
        strict.mql,
        plain.direct,
    )


def test_every_operator_has_its_test_in_sql():
    assert set(TESTS) == set(OPERATORS)


@pytest.mark.invariant("I6")
@settings(max_examples=examples(60, 20), deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(st.data())
def test_sql_equals_python_on_any_lead_and_definition_at_any_instant(data):
    worlds.catalogue()
    rules = data.draw(worlds.field_conditions(), "rules")
    name = f"p{persona_services.Persona.objects.count()}"
    persona = persona_services.create_persona(name=name, story={}, rules=rules, by=None, at=worlds.NOON)
    sql_says_what_python_says(data, data.draw(worlds.bodies([persona.pk]), "body"))


def sql_says_what_python_says(data, body: dict) -> None:
    """Of any leads, at moments asked and at others, one by one and all at once."""
    assume(not validate(body, catalogue()))
    ledger.ensure([body])
    lives = [worlds.live(life) for life in data.draw(st.lists(worlds.lives, min_size=1, max_size=2), "lives")]
    pairs = [(lead, t) for lead, ts in lives for t in ts]
    midnight = days.here().midnight(days.here().of(worlds.NOON))
    pairs += [(lead, at) for lead, _ts in lives for at in (worlds.NOON, midnight, midnight - timedelta(microseconds=1))]
    found = scores(body, asks.listed(pairs))
    wanted = {(lead, t): expected(lead, body, t) for lead, t in pairs}
    assert found == wanted
    for t in {t for _lead, t in pairs}:
        everybody = scores(body, asks.whole(t))
        assert {pair: everybody[pair] for pair in pairs if pair[1] == t} == {p: wanted[p] for p in pairs if p[1] == t}


@pytest.mark.invariant("I6", mutant="values as they are now")
def test_a_scorer_that_reads_the_present_is_caught(monkeypatch):
    lead = facts.lead(worlds.NOON, country="FR")
    facts.change("lead", lead, "country", "DE", worlds.NOON + timedelta(hours=2))
    then, body = worlds.NOON + timedelta(hours=1), definitions.simple()
    asked = asks.listed([(lead, then)])
    assert scores(body, asked) == {(lead, then): expected(lead, body, then)}
    monkeypatch.setattr(compile, "_AS_OF", compile._AS_OF.replace("<= a.t", "<= clock_timestamp()"))
    assert scores(body, asked) != {(lead, then): expected(lead, body, then)}


@pytest.mark.invariant("I6", mutant="a day that was taken back may be the youngest")
def test_the_youngest_day_is_one_of_which_something_is_left(monkeypatch):
    lead, day = facts.lead(worlds.NOON - timedelta(days=20), country="FR"), timedelta(days=1)
    body = definitions.simple()
    fading = {"kind": "steps", "steps": [[3, 500_000], [9, 0]]}
    body["engagement"]["items"] = [
        {"key": "young", "points": 40, "cap": 40, "decay": fading, "when": {"event": {"kind": "webinar"}}}
    ]
    ledger.ensure([body])
    facts.event(lead, "webinar", worlds.NOON - 6 * day)
    mistaken = facts.event(lead, "webinar", worlds.NOON - 2 * day)
    facts.correct("event", mistaken, worlds.NOON - day)
    wanted = {(lead, worlds.NOON): expected(lead, body, worlds.NOON)}
    assert wanted[lead, worlds.NOON][2] == 20  # of the day that stands: half its points
    assert scores(body, asks.whole(worlds.NOON)) == scores(body, asks.listed([*wanted])) == wanted
    monkeypatch.setattr(acts, "_ODD", acts._ODD.replace("b.n < 0", "false"))
    assert scores(body, asks.whole(worlds.NOON)) != wanted
