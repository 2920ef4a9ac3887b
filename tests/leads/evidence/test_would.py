"""What would make a lead an MQL: done for real it does, and it is told in words, to programs, and to no one too much."""

import itertools
import re
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from leads.evidence import would
from leads.judging import lines, service
from leads.models import Lead, Score
from personas.models import FieldDef
from smarketing.accounts import tokens
from smarketing.accounts.models import Token
from tests.leads import definitions, facts
from tests.people import client_of, person

pytestmark = pytest.mark.django_db
NOON = datetime.now(UTC).replace(hour=12) - timedelta(days=1)
LONG_AGO = NOON - timedelta(days=100)
_minutes = count()


def judged(lead: int) -> Score:
    at = NOON + timedelta(minutes=next(_minutes) % 400)
    lines.prepare(at)
    service.judge([lead], at)
    return Score.objects.get(lead=lead, track="live")


def answer(lead: int) -> would.Would:
    return would.of(Lead.objects.get(pk=lead), NOON)[0]


@pytest.fixture
def marie() -> int:
    """French, has looked at prices once; two more looks make an A1, or a demo request."""
    FieldDef.objects.filter(key="lead.country").update(steady=True)
    definitions.version(definitions.simple(), LONG_AGO)
    lead = facts.lead(LONG_AGO, country="FR", email="marie@example.org", first_name="Marie")
    facts.event(lead, "page", LONG_AGO + timedelta(days=1), page="/pricing")
    judged(lead)
    return lead


def do(lead: int, way) -> None:
    now = NOON + timedelta(minutes=next(_minutes) % 400)
    for wish in way:
        for _time in range(wish.times if wish.event else 0):
            facts.event(lead, wish.event["kind"], now, page=(wish.event.get("page") or {}).get("value", ""))
        if wish.field:
            facts.change("lead", lead, wish.field.partition(".")[2], wish.value, now)


@pytest.mark.parametrize("nth", [0, 1])
def test_each_way_done_for_real_makes_an_mql_and_less_does_not(marie, nth):
    found = answer(marie)
    assert found.goal == "MQL" and found.proven and len(found.sets) == 2
    way = found.sets[nth]
    assert not (judged(marie).mql or judged(marie).direct)
    for step in range(sum(wish.times for wish in way)):
        assert not (judged(marie).mql or judged(marie).direct), step
        do(marie, [type(way[0])(event=way[0].event)])
    score = judged(marie)
    assert score.mql or score.direct


def test_it_is_told_in_both_languages(marie):
    assert answer(marie).words("en") == [["asked for a demo: once"], ["visited a page like /pricing: 2 times more"]]
    assert answer(marie).words("fr") == [
        ["a demandé une démonstration\u202f: une fois"],
        ["a visité une page comme /pricing\u202f: 2 fois de plus"],
    ]


def test_what_brings_it_nearer_is_said_not_to_be_enough(marie):
    """One more look at the prices is half the way; done for real it makes no MQL."""
    found = answer(marie)
    assert found.not_enough("en") == ["visited a page like /pricing: once more"]
    do(marie, found.short)
    score = judged(marie)
    assert not (score.mql or score.direct)


def test_a_country_that_is_known_is_not_to_change_but_may_be_learned():
    definitions.version(definitions.simple(direct=[]), LONG_AGO)
    FieldDef.objects.filter(key="lead.country").update(steady=True)
    known, unknown = facts.lead(LONG_AGO, country="DE"), facts.lead(LONG_AGO)
    judged(known), judged(unknown)
    assert answer(known).sets == ()
    (way,) = answer(unknown).sets
    assert [(wish.field, wish.value) for wish in way if wish.field] == [("lead.country", "FR")]
    do(unknown, way)
    assert judged(unknown).mql


def test_whoever_is_one_is_told_since_when_and_that_nothing_is_better(marie):
    do(marie, answer(marie).sets[1])
    judged(marie)
    found = answer(marie)
    assert (found.goal, found.sets) == ("", ()) and found.since is not None


def test_the_page_answers_when_asked(marie):
    page = client_of(person("Mia", "marketer")).get(f"/leads/{marie}/?would=now").content.decode()
    assert "visited a page like /pricing: 2 times more" in page and "No shorter way exists" in page
    assert "Not enough:" in page and "once more" in page
    assert "2 times more" not in client_of(person("Max", "marketer")).get(f"/leads/{marie}/").content.decode()


def test_what_was_not_found_among_too_many_ways_is_not_called_impossible(monkeypatch, client):
    """Two facts that count only together, one of them excluded: cut short, the answer says that it looked no further."""
    monkeypatch.setattr(would.counterfactual, "MOST_READ", 20)
    fields = ["lead.country", "lead.source", "lead.function", "company.industry"]
    pairs = [[{"field": name, "op": "is", "value": "x"} for name in pair] for pair in itertools.combinations(fields, 2)]
    items = [{"key": f"p{at}", "points": 40, "when": {"all": pair}} for at, pair in enumerate(pairs)]
    body = definitions.simple(mql=["A4"], never=[pair[0] for pair in pairs], direct=[])
    body["fit"]["items"], body["engagement"]["items"] = items, []
    definitions.version(body, LONG_AGO)
    lead = facts.lead(LONG_AGO)
    judged(lead)
    found = answer(lead)
    assert found.sets == () and not found.proven and found.tried > 1
    page = client_of(person("Max", "marketer")).get(f"/leads/{lead}/?would=now").content.decode()
    assert f"none was found within {found.tried} tries" in page and "Nothing within reach" not in page
    key = TestApi().token("leads.view", "leads.personal")
    (said,) = client.get(f"/api/v1/leads/{lead}/would/", HTTP_ACCEPT_LANGUAGE="fr", **key).json()
    assert (said["sets"], said["proven"], said["tried"]) == ([], False, found.tried)
    assert "aucune n’a été trouvée" in said["certainty"]


def test_who_reads_without_names_is_told_how_many_ways_are_hidden():
    FieldDef.objects.filter(key="lead.country").update(steady=False, personal=True)
    definitions.version(definitions.simple(mql=["A4"], direct=[]), LONG_AGO)
    lead = facts.lead(LONG_AGO)
    judged(lead)
    found = answer(lead)
    assert len(found.shown(personal=True)) == 1 and found.shown(personal=False) == []
    page = client_of(person("Vera", "viewer")).get(f"/leads/{lead}/?would=now").content.decode()
    assert "1 way depends on personal values" in page


def test_what_the_grade_will_be_stands_beside_it_while_a_version_is_observed(marie, client):
    """Signed, not in force yet: France counts less from then on."""
    body = definitions.simple()
    body["fit"]["items"][0]["points"] = 50
    then = NOON + timedelta(days=30)
    definitions.version(body, NOON - timedelta(days=2), effective_at=then)
    assert judged(marie).grade == "A4"
    page = " ".join(client_of(person("Max", "marketer")).get(f"/leads/{marie}/").content.decode().split())
    assert "Why A4" in page and re.search(r"From \d+ \w+ \d{4}: B4", page)
    key = TestApi().token("leads.view")
    (grade,) = client.get(f"/api/v1/leads/{marie}/grade/", **key).json()
    assert (grade["grade"], grade["coming"]["grade"], grade["coming"]["version"]) == ("A4", "B4", 2)
    assert not grade["coming"]["qualifies"]
    Score.objects.filter(track="observed").delete()  # as of a lead that nothing happened to since the signature
    (same,) = client.get(f"/api/v1/leads/{marie}/grade/", **key).json()
    assert same["coming"] == grade["coming"]
    hour = (LONG_AGO + timedelta(days=2)).isoformat().replace("+00:00", "Z")
    (before,) = client.get(f"/api/v1/leads/{marie}/grade/", {"as_of": hour}, **key).json()
    assert before["coming"] is None, "signed later"


class TestApi:
    """The same for programs."""

    def token(self, *scopes: str) -> dict:
        boss = person("Ada", "administrator")
        _row, secret = tokens.issue(
            kind="api", name="t", by=boss, at=datetime.now(UTC), user=person("Mia", "marketer"), scopes=scopes
        )
        return {"HTTP_AUTHORIZATION": f"Bearer {secret}"}

    def test_rows_add_up_and_ways_are_data(self, client, marie):
        key = self.token("leads.view", "leads.personal")
        (grade,) = client.get(f"/api/v1/leads/{marie}/grade/", **key).json()
        assert (grade["grade"], grade["mql"]) == (Score.objects.get(lead=marie).grade, False)
        for axis in grade["axes"]:
            assert sum(row["points"] for row in axis["rows"]) == axis["points"]
        (found,) = client.get(f"/api/v1/leads/{marie}/would/", **key).json()
        assert found["goal"] == "MQL" and found["proven"] and found["hidden"] == 0
        assert found["sets"][1] == [
            {"words": "visited a page like /pricing: 2 times more", "times": 2,
             "event": {"kind": "page", "page": {"op": "like", "value": "/pricing"}}}
        ]  # fmt: skip

    def test_a_past_instant_is_answered_and_a_bad_one_refused(self, client, marie):
        key = self.token("leads.view")
        then = (LONG_AGO + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
        (grade,) = client.get(f"/api/v1/leads/{marie}/grade/", {"as_of": then}, **key).json()
        assert {axis["name"]: axis["points"] for axis in grade["axes"]} == {"fit": 80, "engagement": 0}
        for bad in ("yesterday", "2026-11-20T09:00:00", "2999-01-01T00:00:00Z", "2026-13-40T09:00:00Z", ""):
            refused = client.get(f"/api/v1/leads/{marie}/grade/", {"as_of": bad}, **key)
            assert (refused.status_code, refused.json()["code"]) == (400, "bad_instant"), bad

    def test_without_the_scope_or_the_lead_there_is_nothing(self, client, marie):
        key = self.token("measures.read")
        for page in ("grade", "would"):
            assert client.get(f"/api/v1/leads/{marie}/{page}/", **key).status_code == 403
            assert client.get(f"/api/v1/leads/{marie}/{page}/").status_code == 401
        Token.objects.update(scopes=["leads.view"])
        for page in ("grade", "would"):
            assert client.get(f"/api/v1/leads/{marie}/{page}/", **key).status_code == 200
            assert client.get(f"/api/v1/leads/999999/{page}/", **key).status_code == 404
