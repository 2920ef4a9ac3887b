"""Deals and touches read as arrays: every credit as from the ways one by one, whoever was merged, joined or taken back."""

import random
from datetime import timedelta

import numpy as np
import pytest

from leads.intake import means
from leads.models import Campaign, Lead
from leads.touches import read
from reporting.attribution import models
from reporting.attribution.models import MODELS
from reporting.credit import flat, origins, reckoned, settings, shares
from smarketing.measures import engine
from smarketing.rows import bulk
from tests.leads import facts
from tests.people import person

from .ground import LATER, YEAR, at, campaign, deal, projected, touch

pytestmark = pytest.mark.django_db


def company(seed):
    """Twelve deals of shared, merged and joined people, touched at random; the cut-offs at which something was learned."""
    dice = random.Random(seed)
    every = [campaign(f"c{n}") for n in range(4)]
    leads = [facts.lead(at(dice.randrange(6)), campaign=dice.choice(every).pk) for _lead in range(9)]
    leads.append(Lead.objects.create(created_at=at(3), recorded_at=at(3), day_only=True).pk)
    browsers = [facts.visitor(at(0)) for _one in range(3)]
    events = [
        touch(dice.choice(leads), dice.choice(every), dice.randrange(60), dice.choice((None, at(70))))
        for _one in range(50)
    ]
    events += [touch(None, dice.choice(every), dice.randrange(9), visitor=dice.choice(browsers)) for _one in range(6)]
    for number in range(12):
        own, others = dice.choice((*leads, None)), dice.sample(leads, dice.randrange(3))
        amount = dice.choice(("1000.01", "0", "-30.10", "77.77", None, "12345.67"))
        deal(own, amount, dice.randrange(10, 65), opened=dice.randrange(9), state=dice.choice(("won", "won", "lost")),
             contacts=[one for one in others if one != own], closed_day_only=True if number == 3 else None)  # fmt: skip
    for browser in browsers[:2]:
        facts.join(browser, dice.choice(leads), at(66))
    facts.merge(leads[1], leads[2], at(72))
    facts.correct("event", dice.choice(events), at(74))
    merged = means.merge_campaigns(
        loser=every[1], root=every[0], by=person("Claire", "marketer", "marketing"), at=at(75)
    )
    return [at(65), at(71), at(73), merged.recorded_at + timedelta(days=400)]


def one_by_one(question, version):
    """The credits of every model, from the ways of the deals one after the other."""
    ways = reckoned.ways(question, "NOT w.is_open")
    cases = [shares.Case(way.deal, way.cents, way.won, way.journey(version)) for way in ways]
    found = {model.key: sorted(shares.credited(model.key, cases, version.parameters), key=str) for model in MODELS}
    return cases, found


def differences(cutoff, version):
    """Models whose credits or sums are not those of the ways one by one."""
    question = engine.ask("revenue_attributed", cutoff=cutoff, date="won", **YEAR)
    cases, want = one_by_one(question, version)
    reckoning = reckoned.reckon(question, version)
    assert reckoning.won == sum(case.won for case in cases)
    found = []
    for key, credits in want.items():
        sums: dict = {}
        for _deal, to, cents in credits:
            sums[to] = sums.get(to, 0) + cents
        if sorted(reckoning.credits(key), key=str) != credits or reckoning.sums(key) != sums:
            found.append(key)
    return found


@pytest.mark.invariant("I11")
@pytest.mark.parametrize("seed", [1, 2, *(pytest.param(seed, marks=pytest.mark.trust) for seed in range(3, 20))])
def test_read_as_arrays_every_deal_is_credited_as_its_way_is(seed):
    cutoffs = company(seed)
    for done in (lambda: None, projected):
        done()
        for cutoff in cutoffs:
            for look_back in (None, 20):
                assert differences(cutoff, settings.Settings(look_back=look_back)) == []


@pytest.mark.invariant("I11", mutant="touches of the last twenty days before the win are not read")
def test_planted_fault_a_window_that_ends_too_early_is_caught(monkeypatch):
    company(1)
    projected()
    plain = read.columns

    def short(leads, cutoff, since=None, until=None):
        return plain(leads, cutoff, since, None if until is None else until - 20 * 86_400)

    monkeypatch.setattr(flat.touches, "columns", short)
    assert differences(LATER, settings.Settings())


def oddities(way, version):
    """What is odd about the way of a deal, in as few words as the rules have."""
    one = way.journey(version)
    return {
        reckoned.UNTOUCHED: not one.touches, reckoned.LATE: one.late > 0,
        reckoned.EARLY: one.late > 0 and not one.touches and not one.old, reckoned.ALONE: not way.contacts,
        reckoned.FALLING: models.falls_back(version.model, one, version.parameters),
    }  # fmt: skip


def contradicted(cutoff):
    """Flags and definitions of origin that name other deals than their ways do."""
    question = engine.ask("won", cutoff=cutoff, date="won", **YEAR)
    version, ways = settings.of_day(question.first, cutoff), reckoned.ways(question)
    ours = origins.Ours(version, dict(Campaign.objects.values_list("pk", "channel")))
    want = {flag: [way.deal for way in ways if oddities(way, version)[flag]] for flag in reckoned.FLAGS}
    want |= {key: [way.deal for way in ways if key in origins.flags(way, ours)] for key in origins.DEFINITIONS}
    return [key for key, deals in want.items() if reckoned.deals_with(question, key) != deals], want


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.trust) for seed in range(2, 20))])
def test_flags_and_origins_name_the_deals_that_their_ways_name(seed):
    dice, cutoffs = random.Random(seed), company(seed)
    for one in Campaign.objects.order_by("pk")[:2]:
        facts.change("campaign", one.pk, "channel", dice.choice(("Outbound", "mail")), at(0))
    for lead in Lead.objects.order_by("pk")[:5]:
        facts.change("lead", lead.pk, "source", dice.choice(("web", "cold call", " ")), at(0))
        facts.attempt(lead.pk, "call", "no_answer", at(dice.randrange(12)))
    said = [contradicted(cutoff) for cutoff in cutoffs]
    assert [wrong for wrong, _want in said] == [[]] * len(cutoffs)
    assert sum(map(bool, said[-1][1].values())) >= 5  # most flags hold of some deal


@pytest.mark.invariant("I11", mutant="a touch after the first attempt of sales counts as before it")
def test_planted_fault_an_attempt_that_nobody_reads_is_caught(monkeypatch):
    a, lead = campaign("a"), facts.lead(at(0))
    touch(lead, a, 6)
    facts.attempt(lead, "call", "no_answer", at(5))
    deal(lead, "100.00", 20, opened=10)
    assert contradicted(LATER)[0] == []
    monkeypatch.setattr(flat, "tried", lambda found, cutoff: np.full(len(found.deals), 2**62))
    assert contradicted(LATER)[0] == ["before"]


def test_the_board_counts_deals_that_lack_a_milestone():
    a, lead = campaign("a"), facts.lead(at(0))
    touch(lead, a, 5)
    deal(lead, "100.00", 9, opened=8)
    deal(lead, "100.00", 9, opened=4)
    question = engine.ask("revenue_attributed", cutoff=LATER, date="won", **YEAR)
    assert [
        reckoned.reckon(question, settings.Settings(model=model)).fallbacks for model in ("linear", "u_half", "w")
    ] == [0, 2, 2]


@pytest.mark.parametrize("value", ["closed_day_only", "state"])
def test_deals_of_which_something_was_learned_later_are_read_as_they_were_known(value):
    a, lead = campaign("a"), facts.lead(at(0))
    touch(lead, a, 5)
    one = deal(lead, "100.00", 9, opened=8)
    facts.change("deal", one, value, "won" if value == "state" else True, at(9), at(20))
    assert contradicted(at(15))[0] == [] and differences(at(15), settings.Settings()) == []
    bare = deal(lead, None, 9, opened=8, state=None)
    facts.change("deal", bare, "state", "won", at(9), at(20))
    assert contradicted(at(15))[0] == [] and differences(at(15), settings.Settings()) == []


def test_touches_outside_a_window_are_left_out_and_those_of_its_seconds_are_not():
    a, lead = campaign("a"), facts.lead(at(0))
    for day in (1, 2, 3):
        touch(lead, a, day)
    projected()
    edges = [np.array([at(day).timestamp()]) for day in (2, 3)]
    found = read.columns(np.array([lead]), LATER, *edges)
    assert found.at.tolist() == [int(at(2).timestamp())]


def test_whole_numbers_are_read_as_columns_and_anything_else_is_refused():
    got = bulk.columns("SELECT n::bigint, -n::bigint FROM generate_series(1, %(n)s) n", {"n": 3}, 2)
    assert [column.tolist() for column in got] == [[1, 2, 3], [-1, -2, -3]]
    assert [column.tolist() for column in bulk.columns("SELECT 1::bigint WHERE false", {}, 1)] == [[]]
    for sql in ("SELECT NULL::bigint", "SELECT 1::int", "SELECT 'word'"):
        with pytest.raises(ValueError):
            bulk.columns(sql, {}, 1)
