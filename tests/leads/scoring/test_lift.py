"""Cases judged as at their handoff equal plain Python, and the studio shows lift, precision and recall that open to their leads."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from leads.intake import columns
from leads.models import Deal, Handoff
from leads.pages import proven
from leads.scoring import ledger, lift, oracle, preview
from leads.scoring.lift import Case
from personas.criteria import tree
from personas.criteria.evaluate import Moment
from personas.criteria.validate import validate
from personas.definitions import services
from personas.definitions.catalogue import catalogue
from tests.leads import definitions, facts, worlds
from tests.people import client_of, person
from tests.scale import examples

pytestmark = pytest.mark.django_db
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
AT = datetime.now(UTC).replace(hour=12) - timedelta(days=120)
DAY = timedelta(days=1)


@pytest.mark.sized
@settings(max_examples=examples(30, 6), deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(st.data())
def test_each_case_is_judged_as_plain_python_judges_it_at_its_moment(data):
    worlds.catalogue()
    body = data.draw(worlds.bodies(), "body")
    fields = catalogue()
    assume(not validate(body, fields))
    ledger.ensure([body])
    lives = [worlds.live(life) for life in data.draw(st.lists(worlds.lives, min_size=1, max_size=2), "lives")]
    found = lift.judged(body, [Case(lead, t, at % 2 == 0) for lead, ts in lives for at, t in enumerate(ts)])
    seen = sorted((one.lead, one.fit, one.engagement, one.flagged, tuple(one.held)) for one in found)
    wanted = []
    for lead, t in {(lead, t) for lead, ts in lives for t in ts}:
        known = oracle.LeadFacts(lead, t)
        verdict = oracle.score(lead, body, t, catalogue=fields, facts=known)
        moment = Moment(known, known.days.of(t), fields)
        held = tuple(moment.holds(cond) for cond in preview.parts(body).values())
        wanted.append((lead, verdict.fit, verdict.engagement, verdict.qualifies, held))
    assert seen == sorted(wanted)


def handed(won: bool, *, at: datetime = AT, **values) -> int:
    """A lead handed over at `at`, and won twenty days later or not."""
    lead = facts.lead(at - DAY, **values)
    when = {"occurred_at": at, "recorded_at": at, "known_at": at}
    handoff = Handoff.objects.create(lead_id=lead, line=definitions.line(), gate="manual", grade="A1", **when)
    if won:
        then = at + 20 * DAY
        deal = Deal.objects.create(created_at=then, recorded_at=then, lead_id=lead, handoff=handoff, key=f"d{lead}")
        for name, value in (("state", "won"), ("amount", "100.00")):
            facts.change("deal", deal.pk, name, value, then)
        Deal.objects.filter(pk=deal.pk).update(closed_at=then)
        columns.rebuild("deal", [(deal.pk, "state")])
    return lead


@pytest.fixture
def page() -> str:
    """Forty French leads of whom twenty were won, sixty others of whom five: only the first are MQLs of the draft."""
    for at in range(100):
        lead = handed(at < 20 or 40 <= at < 45, country="FR" if at < 40 else "DE")
        facts.change("lead", lead, "source", "late", AT + 5 * DAY)
    handed(True, at=datetime.now(UTC) - 9 * DAY, country="FR")  # has not had its time
    body = tree.empty_body()
    body["fit"]["items"] = [
        {"key": "a", "points": 80, "when": {"field": "lead.country", "op": "is", "value": "FR"}},
        {"key": "b", "points": 10, "when": {"field": "lead.source", "op": "is", "value": "late"}},
    ]
    body |= {"mql": ["A4"], "mandatory": []}
    return f"/language/definition/{services.create_line(name='France', by=None, at=AT, body=body).pk}/"


def test_where_there_are_more_than_are_judged_the_studio_says_that_these_are_the_last(page, monkeypatch):
    monkeypatch.setattr(proven, "MOST", 60)
    mia = person("Mia", "marketer")
    shown = unescape(client_of(mia).get(f"{page}?count=1").text)
    assert "the last 60 leads handed over</a> at least 90 days ago" in shown
    mia.language = "fr"
    mia.save()
    assert "les 60 derniers leads transmis</a> il y a au moins 90 jours" in unescape(
        client_of(mia).get(f"{page}?count=1").text
    )


def test_the_studio_shows_lift_precision_and_recall_that_open_to_their_leads(page):
    client = client_of(person("Mia", "marketer"))
    shown = unescape(client.get(f"{page}?count=1").text)
    assert "100 leads handed over</a> at least 90 days ago" in shown and ">25</a> were won" in shown
    assert "lift 2.0 (95%: 1.4 to 2.6); 20 of 40 won" in shown and "lift-good" in shown
    assert "lift – (95%: – to –); 0 of 0 won" in shown, "what was learned after the handoff is no evidence"
    assert "50.0% <small" in shown and "80.0% <small" in shown
    assert "Four in five of those won had a fit of 80 or more" in shown
    source = page.rstrip("/").rpartition("/")[2]
    for what, leads in (
        ("handed:fit.items.0", 40),
        ("handed:leads", 100),
        ("handed:won", 25),
        ("handed:flagged", 40),
        ("handed:caught", 20),
    ):
        listed = client.get("/leads/matching/", {"of": f"draft:{source}", "what": what}).text
        assert f"{leads} leads as of" in listed, what
    assert client.get("/leads/matching/", {"of": f"draft:{source}", "what": "handed:nothing"}).status_code == 404


def test_without_a_lead_that_had_its_time_it_says_so():
    body = tree.empty_body()
    body["fit"]["items"] = [{"key": "a", "points": 80, "when": {"field": "lead.country", "op": "is", "value": "FR"}}]
    facts.lead(AT, country="FR")
    page = services.create_line(name="France", by=None, at=AT, body=body).pk
    shown = client_of(person("Mia", "marketer")).get(f"/language/definition/{page}/?count=1").text
    assert "No lead was handed over 90 days ago or more" in shown
