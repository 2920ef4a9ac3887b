"""Markov and Shapley: the fractions of the trade's examples, exactly, and against what they are by definition."""

from fractions import Fraction as F
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting.attribution import markov, shapley

M1 = [("g", 2, 1), ("m", 1, 0), ("gm", 1, 0)]
M2 = [("awd", 10, 0), ("ad", 5, 0), ("wd", 0, 15), ("d", 5, 0), ("a", 0, 15)]
M3 = [("aead", 6, 4), ("ed", 3, 7), ("a", 1, 19)]


@pytest.mark.parametrize(
    ("paths", "base", "effect", "share"),
    [
        (M1, F(4, 5), {"g": F(3, 4), "m": F(1, 2)}, {"g": F(3, 5), "m": F(2, 5)}),
        (M2, F(2, 5), {"a": F(3, 7), "w": F(5, 7), "d": F(1)}, {"a": F(1, 5), "w": F(1, 3), "d": F(7, 15)}),
        (
            M3,
            F(1, 4),
            {"a": F(31, 40), "e": F(47, 80), "d": F(9, 10)},
            {"a": F(62, 181), "e": F(47, 181), "d": F(72, 181)},
        ),
    ],
)
def test_removal_effects_are_the_exact_fractions(paths, base, effect, share):
    assert markov.removal(paths) == markov.Removal(base, effect, share)


def test_nothing_is_said_where_nothing_converts_or_there_are_too_many_channels():
    assert markov.removal([("a", 0, 5)]) is None
    assert markov.removal([]) is None
    assert markov.removal([((n,), 1, 0) for n in range(markov.MOST + 1)]) is None


def by_definition(paths, without=None, rounds=400):
    """The chance to convert by walking the chain many steps, the channel taken away leading to null."""
    moves, start = {}, {}
    for channels, won, lost in paths:
        if not channels or not won + lost:
            continue
        start[channels[0]] = start.get(channels[0], 0) + won + lost
        for here, there in pairwise(channels):
            moves.setdefault(here, {}).setdefault(there, 0)
            moves[here][there] += won + lost
        out = moves.setdefault(channels[-1], {})
        out["+"] = out.get("+", 0) + won
        out["-"] = out.get("-", 0) + lost
    at = {one: n / sum(start.values()) for one, n in start.items()}
    won = 0.0
    for _round in range(rounds):
        after = {}
        for here, mass in at.items():
            if here == without:
                continue
            whole = sum(moves[here].values())
            for there, n in moves[here].items():
                if there == "+":
                    won += mass * n / whole
                elif there != "-":
                    after[there] = after.get(there, 0) + mass * n / whole
        at = after
    return won


PATHS = st.lists(
    st.tuples(st.text("abcd", min_size=1, max_size=5), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=6
)


@given(PATHS)
@settings(max_examples=60)
def test_the_linear_system_agrees_with_walking_the_chain(paths):
    found = markov.removal(paths)
    base = by_definition(paths)
    if found is None:
        assert base == 0
        return
    assert abs(float(found.base) - base) < 1e-6
    assert sum(found.share.values()) == 1
    for channel, effect in found.effect.items():
        assert abs(float(effect) - (1 - by_definition(paths, channel) / base)) < 1e-6


def test_planted_fault_traffic_that_goes_on_without_the_channel_is_caught():
    """The other convention (the channel skipped) gives other shares: the examples tell them apart."""
    skipped = [(path.replace("w", "") or "-", won, lost) for path, won, lost in M2]
    assert 1 - by_definition(skipped) / by_definition(M2) != pytest.approx(float(markov.removal(M2).effect["w"]))


fs = frozenset


def test_shapley_of_sums_shares_what_each_set_brought():
    brought = {
        fs(k): F(v) for k, v in (("F", ".2"), ("O", ".1"), ("L", ".17"), ("FO", ".17"), ("FL", ".3"), ("FLO", ".06"))
    }
    found = shapley.of_sums(brought)
    assert found == {"F": F(91, 200), "O": F(41, 200), "L": F(17, 50)}
    worth = {
        some: sum(v for k, v in brought.items() if k <= some)
        for some in map(fs, ("F", "O", "L", "FO", "FL", "LO", "FLO"))
    }
    assert shapley.of_game(worth, "FOL") == found


def test_shapley_of_a_game_gives_the_exact_values():
    worth = {fs(k): F(v, 100) for k, v in (("A", 10), ("B", 5), ("AB", 20), ("AC", 14), ("BC", 6), ("ABC", 26))}
    found = shapley.of_game(worth, "ABC")
    assert found == {"A": F(89, 600), "B": F(1, 12), "C": F(17, 600)} and sum(found.values()) == F(13, 50)


def test_shapley_keeps_its_axioms():
    worth = {fs(k): F(v, 10) for k, v in (("A", 1), ("B", 1), ("AB", 3), ("AZ", 1), ("BZ", 1), ("ABZ", 3))}
    assert shapley.of_game(worth, "ABZ") == {"A": F(3, 20), "B": F(3, 20), "Z": 0}


def test_the_two_games_are_different():
    ways = [(fs("A"), True), (fs("A"), False), (fs("AB"), True), (fs("B"), False)]
    rated = shapley.of_game(shapley.rates(ways), "AB")
    summed = shapley.of_sums({fs("A"): 1, fs("AB"): 1})
    assert rated == {"A": F(3, 4), "B": F(1, 4)} and summed == {"A": F(3, 2), "B": F(1, 2)}
    with pytest.raises(ValueError, match="too many"):
        shapley.of_game({}, range(13))
