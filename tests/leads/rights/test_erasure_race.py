"""An event written while its person is erased is erased with them, or refused: two connections, in either order (I19)."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from leads.intake import columns, events, facts
from leads.models import Event, EventPayload, Lead, Source, Visitor
from leads.rights import erasure, person
from smarketing.rows import clock
from tests.leads.handoffs.desk import Desk

from . import canary

SAID = "Zq77canaryRace"


@pytest.fixture
def desk(transactional_db, settings, tmp_path):
    settings.MEDIA_ROOT = settings.DATA = tmp_path / "data"
    return Desk()


def born() -> Lead:
    (pk,) = facts.create_leads(
        [facts.Birth(clock.now() - timedelta(days=1), {"email": "eve@acme.example"})],
        origin=facts.Origin(source="hand"),
    )
    return Lead.objects.get(pk=pk)


def write(lead: Lead) -> None:
    told = events.NewEvent("race", "track", clock.now(), name="hello", properties={"said": SAID}, lead_id=lead.pk)
    events.record_events([told], source=Source.objects.get_or_create(name="site")[0])


def beside(deed) -> threading.Thread:
    """Do it on a connection of its own; returns once it is done or waits for a lock of ours."""

    def run():
        try:
            deed()
        finally:
            connections["default"].close()

    thread = threading.Thread(target=run)
    thread.start()
    end = time.monotonic() + 60
    while thread.is_alive() and time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees others as it first saw them
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                break
        time.sleep(0.02)
    return thread


def event_first(lead: Lead, desk: Desk) -> None:
    with transaction.atomic():
        write(lead)
        eraser = beside(lambda: erasure.erase(leads=[lead], by=desk.boss, at=clock.now()))
    eraser.join(60)


def erasure_first(lead: Lead, desk: Desk) -> None:
    with transaction.atomic():
        erasure.erase(leads=[lead], by=desk.boss, at=clock.now())
        writer = beside(lambda: write(lead))
    writer.join(60)


def left(lead: Lead) -> int:
    assert Lead.objects.get(pk=lead.pk).erased
    return Event.objects.filter(lead=lead).count() + EventPayload.objects.filter(properties__said=SAID).count()


@pytest.mark.invariant("I19")
@pytest.mark.parametrize("order", [event_first, erasure_first])
def test_an_event_that_meets_the_erasure_of_its_person_is_erased_or_refused(desk, order):
    lead = born()
    order(lead, desk)
    assert left(lead) == 0
    write(lead)  # sent again later, it is known and kept nowhere
    assert left(lead) == 0


def unlocked(leads):
    """The planted fault: the leads locked as their values are, which lets others go on writing events of them."""
    everybody = person.of(leads[0])
    columns.lock("lead", everybody.leads)
    return everybody


@pytest.mark.invariant("I19", mutant="an erasure does not wait for events being written")
def test_an_erasure_that_locks_nobody_out_leaves_an_event(desk, monkeypatch):
    monkeypatch.setattr(erasure, "_locked", unlocked)
    lead = born()
    event_first(lead, desk)
    assert left(lead)


@pytest.mark.invariant("I19", mutant="an event does not look whether its person was erased")
def test_an_event_that_does_not_look_stays(desk, monkeypatch):
    monkeypatch.setattr(events, "_welcome", list)
    lead = born()
    erasure_first(lead, desk)
    assert left(lead)


def test_a_browser_whose_person_is_erased_meanwhile_is_a_new_one(desk):
    at = clock.now()
    named = {"type": "identify", "traits": {"email": "eve@acme.example"}, "anonymousId": "b1", "messageId": "1"}
    lead = born()
    canary.tracked(desk, {"batch": [named | {"timestamp": at.isoformat()}]}, at)
    browser = Visitor.objects.get()
    page = {"type": "page", "name": SAID, "anonymousId": "b1", "messageId": "2", "timestamp": at.isoformat()}
    from leads.intake.tracking import service
    from smarketing.accounts.models import Token

    token = Token.objects.get(name="site")
    with transaction.atomic():
        erasure.erase(leads=[lead], by=desk.boss, at=clock.now())
        writer = beside(lambda: service.take(body={"batch": [page]}, call="batch", token=token, at=at))
    writer.join(60)
    new = Event.objects.get(kind="page")
    assert new.lead is None and new.visitor != browser and Visitor.objects.get(key="b1") == new.visitor
