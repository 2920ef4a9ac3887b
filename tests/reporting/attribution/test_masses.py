"""Masses of journeys credited by arrays: equal to the models one by one, to the cent, whatever the journeys and amounts."""

import random

import numpy as np
import pytest

from reporting.attribution import cents, masses, models, sharing
from reporting.attribution.journeys import DAY, FIRST, LEAD, OPPORTUNITY, Touch, journey
from reporting.attribution.masses import NEVER, NOBODY, Ends
from reporting.attribution.models import BETWEEN, MODELS, OTHERS, Parameters, Shares

OWN = [model.key for model in MODELS if not model.collective]
LENGTHS = (0, 1, 1, 2, 2, 3, 4, 5, 8, 12, 20, 40)


def drawn(dice):
    """(touches as (at, key, campaign, who), won, opened, created, oldest, cents) of any deal at all."""
    n = 500 if dice.random() < 0.002 else dice.choice(LENGTHS)
    base, step, grain = (
        dice.randrange(400 * DAY),
        dice.choice((60, DAY // 2, DAY, 7 * DAY)),
        dice.choice((1, 3600, DAY)),
    )
    touches = [
        (base + dice.randrange(40 * step) // grain * grain, key, dice.randrange(1, dice.choice((2, 5, 12))), dice.randrange(20))
        for key in range(n)
    ]  # fmt: skip
    born = [None if dice.random() < 0.1 else base + dice.randrange(-DAY, 40 * step) for _one in range(2)]
    amount = dice.choice(
        (0, 1, -1, dice.randrange(10**7), dice.randrange(10**9), -dice.randrange(10**7), dice.randrange(10**14))
    )
    return touches, base + dice.randrange(-5 * DAY, 80 * step), *born, dice.randrange(20), amount  # fmt: skip


def parameters(dice):
    anchors = {name: dice.choice((0, 0, 250, 333)) for name in (FIRST, LEAD, OPPORTUNITY)}
    custom = Shares(anchors, 1000 - sum(anchors.values()), dice.choice((OTHERS, BETWEEN)))
    return Parameters(dice.choice((1, 7, 30)), custom), dice.choice((None, 180, 30, 7))


def laid(deals, look_back):
    """(the mass of these deals, their journeys one by one)."""
    rows = sorted((number, *touch) for number, deal in enumerate(deals) for touch in deal[0])
    deal, at, _key, campaign, who = np.array(rows, np.int64).reshape(-1, 5).T
    columns = [np.array([NEVER if deal[n] is None else deal[n] for deal in deals], np.int64) for n in range(1, 6)]
    one_by_one = [
        journey((Touch(*touch) for touch in touches), won_at=won, opened_at=opened, created_at=created, oldest=oldest, look_back=look_back)
        for touches, won, opened, created, oldest, _cents in deals
    ]  # fmt: skip
    return masses.lay(Ends(*columns), deal, at, campaign, who, look_back), one_by_one


def differences(deals, said, look_back, keys=OWN):
    """Models whose credits by arrays are not those of the journeys one by one, or do not add up to the amounts."""
    mass, one_by_one = laid(deals, look_back)
    found = []
    for key in keys:
        want = [models.credits(key, one, deal[-1], said) for one, deal in zip(one_by_one, deals, strict=True)]
        got = masses.credits(key, mass, said)
        same = got.tolist() == [cent for part in want for cent in part]
        whole = sum(deal[-1] for one, deal in zip(one_by_one, deals, strict=True) if one.touches)
        falls = [models.falls_back(key, one, said) for one in one_by_one if one.touches]
        if not same or sum(got.tolist()) != whole or masses.falls_back(key, mass, said).tolist() != falls:
            found.append(key)
    return found


def differ(seed, count):
    dice = random.Random(seed)
    said, look_back = parameters(dice)
    return differences([drawn(dice) for _deal in range(count)], said, look_back)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.invariant("I11")
def test_masses_of_random_journeys_are_credited_as_one_by_one(seed):
    assert differ(seed, 1000) == []


@pytest.mark.trust
@pytest.mark.invariant("I11")
def test_a_hundred_thousand_journeys_are_credited_as_one_by_one():
    assert [differ(seed, 1000) for seed in range(1000, 1100)] == [[]] * 100


def test_a_deal_of_five_hundred_touches_and_twenty_people_with_any_amount():
    touches = [(n * DAY // 10, n, n % 11, n % 20) for n in range(500)]
    for amount in (100_001, 0, -30_001, 10**14, 9 * 10**18):
        assert differences([(touches, 51 * DAY, 20 * DAY, DAY, 3, amount)], Parameters(), None) == []


def test_all_touches_of_one_second_share_by_their_order():
    touches = [(DAY, n, n % 3, 0) for n in range(40)]
    assert differences([(touches, 90 * DAY, DAY, DAY, 0, 1_000_003)] * 3, Parameters(), None) == []


def test_deals_without_touches_or_won_before_the_first_have_none():
    deals = [([], DAY, 0, None, NOBODY, 500), ([(9 * DAY, 1, 1, 0)], DAY, 0, 0, 0, 500)]
    mass, _one_by_one = laid(deals, 180)
    assert mass.sizes.tolist() == [0, 0]
    assert all(masses.credits(key, mass, Parameters()).tolist() == [] for key in OWN)


def test_a_share_of_the_deals_is_credited_as_among_all():
    dice = random.Random(5)
    deals = [drawn(dice) for _deal in range(80)]
    mass, _one_by_one = laid(deals, 180)
    marks = np.arange(80) % 3 == 0
    few, _one_by_one = laid([deal if keep else ([], *deal[1:]) for deal, keep in zip(deals, marks, strict=True)], 180)
    for key in OWN:
        assert (
            masses.credits(key, mass.only(marks), Parameters()).tolist()
            == masses.credits(key, few, Parameters()).tolist()
        )


def test_credits_are_added_up_by_deal_and_campaign_and_by_campaign_exactly():
    touches = [(1, 1, 7, 0), (2, 2, 9, 0), (3, 3, 7, 0)]
    mass, _one_by_one = laid([(touches, 9, 0, 0, 0, 100), (touches[:2], 9, 0, 0, 0, 10**18)], None)
    got = masses.credits("linear", mass, Parameters())
    deal, campaign, some = masses.together(got, mass)
    want = [(0, 7, 67), (0, 9, 33), (1, 7, 5 * 10**17), (1, 9, 5 * 10**17)]
    assert list(zip(deal.tolist(), campaign.tolist(), some.tolist(), strict=True)) == want
    assert masses.sums(got, mass.campaign) == {7: 67 + 5 * 10**17, 9: 33 + 5 * 10**17}


def test_a_model_of_a_period_has_no_credits_of_a_journey():
    mass, _one_by_one = laid([([(1, 1, 1, 0)], 2, 1, 1, 0, 5)], None)
    with pytest.raises(ValueError, match="period"):
        masses.credits("markov", mass, Parameters())


def test_amounts_beyond_what_an_array_holds_exactly_are_left_and_told():
    starts, weights = np.array([0, 2, 4]), np.array([1000, 2000, 1000, 2000])
    parts, left = sharing.whole(np.array([100, 10**17]), weights, starts)
    assert left.tolist() == [False, True] and parts[:2].tolist() == cents.share(100, [1000, 2000])
    _parts, left = sharing.near(np.array([100, 10**14]), weights.astype(float), starts, np.arange(4))
    assert left.tolist() == [False, True]


# --- planted faults


@pytest.mark.invariant("I11", mutant="a cent left over goes to the latest of equal remainders")
def test_planted_fault_ties_to_the_latest_are_caught(monkeypatch):
    plain = sharing._ranked

    def latest(rest, some, total, starts):
        order, base = plain(rest[::-1], len(total) - 1 - some[::-1], total[::-1], (starts[-1] - starts)[::-1])
        mirrored, size = len(rest) - 1 - order, np.diff(starts)[some]
        parts = np.split(mirrored, base[1:])[::-1]
        return np.concatenate(parts), np.cumsum(size) - size

    monkeypatch.setattr(sharing, "_ranked", latest)
    assert differ(1, 200)


@pytest.mark.invariant("I11", mutant="a weight in floating point is believed to the last cent")
def test_planted_fault_believing_floating_point_is_caught(monkeypatch):
    monkeypatch.setattr(sharing, "QUANTUM", 2.0**30)
    monkeypatch.setattr(sharing, "_doubtful", lambda steps, missing, alike, starts: np.zeros(len(missing), bool))
    assert "decay" in differ(2, 300)


@pytest.mark.invariant("I11", mutant="the look-back is left out")
def test_planted_fault_a_look_back_that_cuts_nothing_is_caught(monkeypatch):
    plain = masses.lay
    monkeypatch.setattr(masses, "lay", lambda *asked: plain(*asked[:-1], None))
    dice = random.Random(3)
    assert differences([drawn(dice) for _deal in range(100)], Parameters(), 7)
