"""A lead for programs: what its page shows, now and as of any instant, and what changed between two."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from leads.handoffs import attempts, deals, decisions
from leads.models import ScoreHistory
from leads.rights import consent, disagreements
from sla import derive
from smarketing.accounts import tokens
from smarketing.rows import clock
from tests.leads import facts
from tests.leads.evidence.test_why import AT, k2_body, store, version
from tests.leads.handoffs.desk import Desk
from tests.people import client_of, person
from tests.sla.contracts import ATTEMPTS, FIRST, contract, handoff, sign

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


def test_promises_deals_and_consents_are_those_of_the_instant():
    desk, before = Desk(), clock.now()
    handed = desk.hand(last_name="Dubois")
    decisions.accept(handoff=handed, by=desk.lea, at=clock.now())
    attempts.log(handoff=handed, by=desk.lea, at=clock.now(), channel="call", outcome="reached", note="")
    how = {"by": desk.lea, "at": clock.now()}
    deal = deals.open_deal(lead=handed.lead, handoff=handed, title="Pilot", amount=Decimal(900), **how)
    given = {"kind": "given", "purpose": "newsletter", "channel": "mail", "basis": "consent", "said_on": None}
    consent.say(lead=handed.lead, source="Salon", text="I agree.", by=desk.boss, at=clock.now(), **given)
    opened = clock.now()
    deals.win(deal=deal, by=desk.lea, at=clock.now(), amount=Decimal(12_000))
    client, here = client_of(desk.boss), f"/api/v1/leads/{handed.lead_id}/"
    early, then, now = (client.get(here, {"as_of": said(at)} if at else {}).json() for at in (before, opened, None))
    assert (early["deals"], early["consents"]) == ([], [])
    assert [(one["title"], one["state"], one["amount"]) for one in then["deals"]] == [("Pilot", "open", "900.00")]
    assert [(one["state"], one["amount"]) for one in now["deals"]] == [("won", "12000.00")]
    assert [(one["kind"], one["origin"], one["proof"]) for one in then["consents"]] == [("given", "Salon", "I agree.")]
    blind = client_of(person("vera", "viewer")).get(here).json()
    assert (blind["consents"], blind["deals"][0]["title"]) == (None, "")


def test_promises_stand_as_on_the_page_and_need_the_right_to_read_handoffs(client):
    at = clock.now()
    sign(contract(), [FIRST, ATTEMPTS], (at - timedelta(days=60)).date(), at=at - timedelta(days=61))
    made = handoff(at - timedelta(days=9), rep=person("lea", "rep"))
    derive.catch_up(at - timedelta(days=9))
    mia, here = person("mia", "marketer"), f"/api/v1/leads/{made.lead_id}/"
    early, late = (
        client_of(mia).get(here, {"as_of": said(one)}).json()["promises"] for one in (at - timedelta(days=9) + HOUR / 6, at)
    )  # fmt: skip
    assert {one["state"] for one in early} == {"pending"} and "missed" in {one["state"] for one in late}
    assert "first attempt within 4 business hours" in {one["words"] for one in early}
    for scopes, shown in ((("leads.view",), False), (("leads.view", "handoffs.view", "deals.view"), True)):
        _row, secret = tokens.issue(kind="api", name="bi", by=mia, at=clock.now(), user=mia, scopes=scopes)
        told = client.get(here, HTTP_AUTHORIZATION=f"Bearer {secret}").json()
        assert (told["promises"] is not None, told["deals"] is not None, told["consents"]) == (shown, shown, None)
