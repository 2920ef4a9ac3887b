"""Handoffs under a draft, beside its MQLs: cool-down, pace, opposition and missing fields as an oracle finds them that walks
through every instant and every night and remembers nothing but who is with sales."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.replay import passing
from leads.replay.passing import BEFORE, COOLING, FREE, MANDATORY, OPEN, OPPOSITION, PACE, Asking, Life, Rules
from tests.scale import examples

DAY, START, UNTIL = 24, 10 * 24, 60 * 24  # in hours
RULES = Rules(START, [day * DAY + 1 for day in range(10, 61) if day % 7 < 5], pace=1, cooldown=6 * DAY)


@dataclass
class Now:
    """A person at an instant."""

    block: int = FREE
    open: bool = False
    closed: int | None = None
    named: int = 0
    held: list = field(default_factory=list)  # [place, why]

    def why(self, at: int, rules: Rules) -> int:
        if self.block:
            return self.block
        if self.open:
            return OPEN
        return COOLING if self.closed is not None and max(self.closed + rules.cooldown, self.named) > at else FREE


def by_hand(askings: list[Asking], lives: dict[int, Life], rules: Rules) -> list[tuple[int, int]]:
    people = {one.lead: Now() for one in askings}
    out = [(0, BEFORE)] * len(askings)

    def hand(place: int, at: int) -> None:
        people[askings[place].lead].open, out[place] = True, (at, FREE)

    begins = {}
    for place, one in enumerate(askings):
        if one.handed is not None:
            out[place] = (one.handed, FREE)
        elif one.at >= rules.start or not [r for r, _named in lives[one.lead].resets if one.at < r <= rules.start]:
            begins[place] = max(one.at, rules.start)
    order = sorted(begins, key=lambda place: (begins[place], askings[place].lead, askings[place].cycle))
    instants = {0, *rules.nights, *begins.values(), *(one.handed for one in askings if one.handed is not None)}
    instants |= {at for life in lives.values() for at, _what in (*life.blocks, *life.resets)}
    for at in sorted(instants):
        for lead, now in people.items():
            for reset, named in lives[lead].resets:
                if reset == at and now.open:
                    now.open, now.closed, now.named = False, at, named
            for step, block in lives[lead].blocks:
                if step == at:
                    now.block = block
                    if block == OPPOSITION:
                        now.open = False
                    _lifted(now, at, rules, hand)
            if [one for one in askings if one.lead == lead and one.handed == at]:
                now.open = now.block != OPPOSITION
        for place in [one for one in order if begins[one] == at]:
            now = people[askings[place].lead]
            why = now.why(at, rules) or (PACE if askings[place].at <= rules.start else FREE)
            if why == FREE:
                hand(place, at)
            else:
                now.held.append([place, why])
        if at in rules.nights and rules.pace:
            _night(at, order, askings, people, rules, hand)
    for now in people.values():
        for place, why in now.held:
            out[place] = (0, why)
    return out


def _lifted(now: Now, at: int, rules: Rules, hand) -> None:
    for one in [held for held in now.held if held[1] in (OPPOSITION, MANDATORY)]:
        one[1] = now.why(at, rules)
        if one[1] == FREE:
            now.held.remove(one)
            hand(one[0], at)


def _night(at: int, order, askings, people, rules: Rules, hand) -> None:
    left = rules.pace
    for place in order:
        now = people[askings[place].lead]
        for one in [held for held in now.held if held[0] == place]:
            why = now.why(at, rules)
            if why:
                one[1] = why
            elif left:
                left -= 1
                now.held.remove(one)
                hand(place, at)


hours = st.integers(0, UNTIL // 4).map(lambda n: 4 * n)  # never the hour of a night


@st.composite
def worlds(draw):
    lives, askings = {}, []
    for lead in range(1, draw(st.integers(1, 5)) + 1):
        resets = sorted(draw(st.sets(hours.filter(lambda at: at > 0), max_size=3)))
        steps = sorted(draw(st.sets(hours, max_size=4)) - set(resets))
        lives[lead] = Life(
            [(at, draw(st.sampled_from([FREE, FREE, OPPOSITION, MANDATORY]))) for at in steps],
            [(at, draw(st.sampled_from([0, 0, at + 9 * DAY]))) for at in resets],
        )
        for cycle, (low, high) in enumerate(zip([0, *resets], [*resets, UNTIL], strict=True)):
            if high - low > 8 and draw(st.booleans()):
                at = draw(st.integers(low + 1, high - 1).filter(lambda at: at % 4 in (2, 3)))
                real = draw(st.booleans()) and at < START - 8 and at + 3 < high
                askings.append(Asking(lead, cycle, at, at + 2 - at % 2 - 1 if real else None))
    rules = Rules(START, RULES.nights, draw(st.integers(0, 2)), draw(st.sampled_from([0, 3, 12])) * DAY)
    return askings, lives, rules


@settings(max_examples=examples(4000, 300), deadline=None)
@given(worlds())
def test_every_handoff_and_every_hold_is_that_of_a_walk_through_all_instants(world):
    assert passing.passed(*world) == by_hand(*world)


def told(askings, lives, rules=RULES):
    found = passing.passed(askings, lives, rules)
    assert found == by_hand(askings, lives, rules)
    return found


def test_a_backlog_passes_at_the_pace_in_its_order_and_new_ones_at_once():
    backlog = [Asking(lead, 0, 50) for lead in (3, 1, 2)]
    found = told([*backlog, Asking(4, 0, START + 2)], dict.fromkeys(range(1, 5), Life()))
    assert found == [(RULES.nights[2], FREE), (RULES.nights[0], FREE), (RULES.nights[1], FREE), (START + 2, FREE)]


def test_who_comes_back_within_the_cool_down_waits_for_a_night_after_it():
    life = Life(resets=[(20 * DAY, 0)])
    found = told([Asking(1, 0, START + 2), Asking(1, 1, 22 * DAY + 2)], {1: life})
    assert found == [(START + 2, FREE), (next(one for one in RULES.nights if one >= 26 * DAY), FREE)]


def test_a_day_that_a_rep_named_counts_where_it_is_later():
    life = Life(resets=[(20 * DAY, 42 * DAY)])
    assert told([Asking(1, 0, START + 2), Asking(1, 1, 22 * DAY + 2)], {1: life})[1] == (42 * DAY + 1, FREE)


def test_a_missing_field_holds_until_it_is_filled_and_then_no_pace_does():
    life = Life([(0, MANDATORY), (30 * DAY, FREE)])
    assert told([Asking(1, 0, 50), Asking(2, 0, START + 2)], {1: life, 2: Life([(0, OPPOSITION)])}) == [
        (30 * DAY, FREE), (0, OPPOSITION),
    ]  # fmt: skip


def test_who_was_handed_over_or_recycled_before_the_draft_is_no_backlog():
    found = told([Asking(1, 0, 50, handed=60), Asking(2, 0, 50), Asking(1, 1, START + 6)], {1: Life(), 2: Life(resets=[(99, 0)])})
    assert found == [(60, FREE), (0, BEFORE), (0, OPEN)]


def test_a_walk_that_forgets_the_cool_down_is_caught(monkeypatch):
    monkeypatch.setattr(passing, "_cool", lambda ends, at, cooldown: 0)
    with pytest.raises(AssertionError):
        test_who_comes_back_within_the_cool_down_waits_for_a_night_after_it()


def test_a_walk_that_lets_a_backlog_through_at_once_is_caught(monkeypatch):
    monkeypatch.setattr(passing, "PACE", FREE)
    with pytest.raises(AssertionError):
        test_a_backlog_passes_at_the_pace_in_its_order_and_new_ones_at_once()
