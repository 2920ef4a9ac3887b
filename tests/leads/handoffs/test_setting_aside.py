"""Set aside until later, passed over with a reason, and the order somebody works in."""

from datetime import timedelta

import pytest

from leads.handoffs import attempts, decisions, problems, queue, routing, setting_aside
from leads.models import HandoffState, QueueChoice, Skip, Snooze
from leads.models.queues import NEWEST, ORDERS, PROMISE, SCORE, key_of
from smarketing.accounts.models import AuditEntry
from tests.leads.handoffs.desk import NOW, Desk, derived, state

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def desk():
    return Desk()


def nap(handoff, by, at=NOW + HOUR, until=NOW + 5 * HOUR, reason="callback"):
    return setting_aside.snooze(handoff=handoff, reason=reason, until=until, by=by, at=at)


def owed(desk, at=NOW + 2 * HOUR):
    return list(HandoffState.objects.owed_by(desk.lea).awake(at).values_list("pk", flat=True))


def test_a_snoozed_lead_leaves_the_order_until_its_time_and_nothing_else_changes(desk):
    handoff, other = desk.hand(), desk.hand()
    before = state(handoff)
    nap(handoff, desk.lea)
    assert owed(desk) == [other.pk] and sorted(owed(desk, NOW + 5 * HOUR)) == sorted([handoff.pk, other.pk])
    assert [one.pk for one in HandoffState.objects.owed_by(desk.lea).asleep(NOW + 2 * HOUR)] == [handoff.pk]
    assert state(handoff).due_at == before.due_at and state(handoff).state == before.state
    assert AuditEntry.objects.get(verb="handoffs.snooze").detail["reason"] == "callback"


def test_the_derived_row_comes_back_the_same_with_its_snooze(desk):
    handoff = desk.hand()
    nap(handoff, desk.lea)
    before = HandoffState.objects.filter(pk=handoff.pk).values().get()
    assert derived(handoff) == before and before["snoozed_until"] == NOW + 5 * HOUR


@pytest.mark.parametrize("deed", ["attempt", "accept", "given", "woken"])
def test_whatever_is_done_with_a_lead_ends_its_snooze(desk, deed):
    handoff, at = desk.hand(), NOW + 2 * HOUR
    nap(handoff, desk.lea)
    {
        "attempt": lambda: attempts.log(handoff=handoff, by=desk.lea, at=at, channel="call", outcome="no_answer"),
        "accept": lambda: decisions.accept(handoff=handoff, by=desk.lea, at=at),
        "given": lambda: routing.reassign(handoff=handoff, rep=desk.paul, by=desk.boss, at=at),
        "woken": lambda: setting_aside.wake(handoff=handoff, by=desk.lea, at=at),
    }[deed]()
    assert state(handoff).snoozed_until is None and derived(handoff)["snoozed_until"] is None


def test_a_snooze_never_hides_a_promise_that_breaks_before_it_ends(desk):
    handoff = desk.hand()
    desk.promise(handoff, NOW + 3 * HOUR)
    with pytest.raises(problems.Refusal, match="The promise breaks earlier") as refusal:
        nap(handoff, desk.lea)
    assert refusal.value.field == "until" and not Snooze.objects.exists()
    nap(handoff, desk.lea, until=NOW + 3 * HOUR)
    late = desk.hand()
    desk.promise(late, NOW)
    nap(late, desk.lea)  # what is broken already may wait for the hour that was asked for


def test_who_when_and_why_are_asked(desk):
    foreign = desk.hand(rep="paul")
    with pytest.raises(problems.NotYours):
        nap(foreign, desk.lea)
    handoff = desk.hand()
    for wrong in ({"reason": "woken"}, {"reason": ""}, {"until": NOW}, {"until": NOW + timedelta(days=200)}):
        with pytest.raises(problems.Refusal):
            nap(handoff, desk.lea, **wrong)
    with pytest.raises(problems.Refusal):
        setting_aside.wake(handoff=handoff, by=desk.lea, at=NOW + HOUR)
    decisions.refuse(handoff=handoff, by=desk.boss, at=NOW + HOUR, reason="OPP-OUT")
    with pytest.raises(problems.Stale):
        nap(handoff, desk.lea, at=NOW + 2 * HOUR)
    assert not Snooze.objects.exists()


def test_a_lead_passed_over_keeps_its_place_and_the_reason_is_kept(desk):
    handoff = desk.hand()
    before = HandoffState.objects.filter(pk=handoff.pk).values().get()
    made = setting_aside.skip(handoff=handoff, reason="hour", by=desk.lea, at=NOW + HOUR)
    assert HandoffState.objects.filter(pk=handoff.pk).values().get() == before
    assert (made.reason, made.by) == ("hour", desk.lea)
    with pytest.raises(problems.Refusal):
        setting_aside.skip(handoff=handoff, reason="", by=desk.lea, at=NOW + HOUR)
    assert Skip.objects.count() == 1


def ranked(desk) -> list:
    """Five handoffs: (due in hours or None, rank of the grade, handed how many hours ago)."""
    out = []
    for due, rank, ago in ((5, 3, 1), (2, 7, 2), (None, 0, 3), (9, 0, 4), (None, 9, 5)):
        one = desk.hand(at=NOW - ago * HOUR)
        desk.promise(one, None if due is None else NOW + due * HOUR)
        HandoffState.objects.filter(pk=one.pk).update(grade_rank=rank, effective_at=NOW - ago * HOUR)
        out.append(one.pk)
    return out


WANTED = {PROMISE: [1, 0, 3, 2, 4], SCORE: [3, 2, 0, 1, 4], NEWEST: [0, 1, 2, 3, 4]}


@pytest.mark.parametrize("order", ORDERS)
def test_each_order_is_read_page_by_page_and_from_lead_to_lead_alike(desk, order):
    ids = ranked(desk)
    wanted = [ids[n] for n in WANTED[order]]
    rows = HandoffState.objects.owed_by(desk.lea)
    paged, key = [], None
    while True:
        some, key = queue.page(rows, NOW, key, 2, order)
        paged += [one.pk for one in some]
        if key is None:
            break
    assert paged == wanted
    for n, pk in enumerate(wanted):
        place = queue.place(rows, NOW, key_of(HandoffState.objects.get(pk=pk)), pk, order)
        assert (place.position, place.total, place.next_id) == (n + 1, 5, wanted[(n + 1) % 5])
        assert place.previous_id == (wanted[n - 1] if n else None)


def test_coming_back_from_far_down_shows_the_page_that_holds_the_lead(desk, monkeypatch):
    monkeypatch.setattr(queue, "PAGE", 3)
    monkeypatch.setattr(queue, "AROUND", 2)
    ids = ranked(desk)
    wanted = [ids[n] for n in WANTED[PROMISE]]
    rows = HandoffState.objects.owed_by(desk.lea)
    first, last = (HandoffState.objects.get(pk=wanted[n]) for n in (1, 4))
    assert queue.place(rows, NOW, key_of(first), first.pk).back is None
    back = queue.place(rows, NOW, key_of(last), last.pk).back
    assert last.pk in [one.pk for one in queue.page(rows, NOW, queue.parsed(queue.written(back)), 3)[0]]


def test_the_order_is_a_persons_own(desk):
    assert setting_aside.order_of(desk.lea) == PROMISE
    setting_aside.choose_order(user=desk.lea, order=NEWEST)
    setting_aside.choose_order(user=desk.lea, order=SCORE)
    assert (setting_aside.order_of(desk.lea), setting_aside.order_of(desk.paul)) == (SCORE, PROMISE)
    with pytest.raises(problems.Refusal):
        setting_aside.choose_order(user=desk.lea, order="alphabet")
    assert QueueChoice.objects.count() == 1
