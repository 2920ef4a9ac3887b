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

RACER = """
import os, random, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "smarketing.settings"
import django
django.setup()
from django.db import transaction
from leads.handoffs import routing
from leads.models import HandoffState
from smarketing.accounts.models import User
from smarketing.rows import clock
rep, naive, start = User.objects.get(pk=int(sys.argv[1])), sys.argv[2] == "naive", float(sys.argv[3])

def select_then_update(pk, by):  # the planted fault: look first, write later
    row = HandoffState.objects.get(pk=pk)
    if not row.is_open or row.rep_id:
        return None
    time.sleep(0.002)
    HandoffState.objects.filter(pk=pk).update(rep=by)
    return row.pool_id or 0

if naive:
    routing._claim = select_then_update
ids = list(HandoffState.objects.filter(is_open=True).order_by("pk").values_list("pk", flat=True))
time.sleep(max(0, start - time.time()))
for pk in ids:
    try:
        routing.take(handoff=pk, by=rep, at=clock.now())
    except routing.Taken:
        pass
"""


def race(urls: dict[str, str], reps: int, handoffs: int, how: str) -> Counter:
    """Handoff -> how many reps believe they took it."""
    import time

    line, at = DefinitionLine.objects.create(name=how), clock.now()
    for _ in range(handoffs):
        lead = Lead.objects.get(pk=facts.lead(at - timedelta(days=1)))
        handing.hand_over(lead=lead, line=line, gate="manual", by=None, at=at)
    people = [person(f"{how}{n}", "rep") for n in range(reps)]
    env = os.environ | urls
    start = str(time.time() + 3 + reps * 0.6)
    racers = [
        subprocess.Popen([sys.executable, "-c", RACER, str(one.pk), how, start], env=env, cwd=os.getcwd())
        for one in people
    ]
    assert [one.wait() for one in racers] == [0] * reps
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
