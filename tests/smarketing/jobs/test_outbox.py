"""A side effect is intended if and only if its change committed; it is delivered at least once, with a stable id."""

import os
import signal
import subprocess
import sys

import pytest
from django.db import transaction

from smarketing.jobs import bell, outbox
from smarketing.jobs.models import Heartbeat, Outbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def letters(monkeypatch):
    got = []
    monkeypatch.setitem(outbox.HANDLERS, "letter", lambda number, body: got.append((number, body["to"])))
    return got


@pytest.mark.invariant("I16")
def test_rolled_back_it_was_never_intended(letters):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.intend("letter", to="a")
        raise ZeroDivisionError
    assert outbox.relay() == 0 and letters == []


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_intended():
    with pytest.raises(RuntimeError):
        outbox.intend("letter", to="a")


def test_delivered_once_where_nothing_fails(letters):
    number = outbox.intend("letter", to="a")
    assert outbox.relay() == 1 and outbox.relay() == 0 and letters == [(number, "a")]


@pytest.mark.invariant("I16")
def test_a_handler_that_fails_is_called_again_later_and_others_are_not_delayed(letters, monkeypatch):
    def broken(number, body):
        raise OSError("away")

    monkeypatch.setitem(outbox.HANDLERS, "broken", broken)
    outbox.intend("broken")
    outbox.intend("letter", to="b")
    assert outbox.relay() == 1 and [to for _number, to in letters] == ["b"]
    row = Outbox.objects.get(kind="broken")
    assert (row.attempts, row.sent_at) == (1, None) and "away" in row.error and row.not_before
    Outbox.objects.update(not_before=None)
    monkeypatch.setitem(outbox.HANDLERS, "broken", lambda number, body: letters.append((number, "late")))
    assert outbox.relay() == 1 and letters[-1] == (row.pk, "late")


def test_after_eight_attempts_it_waits_for_a_person(monkeypatch):
    outbox.intend("gone")
    monkeypatch.setitem(outbox.HANDLERS, "gone", lambda number, body: 1 / 0)
    for _attempt in range(10):
        Outbox.objects.update(not_before=None)
        outbox.relay()
    assert Outbox.objects.get().attempts == outbox.ATTEMPTS and not bell.anything()


def test_the_bell_drains_until_nothing_waits(letters):
    for to in "abc":
        outbox.intend("letter", to=to)
    assert bell.anything() and bell.answer() == 3 and not bell.anything()


def test_an_answer_that_took_long_leaves_the_rest_to_the_next_ring(letters, monkeypatch):
    monkeypatch.setattr(bell, "ENOUGH", -1)
    monkeypatch.setattr(bell, "DRAINS", [lambda: outbox.relay(limit=1)])
    for to in "ab":
        outbox.intend("letter", to=to)
    assert bell.answer() == 1 and bell.anything()
    assert bell.answer() == 1 and not bell.anything()


CHANGE = """
import os, signal, sys
import django; django.setup()
from django.db import transaction
from smarketing.jobs import outbox
from smarketing.jobs.models import Heartbeat

path, how = sys.argv[1:]
letter = lambda number, body: open(path, "a").write(f"{number} {body}\\n")
outbox.register("letter", letter)
if how == "relay":
    outbox.relay()
    sys.exit()
with transaction.atomic():
    Heartbeat.objects.create(name="change", at="2026-03-03T00:00:00Z")
    transaction.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))  # it dies as soon as its change committed
    if how == "outbox":
        outbox.intend("letter", to="a")
    else:  # the planted fault: said after the commit, kept nowhere
        transaction.on_commit(lambda: letter(1, {"to": "a"}))
"""


def letters_of_a_change_killed_after_its_commit(urls, path, how: str) -> int:
    """A process of ours changes something, is killed right after the commit, and another one relays what waits."""
    environment = os.environ | urls | {"DJANGO_SETTINGS_MODULE": "smarketing.settings"}
    run = [sys.executable, "-c", CHANGE, str(path)]
    assert subprocess.run([*run, how], env=environment, check=False).returncode == -signal.SIGKILL
    assert Heartbeat.objects.filter(name="change").exists()
    subprocess.run([*run, "relay"], env=environment, check=True)
    return len(path.read_text().splitlines()) if path.exists() else 0


@pytest.mark.invariant("I16")
@pytest.mark.django_db(transaction=True)
def test_a_change_that_committed_is_told_though_its_process_died_at_once(database_urls, tmp_path):
    assert letters_of_a_change_killed_after_its_commit(database_urls, tmp_path / "letters", "outbox") == 1


@pytest.mark.invariant("I16", mutant="on-commit publish only")
@pytest.mark.django_db(transaction=True)
def test_planted_fault_told_on_commit_only_it_is_lost_with_its_process(database_urls, tmp_path):
    assert letters_of_a_change_killed_after_its_commit(database_urls, tmp_path / "letters", "on commit") == 0
