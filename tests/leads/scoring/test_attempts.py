"""What sales did counts like what leads did: in the ledger, in SQL, on arrays and in plain Python; a recycling leaves it."""

from datetime import timedelta

import pytest

from leads.models import LeadDirty
from leads.scoring import asks, days, ledger, oracle, sums
from leads.scoring.program import Program
from smarketing.rows import clock
from tests.leads import definitions, facts, worlds
from tests.leads.scoring.test_compile import scores
from tests.leads.scoring.test_sums import move
from tests.leads.scoring.test_timeline import walked

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def tried(daily: int | None = None) -> dict:
    """Minus 10 for each call without an answer in 30 days; never after three attempts of any kind."""
    call = {"event": {"kind": "attempt", "channel": "call", "outcome": "no_answer"}, "within": 30}
    page = {"event": {"kind": "page"}, "within": 30}
    body = definitions.simple(never=[{"event": {"kind": "attempt"}, "count": 3}])
    looked = {"key": "looked", "points": 20, "each": True, "daily": daily, "when": page}
    body["engagement"]["items"] = [looked, {"key": "called", "points": -10, "each": True, "when": call}]
    return body


def said(lead: int, body: dict, at) -> tuple[int, bool]:
    """(engagement, MQL) by SQL, which plain Python and the walk confirm."""
    found = scores(body, asks.listed([(lead, at)]))[lead, at]
    judged = oracle.score(lead, body, at)
    assert (found[2], found[4], found[5]) == (judged.engagement, judged.contributions, judged.mql)
    moments, rows = walked(body, [lead], line_from=at - 60 * DAY, until=at)[lead]
    assert moments and rows[-1][2] == judged.engagement
    return judged.engagement, judged.mql


def test_attempts_count_by_channel_and_outcome_until_they_are_taken_back():
    at, body = clock.now() - DAY, tried()
    ledger.ensure([body])
    lead = facts.lead(at - 40 * DAY, country="FR")
    for ago in (2, 3, 4):
        facts.event(lead, "page", at - ago * DAY)
    assert said(lead, body, at) == (60, True)
    facts.attempt(lead, "mail", "mail_sent", at - 2 * DAY)
    called = facts.attempt(lead, "call", "no_answer", at - 2 * DAY, at - DAY)
    assert said(lead, body, at) == (50, False)
    third = facts.attempt(lead, "call", "reached", at - timedelta(hours=1))
    assert not said(lead, body, at)[1] and oracle.score(lead, body, at).failures[0].path == ("never", 0)
    facts.correct("attempt", called, at)
    facts.correct("attempt", third, at)
    assert said(lead, body, at) == (60, True)
    assert said(lead, body, at - timedelta(minutes=1))[0] == 50


@pytest.mark.invariant("I6", mutant="attempts go with a reset, as what the lead did")
def test_a_recycling_leaves_attempts_standing(monkeypatch):
    at, body = clock.now() - DAY, tried()
    body["engagement"]["items"][1]["points"] = 15
    version = definitions.version(body, at - 50 * DAY)
    ledger.ensure([body])
    lead = facts.lead(at - 40 * DAY, country="FR")
    facts.event(lead, "page", at - 6 * DAY)
    facts.attempt(lead, "call", "no_answer", at - 6 * DAY)
    day = days.here().of(at)
    move(version, [lead], day - 5 * DAY)
    facts.reset(lead, at - 3 * DAY)
    move(version, [lead], day - DAY, day)
    assert said(lead, body, at)[0] == 15
    monkeypatch.setattr(Program, "lasting", property(lambda program: set()))
    assert sums.differences(version, sums.block_of(lead), sums.block_of(lead) + sums.SIZE, day)
    with pytest.raises(AssertionError):
        said(lead, body, at)


@pytest.mark.invariant("I6", mutant="every event of a day counts")
def test_only_so_many_acts_of_a_local_day_count(monkeypatch):
    at, body = clock.now() - DAY, tried(daily=2)
    version = definitions.version(body, at - 50 * DAY)
    ledger.ensure([body])
    lead, other = (facts.lead(at - 40 * DAY, country="FR") for _ in range(2))
    day = days.here().of(at)
    noon = days.here().midnight(day - 5 * DAY) + timedelta(hours=12)
    for minutes in range(5):
        facts.event(lead, "page", noon + timedelta(minutes=minutes))
        facts.event(other, "page", noon + timedelta(minutes=minutes))
    move(version, [lead], day - 4 * DAY)
    late = facts.event(lead, "page", noon, noon + DAY)  # one more of that day, learned a day later, then none
    move(version, [lead], day - 3 * DAY)
    facts.event(lead, "page", noon + 2 * DAY)
    facts.correct("event", late, noon + 3 * DAY)
    move(version, [lead], day - DAY, day, day + 24 * DAY, day + 25 * DAY, day + 40 * DAY)
    assert said(lead, body, at)[0] == 60 and said(other, body, at)[0] == 40
    monkeypatch.setattr("leads.scoring.timeline.points.first_of_day", lambda lead, at, day, most: slice(None))
    with pytest.raises(AssertionError):
        said(other, body, at)


def test_an_attempt_wakes_the_judge(monkeypatch):
    from leads.intake import facts as intake
    from smarketing.rows.fence import open_fence

    lead = facts.lead(worlds.NOON, country="FR")
    number = facts.attempt(lead, "call", "reached", worlds.NOON)
    LeadDirty.objects.all().delete()
    intake.attempted([], [lead], open_fence())
    assert LeadDirty.objects.filter(pk=lead).exists()
    LeadDirty.objects.all().delete()
    intake.correct(subject="attempt", subject_ids=[number], by=None, at=clock.now())
    assert LeadDirty.objects.filter(pk=lead).exists()
