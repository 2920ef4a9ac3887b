"""The default order keeps more first attempts in time than the obvious others, and forgets nobody."""

from io import StringIO

import pytest
from django.core.management import call_command

from leads.handoffs import catching_up, simulation
from leads.handoffs.catching_up import Late
from leads.handoffs.simulation import DAY, LONG, ORDERS, SEEDS, Lead, Order, compare, forgotten, run

SOME = SEEDS[2::9]


def test_a_world_is_the_same_each_time():
    assert simulation.world(7, 0.9) == simulation.world(7, 0.9) and compare(3) == compare(3)


def test_a_small_world_by_hand():
    """Two leads at once, one rep: the one that breaks first is taken first, both are in time."""
    leads = [Lead(0, 0, 0, 60, (30,)), Lead(1, 0, 5, 20, (20,))]
    assert run(leads, ORDERS["promise"], days=1, reps=1).shown == {1: 0, 0: 20}
    assert run(leads, ORDERS["grade"], days=1, reps=1).in_time == 1
    assert run(leads, ORDERS["promise"], days=1, reps=1).share == 100


@pytest.mark.parametrize("seed", SOME)
def test_the_default_order_loses_nowhere_on_some_seeds(seed):
    shares = compare(seed)
    assert shares["promise"] >= max(shares["arrival"], shares["grade"])


@pytest.mark.trust
def test_the_default_order_beats_both_others_in_24_of_30_and_loses_nowhere_more_than_2_points():
    gains = [shares["promise"] - max(shares["arrival"], shares["grade"]) for shares in map(compare, SEEDS)]
    assert sum(gain > 0 for gain in gains) >= 24 and min(gains) >= -2


def test_planted_fault_broken_promises_on_top_lose_to_the_order_by_grade():
    """What the default was before: one promise that cannot be kept any more breaks the next one, and so on."""
    shares = compare(22, ORDERS | {"promise": simulation.BROKEN_FIRST})
    assert shares["promise"] < shares["grade"] - 2


def test_a_c3_lead_comes_up_within_a_business_day_of_its_due_time_however_many_a1_come():
    assert all(one.shown <= one.due + DAY for one in forgotten(loads=(1.5,), every=5))


@pytest.mark.parametrize("reps", [1, 3])
def test_so_it_is_for_reps_who_make_six_long_attempts_a_day(reps):
    assert all(one.shown <= one.due + DAY for one in forgotten(loads=(1.1, 1.5), every=1, minutes=LONG, reps=reps))


def test_planted_fault_without_turns_for_broken_promises_somebody_is_forgotten(monkeypatch):
    monkeypatch.setattr(catching_up, "CATCH_UP", 10**9)
    monkeypatch.setattr(catching_up, "PRESSING", 10**9)
    assert any(one.shown > one.due + DAY for load in (1.1, 1.5) for one in forgotten(loads=(load,), every=1))


def test_planted_fault_each_fifth_turn_alone_is_too_seldom_for_who_makes_six_a_day(monkeypatch):
    monkeypatch.setattr(catching_up, "PRESSING", 10**9)
    assert any(one.shown > one.due + DAY for one in forgotten(loads=(1.5,), every=1, minutes=LONG, reps=1))


def test_by_grade_a_c3_lead_is_forgotten(monkeypatch):
    monkeypatch.setitem(ORDERS, "promise", Order(ORDERS["grade"].key))
    assert any(one.shown > one.due + DAY for one in forgotten(loads=(1.5,), every=5))


def test_each_fifth_turn_goes_to_a_broken_promise_and_to_each_grade_after_the_other():
    assert [turn for turn in range(15) if catching_up.catches_up(turn)] == [4, 9, 14]
    assert [catching_up.rank_of_turn(turn, [0, 5, 9]) for turn in (4, 9, 14, 19)] == [0, 5, 9, 0]


def test_a_grade_presses_when_it_waited_for_half_a_day_and_each_second_turn_is_its_turn():
    late = {0: Late(900, 10), 10: Late(240, None), 11: Late(239, None)}
    assert [catching_up.grade_of_turn(turn, late, 240) for turn in range(5)] == [None, 10, None, 10, 0]
    assert catching_up.grade_of_turn(1, late | {10: Late(240, 239)}, 240) is None
    assert catching_up.grade_of_turn(4, {}, 240) is None


@pytest.mark.trust
def test_the_command_says_it_in_one_sentence():
    out = StringIO()
    call_command("simulate_queue", stdout=out)
    assert "beats both others in" in out.getvalue()
