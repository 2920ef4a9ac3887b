"""Calls and the law of the person's country: whom a rule counts for, what it forbids, and that a call that was made is kept."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.evidence import story, telling
from leads.handoffs import attempts, calling, calling_rules, countries, deals, decisions, listing, problems
from leads.models import Attempt, CallingRule, Consent, HandoffState, OutsideCall
from leads.pages.queue_rows import told
from leads.pages.telling import teller
from smarketing.accounts.models import AuditEntry
from smarketing.rows import clock
from smarketing.web.once import new_key
from tests.leads import facts
from tests.leads.handoffs.desk import Desk
from tests.people import client_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TUESDAY = datetime(2026, 3, 10, 9, tzinfo=UTC)  # 10:00 in Paris
EVENING = datetime(2026, 3, 10, 19, 30, tzinfo=UTC)  # 20:30
MORNING = datetime(2026, 3, 11, 9, tzinfo=UTC)


@pytest.fixture
def desk():
    return Desk()


def ruled(desk, **other) -> CallingRule:
    said = calling_rules.FRANCE | {"consent": ""} | other
    return calling_rules.save(rule=None, by=desk.boss, at=TUESDAY - DAY, **said)


def log(desk, handoff, at, channel="call", outcome="no_answer", **more) -> Attempt:
    return attempts.log(handoff=handoff, by=desk.lea, at=at, channel=channel, outcome=outcome, **more)


def test_nothing_is_forbidden_until_a_rule_is_switched_on(desk):
    handoff = desk.hand(country="FR")
    log(desk, handoff, EVENING)
    ruled(desk, reach=CallingRule.Reach.NOBODY)
    log(desk, handoff, EVENING + timedelta(minutes=1))
    assert calling.of([handoff.lead_id], EVENING) == {} and not OutsideCall.objects.exists()


def test_a_call_now_outside_the_hours_is_refused_with_the_reason_and_the_next_window(desk):
    ruled(desk)
    handoff = desk.hand(country="FR")
    with pytest.raises(problems.Refusal) as refusal:
        log(desk, handoff, EVENING, outside="asked")
    assert "outside the lawful hours for calls (France)" in str(refusal.value) and refusal.value.field == "outside"
    assert "Lawful from 11 Mar 2026 10:00." in str(refusal.value)
    assert not Attempt.objects.exists()
    for channel, outcome in (("mail", "mail_sent"), ("call", "replied"), ("visit", "reached")):
        log(desk, handoff, EVENING, channel, outcome)
    log(desk, handoff, MORNING)


def test_a_past_call_is_kept_with_why_it_was_made_and_its_story_says_so(desk):
    ruled(desk)
    handoff = desk.hand(country="FR")
    then = {"occurred_at": EVENING}
    with pytest.raises(problems.Refusal, match="Say why it was made all the same"):
        log(desk, handoff, MORNING, **then)
    made = log(desk, handoff, MORNING, **then, outside="asked")
    assert (made.outside.reason, made.outside.rule, made.outside.country) == ("asked", "hours", "FR")
    lines = telling.lines(story.page(handoff.lead, clock.now())[0], personal=True)
    assert any("outside the lawful hours: they asked to be called then" in one.text for one in lines)
    assert AuditEntry.objects.get(verb="attempts.log").detail["outside"] == "asked"
    lawful = log(desk, handoff, MORNING + DAY, occurred_at=MORNING)
    assert not OutsideCall.objects.filter(attempt=lawful).exists()


@pytest.mark.parametrize(
    "lead, reach, counts",
    [
        ({"country": "FR"}, "private", True), ({"country": "france"}, "private", True), ({"phone": "+33 1 23"}, "private", True),
        ({"phone": "0033123"}, "private", True), ({"country": "Belgique"}, "private", False), ({}, "private", False),
        ({"country": "FR", "company": True}, "private", False), ({"company": True}, "all", True),
    ],
)  # fmt: skip
def test_a_rule_counts_for_people_of_its_country_and_for_companies_by_a_switch(desk, lead, reach, counts):
    ruled(desk, reach=reach)
    firm = (
        {"company": facts.company(TUESDAY - DAY, name="Acme", country="France")} if lead.pop("company", False) else {}
    )
    handoff = desk.hand(**lead, **firm)
    assert (handoff.lead_id in calling.of([handoff.lead_id], EVENING)) == counts


def test_other_countries_have_a_rule_of_their_own(desk):
    ruled(desk)
    ruled(desk, country="", zones=["Asia/Tokyo"], holidays=False)
    handoff = desk.hand(country="Japan")
    evening = TUESDAY + timedelta(hours=3)  # 21:00 in Tokyo
    assert calling.of([handoff.lead_id], evening)[handoff.lead_id].verdict.opens == datetime(2026, 3, 11, 1, tzinfo=UTC)
    with pytest.raises(problems.Refusal, match="There is a rule for this country"):
        ruled(desk)


def test_no_more_calls_than_the_law_lets_of_a_lead_and_of_those_merged_into_it(desk):
    ruled(desk, most=2)
    handoff, twin = desk.hand(country="FR"), desk.hand(country="FR")
    first = log(desk, handoff, TUESDAY + timedelta(minutes=1))
    log(desk, twin, TUESDAY + timedelta(hours=1))
    assert calling.of([handoff.lead_id], MORNING)[handoff.lead_id].verdict.allowed
    facts.merge(twin.lead_id, handoff.lead_id, TUESDAY + timedelta(hours=2))
    found = calling.of([handoff.lead_id], MORNING)[handoff.lead_id]
    assert found.verdict.why == "most" and found.verdict.opens == TUESDAY + 30 * DAY + timedelta(minutes=1)
    attempts.undo(attempt=first, by=desk.boss, at=MORNING, reason="another lead")
    assert calling.of([handoff.lead_id], MORNING)[handoff.lead_id].verdict.allowed, "one taken back was none"


def test_after_a_no_or_a_lost_deal_there_is_rest_and_a_consent_may_lift_it(desk):
    rule = ruled(desk)
    handoff, sold = desk.hand(country="FR"), desk.hand(country="FR")
    log(desk, handoff, TUESDAY + timedelta(minutes=1), outcome="reached")
    decisions.give_back(handoff=handoff, by=desk.lea, at=TUESDAY + timedelta(minutes=5), reason="INT-NONE")
    deal = deals.open_deal(lead=sold.lead, handoff=sold, by=desk.lea, at=TUESDAY, title="Pilot")
    deals.lose(deal=deal, by=desk.lea, at=TUESDAY + timedelta(minutes=5), reason="price")
    found = calling.of([handoff.lead_id, sold.lead_id], MORNING)
    assert {one.verdict.why for one in found.values()} == {"rest"} and len(found) == 2
    assert "60 days of rest" in found[sold.lead_id].words
    calling_rules.save(
        rule=rule, by=desk.boss, at=TUESDAY, **calling_rules._values(rule) | {"consent": CallingRule.Consent.LIFTS}
    )
    when = {"occurred_at": TUESDAY, "recorded_at": TUESDAY, "known_at": TUESDAY}
    Consent.objects.create(lead=sold.lead, kind="given", purpose="any", channel="call", **when)
    found = calling.of([handoff.lead_id, sold.lead_id], MORNING)
    assert (found[handoff.lead_id].verdict.why, found[sold.lead_id].verdict.why) == ("rest", "")


def test_where_consent_is_needed_nobody_is_called_without_it(desk):
    ruled(desk, consent=CallingRule.Consent.NEEDED)
    handoff = desk.hand(country="FR")
    found = calling.of([handoff.lead_id], TUESDAY)[handoff.lead_id]
    assert (found.verdict.why, found.verdict.opens) == ("consent", None)
    when = {"occurred_at": TUESDAY, "recorded_at": TUESDAY, "known_at": TUESDAY}
    Consent.objects.create(lead=handoff.lead, kind="given", purpose="prospecting", channel="any", **when)
    assert calling.of([handoff.lead_id], TUESDAY)[handoff.lead_id].verdict.allowed


def test_the_queue_says_from_when_on_somebody_may_be_called(desk):
    ruled(desk)
    rows = [desk.hand(country="FR"), desk.hand(country="BE")]
    lines = list(listing.lines([one.pk for one in rows]).values())
    assert [one["calls"] for one in told(lines, teller(EVENING, clock.zone()), desk.lea)] == [
        "call from tomorrow 10:00",
        "",
    ]
    assert [one["calls"] for one in told(lines, teller(TUESDAY, clock.zone()), desk.lea)] == ["", ""]


@pytest.fixture
def never(desk):
    """A rule by which a private person is never called today, whatever the hour of this test."""
    weekday = (clock.now() + 2 * DAY).astimezone(clock.zone()).isoweekday()
    return ruled(desk, windows={str(weekday): [["10:00", "11:00"]]}, holidays=False, rest=None, most=None)


def test_focus_shows_why_nobody_calls_and_a_call_that_was_made_is_logged_with_its_reason(desk, never):
    handoff = desk.hand(at=clock.now() - timedelta(hours=1), country="FR", phone="+33 6 12 34 56 78")
    rep, there = client_of(desk.lea), f"/queue/{handoff.pk}/"
    page = rep.get(there).text
    assert "No call now: outside the lawful hours for calls (France)" in page and "tel:" not in page
    assert "call from" in rep.get("/queue/").text and "No call now" in rep.get(f"/leads/{handoff.lead_id}/").text
    assert "until calls are lawful" in rep.get(f"{there}snooze/").text
    typed = {"outcome": "reached", "note": "Wants a demo"}
    refused = rep.post(f"{there}attempt/", {"once": new_key(), **typed})
    assert (
        refused.status_code == 422 and "say when it happened and why" in refused.text and "Wants a demo" in refused.text
    )
    said_at = refused.context["form"]["occurred_at"].value()
    assert said_at, "this minute is offered"
    made = rep.post(f"{there}attempt/", {"once": new_key(), **typed, "occurred_at": said_at, "outside": "returned"})
    assert made.status_code == 302 and Attempt.objects.get().outside.reason == "returned"
    assert rep.post(f"{there}attempt/", {"once": new_key(), "outcome": "mail_sent"}).status_code == 302


def test_a_call_kept_on_a_device_is_never_lost(desk, never):
    handoff = desk.hand(at=clock.now() - timedelta(hours=1), country="FR")
    happened = (clock.now() - timedelta(minutes=20)).isoformat()
    fields = {"once": new_key(), "outcome": "voicemail", "note": "In the lift", "happened": happened}
    client_of(desk.lea).post(f"/queue/{handoff.pk}/attempt/", fields, headers={"X-Kept": "1"})
    made = Attempt.objects.get()
    assert (made.outside.reason, made.note.text) == ("away", "In the lift")


def test_programs_read_whether_a_lead_may_be_called(desk, never):
    from smarketing.accounts import tokens

    desk.hand(at=clock.now() - timedelta(hours=1), country="FR")
    _row, key = tokens.issue(
        kind="api", name="crm", by=desk.boss, at=clock.now(), user=desk.lea, scopes=["handoffs.view", "leads.personal"]
    )
    client = client_of(desk.lea)
    client.logout()
    call = client.get("/api/v1/queue/", headers={"Authorization": f"Bearer {key}"}).json()["rows"][0]["call"]
    assert (call["allowed"], call["why"]) == (False, "hours") and call["opens"] and "(France)" in call["words"]


def test_rules_are_written_changed_and_deleted_in_settings(desk):
    boss = client_of(desk.boss)
    assert "Nobody is kept from a call" in boss.get("/settings/calling/").text
    filled = boss.get("/settings/calling/?as=FR").context["form"]
    assert filled["day_1"].value() == "10:00-13:00, 14:00-20:00" and filled["most"].value() == 4
    said = {
        "country": "FR",
        "reach": "private",
        "zones": "Europe/Paris",
        "day_1": "10-13, 14h-20h",
        "within": 30,
        "holidays": "on",
        "most": 4,
    }
    for wrong, what in (
        ({"zones": "Mars/Base"}, "not a time zone"),
        ({"day_1": ""}, "at least one day"),
        ({"day_1": "9"}, "Write hours"),
    ):
        answer = boss.post("/settings/calling/", {"once": new_key(), **said, **wrong})
        assert answer.status_code == 422 and what in answer.text
    assert boss.post("/settings/calling/", {"once": new_key(), **said}).status_code == 302
    rule = CallingRule.objects.get()
    assert rule.windows == {"1": [["10:00", "13:00"], ["14:00", "20:00"]]} and rule.rest is None
    page = boss.get("/settings/calling/").text
    assert "4 calls within 30 days" in page and "none on public holidays" in page
    assert boss.post(f"/settings/calling/{rule.pk}/", {"once": new_key(), **said, "reach": "nobody"}).status_code == 302
    assert CallingRule.objects.get().reach == "nobody" and calling.rules() == {}
    assert boss.get("/settings/calling/?export=csv").status_code == 200
    boss.post(f"/settings/calling/{rule.pk}/delete/", {"once": new_key()})
    assert not CallingRule.objects.exists()
    assert AuditEntry.objects.filter(verb="settings.calling").count() == 3


@pytest.mark.parametrize(
    "text, code",
    [
        ("FR", "FR"),
        (" france ", "FR"),
        ("Allemagne", "DE"),
        ("Germany", "DE"),
        ("UK", "GB"),
        ("Atlantis", ""),
        ("", ""),
    ],
)
def test_a_country_is_known_by_its_code_and_its_names(text, code):
    assert countries.code(text) == code


@pytest.mark.parametrize(
    "phone, code", [("+33 6", "FR"), ("00352 1", "LU"), ("+1 514", ""), ("06 12", ""), ("+352", "LU"), ("", "")]
)
def test_a_number_tells_its_country_where_one_alone_has_its_prefix(phone, code):
    assert countries.of_phone(phone) == code


def test_the_guard_forgotten_would_be_seen(desk, monkeypatch):
    """A planted fault: without the guard the call of the evening is written."""
    ruled(desk)
    handoff = desk.hand(country="FR")
    monkeypatch.setattr(calling, "guard", lambda *args, **more: None)
    log(desk, handoff, EVENING)
    assert HandoffState.objects.get(pk=handoff.pk).attempts == 1 and not OutsideCall.objects.exists()
