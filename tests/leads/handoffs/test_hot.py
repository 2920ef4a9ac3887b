"""A rep is told at once when a lead they owe does what the definition in force gives points for; once in some hours."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from leads.handoffs import hot
from leads.intake import facts as records
from leads.intake.events import NewEvent, record_events
from leads.models import Event, Join, Lead
from leads.scoring import ledger
from personas import starters
from smarketing.notify.models import Notice
from smarketing.rows import clock
from smarketing.rows.fence import open_fence
from tests.leads import definitions, facts
from tests.leads.handoffs.desk import Desk
from tests.people import client_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
PRICING = {"kind": "page", "page": "/pricing"}


@pytest.fixture
def desk():
    found = Desk()
    definitions.version(starters.body("b2b"), clock.now() - timedelta(days=30), on=found.line)
    return found


def came(lead: int | None, at: datetime | None = None, number: int = 0, **event) -> None:
    """An event as intake records it."""
    at = at or clock.now()
    made = NewEvent(f"{lead} {event} {at} {number}", event.pop("kind"), at, lead_id=lead, **event)
    record_events([made], source=facts.source())


def told() -> list[str]:
    return list(Notice.objects.filter(kind="hot_signal").order_by("pk").values_list("user__name", flat=True))


def owed(desk, hours: float = 2, **values):
    return desk.hand(at=clock.now() - hours * HOUR, first_name="Zoé", last_name="Martin", **values)


def test_a_visit_that_earns_points_is_told_to_the_rep_with_what_it_was_and_leads_to_the_queue(desk):
    given = owed(desk)
    came(given.lead_id, **PRICING)
    assert told() == ["lea"]
    one, client = Notice.objects.get(kind="hot_signal"), client_of(desk.lea)
    assert (one.shown, one.mail) == (True, "")
    page = client.get("/notices/").content.decode()
    assert "Hot signal: Zoé Martin" in page and "/pricing" in page
    assert client.get(f"/notices/{one.pk}/").headers["Location"] == f"/queue/{given.pk}/"
    records.correct(subject="event", subject_ids=[Event.objects.get().pk], by=None, at=clock.now())
    assert "(taken back since)" in client.get("/notices/").content.decode()


@pytest.mark.parametrize(
    "event, hot_signal",
    [
        ({"kind": "demo"}, True),  # the direct path
        ({"kind": "form", "form": "contact"}, True),
        ({"kind": "page", "page": "/en/Pricing/team"}, True),
        ({"kind": "page", "page": "/jobs"}, False),
        ({"kind": "mail_open"}, False),
        ({"kind": "unsubscribe"}, False),  # takes points away
    ],
    ids=lambda value: value if isinstance(value, bool) else "-".join(value.values()),
)
def test_hot_is_what_leads_straight_to_an_mql_or_earns_engagement(desk, event, hot_signal):
    came(owed(desk).lead_id, **event)
    assert told() == ["lea"] * hot_signal


def test_several_signals_of_a_lead_are_told_once_in_four_hours(desk):
    given, other = owed(desk), owed(desk)
    for number in range(3):
        came(given.lead_id, number=number, **PRICING)
    came(other.lead_id, **PRICING)
    assert told() == ["lea", "lea"]
    before = Notice.objects.filter(kind="hot_signal", params__lead=given.lead_id)
    before.update(told_at=clock.now() - hot.QUIET - timedelta(minutes=1), about="before")
    came(given.lead_id, number=4, **PRICING)
    assert told() == ["lea"] * 3


def test_nobody_is_told_of_a_lead_in_the_pool_closed_given_just_now_or_of_what_is_not_fresh(desk):
    came(owed(desk, rep=None).lead_id, **PRICING)
    came(owed(desk, hours=0.1).lead_id, **PRICING)
    given = owed(desk, hours=60)
    came(given.lead_id, at=clock.now() - 25 * HOUR, **PRICING)
    made = NewEvent("past", "page", clock.now() - HOUR, page="/pricing", lead_id=given.lead_id, history=True)
    record_events([made], source=facts.source())
    assert told() == []


def test_a_lead_that_opposes_is_never_told_of(desk):
    given = owed(desk)
    Lead.objects.filter(pk=given.lead_id).update(opted_out=True)
    came(given.lead_id, **PRICING)
    assert told() == []


def test_before_a_definition_is_in_force_nothing_is_hot():
    came(owed(Desk()).lead_id, **PRICING)
    assert told() == []


def test_what_a_visitor_did_just_before_being_recognised_counts(desk):
    given, now = owed(desk), clock.now()
    visitor = facts.visitor(now - HOUR)
    facts.event(None, "page", now - HOUR, visitor=visitor, page="/pricing")
    with transaction.atomic():
        fence = open_fence()
        Join.objects.create(visitor=visitor, lead_id=given.lead_id, occurred_at=now, recorded_at=now, known_at=now)
        pairs = [(visitor.pk, given.lead_id)]
        ledger.count_joins(pairs, fence)
        hot.tell_joined(pairs, fence)
    assert told() == ["lea"]


@pytest.mark.django_db(transaction=True)
def test_two_events_at_one_instant_are_told_once():
    desk = Desk()
    definitions.version(starters.body("b2b"), clock.now() - timedelta(days=30), on=desk.line)
    given, together = owed(desk), threading.Barrier(2)
    facts.source()

    def work(number):
        with transaction.atomic():
            together.wait()
            came(given.lead_id, number=number, **PRICING)
        connection.close()

    both = [threading.Thread(target=work, args=[number]) for number in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert told() == ["lea"] and Event.objects.count() == 2


def test_intake_asks_both_questions():
    from leads.intake import hooks

    assert hot.tell in hooks.events and hot.tell_joined in hooks.joins


def test_every_hot_event_moves_the_pulse_of_its_rep_also_one_of_which_no_notice_tells(desk):
    given, client = owed(desk), client_of(desk.lea)

    def pulse() -> str:
        return client.get("/queue/pulse/").content.decode()

    came(given.lead_id, **PRICING)
    seen = [pulse()]
    came(given.lead_id, number=1, **PRICING)
    seen.append(pulse())
    came(given.lead_id, kind="page", page="/jobs")
    assert len(told()) == 1 and seen[0] != seen[1] and pulse() == seen[1]
