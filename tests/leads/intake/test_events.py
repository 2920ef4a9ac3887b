"""Events: counted once at any retry distance, in any mixture; a refused one leaves nothing."""

import random
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.db import connections

from leads.intake import hooks
from leads.intake.events import NewEvent, record_events
from leads.intake.facts import Birth, Origin, create_leads
from leads.models import Event, EventKey, EventPayload, LeadDirty, Source

T = datetime(2026, 3, 1, tzinfo=UTC)


def event(n: int, **fields) -> NewEvent:
    return NewEvent(**{"message_id": f"m{n}", "kind": "page", "occurred_at": T, "page": f"/{n}"} | fields)


@pytest.fixture
def source(db):
    return Source.objects.create(name="site")


def test_the_same_message_again_is_counted_once_and_another_body_is_named(source):
    first = record_events([event(1), event(2, properties={"a": 1}), event(1)], source=source)
    assert (first.added, first.same, first.clashes) == ([0, 1], [2], [])
    again = record_events([event(3), event(2, properties={"a": 1}), event(1, page="/other")], source=source)
    assert (again.added, again.same, again.clashes) == ([0], [1], [2])
    assert Event.objects.count() == EventKey.objects.count() == 3
    assert EventPayload.objects.get().properties == {"a": 1}


def test_two_sources_may_use_the_same_message_id(source):
    other = Source.objects.create(name="other")
    assert record_events([event(1)], source=source).added == record_events([event(1)], source=other).added == [0]


def test_ids_are_in_order_of_arrival_though_keys_are_written_sorted(source):
    record_events([event(n) for n in range(50)], source=source)
    assert list(Event.objects.order_by("id").values_list("page", flat=True)) == [f"/{n}" for n in range(50)]


@pytest.mark.parametrize("count", [999, 1000])
def test_many_events_go_in_by_either_path_the_same(source, count):
    ugly = "tab\tback\\slash\nline\rend « é » \\N"
    record_events([event(n, name=ugly, properties={"t": ugly, "n": None}) for n in range(count)], source=source)
    assert Event.objects.filter(name=ugly, campaign=None).count() == count
    assert EventPayload.objects.filter(properties={"t": ugly, "n": None}).count() == count


def test_a_clock_ahead_is_taken_as_of_its_recording(source):
    record_events([event(1, occurred_at=datetime(2100, 1, 1, tzinfo=UTC))], source=source)
    one = Event.objects.get()
    assert one.occurred_at == one.recorded_at


def test_events_of_a_lead_mark_it_and_are_told_once(source, monkeypatch):
    told = []
    monkeypatch.setattr(hooks, "events", [lambda rows, fence: told.extend(rows)])
    lead = create_leads([Birth(T)], origin=Origin())[0]
    LeadDirty.objects.all().delete()
    for _retry in range(2):
        record_events([event(1, lead_id=lead), event(2)], source=source)
    assert [row.page for row in told] == ["/1"]
    assert list(LeadDirty.objects.values_list("lead_id", flat=True)) == [lead]


@pytest.mark.invariant("I3")
def test_a_hook_that_fails_leaves_nothing(source, monkeypatch):
    monkeypatch.setattr(hooks, "events", [lambda rows, fence: 1 / 0])
    with pytest.raises(ZeroDivisionError):
        record_events([event(1)], source=source)
    assert not Event.objects.exists() and not EventKey.objects.exists()


def send(source: Source, batches: list[list[int]]) -> None:
    try:
        for batch in batches:
            record_events([event(n) for n in batch], source=source)
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "keyed",
    [
        pytest.param(True, id="keys", marks=pytest.mark.invariant("I1")),
        pytest.param(False, id="keys dropped", marks=pytest.mark.invariant("I1", mutant="drop the key")),
    ],
)
def test_four_clients_that_resend_and_overlap_are_counted_once(keyed, monkeypatch):
    source = Source.objects.create(name="site")
    if not keyed:
        from leads.intake import events

        monkeypatch.setattr(events, "_reserve", lambda batch, *_: events.Outcome(list(range(len(batch))), [], []))
    draw, clients = random.Random(7), []
    for _client in range(4):
        numbers = [draw.randrange(600) for _ in range(300)]
        batches = [numbers[at : at + 25] for at in range(0, 300, 25)]
        batches += draw.sample(batches, 4)  # 30 % resent
        draw.shuffle(batches)
        clients.append(batches)
    threads = [Thread(target=send, args=(source, batches)) for batches in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = {n for batches in clients for batch in batches for n in batch}
    once = Event.objects.count() == len(sent) and set(Event.objects.values_list("page", flat=True)) == {
        f"/{n}" for n in sent
    }
    assert once is keyed


@pytest.mark.invariant("I1")
def test_a_resend_forty_days_later_is_the_same_message(source):
    from smarketing.rows.models import Installation

    record_events([event(1)], source=source)
    Installation.objects.create(kind="demo", company="x", clock_offset=timedelta(days=40))
    assert record_events([event(1)], source=source).same == [0]
