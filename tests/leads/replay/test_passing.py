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


class ByHand:
    """Instant by instant, in the order of time."""

    def __init__(self, askings: list[Asking], lives: dict[int, Life], rules: Rules):
        self.askings, self.lives, self.rules = askings, lives, rules
        self.people = {one.lead: Now() for one in askings}
        self.out = [(one.handed or 0, BEFORE if one.handed is None else FREE) for one in askings]
        self.begins = {place: max(one.at, rules.start) for place, one in enumerate(askings) if self.comes(one)}
        self.order = sorted(
            self.begins, key=lambda place: (self.begins[place], askings[place].lead, askings[place].cycle)
        )

    def comes(self, one: Asking) -> bool:
        over = [reset for reset, _named in self.lives[one.lead].resets if one.at < reset <= self.rules.start]
        return one.handed is None and (one.at >= self.rules.start or not over)

    def run(self) -> list[tuple[int, int]]:
        instants = {
            *self.rules.nights,
            *self.begins.values(),
            *(one.handed for one in self.askings if one.handed is not None),
        }
        instants |= {at for life in self.lives.values() for at, _what in (*life.blocks, *life.resets)}
        instants |= {since for life in self.lives.values() for _end, _named, since in life.lent}
        for at in sorted(instants):
            self.facts(at)
            for place in [one for one in self.order if self.begins[one] == at]:
                self.ask(place, at)
            if at in self.rules.nights:
                self.night(at)
        for now in self.people.values():
            for place, why in now.held:
                self.out[place] = (0, why)
        return self.out

    def hand(self, place: int, at: int) -> None:
        self.people[self.askings[place].lead].open, self.out[place] = True, (at, FREE)

    def facts(self, at: int) -> None:
        for lead, now in self.people.items():
            for _at, named in [one for one in self.lives[lead].resets if one[0] == at and now.open]:
                now.open, now.closed, now.named = False, at, named
            for end, named, _since in [one for one in self.lives[lead].lent if one[2] == at]:
                if now.closed is None or (end, named) >= (now.closed, now.named):
                    now.closed, now.named = end, named
            for _at, now.block in [one for one in self.lives[lead].blocks if one[0] == at]:
                now.open = now.open and now.block != OPPOSITION
                self.lifted(now, at)
            if [one for one in self.askings if one.lead == lead and one.handed == at]:
                now.open = now.block != OPPOSITION

    def lifted(self, now: Now, at: int) -> None:
        for one in [held for held in now.held if held[1] in (OPPOSITION, MANDATORY)]:
            one[1] = now.why(at, self.rules)
            if one[1] == FREE:
                now.held.remove(one)
                self.hand(one[0], at)

    def ask(self, place: int, at: int) -> None:
        now = self.people[self.askings[place].lead]
        why = now.why(at, self.rules) or (PACE if self.askings[place].at <= self.rules.start else FREE)
        if why == FREE:
            self.hand(place, at)
        else:
            now.held.append([place, why])

    def night(self, at: int) -> None:
        left = self.rules.pace
        for place in self.order if left else ():
            now = self.people[self.askings[place].lead]
            for one in [held for held in now.held if held[0] == place]:
                why = now.why(at, self.rules)
                if why:
                    one[1] = why
                elif left:
                    left -= 1
                    now.held.remove(one)
                    self.hand(place, at)


def by_hand(*world) -> list[tuple[int, int]]:
    return ByHand(*world).run()


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
            [
                (at, draw(st.sampled_from([0, at + 9 * DAY])), at + draw(hours))
                for at in draw(st.lists(hours, max_size=2))
            ],
        )
        for cycle, (low, high) in enumerate(zip([0, *resets], [*resets, UNTIL], strict=True)):
            if high - low > 8 and draw(st.booleans()):
                at = draw(st.integers(low + 1, high - 1).filter(lambda at: at % 4 in (2, 3)))
                real = draw(st.booleans()) and at < START - 8 and at + 3 < high
                askings.append(Asking(lead, cycle, at, at + 2 - at % 2 - 1 if real else None))
    rules = Rules(START, RULES.nights, draw(st.integers(0, 2)), draw(st.sampled_from([0, 3, 12])) * DAY)
    return askings, lives, rules


@pytest.mark.sized
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
    found = told(
        [Asking(1, 0, 50, handed=60), Asking(2, 0, 50), Asking(1, 1, START + 6)], {1: Life(), 2: Life(resets=[(99, 0)])}
    )
    assert found == [(60, FREE), (0, BEFORE), (0, OPEN)]


def test_what_ended_for_a_merged_lead_cools_down_the_one_it_was_merged_into_from_the_merge_on():
    life = Life(lent=[(18 * DAY, 42 * DAY, 20 * DAY)])
    before, after = Asking(1, 0, 19 * DAY + 2), Asking(1, 0, 21 * DAY + 2)
    assert told([before], {1: life}) == [(19 * DAY + 2, FREE)]
    assert told([after], {1: life}) == [(42 * DAY + 1, FREE)]


def test_a_walk_that_forgets_the_cool_down_is_caught(monkeypatch):
    monkeypatch.setattr(passing, "_cool", lambda ends, at, cooldown: 0)
    with pytest.raises(AssertionError):
        test_who_comes_back_within_the_cool_down_waits_for_a_night_after_it()


def test_a_walk_that_lets_a_backlog_through_at_once_is_caught(monkeypatch):
    monkeypatch.setattr(passing, "PACE", FREE)
    with pytest.raises(AssertionError):
        test_a_backlog_passes_at_the_pace_in_its_order_and_new_ones_at_once()
