"""Many reps racing for handoffs: none is ever taken twice; with the lock off the same race finds doubles (I4)."""

import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest

from leads.handoffs import handing
from leads.models import Assignment, Lead
from personas.models import DefinitionLine
from smarketing.rows import clock
from tests.leads import facts
from tests.people import person

RACERS = """
import os, sys, time
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
        ids = list(HandoffState.objects.filter(is_open=True).order_by("pk").values_list("pk", flat=True))
        os.write(ready[1], b"!")
        os.read(begin[0], 1)
        for pk in ids:
            try:
                routing.take(handoff=pk, by=by, at=clock.now())
            except routing.Taken:
                pass
        os._exit(0)
    os.read(ready[0], 1)
    started.append(ready)
os.close(begin[1])  # everybody reads the end of this pipe at once
sys.exit(max(os.waitpid(-1, 0)[1] for _rep in reps))
"""


def race(urls: dict[str, str], reps: int, handoffs: int, how: str) -> Counter:
    """Handoff -> how many reps believe they took it."""
    line, at = DefinitionLine.objects.create(name=how), clock.now()
    for _ in range(handoffs):
        lead = Lead.objects.get(pk=facts.lead(at - timedelta(days=1)))
        handing.hand_over(lead=lead, line=line, gate="manual", by=None, at=at)
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
    taken = race(database_urls, 50, 200, "locked")
    assert len(taken) == 200 and set(taken.values()) == {1}


@pytest.mark.trust
@pytest.mark.invariant("I4", mutant="fifty select first, then update")
@pytest.mark.django_db(transaction=True)
def test_fifty_processes_without_the_lock_take_some_handoffs_twice(database_urls):
    assert max(race(database_urls, 50, 200, "naive").values()) > 1
