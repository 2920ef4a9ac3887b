"""One story, one order: nothing is lost or shown twice over its pages, what was taken back stays, late facts say so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import formats, timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.evidence import story, telling, whens
from leads.handoffs import attempts, deals, decisions, evidence
from leads.models import Attempt, Lead
from personas import starters
from tests.leads import definitions, facts, worlds
from tests.leads.handoffs.desk import Desk, now
from tests.scale import examples

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def read(lead: int, t=NOW, size: int = 200, only: str = "all") -> list[story.Entry]:
    """The whole story, page by page."""
    one, found, place = Lead.objects.get(pk=lead), [], None
    for _ in range(400):
        entries, place = story.page(one, t, only=only, before=place, size=size)
        found += entries
        if place is None:
            return found
    raise AssertionError("pages without end")


def texts(lead: int, personal: bool = True, **asked) -> list[str]:
    return [line.text for line in telling.lines(read(lead, **asked), personal=personal)]


@pytest.mark.sized
@settings(max_examples=examples(25), deadline=None, suppress_health_check=QUIET)
@given(life=worlds.lives, size=st.integers(1, 7))
def test_pages_of_any_size_tell_the_same_story_in_one_order(life, size):
    worlds.catalogue()
    lead, _asked = worlds.live(life)
    whole = read(lead, worlds.NOON)
    assert read(lead, worlds.NOON, size) == whole
    places = [entry.place for entry in whole]
    assert places == sorted(places, reverse=True) and len(set(places)) == len(places)
    told = sum(entry.n for entry in whole if entry.kind == "event")
    from leads.models import Event

    mine = Event.objects.filter(known_at__lte=worlds.NOON, occurred_at__lte=worlds.NOON)
    joined = story._subjects(list(story.members(lead, worlds.NOON)))["visitors"]
    assert told == mine.filter(lead=lead).count() + mine.filter(lead=None, visitor__in=joined).count()


@pytest.mark.sized
@settings(max_examples=examples(15), deadline=None, suppress_health_check=QUIET)
@given(life=worlds.lives)
def test_as_of_an_instant_nothing_is_told_that_was_not_known(life):
    worlds.catalogue()
    lead, asked = worlds.live(life)
    for t in asked:
        known = [entry for entry in read(lead, t) if entry.kind != "born"]
        assert all(entry.at <= t for entry in known)
        back = {entry.correction_id for entry in known} - {None}
        from leads.models import Correction

        assert not Correction.objects.filter(pk__in=back, known_at__gt=t).exists()


def test_the_same_deed_of_a_day_is_one_line_with_its_count():
    lead = facts.lead(AT)
    for minutes in (0, 20, 50):
        facts.event(lead, "page", AT + timedelta(minutes=minutes), page="/pricing")
    facts.event(lead, "page", AT + timedelta(days=1), page="/pricing")
    visits = [entry for entry in read(lead) if entry.kind == "event"]
    assert [entry.n for entry in visits] == [1, 3]
    assert (visits[1].first_at, visits[1].at) == (AT, AT + timedelta(minutes=50))
    assert "visited the page /pricing" in texts(lead)


def test_what_was_learned_late_says_when():
    lead = facts.lead(AT)
    facts.event(lead, "webinar", AT, AT + timedelta(days=3), name="SLA")
    (line,) = telling.lines([one for one in read(lead) if one.kind == "event"], personal=True)
    assert line.learned == "23 Nov 2026" and "SLA" in line.text


def test_what_was_taken_back_stays_struck_through_and_apart():
    lead = facts.lead(AT)
    facts.event(lead, "page", AT, page="/pricing")
    facts.correct("event", facts.event(lead, "page", AT, page="/pricing"), AT + timedelta(hours=1))
    struck = {entry.correction_id is not None: entry.n for entry in read(lead) if entry.kind == "event"}
    assert struck == {True: 1, False: 1}


def test_visits_before_a_join_belong_to_the_story():
    lead, who = facts.lead(AT), facts.visitor(AT)
    facts.event(None, "page", AT, visitor=who, page="/a")
    assert [one.kind for one in read(lead)] == ["born"]
    facts.join(who, lead, AT + timedelta(hours=1))
    assert [one.kind for one in read(lead)] == ["join", "event", "born"]


def test_values_of_one_moment_are_one_line_and_personal_ones_are_hidden_from_a_viewer():
    lead = facts.lead(AT, first_name="Éloïse", country="FR")
    (line,) = telling.lines(read(lead, only="values"), personal=True)
    assert dict(line.pairs) == {"first name": "Éloïse", "country": "FR"}
    (blind,) = telling.lines(read(lead, only="values"), personal=False)
    assert dict(blind.pairs) == {"first name": "•••", "country": "FR"}


def test_the_values_of_a_deal_are_told_in_words():
    """The rep by name, the day of closing as a day; nothing as it is stored."""
    desk = Desk()
    handoff = desk.hand()
    deal = deals.open_deal(lead=handoff.lead, handoff=handoff, by=desk.lea, at=now(), title="Pilot")
    deals.win(deal=deal, by=desk.lea, at=now(), amount=Decimal(12_000))
    told = [dict(line.pairs) for line in telling.lines(read(handoff.lead_id, now()), personal=True) if line.pairs]
    said = {name: value for pairs in reversed(told) for name, value in pairs.items()}
    assert said["rep"] == "lea"
    assert said["closed on"] == formats.date_format(timezone.localtime(now()), "SHORT_DATE_FORMAT")
    assert "closed_day_only" not in said


def test_a_handoff_is_told_from_hand_over_to_decision():
    desk = Desk()
    handoff = desk.hand()
    at = now()
    decisions.accept(handoff=handoff, by=desk.lea, at=at)
    attempt = attempts.log(
        handoff=handoff,
        by=desk.lea,
        at=at,
        channel=Attempt.Channel.CALL,
        outcome=Attempt.Outcome.REACHED,
        note="Ring back",
    )
    t = now()
    lines = telling.lines(read(handoff.lead_id, t), personal=True)
    said = [line.text for line in lines]
    assert "call: reached" in said and "handoff accepted" in said and any("is in charge" in one for one in said)
    assert [line.note for line in lines if line.entry.kind == "attempt"] == ["Ring back"]
    assert not any(line.note for line in telling.lines(read(handoff.lead_id, t), personal=False))
    assert {one.kind for one in read(handoff.lead_id, t, only="calls")} == {"attempt"}
    assert {one.kind for one in read(handoff.lead_id, t, only="stages")} >= {"handoff", "assignment", "decision"}
    attempts.undo(attempt=attempt, by=desk.lea, at=now())
    lines = telling.lines(read(handoff.lead_id, now()), personal=True)
    assert [bool(line.taken_back) for line in lines if line.entry.kind == "attempt"] == [True]


def test_a_decision_is_told_with_what_proves_it_and_the_day_of_return():
    desk, at = Desk(), now()
    bad, twin, foreign = desk.hand(at=at), desk.hand(at=at, email="ann@acme.test"), desk.hand(rep="paul", at=at)
    decisions.refuse(handoff=bad, by=desk.lea, at=at, reason="DATA-BAD", evidence="field:lead.phone")
    day = formats.date_format(timezone.localtime(at).date() + timedelta(days=30), "SHORT_DATE_FORMAT")
    assert f"handoff refused · Invalid contact data · may come back on {day} · phone" in texts(bad.lead_id, t=now())
    decisions.refuse(handoff=twin, by=desk.boss, at=at, reason="REL-DUP", evidence=str(foreign.lead_id))
    entries = read(twin.lead_id, now())
    for reader, opens in ((desk.lea, False), (desk.paul, True), (desk.boss, True), (None, False)):
        line = next(
            one for one in telling.lines(entries, personal=True, lead=twin.lead_id, reader=reader) if one.record
        )
        words = f"lead {foreign.lead_id} (to be confirmed by a manager)"
        assert (line.record.words, line.record.opens) == (words, opens)
        assert line.told == "handoff refused · Duplicate of another lead · " and line.text == line.told + words


def test_a_decision_tells_the_criterion_it_contradicts():
    desk, at = Desk(), now() - timedelta(days=1)
    definitions.version(starters.body("b2b"), at - timedelta(days=30), on=desk.line)
    handoff = desk.hand(at=at)
    value, words = evidence.choices("criterion", handoff)[0]
    decisions.refuse(handoff=handoff, by=desk.lea, at=at, reason="FIT-SIZE", evidence=value)
    assert f"handoff refused · Company too small or too large · contradicts “{words}”" in texts(
        handoff.lead_id, t=now()
    )


def test_what_was_written_later_the_same_day_says_when():
    desk = Desk()
    at = facts_day()
    handoff = desk.hand(at=at - timedelta(hours=1))
    lines = []
    for minutes in (4, 6):
        made = attempts.log(handoff=handoff, by=desk.lea, at=at, channel="call", outcome="no_answer")
        entry = next(one for one in read(handoff.lead_id, now()) if one.kind == "attempt" and one.id == made.pk)
        late = replace(entry, recorded_at=entry.at + timedelta(minutes=minutes))
        lines += telling.lines([late], personal=True, lead=handoff.lead_id)
    assert [(one.learned, one.recorded) for one in lines] == [("", ""), ("", whens.time(at + timedelta(minutes=6)))]


def facts_day():
    """Some noon of before: minutes after it are of the same day in any zone of the tests."""
    return (now() - timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)


def test_every_kind_and_filter_can_be_told():
    assert set(story.FILTERS["all"]) == set(story.PARTS)
    told = {"sold": "change"}
    assert {told.get(part, part) for part in story.PARTS} == set(telling.KINDS)
    lead = facts.lead(AT)
    for only in story.FILTERS:
        read(lead, only=only)
