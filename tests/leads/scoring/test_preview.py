"""The preview of a draft equals the plain Python scorer on every lead, whether the ledger knows its behaviours or not."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from leads.models import Behaviour
from leads.scoring import backfill, ledger, oracle, preview, stored
from personas.criteria.evaluate import Moment
from personas.criteria.validate import validate
from personas.definitions.catalogue import catalogue
from tests.leads import facts, worlds
from tests.personas.criteria.samples import body as definition
from tests.personas.criteria.samples import event, field, item
from tests.scale import examples

pytestmark = pytest.mark.django_db
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
NOON = worlds.NOON


def plainly(body, leads, at):
    """(hits, cells, mql, direct) by the oracle."""
    hits = dict.fromkeys(preview.parts(body), 0)
    cells, mql, direct = {}, [], []
    for lead in leads:
        known = oracle.LeadFacts(lead, at)
        moment = Moment(known, known.days.of(at), catalogue())
        for path, cond in preview.parts(body).items():
            hits[path] += moment.holds(cond)
        judged = oracle.score(lead, body, at)
        cells[judged.grade] = cells.get(judged.grade, 0) + 1
        mql += [lead] if judged.qualifies else []
        direct += [lead] if judged.direct else []
    return hits, cells, mql, direct


@pytest.mark.sized
@settings(
    max_examples=examples(30), deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=QUIET
)
@given(st.data())
def test_figures_equal_those_of_plain_python(data):
    worlds.catalogue()
    body = data.draw(worlds.bodies([]), "body")
    assume(not validate(body, catalogue()))
    lives = [worlds.live(life) for life in data.draw(st.lists(worlds.lives, min_size=1, max_size=3), "lives")]
    leads = [lead for lead, _ts in lives]
    everybody = preview.matching(definition(), "leads", NOON)
    assert set(leads) <= set(everybody)
    hits, cells, mql, direct = plainly(body, everybody, NOON)
    if data.draw(st.booleans(), "counted by the ledger"):
        backfill.run(ledger.ensure([body]), at=NOON)
    found = preview.count(body, NOON)
    assert (dict(found.hits), dict(found.cells)) == (hits, cells)
    assert (found.leads, found.mql, found.direct) == (len(everybody), len(mql), len(direct))
    assert preview.matching(body, "mql", NOON) == mql
    assert preview.matching(body, "direct", NOON) == direct


def test_a_behaviour_nobody_registered_is_counted_from_the_raw_events():
    lead = facts.lead(NOON - timedelta(days=9))
    facts.lead(NOON - timedelta(days=9))
    facts.event(lead, "page", NOON - timedelta(days=3), page="/pricing")
    body = definition(engagement=[item("c1", 80, event("page", 30, page={"op": "like", "value": "/pric"}))])
    found = preview.count(body | {"mql": ["D1"]}, NOON)
    assert (found.hits["engagement.items.0"], found.mql, found.leads) == (1, 1, 2)
    assert preview.matching(body, "engagement.items.0", NOON) == [lead]
    assert not Behaviour.objects.exists()


def test_what_takes_too_long_is_left_to_the_worker(monkeypatch):
    monkeypatch.setattr(preview, "PATIENCE", "0.001")
    monkeypatch.setattr(preview, "QUICK", 0)
    monkeypatch.setattr(preview, "fetch", lambda sql, params: _sleep())
    body = definition(engagement=[item("c1", 10, event("demo"))])
    assert preview.count(body, NOON).ready is False
    assert Behaviour.objects.filter(backfilled_at=None).count() == 1
    assert backfill.drain() == 1
    assert not Behaviour.objects.filter(backfilled_at=None).exists()


def _sleep():
    from leads.scoring.sql import fetch

    return fetch("SELECT pg_sleep(5)")


def test_values_to_choose_from_are_the_most_frequent_first():
    for country in ("FR", "BE", "FR"):
        facts.lead(NOON - timedelta(days=9), country=country, email=f"{country}@example.test")
    assert stored.values("lead.country") == ["FR", "BE"]
    assert stored.values("lead.email") == [] and stored.values("lead.birth_date") == []
    assert stored.values("event.page'; --") == []


def test_an_empty_definition_counts_everybody():
    facts.lead(NOON - timedelta(days=1))
    found = preview.count(definition(must=[field("lead.country", "is", "FR")]), NOON)
    assert (found.leads, found.hits, found.cells) == (1, {"must.0": 0}, {"D4": 1})


def test_very_many_leads_are_estimated_from_some_of_them(monkeypatch):
    for at in range(60):
        facts.lead(NOON - timedelta(days=9), country="FR" if at % 3 else "BE")
    body = definition(must=[field("lead.country", "is", "FR")])
    assert preview.sample(body, NOON) is None  # these are few: they are counted
    monkeypatch.setattr(preview, "MANY", 50)
    everybody, known = preview.sample(body, NOON)
    assert known == 60 and everybody == preview.count(body, NOON)
    monkeypatch.setattr(preview, "SAMPLE", 30)
    some, known = preview.sample(body, NOON)
    assert known == 60 and 0 < some.leads <= 60 and some.hits["must.0"] < some.leads
    assert preview.sample(body, NOON) == (some, known)  # the same ones each time
