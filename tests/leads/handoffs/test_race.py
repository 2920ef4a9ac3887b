"""Many reps racing for handoffs: none is ever taken twice; with the lock off the same race finds doubles (I4)."""

import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest

from leads.handoffs import states
from leads.models import Assignment, Handoff, Lead
from personas.models import DefinitionLine
from smarketing.rows import clock
from tests.people import person

MANY = 20_000
RACERS = """
import os, random, sys, time
WINDOW = 1000
os.environ["DJANGO_SETTINGS_MODULE"] = "smarketing.settings"
import django
django.setup()
from leads.handoffs import routing
from leads.models import HandoffState
from smarketing.accounts.models import User
from smarketing.rows import clock

def select_then_update(pk, by):  # the planted fault: look first, write later
    row = HandoffState.objects.get(pk=pk)
    if not row.is_open or row.rep_id:
        return None
    time.sleep(0.002)
    HandoffState.objects.filter(pk=pk).update(rep=by)
    return row.pool_id or 0

if sys.argv[1] == "naive":
    routing._claim = select_then_update
reps, begin, started = sys.argv[2:], os.pipe(), []
for rep in reps:  # each rep is a process with a connection of its own; all begin when the last one is ready
    ready = os.pipe()
    if not os.fork():
        os.close(begin[1])
        by = User.objects.get(pk=int(rep))
        free = HandoffState.objects.filter(is_open=True, rep=None).order_by("pk").values_list("pk", flat=True)
        draw, some = random.Random(int(rep)), list(free[:WINDOW])
        os.write(ready[1], b"!")
        os.read(begin[0], 1)
        while some:  # whatever is free now, a few of the oldest in an order of one's own
            for pk in draw.sample(some, min(len(some), 20)):
                try:
                    routing.take(handoff=pk, by=by, at=clock.now())
                except routing.Taken:
                    pass
            some = list(free[:WINDOW])
        os._exit(0)
    os.read(ready[0], 1)
    started.append(ready)
os.close(begin[1])  # everybody reads the end of this pipe at once
sys.exit(max(os.waitpid(-1, 0)[1] for _rep in reps))
"""


def race(urls: dict[str, str], reps: int, handoffs: int, how: str) -> Counter:
    """Handoff -> how many reps believe they took it."""
    line, at = DefinitionLine.objects.create(name=how), clock.now()
    born = {"created_at": at - timedelta(days=1), "recorded_at": at - timedelta(days=1)}
    leads = Lead.objects.bulk_create([Lead(**born) for _ in range(handoffs)], batch_size=5000)
    dated = {"line": line, "gate": "manual", "occurred_at": at, "recorded_at": at, "known_at": at}
    made = Handoff.objects.bulk_create([Handoff(lead=lead, **dated) for lead in leads], batch_size=5000)
    states.derive([one.pk for one in made])
    people = [str(person(f"{how}{n}", "rep").pk) for n in range(reps)]
    subprocess.run([sys.executable, "-c", RACERS, how, *people], env=os.environ | urls, cwd=os.getcwd(), check=True)
    taken = Assignment.objects.filter(how="taken", handoff__line=line)
    return Counter(taken.values_list("handoff_id", flat=True))


@pytest.mark.invariant("I4", mutant="plain select, then update")
@pytest.mark.django_db(transaction=True)
def test_processes_racing_take_each_handoff_once_and_the_naive_take_is_caught(database_urls):
    taken = race(database_urls, 8, 20, "locked")
    assert len(taken) == 20 and set(taken.values()) == {1}
    doubled = race(database_urls, 8, 20, "naive")
    assert max(doubled.values()) > 1


@pytest.mark.trust
@pytest.mark.invariant("I4")
@pytest.mark.django_db(transaction=True)
def test_fifty_processes_racing_take_each_handoff_once(database_urls):
    taken = race(database_urls, 50, MANY, "locked")
    assert len(taken) == MANY and set(taken.values()) == {1}


@pytest.mark.trust
@pytest.mark.invariant("I4", mutant="fifty select first, then update")
@pytest.mark.django_db(transaction=True)
def test_fifty_processes_without_the_lock_take_some_handoffs_twice(database_urls):
    assert max(race(database_urls, 50, MANY // 10, "naive").values()) > 1
