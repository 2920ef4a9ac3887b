"""Events that arrive for a lead while it is merged: each counts once for the lead that stays, whoever commits first (I20)."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction

from leads.intake import events, locks
from leads.models import BehaviourDay, Event, Lead
from leads.scoring import ledger, oracle
from leads.twins import merge
from personas.criteria import tree
from smarketing.rows import clock
from tests.leads import facts
from tests.people import person

pytestmark = pytest.mark.django_db(transaction=True)
WAIT = 20  # seconds at most
WAITS = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
PAGE = {"key": "k", "points": 10, "each": True, "when": {"event": {"kind": "page"}}}


def waits() -> bool:
    """Whether the other connection waits for this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction goes on seeing what it saw first
        cursor.execute(WAITS)
        return bool(cursor.rowcount)


class Race:
    """One lead that is merged into another, and three events of it, over a connection each."""

    def __init__(self):
        body = tree.empty_body()
        ledger.ensure([body | {"engagement": body["engagement"] | {"items": [PAGE]}}])
        self.at = clock.now() - timedelta(hours=1)
        self.loser, self.root = facts.lead(self.at), facts.lead(self.at)
        self.boss, self.source = person("bo", "manager", "sales"), facts.source()
        self.first_is_done = threading.Event()

    def merge(self) -> None:
        loser, root = (Lead.objects.get(pk=pk) for pk in (self.loser, self.root))
        merge.merge(loser=loser, root=root, by=self.boss, at=clock.now())

    def arrive(self) -> None:
        rows = [events.NewEvent(f"e{n}", "page", self.at, page="/p", lead_id=self.loser) for n in range(3)]
        events.record_events(rows, source=self.source)

    def run(self, first, second) -> None:
        """`second` begins when `first` has done its work and not yet committed."""

        def hold():
            with transaction.atomic():
                first()
                self.first_is_done.set()
                until = time.monotonic() + WAIT
                while not (self.second_ended.is_set() or waits()) and time.monotonic() < until:
                    time.sleep(0.01)
            connection.close()

        def follow():
            assert self.first_is_done.wait(WAIT)
            second()
            self.second_ended.set()
            connection.close()

        self.second_ended = threading.Event()
        both = [threading.Thread(target=one) for one in (hold, follow)]
        for one in both:
            one.start()
        for one in both:
            one.join(WAIT)
        assert not any(one.is_alive() for one in both)

    def counted(self) -> list[int]:
        """Events of the loser and of the root, by the ledger; then by plain Python."""
        told = [sum(BehaviourDay.objects.filter(lead=pk).values_list("n", flat=True)) for pk in (self.loser, self.root)]
        seen = sum(n for _day, n in oracle.LeadFacts(self.root, clock.now()).events({"kind": "page"}))
        return [*told, seen]


@pytest.mark.invariant("I20")
@pytest.mark.parametrize("first", ["merge", "arrive"])
def test_events_of_the_loser_arriving_while_it_is_merged_count_once(first):
    race = Race()
    second = "arrive" if first == "merge" else "merge"
    race.run(getattr(race, first), getattr(race, second))
    assert Lead.objects.get(pk=race.loser).root_id == race.root and Event.objects.count() == 3
    assert race.counted() == [3, 3, 3]
    race.arrive()  # the same messages again
    assert Event.objects.count() == 3 and race.counted() == [3, 3, 3]


@pytest.mark.invariant("I20", mutant="events that do not wait for a merge under way")
def test_without_the_lock_events_are_lost(monkeypatch):
    monkeypatch.setattr(locks, "merges_stand", lambda of=(): False)
    race = Race()
    race.run(race.merge, race.arrive)
    assert race.counted() != [3, 3, 3]
