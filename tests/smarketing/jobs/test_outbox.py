"""A side effect is intended if and only if its change committed; it is delivered at least once, with a stable id."""

import pytest
from django.db import transaction

from smarketing.jobs import bell, outbox
from smarketing.jobs.models import Outbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def letters(monkeypatch):
    got = []
    monkeypatch.setitem(outbox.HANDLERS, "letter", lambda number, body: got.append((number, body["to"])))
    return got


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
