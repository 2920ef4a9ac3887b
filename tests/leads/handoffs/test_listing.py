"""Lines of the queue's page: the same rows in the same order as the querysets give, for everybody, in few statements."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.handoffs import listing, queue, rules
from leads.models import HandoffState, HotPulse, Lead
from leads.models.queues import ORDERS, PROMISE, SCORE
from smarketing.rows import clock
from tests.leads import facts
from tests.leads.handoffs.desk import NOW, Desk
from tests.leads.handoffs.test_queue import THEN, _line, _state, rows
from tests.people import person
from tests.scale import examples

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("still")]
HOUR = timedelta(hours=1)


@pytest.fixture
def desk():
    return Desk()


def asked(user, **more) -> listing.Asked:
    return listing.Asked(user, THEN, **more)


def paged(one: listing.Asked) -> list[int]:
    """Every page after the other."""
    found = listing.read(one)
    rest = paged(replace(one, after=queue.parsed(queue.written(found.following)))) if found.following else []
    return [line.pk for line in found.owed] + rest


def _counts(owed) -> queue.Counts:
    """The figures above the list, one row after the other."""
    due = [one.due_at for one in owed]
    noon, tomorrow = queue.noon(THEN), queue.tomorrow(THEN)
    dated = [one for one in due if one]
    return queue.Counts(
        today=sum(one < tomorrow for one in dated),
        late=sum(one < THEN for one in dated),
        before_noon=sum(THEN <= one < noon for one in dated),
        all=len(due),
    )


@given(
    rows=rows,
    order=st.sampled_from(list(ORDERS)),
    hours=st.one_of(st.none(), st.integers(-1, 5)),
    size=st.integers(1, 4),
)
@pytest.mark.sized
@settings(max_examples=examples(40), deadline=None)
def test_it_pages_as_the_querysets_do_in_every_order(rows, order, hours, size):
    before, queue.PAGE = queue.PAGE, size
    try:
        with transaction.atomic():
            rep, line = person("lea", "rep"), _line()
            made = [_state(number, rep, line, *row) for number, row in enumerate(rows, 1)]
            for one in made[::3]:
                HandoffState.objects.filter(pk=one.pk).update(snoozed_until=THEN + HOUR * (one.pk % 3))
            until = None if hours is None else NOW + hours * HOUR
            owed = HandoffState.objects.owed_by(rep)
            shown = owed.due_before(until).awake_or_broken(THEN) if until else owed.awake(THEN)
            asleep = owed.asleep(THEN).exclude(due_at__lt=THEN) if until else owed.asleep(THEN)
            expected = [one.pk for one in queue.page(shown, THEN, size=99, order=order)[0]]
            one = asked(rep, order=order, until=until)
            assert paged(one) == expected
            assert [line.pk for line in listing.read(one).asleep] == [one.pk for one in asleep]
            assert listing.head(one).counts == _counts(owed)
            transaction.set_rollback(True)
    finally:
        queue.PAGE = before


def test_planted_fault_rows_without_a_promise_sorted_by_their_age_first(desk, monkeypatch):
    old, better = desk.hand(at=NOW - HOUR), desk.hand()
    HandoffState.objects.filter(pk=better.pk).update(grade_rank=1)
    assert paged(asked(desk.lea)) == [better.pk, old.pk]
    place = listing._place
    monkeypatch.setattr(
        listing, "_place", lambda order, row: (row[-1], row[3]) if order == PROMISE else place(order, row)
    )
    assert paged(asked(desk.lea)) == [old.pk, better.pk]


@pytest.mark.invariant("I18")
def test_everybody_reads_what_is_theirs_whoever_asked_before(desk):
    mine, foreign, pooled = desk.hand(), desk.hand(rep="paul"), desk.hand(rep=None)
    stranger = person("eve", "rep")
    for _twice in range(2):
        for user, owed, pool in (
            (desk.lea, [mine], [pooled]),
            (desk.paul, [foreign], [pooled]),
            (stranger, [], []),
            (desk.boss, [mine, foreign], [pooled]),
        ):
            found = listing.read(asked(user))
            assert [line.pk for line in found.owed] == [one.pk for one in owed]
            assert [line.pk for line in found.pooled] == [one.pk for one in pool]
            assert listing.head(asked(user)).counts.all == len(owed)
    assert [line.pk for line in listing.read(asked(desk.boss, rep=desk.paul)).owed] == [foreign.pk]
    assert [line.pk for line in listing.read(asked(desk.lea, rep=desk.paul)).owed] == [mine.pk]
    for role in ("marketer", "viewer"):  # they see handoffs, and the page itself refuses them
        assert len(listing.read(asked(person(role, role))).owed) == 2


def test_a_line_says_what_the_models_say(desk):
    firm = facts.company(NOW, name="Acme", employees=1200)
    named = desk.hand(first_name="Marie", last_name="Dubois", company=firm)
    mailed, nameless = desk.hand(email="x@acme.example"), desk.hand(rep=None)
    found = listing.lines([named.pk, mailed.pk, nameless.pk])
    for handoff in (named, mailed, nameless):
        state, line = HandoffState.objects.get(pk=handoff.pk), found[handoff.pk]
        assert line.lead == str(state.lead) and line.rep == str(state.rep or "")
        assert line.promised == rules.body_of(handoff)["attempts"]
        assert line.key == (state.due_at, state.grade_rank, state.effective_at, state.pk)
    assert (found[named.pk].company, found[named.pk].employees) == ("Acme", 1200)
    assert (found[mailed.pk].company, found[mailed.pk].employees) == (None, None)
    assert Lead.called("", " ", "", 7) == "#7"


def test_attempts_promised_by_a_grade_are_those_of_the_rules_named(desk):
    some = rules.adopt_rules(
        contract="c", line=desk.line, effective_at=NOW, at=NOW, promised_attempts=5, attempts_by_grade={"A1": 7}
    )
    assert [rules.promised(some.pk, grade) for grade in ("A1", "C3")] == [7, 5]
    assert rules.promised(None, "A1") == rules.STARTER["attempts"]


def test_the_pulse_changes_with_what_is_owed_and_with_a_hot_signal_of_ones_own(desk):
    def pulse() -> str:
        return listing.head(asked(desk.lea)).pulse

    seen = [pulse()]
    handoff = desk.hand()
    seen.append(pulse())
    desk.promise(handoff, NOW + 5 * HOUR)
    seen.append(pulse())
    HotPulse.objects.create(user=desk.lea, event=5)
    seen.append(pulse())
    assert len(set(seen)) == 4
    HotPulse.objects.create(user=desk.paul, event=6)
    assert pulse() == seen[-1]


def test_a_page_is_two_statements_and_its_head_one_however_many_rows(desk):
    for _n in range(3):
        desk.hand(), desk.hand(rep=None)
    listing.read(asked(desk.lea, order=SCORE)), listing.head(asked(desk.lea))
    with clock.zone_kept(), CaptureQueriesContext(connection) as seen:
        listing.read(asked(desk.lea, order=SCORE)), listing.head(asked(desk.lea))
    assert len(seen) == 3
