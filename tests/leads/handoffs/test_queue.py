"""The queue: its order, its pages by key, what each person sees of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.handoffs import (
    attempts,
    came_back,
    decisions,
    handing,
    hot,
    listing,
    queue,
    routing,
    setting_aside,
    whose_turn,
)  # fmt: skip
from leads.models import HandoffState, Lead
from leads.models.queues import PROMISE, key_of
from leads.pages import queue_rows, telling
from leads.pages import setting_aside as pages
from personas import starters
from smarketing.rows import clock
from tests.leads import definitions, facts
from tests.leads.handoffs.desk import NOW, Desk, derived
from tests.people import person
from tests.scale import examples

pytestmark = pytest.mark.django_db
THEN = NOW + timedelta(hours=2)  # some promises are broken by then


@pytest.fixture
def desk():
    return Desk()


dues = st.one_of(st.none(), st.integers(0, 4))
rows = st.lists(st.tuples(dues, st.integers(0, 3), st.integers(0, 3)), max_size=14)


@given(rows=rows, size=st.integers(1, 5))
@pytest.mark.sized
@settings(max_examples=examples(60), deadline=None)
def test_pages_by_key_show_every_row_once_in_order(rows, size):
    from django.db import transaction

    with transaction.atomic():
        rep = person("lea", "rep")
        line = _line()
        made = [_state(number, rep, line, *row) for number, row in enumerate(rows, 1)]
        owed = HandoffState.objects.owed_by(rep)
        assert [key_of(one) for one in owed.in_order()] == sorted((key_of(one) for one in made), key=_dated)
        expected = sorted((key_of(one) for one in made), key=_rank)
        seen, key = [], None
        while True:
            page, following = queue.page(owed, THEN, key, size)
            seen += [key_of(one) for one in page]
            if following is None:
                break
            key = queue.parsed(queue.written(following))
            assert key == following
        assert seen == expected
        for index, one in enumerate(expected):
            assert {key_of(row) for row in owed.after(one, PROMISE, THEN)} == set(expected[index + 1 :])
            assert [key_of(row) for row in owed.before(one, PROMISE, THEN)] == expected[:index][::-1]
            place = queue.place(owed, THEN, one, one[3])
            assert (place.position, place.total) == (index + 1, len(expected))
        transaction.set_rollback(True)


def _line():
    from personas.models import DefinitionLine

    return DefinitionLine.objects.create(name="MQL")


def _rank(key):
    """Those that can still be kept, the next to break first; then the broken ones; then those without a promise."""
    due, *rest = key
    return (2 if due is None else due < THEN, due or NOW, *rest)


def _dated(key):
    due, *rest = key
    return (due is None, due or NOW, *rest)


def _state(number, rep, line, due, rank, age) -> HandoffState:
    from leads.models import Handoff

    at = NOW - timedelta(hours=age)
    lead = facts.lead(at)
    handoff = Handoff.objects.create(
        lead_id=lead, line=line, gate="manual", occurred_at=at, recorded_at=at, known_at=at
    )
    return HandoffState.objects.create(
        handoff=handoff, lead_id=lead, line=line, state="assigned", is_open=True, rep=rep, grade_rank=rank,
        effective_at=at, due_at=None if due is None else NOW + timedelta(hours=due),
    )  # fmt: skip


def test_planted_fault_a_page_key_without_its_last_column_loses_rows(desk, monkeypatch):
    made = [desk.hand() for _ in range(3)]
    owed = HandoffState.objects.owed_by(desk.lea)
    first, key = queue.page(owed, THEN, None, 1)
    assert len({one.pk for one in [*first, *queue.page(owed, THEN, key, 5)[0]]}) == len(made)
    blunt = (*key[:3], 2**62)
    assert len(queue.page(owed, THEN, blunt, 5)[0]) < len(made) - 1


def test_everybody_sees_their_own_part(desk):
    mine, pooled, foreign = desk.hand(), desk.hand(rep=None), desk.hand(rep="paul")
    stranger = person("eve", "rep")

    def ids(user):
        return set(HandoffState.objects.visible_to(user).values_list("pk", flat=True))

    assert ids(desk.lea) == {mine.pk, pooled.pk}
    assert ids(stranger) == set()
    for role in ("marketer", "viewer", "administrator"):
        assert ids(person(role, role)) == {mine.pk, pooled.pk, foreign.pk}
    gone = set(HandoffState.objects.ever_in_hands_of(desk.lea).values_list("pk", flat=True))
    assert {mine.pk, pooled.pk} <= gone
    assert not HandoffState.objects.ever_in_hands_of(stranger).exists()


def test_a_lead_that_was_accepted_and_given_back_to_its_pool_waits_there_for_every_rep_of_the_pool(desk):
    handoff = desk.hand()
    decisions.accept(handoff=handoff, by=desk.lea, at=NOW + timedelta(minutes=5))
    routing.reassign(handoff=handoff, rep=None, by=desk.boss, at=NOW + timedelta(minutes=6))
    for rep in (desk.lea, desk.paul):
        assert HandoffState.objects.visible_to(rep).in_pool().get().pk == handoff.pk
        assert Lead.objects.visible_to(rep).get().pk == handoff.lead_id
    assert routing.take(handoff=handoff, by=desk.paul, at=NOW + timedelta(minutes=7)).rep == desk.paul
    assert not HandoffState.objects.visible_to(desk.lea).exists()


def test_the_head_counts_what_is_owed_today_late_and_before_noon(desk):
    at = datetime(2026, 3, 10, 8, tzinfo=UTC)  # 09:00 in Paris
    for hours in (-1, 1, 2.5, 4, 20):
        desk.promise(desk.hand(at=at - timedelta(hours=2)), at + timedelta(hours=hours))
    desk.hand(at=at)
    found = listing.head(listing.Asked(desk.lea, at)).counts
    assert (found.today, found.late, found.before_noon, found.all) == (4, 1, 2, 6)


def test_why_now_is_the_last_act_a_person_would_mention(desk):
    handoff = desk.hand(at=NOW - timedelta(days=2))
    facts.event(handoff.lead_id, "page", NOW - timedelta(hours=30), page="/old")
    seen = facts.event(handoff.lead_id, "page", NOW - timedelta(hours=2), page="/tarifs")
    facts.event(handoff.lead_id, "mail_open", NOW - timedelta(hours=1))
    facts.event(handoff.lead_id, "page", NOW + timedelta(hours=1), page="/future")
    touch = queue.last_events([handoff.lead_id], NOW)[handoff.lead_id]
    assert (touch.kind, touch.what, touch.event) == ("page", "/tarifs", seen)
    facts.correct("event", seen, NOW)
    assert queue.last_events([handoff.lead_id], NOW)[handoff.lead_id].what == "/old"


def test_what_happened_long_ago_is_told_where_nothing_happened_since(desk):
    old, both, corrected = (desk.hand(at=NOW - timedelta(days=200)) for _ in range(3))
    for handoff in (old, both, corrected):
        facts.event(handoff.lead_id, "page", NOW - timedelta(days=100), page="/once")
    facts.event(both.lead_id, "page", NOW - timedelta(days=59), page="/lately")
    facts.correct("event", facts.event(corrected.lead_id, "page", NOW - timedelta(days=1), page="/wrong"), NOW)
    found = queue.last_events([one.lead_id for one in (old, both, corrected)], NOW)
    assert [found[one.lead_id].what for one in (old, both, corrected)] == ["/once", "/lately", "/once"]


def test_an_anonymous_visit_counts_once_the_visitor_is_known(desk):
    handoff = desk.hand(at=NOW - timedelta(days=2))
    visitor = facts.visitor(NOW)
    facts.event(None, "page", NOW - timedelta(hours=3), visitor=visitor, page="/before")
    assert queue.last_events([handoff.lead_id], NOW) == {}
    facts.join(visitor, handoff.lead_id, NOW)
    assert queue.last_events([handoff.lead_id], NOW)[handoff.lead_id].what == "/before"


def test_a_key_that_is_none_is_no_key():
    for text in ("", "a.b.c.d", "1.2", "9" * 40 + ".1.1.1"):
        assert queue.parsed(text) is None


def test_the_queue_is_read_from_its_index(desk):
    """One range of the partial index per page: no sort, no table scan once there is something to gain."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
    owed = HandoffState.objects.owed_by(desk.lea).filter(due_at__isnull=False)
    plan = owed.order_by("due_at", "grade_rank", "effective_at", "handoff_id")[:50].explain()
    assert "queue_order" in plan and "Sort" not in plan


def test_turns_are_counted_on_over_midnight_so_that_who_makes_four_attempts_a_day_gets_to_a_late_one(desk):
    """Four attempts yesterday: the first lead after them is the broken one, in focus and above the list alike."""
    live, late = desk.hand(at=NOW - timedelta(days=2)), desk.hand(at=NOW - timedelta(days=2))
    desk.promise(live, NOW + timedelta(hours=2)), desk.promise(late, NOW - timedelta(hours=1))
    worked = desk.hand(at=NOW - timedelta(days=2))
    owed = HandoffState.objects.owed_by(desk.lea)

    def following():
        row = HandoffState.objects.get(pk=worked.pk)
        return queue.onward(owed, NOW, desk.lea, key_of(row), worked.pk)

    for hours in (4, 3, 2):
        attempts.log(handoff=worked, by=desk.lea, at=NOW - timedelta(days=1, hours=hours), channel="call", outcome="no_answer")  # fmt: skip
        desk.promise(live, NOW + timedelta(hours=2))
    assert following() == live.pk
    attempts.log(handoff=worked, by=desk.lea, at=NOW - timedelta(days=1), channel="call", outcome="no_answer")
    assert following() == late.pk
    assert whose_turn.of_late(owed, NOW, desk.lea, whose_turn.did(desk.lea, NOW)) == late.pk


def test_a_grade_that_waited_for_half_a_business_day_presses(desk):
    live, late = desk.hand(at=NOW - timedelta(days=2)), desk.hand(at=NOW - timedelta(days=2))
    desk.promise(live, NOW + timedelta(hours=2)), desk.promise(late, NOW - timedelta(hours=13))
    owed = HandoffState.objects.owed_by(desk.lea)
    assert whose_turn.of_late(owed, NOW, desk.lea, whose_turn.Did(1, [])) == late.pk
    assert whose_turn.of_late(owed, NOW, desk.lea, whose_turn.Did(2, [])) is None
    assert whose_turn.of_late(owed, NOW, desk.lea, whose_turn.Did(1, [late.pk])) is None
    assert whose_turn.of_late(owed, NOW - timedelta(hours=2), desk.lea, whose_turn.Did(1, [])) is None


@pytest.fixture
def said(desk):
    """An attempt of yesterday, after which Léa said that she would call today."""
    handoff = desk.hand(at=NOW - timedelta(days=2))
    attempts.log(
        handoff=handoff, by=desk.lea, at=NOW - timedelta(days=1), channel="call", outcome="reached",
        next_step="call", next_step_on=NOW.date(),
    )  # fmt: skip
    return handoff


def test_a_next_step_comes_back_on_its_day_among_the_promises(desk, said):
    row = HandoffState.objects.get(pk=said.pk)
    assert (row.due_at, row.due_label) == (NOW.replace(hour=17), "step")  # 18:00 in Paris
    sooner, later, never = (desk.hand(at=NOW - timedelta(days=2)) for _ in range(3))
    desk.promise(sooner, NOW + timedelta(hours=1)), desk.promise(later, NOW + timedelta(days=1))
    desk.promise(said, NOW + timedelta(days=2), "attempts")
    order = [one.pk for one in queue.page(HandoffState.objects.owed_by(desk.lea), NOW)[0]]
    assert order == [sooner.pk, said.pk, later.pk, never.pk]
    assert listing.head(listing.Asked(desk.lea, NOW)).counts.today == 2
    assert derived(said)["due_label"] == "step"


def test_a_promise_that_breaks_before_the_next_step_stays_the_first(desk, said):
    desk.promise(said, NOW + timedelta(hours=1), "attempts")
    row = HandoffState.objects.get(pk=said.pk)
    assert (row.due_at, row.due_label) == (NOW + timedelta(hours=1), "attempts")


def test_the_next_attempt_has_done_the_step_and_to_take_it_back_brings_the_step_back(desk, said):
    made = attempts.log(handoff=said, by=desk.lea, at=NOW, channel="call", outcome="no_answer")
    row = HandoffState.objects.get(pk=said.pk)
    assert (row.step_at, row.due_at, row.due_label) == (None, None, "")
    attempts.undo(attempt=made, by=desk.lea, at=NOW)
    assert HandoffState.objects.get(pk=said.pk).due_label == "step"
    decisions.give_back(handoff=said, by=desk.lea, at=NOW, reason="INT-NONE")
    assert HandoffState.objects.get(pk=said.pk).step_at is None


def test_a_row_says_what_was_said_from_its_day_on_and_by_whom(desk, said):
    touch = queue.last_attempts([said.pk])[said.pk]
    words = {
        (reader, days): telling.step(touch, reader.pk, telling.Teller(NOW + timedelta(days=days), clock.zone()))
        for reader in (desk.lea, desk.paul)
        for days in (-1, 0, 1)
    }
    assert list(words.values()) == [
        "", "you said: call today", "you said: call on 10 Mar", "", "was said: call today", "was said: call on 10 Mar",
    ]  # fmt: skip


def test_a_repeated_handoff_says_since_when_it_is_back_and_why_it_left(desk):
    first = desk.hand(at=NOW - timedelta(days=60))
    attempts.log(handoff=first, by=desk.lea, at=NOW - timedelta(days=59), channel="call", outcome="reached")
    decisions.give_back(handoff=first, by=desk.lea, at=NOW - timedelta(days=58), reason="BUD-NONE")
    again = handing.hand_over(lead=first.lead, line=desk.line, gate="manual", by=None, at=NOW)
    routing.reassign(handoff=again, rep=desk.lea, by=desk.boss, at=NOW, sure=True)
    other = desk.hand()
    found = came_back.of({one.pk: one.lead_id for one in (first, again, other)})
    assert found == {again.pk: came_back.Back(NOW, "BUD-NONE")}
    teller = telling.Teller(NOW, clock.zone())
    rows = {row["pk"]: row["back"] for row in queue_rows.told(list(listing.lines([again.pk, other.pk]).values()), teller, desk.lea)}  # fmt: skip
    assert rows == {again.pk: "back since 10 Mar: No budget", other.pk: ""}


def test_hot_is_what_the_definition_in_force_gives_points_for(desk):
    """In the list and in focus as in signals: a mere visit is none where nobody agreed that it warms."""
    body = starters.body("b2b") | {"engagement": {"items": []}, "direct": [{"event": {"kind": "demo"}}]}
    definitions.version(body, NOW - timedelta(days=30), on=desk.line)
    asked, visited = desk.hand(), desk.hand()
    demo = facts.event(asked.lead_id, "demo", NOW - timedelta(hours=1))
    page = facts.event(visited.lead_id, "page", NOW - timedelta(hours=1), page="/tarifs")
    assert hot.among(desk.line.pk, [demo, page], NOW) == {demo}
    teller = telling.Teller(NOW, clock.zone())
    rows = queue_rows.told(list(listing.lines([asked.pk, visited.pk]).values()), teller, desk.lea)
    assert {row["pk"]: row["hot"] for row in rows} == {asked.pk: True, visited.pk: False}


def test_what_is_late_is_shown_late_though_it_sleeps(desk):
    late, sleeping = desk.hand(at=NOW - timedelta(hours=5)), desk.hand(at=NOW - timedelta(hours=5))
    for one in (late, sleeping):
        desk.promise(one, NOW - timedelta(hours=1))
    setting_aside.snooze(handoff=sleeping, reason="prepare", until=NOW + timedelta(hours=3), by=desk.lea, at=NOW)
    every, only = (listing.read(listing.Asked(desk.lea, NOW, until=until)) for until in (None, NOW))
    assert ([one.pk for one in every.owed], [one.pk for one in every.asleep]) == ([late.pk], [sleeping.pk])
    assert ([one.pk for one in only.owed], only.asleep) == ([late.pk, sleeping.pk], [])


def test_no_snooze_is_offered_beyond_the_promise_whose_own_instant_is_the_last(desk):
    handoff = desk.hand()
    desk.promise(handoff, NOW + timedelta(hours=2))
    state = HandoffState.objects.get(pk=handoff.pk)
    ends = [datetime.fromisoformat(value) for value, _words in pages.offers(state, NOW)]
    assert ends == [NOW + timedelta(hours=1), NOW + timedelta(hours=2)]
    for until in ends:
        setting_aside.snooze(handoff=handoff, reason="prepare", until=until, by=desk.lea, at=NOW)
    state.due_at = ends[0]  # an end that is offered anyway: once, in the words of the promise
    assert [datetime.fromisoformat(value) for value, _words in pages.offers(state, NOW)] == ends[:1]
