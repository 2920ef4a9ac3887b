"""Whose turn it is: fair by weight, never over a cap, nothing to who is away; nobody catches up a flood; every choice says why."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.handoffs.turns import ACCOUNT, CHOSEN, POOL, WHY, Bench, Case, Seat, Table
from tests.scale import examples

DAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


def table(*benches: Bench, **more) -> Table:
    active = {seat.rep for bench in benches for seat in bench.seats}
    given = {"load": {}, "account": {}, "away": {}, "active": active} | more
    return Table(list(benches), **given)


def case(lead: int, **more) -> Case:
    return Case(**({"lead": lead, "at": NOW, "day": DAY} | more))


def got(here: Table, n: int, **more) -> Counter:
    return Counter(here.choose(case(lead, **more)).rep for lead in range(n))


def test_equal_weights_never_differ_by_more_than_one_and_twice_the_weight_is_twice_the_turns():
    assert got(table(Bench(1, [Seat(1), Seat(2), Seat(3)])), 31) == {1: 11, 2: 10, 3: 10}
    assert got(table(Bench(1, [Seat(1, weight=2), Seat(2)])), 30) == {1: 20, 2: 10}


def weeks_apart(memory: bool) -> Counter:
    """One lead a time, thirty times, weeks apart: what a well-known CRM gave to its senior seller every single time."""
    seats, found = [Seat(1), Seat(2), Seat(3)], Counter()
    for n in range(30):
        if not memory:
            for seat in seats:
                seat.turn = 0
        found += got(table(Bench(1, seats)), 1, at=NOW + timedelta(weeks=5 * n))
    return found


def test_thirty_leads_weeks_apart_are_ten_for_each_of_three():
    assert weeks_apart(memory=True) == {1: 10, 2: 10, 3: 10}


@pytest.mark.invariant("I23", mutant="a turn that is forgotten between two runs")
def test_a_turn_that_is_forgotten_gives_all_thirty_to_one():
    assert weeks_apart(memory=False) == {1: 30}


def test_who_was_away_or_full_comes_back_to_their_turn_without_a_flood():
    seats = [Seat(1), Seat(2), Seat(3)]
    here = table(Bench(1, seats), away={3: [(DAY, DAY)]})
    assert got(here, 20) == {1: 10, 2: 10}
    back = table(Bench(1, seats))
    assert got(back, 9) == {1: 3, 2: 3, 3: 3}


def test_a_new_rep_begins_where_the_others_are():
    seats = [Seat(1, turn=50 * Seat(1).step), Seat(2, turn=50 * Seat(2).step), Seat(3, waits=True)]
    assert got(table(Bench(1, seats)), 9) == {1: 3, 2: 3, 3: 3}


def test_who_may_not_have_one_lead_keeps_their_place():
    seats = [Seat(1), Seat(2), Seat(3)]
    here = table(Bench(1, seats))
    for lead in range(30):
        here.choose(case(lead, refused={1} if lead % 5 == 0 else ()))
    turns = [seat.turn // seat.step for seat in seats]
    assert max(turns) - min(turns) <= 1


def test_what_the_first_pool_cannot_take_goes_on_to_the_next_that_takes_it_and_waits_in_the_first():
    here = table(Bench(1, [Seat(1, cap=2)], holds={0, 1, 2, 3}), Bench(2, [Seat(2, cap=1)]))
    choices = [here.choose(case(lead)) for lead in (0, 9, 1, 2)]
    assert [(one.rep, one.pool, one.how) for one in choices] == [
        (1, 1, "turn"), (2, 2, "turn"), (1, 1, "turn"), (None, 1, POOL),
    ]  # fmt: skip
    assert choices[-1].considered["pools"] == [[1, True, [[1, "full", 2, 2, 200]]], [2, True, [[2, "full", 1, 1, 100]]]]
    assert choices[1].considered["pools"][0] == [1, False, []]


@pytest.mark.parametrize(
    ("hindered", "why"),
    [
        ({"away": {1: [(DAY, DAY)]}}, "away"), ({"active": {2}}, "gone"), ({"load": {1: 200}}, "full"),
        ({"case": {"refused": {1}}}, "refused"), ({"case": {"had": {1}}}, "had"),
    ],
)  # fmt: skip
def test_the_rep_of_the_account_keeps_it_unless_they_cannot(hindered, why):
    asked = hindered.pop("case", {})
    kept = table(Bench(1, [Seat(1), Seat(2)]), account={7: [1]}).choose(case(1, company=7))
    assert (kept.rep, kept.how, kept.considered["account"]) == (1, ACCOUNT, [1, CHOSEN])
    other = table(Bench(1, [Seat(1), Seat(2)]), account={7: [1]}, **hindered).choose(case(1, company=7, **asked))
    assert (other.rep, other.how, other.considered["account"]) == (2, "turn", [1, why])
    assert [row[:2] for row in other.considered["pools"][0][2]] == [[1, why], [2, CHOSEN]]


def test_an_account_whose_newest_rep_is_full_stays_with_the_one_who_had_it_before():
    here = table(Bench(1, [Seat(1, cap=1), Seat(2), Seat(3)]), account={7: [1, 3]}, load={1: 1})
    choices = [here.choose(case(lead, company=7)) for lead in range(2)]
    assert [(one.rep, one.how, one.considered["account"]) for one in choices] == [(3, ACCOUNT, [3, CHOSEN])] * 2
    assert here.account[7] == [3, 1]


def test_outside_hours_nothing_is_given_and_weight_nought_takes_only_by_hand():
    here = table(Bench(1, [Seat(1, opens=lambda at: at.hour >= 12), Seat(2, weight=0)]))
    choice = here.choose(case(1))
    assert [row[:2] for row in choice.considered["pools"][0][2]] == [[1, "hours"], [2, "hand"]]
    assert not here.anybody_free(NOW, DAY) and here.anybody_free(NOW + timedelta(hours=4), DAY)


STEPS = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from([None, None, 1, 2, 3]), st.sets(st.integers(1, 6), max_size=2)), max_size=60
)  # fmt: skip


@pytest.mark.sized
@settings(max_examples=examples(60), deadline=None)
@given(STEPS, st.lists(st.integers(1, 4), min_size=6, max_size=6), st.lists(st.integers(0, 12), min_size=6, max_size=6))
def test_whatever_comes_the_caps_hold_the_away_get_nothing_and_nothing_waits_while_somebody_may_have_it(
    steps, weights, caps
):
    seats = [Seat(rep + 1, weight=weights[rep], cap=caps[rep]) for rep in range(6)]
    here = table(Bench(1, seats[:3]), Bench(2, seats[3:]), away={6: [(DAY, DAY)]}, active={1, 2, 3, 4, 6})
    for lead, company, refused in steps:
        before = dict(here.load)
        choice = here.choose(case(lead, company=company, refused=refused))
        rows = [row for _pool, _held, rows in choice.considered["pools"] for row in rows]
        assert all(row[1] in WHY for row in rows) and choice.rep not in (5, 6)
        able = [s.rep for s in seats if s.rep not in refused and before.get(s.rep, 0) < s.cap and s.rep not in (5, 6)]
        assert (choice.rep is not None) == bool(able) and (choice.rep in able or choice.rep is None)
    assert all(here.load.get(seat.rep, 0) <= seat.cap for seat in seats)
