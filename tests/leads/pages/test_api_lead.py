"""A lead for programs: what its page shows, now and as of any instant, and what changed between two."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.models import ScoreHistory
from leads.rights import disagreements
from smarketing.accounts import tokens
from smarketing.rows import clock
from tests.leads import facts
from tests.leads.evidence.test_why import AT, k2_body, store, version
from tests.people import person

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def said(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


@pytest.fixture
def marie() -> int:
    company = facts.company(AT, name="Acme", employees=120)
    lead = facts.lead(AT, function="Head of Marketing", last_name="Dubois", company=company)
    one = version(k2_body(), AT - timedelta(days=5))
    score = store(lead, one, AT + HOUR)
    ScoreHistory.objects.create(
        lead_id=lead, line=one.line, version=one, fit=45, engagement=0, grade="C4", contributions=score.contributions,
        mql=False, effective_at=AT + HOUR,
    )  # fmt: skip
    facts.change("lead", lead, "function", "Student", AT + 3 * HOUR)
    return lead


@pytest.fixture
def ask(client, marie):
    boss, mia = person("Ada", "administrator"), person("Mia", "marketer")

    def asks(part: str = "", *scopes: str, **query):
        given = scopes or ("leads.view", "leads.personal")
        _row, secret = tokens.issue(kind="api", name=part or "whole", by=boss, at=clock.now(), user=mia, scopes=given)
        return client.get(f"/api/v1/leads/{marie}/{part}", query, HTTP_AUTHORIZATION=f"Bearer {secret}")

    return asks


def test_the_whole_lead_is_that_of_the_instant(ask, marie):
    now, then = ask().json(), ask(as_of=said(AT + 2 * HOUR)).json()
    functions = [next(one["value"] for one in page["values"] if one["field"] == "function") for page in (now, then)]
    assert functions == ["Student", "Head of Marketing"]
    assert then["company"][0]["value"] == "Acme" and then["stage"] == "lead" and then["handoff"] is None
    (grade,) = then["grades"]
    row = grade["axes"][0]["rows"][0]
    assert (row["points"], row["next"], row["facts"][0]["words"]) == (25, None, "function: Head of Marketing")
    assert not any(line["words"].startswith("function: Student") for line in then["story"])
    blind = ask("", "leads.view").json()
    assert "Dubois" not in str(blind) and "Student" not in str(blind)
    assert ask(as_of=said(AT - HOUR)).json()["known"] is False


def test_changes_add_up_and_refuse_what_is_no_past_instant(ask):
    (one,) = ask("changes/", since=said(AT + 2 * HOUR), until=said(AT + 4 * HOUR)).json()
    assert one["grades"] == ["C4", "D4"]
    for axis in one["axes"]:
        assert sum(row["difference"] for row in axis["rows"]) == axis["difference"] == axis["after"] - axis["before"]
        for row in axis["rows"]:
            assert sum(cause["points"] for cause in row["causes"]) == row["difference"]
    for query in (
        {},
        {"since": "x"},
        {"since": said(AT), "until": "2999-01-01T00:00:00Z"},
        {"since": said(AT + HOUR), "until": said(AT)},
    ):
        refused = ask("changes/", **query)
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_instant"), query


def test_history_and_disagreements_are_told(ask, marie):
    (moment,) = ask("history/").json()
    assert (moment["grade"], moment["fit"], moment["at"]) == ("C4", 45, (AT + HOUR).isoformat())
    from leads.models import Lead, Score

    score = Score.objects.get(lead=marie)
    made = disagreements.say(
        lead=Lead.objects.get(pk=marie), version=score.version, criterion="role", reason="wrong_fact", text="She left.",
        by=person("bo", "manager", "sales"), at=clock.now(),
    )  # fmt: skip
    (one,) = ask("disagreements/").json()
    assert (one["id"], one["criterion"], one["reason"], one["note"], one["points"]) == (
        made.pk,
        "role",
        "wrong_fact",
        "She left.",
        25,
    )
    assert ask("disagreements/", "leads.view").json()[0]["note"] == ""
