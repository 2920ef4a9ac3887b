"""The ledger counts what the pure filters match, by the day it happened and the day we knew."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.intake.events import NewEvent, record_events
from leads.intake.facts import Birth, Origin, correct, create_leads
from leads.models import Behaviour, BehaviourDay, Event
from leads.scoring import backfill, ledger
from leads.scoring.days import Days
from personas.criteria.behaviours import EVENT_KINDS, matches
from tests.leads import facts
from tests.personas.criteria.samples import body, event, item

T = datetime(2026, 3, 28, 20, tzinfo=UTC)
PARIS = Days(ZoneInfo("Europe/Paris"))
LEDGER = "SELECT lead_id, behaviour_id, occurred_day, known_day, n FROM leads_behaviourday ORDER BY 1, 2, 3, 4"

words = st.sampled_from(["Élan", "élan", "ÉLAN!", "pricing", "/Pricing/team", "/pricing", "x", ""])
scalars = st.none() | st.booleans() | st.integers(-5, 70) | words | st.sampled_from(["12", "12.5", "007", "-0", "1e3"])
conditions = st.one_of(
    st.builds(lambda k, o, v: {"key": k, "op": o, "value": v}, st.sampled_from("ab"), st.sampled_from(["is", "is_not"]),
              st.booleans() | st.integers(-5, 70) | words.filter(bool)),
    st.builds(lambda k, o: {"key": k, "op": o}, st.sampled_from("ab"), st.sampled_from(["is_set", "is_not_set"])),
    st.builds(lambda k, o, v: {"key": k, "op": o, "value": v}, st.sampled_from("ab"), st.sampled_from(["at_least", "at_most"]), st.integers(0, 60)),
    st.builds(lambda k, o, v: {"key": k, "op": o, "value": v}, st.sampled_from("ab"), st.sampled_from(["contains", "starts_with"]), words.filter(bool)),
    st.builds(lambda k, o, v: {"key": k, "op": o, "value": v}, st.sampled_from("ab"), st.sampled_from(["one_of", "none_of"]),
              st.lists(words.filter(bool), min_size=1, max_size=3, unique=True)),
    st.builds(lambda k, v: {"key": k, "op": "between", "value": sorted(v)}, st.sampled_from("ab"), st.lists(st.integers(-5, 70), min_size=2, max_size=2)),
)  # fmt: skip
filters = st.fixed_dictionaries(
    {"kind": st.sampled_from(EVENT_KINDS[:3])},
    optional={
        "name": words.filter(bool),
        "form": words.filter(bool),
        "page": st.builds(lambda o, v: {"op": o, "value": v}, st.sampled_from(["like", "is"]), words.filter(bool)),
        "props": st.lists(conditions, min_size=1, max_size=2),
    },
)
happenings = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(EVENT_KINDS[:3]), "name": words, "form": words, "page": words,
        "props": st.dictionaries(st.sampled_from("ab"), scalars | st.lists(st.integers(), max_size=1), max_size=2),
        "ago": st.integers(0, 5000), "late": st.sampled_from([0, 0, 1, 300, 3000]),
    }
)  # fmt: skip


@pytest.mark.django_db
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(filters, min_size=1, max_size=4), st.lists(happenings, max_size=12))
def test_the_ledger_counts_what_the_filters_match(wanted, happened):
    ledger.ensure([body(engagement=[item(f"k{i}", 1, {"event": one}) for i, one in enumerate(wanted)])])
    lead, expected = facts.lead(T - timedelta(days=10)), Counter()
    for one in happened:
        at = T - timedelta(minutes=one["ago"])
        known = at + timedelta(minutes=one["late"])
        fields = {part: one[part] for part in ("name", "form", "page")}
        facts.event(lead, one["kind"], at, known, props=one["props"], **fields)
        for pk, filter_ in ledger.active().items():
            if matches(filter_, one):
                expected[lead, pk, PARIS.of(at), PARIS.of(known)] += 1
    mine = {row[:4]: row[4] for row in facts.rows(LEDGER) if row[0] == lead}
    assert mine == dict(expected)


@pytest.mark.django_db
def test_a_backfill_and_the_hooks_write_the_same_rows():
    pages = ledger.ensure([body(engagement=[item("k", 1, event("page"))])])
    one, two = facts.lead(T), facts.lead(T)
    who = facts.visitor(T)
    for hours in range(0, 60, 7):
        facts.event(one, "page", T + timedelta(hours=hours))
        facts.event(None, "page", T + timedelta(hours=hours), visitor=who)
    early = facts.event(None, "page", T, visitor=who)
    facts.correct("event", early, T + timedelta(hours=1))
    facts.join(who, two, T + timedelta(hours=30))
    last = facts.event(one, "page", T, T + timedelta(hours=50))
    facts.correct("event", last, T + timedelta(hours=80))
    before = facts.rows(LEDGER)
    assert sum(row[4] for row in before if row[0] == two) == 9 and any(row[4] < 0 for row in before)
    assert backfill.run(pages, at=T) == len(before)
    assert facts.rows(LEDGER) == before
    assert Behaviour.objects.get().backfilled_at == T


@pytest.mark.django_db
def test_a_backfill_goes_on_where_its_time_was_over(monkeypatch):
    pages = ledger.ensure([body(engagement=[item("k", 1, event("page"))])])
    leads = create_leads([Birth(T) for _ in range(5)], origin=Origin())
    for lead in leads:
        facts.event(lead, "page", T)
    before = facts.rows(LEDGER)
    counted: list[tuple[list[int], int]] = []
    count = backfill.count

    def watch(ids: list[int], low: int, high: int) -> int:
        counted.append((ids, low - leads[0]))
        return count(ids, low, high)

    monkeypatch.setattr(backfill, "CHUNK", 2)
    monkeypatch.setattr(backfill, "count", watch)
    monkeypatch.setattr(backfill.bell, "TURN", 0)
    assert backfill.drain() == 1 and not ledger.counted([pages[0].key])
    forms = ledger.ensure([body(engagement=[item("k", 1, event("form"))])])
    one, two = pages[0].pk, forms[0].pk
    for _turn in range(3):
        backfill.drain()
    assert counted == [([one], 0), ([two], 0), ([one, two], 2), ([one, two], 4)]
    assert facts.rows(LEDGER) == before and ledger.counted([pages[0].key, forms[0].key])
    Behaviour.objects.update(counted_to=leads[-1])  # somebody slower, who counted beside whoever ended
    assert backfill.run(pages, at=T) == len(before) and facts.rows(LEDGER) == before  # from the first lead on


@pytest.mark.django_db
def test_intake_calls_the_ledger():
    ledger.ensure([body(engagement=[item("k", 1, event("page"))])])
    lead = create_leads([Birth(T)], origin=Origin())[0]
    batch = [NewEvent(message_id=str(n), kind="page", occurred_at=T, lead_id=lead) for n in range(3)]
    record_events(batch, source=facts.source())
    assert BehaviourDay.objects.get().n == 3
    correct(subject="event", subject_ids=[batch[0].id], by=None, at=T)
    assert sum(BehaviourDay.objects.values_list("n", flat=True)) == 2


@pytest.mark.django_db(transaction=True)
def test_a_backfill_beside_writers_loses_and_doubles_nothing():
    leads = create_leads([Birth(T) for _ in range(40)], origin=Origin())
    source = facts.source()

    def write(first: int) -> None:
        for n in range(40):
            batch = [
                NewEvent(message_id=f"{first}-{n}-{lead}", kind="page", occurred_at=T, lead_id=lead)
                for lead in leads[::3]
            ]
            record_events(batch, source=source)
        connections.close_all()

    writers = [Thread(target=write, args=[n]) for n in range(2)]
    for writer in writers:
        writer.start()
    for kind in ("page", "form"):
        backfill.run(ledger.ensure([body(engagement=[item("k", 1, event(kind))])]), at=T)
    for writer in writers:
        writer.join()
    assert sum(BehaviourDay.objects.values_list("n", flat=True)) == Event.objects.count() == 2 * 40 * 14
