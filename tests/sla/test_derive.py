"""Clocks from the log: marked by deeds, derived in sets, wiped and rebuilt to the same rows."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction

from leads.models import HandoffState
from sla import derive, oracle, spans
from sla.models import Clock, SlaDirty, TermsSpan
from smarketing.calendars import services
from smarketing.jobs import bell
from tests.leads import facts
from tests.sla.contracts import ATTEMPTS, FIRST, attempt, calendar, contract, decide, handoff, paris, sign

SIGNED = paris(2026, 10, 28, 10)
START = date(2026, 11, 1)
LATER = paris(2027, 1, 15, 12)


@pytest.fixture
def terms(db):
    return sign(contract(), [FIRST, ATTEMPTS], START, at=SIGNED)


def clock(handoff, key="6.1"):
    return Clock.objects.get(handoff_id=handoff.pk, clause_key=key)


def test_a_deed_leaves_a_mark_and_the_sweep_derives(terms):
    lead = handoff(paris(2026, 11, 10, 17))
    assert SlaDirty.objects.filter(handoff_id=lead.pk).exists()
    assert bell.anything()
    assert derive.drain(paris(2026, 11, 10, 18)) == 1
    assert clock(lead).due_at == paris(2026, 11, 12, 12)  # the 11th is a holiday
    assert clock(lead, "6.2").due_at == paris(2026, 11, 25, 18)
    assert not SlaDirty.objects.exists()


def test_the_next_promise_is_pushed_onto_the_queue(terms):
    lead = handoff(paris(2026, 11, 10, 17))
    derive.drain(paris(2026, 11, 10, 18))
    state = HandoffState.objects.get(pk=lead.pk)
    assert (state.due_at, state.due_label) == (paris(2026, 11, 12, 12), "first")
    attempt(lead, paris(2026, 11, 12, 10))
    derive.drain(paris(2026, 11, 12, 11))
    state.refresh_from_db()
    assert (state.due_at, state.due_label) == (paris(2026, 11, 25, 18), "attempts")
    decide(lead, "return", paris(2026, 11, 13, 10), "no_project")
    derive.drain(paris(2026, 11, 13, 11))
    state.refresh_from_db()
    assert (state.due_at, state.due_label) == (None, "")


def test_a_late_first_attempt_is_missed_but_owed_no_more(terms):
    lead = handoff(paris(2026, 11, 10, 9))
    attempt(lead, paris(2026, 11, 10, 15))
    derive.drain(paris(2026, 11, 10, 16))
    assert clock(lead).state == "missed"
    assert HandoffState.objects.get(pk=lead.pk).due_label == "attempts"


def test_a_day_passing_settles_what_fell_due(terms):
    lead = handoff(paris(2026, 11, 10, 9))
    derive.drain(paris(2026, 11, 10, 10))
    assert clock(lead).state == "pending"
    assert derive.drain(paris(2026, 11, 10, 12)) == 0
    assert derive.drain(paris(2026, 11, 10, 14)) == 1
    assert clock(lead).state == "missed"


def test_taking_back_an_attempt_gives_what_never_having_made_it_gives(terms):
    one, other = handoff(paris(2026, 11, 10, 9)), handoff(paris(2026, 11, 10, 9))
    made = attempt(one, paris(2026, 11, 10, 11))
    facts.correct("attempt", made.pk, paris(2026, 11, 10, 11, 5))
    from leads.handoffs import states

    states.derive([one.pk])
    derive.drain(LATER)
    columns = ("state", "settled_at", "due_at", "done", "month")
    found = {
        pk: list(Clock.objects.filter(handoff_id=pk).order_by("clause_key").values_list(*columns))
        for pk in (one.pk, other.pk)
    }
    assert found[one.pk] == found[other.pk]


def test_a_refusal_before_due_excludes_both_clocks(terms):
    lead = handoff(paris(2026, 11, 10, 9))
    decide(lead, "refuse", paris(2026, 11, 10, 10), "not_target")
    derive.drain(LATER)
    assert {clock(lead).state, clock(lead, "6.2").state} == {"excluded"}


def test_handoffs_before_the_terms_have_no_clock(terms):
    lead = handoff(paris(2026, 10, 31, 23, 59))
    first = handoff(paris(2026, 11, 1, 0, 0))
    derive.drain(LATER)
    assert not Clock.objects.filter(handoff_id=lead.pk).exists()
    assert clock(first).due_at == paris(2026, 11, 2, 13)


def test_a_date_without_a_time_keeps_its_date_in_the_zone_of_the_contract(db):
    sign(contract(), [FIRST], START, at=SIGNED, using=calendar("America/Toronto", "CA"))
    dated = handoff(paris(2026, 11, 1, 0), day_only=True)  # 31 October in Toronto
    timed = handoff(paris(2026, 11, 1, 0))
    derive.drain(LATER)
    assert Clock.objects.filter(handoff_id=dated.pk).exists()
    assert not Clock.objects.filter(handoff_id=timed.pk).exists()


@pytest.mark.parametrize("zone", ["America/Toronto", "Pacific/Auckland", "Europe/Paris"])
def test_the_clock_of_a_date_without_a_time_runs_from_the_start_of_that_date_in_the_zone_of_the_contract(db, zone):
    using = calendar(zone, "")
    sign(contract(), [FIRST, ATTEMPTS], START, at=SIGNED, using=using)
    dated = handoff(paris(2026, 11, 3, 0), day_only=True)  # Tuesday; in Toronto still Monday evening
    derive.drain(LATER)
    local = services.axis(using).zone
    assert clock(dated).starts_at.astimezone(local) == datetime(2026, 11, 3, tzinfo=local)
    assert clock(dated).due_at.astimezone(local) == datetime(2026, 11, 3, 13, tzinfo=local)
    assert clock(dated, "6.2").due_at.astimezone(local) == datetime(2026, 11, 17, 18, tzinfo=local)


@pytest.mark.invariant("I13")
def test_wiping_and_rebuilding_gives_the_same_rows(terms):
    rows = [handoff(paris(2026, 11, 9 + n % 10, 8 + n % 9, n)) for n in range(12)]
    for n, row in enumerate(rows):
        for k in range(n % 4):
            attempt(row, row.occurred_at + timedelta(hours=3 + 26 * k))
    decide(rows[3], "refuse", rows[3].occurred_at + timedelta(hours=1), "not_target")
    derive.drain(LATER)
    columns = [field.name for field in Clock._meta.concrete_fields]
    before = list(Clock.objects.order_by("pk").values_list(*columns))
    assert derive.rebuild(LATER) == len(before) == 24
    assert list(Clock.objects.order_by("pk").values_list(*columns)) == before


def test_reading_without_writing_equals_what_the_sweep_writes(terms):
    lead = handoff(paris(2026, 11, 10, 9))
    attempt(lead, paris(2026, 11, 10, 11))
    read = [(c.clause_key, c.state, c.due_at, c.settled_at) for c in derive.read([lead.pk], LATER)]
    assert not Clock.objects.exists()
    derive.drain(LATER)
    assert read == list(Clock.objects.order_by("clause_key").values_list("clause_key", "state", "due_at", "settled_at"))


def test_a_fault_in_deriving_never_undoes_the_deed(transactional_db, monkeypatch):
    sign(contract(), [FIRST], START, at=SIGNED)

    def broken(*args):
        raise RuntimeError("planted")

    monkeypatch.setattr(derive, "derive", broken)
    with transaction.atomic():
        lead = handoff(paris(2026, 11, 10, 9))
    assert HandoffState.objects.filter(pk=lead.pk).exists()
    assert SlaDirty.objects.filter(handoff_id=lead.pk).exists()  # the mark waits for the sweep


def test_beyond_the_end_of_its_calendar_a_promise_cannot_break(terms):
    lead = handoff(datetime(2035, 12, 28, 12, tzinfo=UTC))
    assert [row.clause_key for row in derive.read([lead.pk], LATER)] == ["6.1"]
    assert spans.lay(terms.contract.line)
    assert TermsSpan.objects.count() == 1


def test_where_two_zones_make_days_overlap_the_later_terms_hold(db):
    of, amended = contract(), date(2026, 11, 10)
    old = sign(of, [FIRST], START, at=SIGNED, using=calendar("America/Toronto", ""))
    new = sign(of, [FIRST], amended, at=paris(2026, 11, 2), using=calendar("Europe/Paris", ""))
    before = handoff(paris(2026, 11, 9, 23, 59))
    both = handoff(paris(2026, 11, 10, 2))  # already the 10th in Paris, still the 9th in Toronto
    ids = [before.pk, both.pk]
    derive.derive(ids, LATER)
    assert (clock(before).terms_id, clock(both).terms_id) == (old.pk, new.pk)
    assert [row.terms_id for row in derive.read(ids, LATER)] == [row.terms_id for row in oracle.read(ids, LATER)]
    assert derive.derive(ids, LATER) == 0


@pytest.mark.django_db(transaction=True)
def test_a_sweep_leaves_what_a_deed_is_at_and_neither_waits_for_the_other():
    """A deed locks the state and marks then; a sweep that held the mark and waited for the state would stand against it."""
    made = handoff(paris(2026, 11, 5, 10))
    sign(contract(), [FIRST], date(2026, 11, 1), at=paris(2026, 10, 28))
    SlaDirty.objects.get_or_create(
        handoff_id=made.pk, defaults={"since": made.occurred_at}
    )  # as of then its promise is another than as of now
    locked, swept = threading.Event(), threading.Event()

    def deed(_number: int) -> str:
        try:
            with transaction.atomic():
                HandoffState.objects.select_for_update().get(pk=made.pk)
                locked.set()
                assert swept.wait(30)
                derive.mark([made.pk])
            return "done"
        finally:
            connection.close()

    def sweep(_number: int) -> int:
        try:
            assert locked.wait(30)
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '5s'")
                return derive.drain(paris(2026, 11, 10, 18))
        finally:
            swept.set()
            connection.close()

    with ThreadPoolExecutor() as pool:
        first, second = pool.submit(deed, 0), pool.submit(sweep, 0)
        assert (first.result(), second.result()) == ("done", 0)
    assert derive.drain(paris(2026, 11, 10, 18)) == 0  # derived as the deed committed
