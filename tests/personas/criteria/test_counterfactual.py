"""What would make this an MQL, held against trying everything."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import combinations, islice, pairwise, product

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from personas.criteria import candidates, counterfactual, tree
from personas.criteria.behaviours import key_of, matches
from personas.criteria.evaluate import judge
from personas.criteria.operators import read

from .samples import CATALOGUE, PRICING, TODAY, Known, body, event, field, item, screen_definition

STEADY = {"lead.birth_date", "lead.opted_out"}
FIELDS = {key: replace(info, steady=key in STEADY, changeable=key != "lead.renewal") for key, info in CATALOGUE.items()}
PERSONA = 12
RULES = {PERSONA: {"all": [field("lead.function", "is", "marketing"), field("company.employees", "at_least", 50)]}}


class Wished(Known):
    """Facts under a set of wishes, put together without the search."""

    def __init__(self, values, events, wishes):
        super().__init__(
            values | {one.field: one.value for one in wishes if one.field},
            [*events, *((0, candidates.act(one.event), one.times) for one in wishes if one.event)],
        )
        self.personas = _resembles(self)


def _resembles(known) -> frozenset:
    function = read("choice", known.value("lead.function"))
    employees = read("number", known.value("company.employees"))
    return (
        frozenset([PERSONA]) if function == "marketing" and employees is not None and employees >= 50 else frozenset()
    )


def judged(one, values, events, wishes=(), after_no=False):
    return judge(one, Wished(values, events, wishes), TODAY, catalogue=FIELDS, after_no=after_no)


def answer(one, values, events, **more):
    return counterfactual.would(one, Wished(values, events, ()), TODAY, catalogue=FIELDS, personas=RULES, **more)


def parts(wishes) -> Iterator[tuple]:
    """Every smaller set inside a set."""
    choices = [
        (None, one) if one.field else tuple(replace(one, times=n) for n in range(one.times + 1)) for one in wishes
    ]
    for chosen in product(*choices):
        found = tuple(one for one in chosen if one is not None and one.times)
        if found != wishes:
            yield found


NUMBERS = st.sampled_from([10, 50, 51, 200])
CONDS = st.one_of(
    st.builds(lambda op, n: field("company.employees", op, n), st.sampled_from(["at_least", "at_most", "is_not"]), NUMBERS),
    st.builds(lambda low, more: field("company.employees", "between", [low, low + more]), NUMBERS, st.integers(0, 60)),
    st.sampled_from([
        field("lead.function", "one_of", ["marketing", "direction"]), field("lead.function", "is_not", "student"),
        field("lead.function", "is_set"), field("lead.x_origin", "contains", "par"), field("lead.x_origin", "starts_with", "Île"),
        field("lead.x_origin", "is_not_set"), field("lead.birth_date", "age_between", [30, 45]),
        field("lead.renewal", "days_until_at_most", 30), field("lead.opted_out", "is", True), {"persona": PERSONA},
        event("page", page=PRICING), event("page", 30, count=2), event("webinar", 20), event("mail_bounce"),
        event("page", 10, absent=True), {"none": [event("webinar"), field("company.industry", "is", "SaaS")]},
        {"any": [event("demo"), field("company.industry", "is", "SaaS")]},
        {"all": [field("company.employees", "at_least", 50), field("lead.function", "is", "marketing")]},
        {"all": [event("webinar"), {"any": [event("page", 30, count=3), field("company.industry", "is", "SaaS")]}]},
    ]),
)  # fmt: skip
ACTS = st.sampled_from(
    [event("page"), event("page", page=PRICING), event("webinar", 30), event("mail_open"), event("unsubscribe")]
)


@st.composite
def definitions(draw):
    axes = []
    for axis in tree.AXES:
        mine = []
        for n in range(draw(st.integers(1, 3))):
            if draw(st.booleans()):
                mine.append(item(f"{axis}{n}", draw(st.sampled_from([30, 60, -20])), draw(CONDS)))
            else:
                fading = draw(st.sampled_from([None, {"kind": "linear", "days": 30}]))
                mine.append(item(f"{axis}{n}", draw(st.sampled_from([20, 35])), draw(ACTS), each=draw(st.booleans()),
                                 cap=draw(st.sampled_from([None, 40])), decay=fading))  # fmt: skip
        if draw(st.booleans()):
            mine = (
                [*mine[:1], {"key": f"{axis}-g", "cap": draw(st.sampled_from([40, 80])), "items": mine[1:]}]
                if mine[1:]
                else mine
            )
        axes.append(mine)
    one = body(*axes, **{name: draw(st.lists(CONDS, max_size=1)) for name in tree.LISTS})
    for axis in tree.AXES:
        one[axis]["bands"] = [60, 30]
    one["mql"] = draw(st.sampled_from([["A1"], ["A1", "A2", "B1"], ["B2"], ["A3", "C1"]]))
    one["hysteresis"] = draw(st.sampled_from([0, 10]))
    return one


VALUES = st.fixed_dictionaries({
    "company.employees": st.none() | NUMBERS, "lead.function": st.sampled_from([None, "marketing", "student"]),
    "lead.x_origin": st.sampled_from([None, "Paris"]), "lead.birth_date": st.sampled_from([None, TODAY.replace(year=1960)]),
    "lead.renewal": st.sampled_from([None, TODAY + timedelta(days=99)]), "company.industry": st.sampled_from([None, "retail", "SaaS"]),
    "lead.opted_out": st.sampled_from([False, False, True]),
})  # fmt: skip
EVENTS = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from(["page", "webinar", "unsubscribe", {"kind": "page", "page": "/pricing"}]), st.integers(1, 2)),
    max_size=3,
)  # fmt: skip


def elements(one, values) -> tuple[list[tuple[str, list]], list[dict]]:
    """Everything that could be otherwise, by a list of its own: values to try by field, acts."""
    asked = {cond["field"] for _p, cond in tree.conditions(one) if "field" in cond}
    if tree.personas_used(one):
        asked |= {"lead.function", "company.employees"}
    numbers = [
        *range(8, 12),
        *range(48, 54),
        *range(58, 62),
        *range(68, 72),
        *range(108, 113),
        *range(198, 202),
        *range(208, 262, 10),
    ]
    tried = {
        "company.employees": numbers, "lead.function": ["marketing", "direction", "student"],
        "lead.x_origin": ["par", "Île", "Île par", "zzz"], "company.industry": ["SaaS", "zzz"],
        "lead.birth_date": [TODAY.replace(year=1990), TODAY.replace(year=2020)] if values["lead.birth_date"] is None else [],
    }  # fmt: skip
    acts = {key_of(cond["event"]): cond["event"] for _p, cond in tree.conditions(one) if "event" in cond}
    deeds = [found for raw in acts.values() if (found := candidates.act(raw)) is not None]
    return [(name, tried[name]) for name in sorted(asked & set(tried))], deeds


def smallest(one, values, events, after_no, most) -> int | None:
    """How many elements the smallest set that qualifies has, by trying all of at most so many, acts done up to four times; None
    where there is none."""
    fields, deeds = elements(one, values)
    singles = [*[("field", name) for name, _tried in fields], *[("act", at) for at in range(len(deeds))]]
    tried = dict(fields)
    for size in range(most + 1):
        for chosen in combinations(singles, size):
            names = [which for kind, which in chosen if kind == "field"]
            acts = [which for kind, which in chosen if kind == "act"]
            for picked in product(*(tried[name] for name in names), *(range(1, 5) for _act in acts)):
                brought = dict(zip(names, picked[: len(names)], strict=True))
                more = [(0, deeds[act], n) for act, n in zip(acts, picked[len(names) :], strict=True)]
                known = Wished(values | brought, [*events, *more], ())
                if judge(one, known, TODAY, catalogue=FIELDS, after_no=after_no).qualifies:
                    return size
    return None


def check(one, values, events, after_no, most):
    found = answer(one, values, events, after_no=after_no)
    assert found.proven and len(found.sets) <= counterfactual.MOST_SETS
    for wishes in found.sets:
        assert judged(one, values, events, wishes, after_no).qualifies
        for part in islice(parts(wishes), 500):
            assert not judged(one, values, events, part, after_no).qualifies
        for wish in wishes:
            assert not wish.field or _may_change(wish.field, values)
            assert not wish.event or wish.event["kind"] not in ("unsubscribe", "mail_bounce")
    size = smallest(one, values, events, after_no, most)
    mine = len(found.sets[0]) if found.sets else None
    assert size is None or (mine is not None and mine <= size)


def _may_change(name, values) -> bool:
    info = FIELDS[name]
    return info.changeable and not (info.steady and read(info.type, values.get(name)) is not None)


@settings(max_examples=20, deadline=None)
@given(definitions(), VALUES, EVENTS, st.booleans())
def test_it_qualifies_no_smaller_set_does_and_nothing_unchangeable_is_asked(one, values, events, after_no):
    check(one, values, events, after_no, most=2)


@pytest.mark.trust
@settings(max_examples=1500, deadline=None)
@given(definitions(), VALUES, EVENTS, st.booleans())
def test_so_it_is_on_many_definitions_and_sets_of_three(one, values, events, after_no):
    check(one, values, events, after_no, most=3)


# --- twelve criteria, each brought by a value or an act of its own: every subset is tried

ONES = [
    (field("company.employees", "at_least", 50), ("company.employees", 120)),
    (field("lead.function", "one_of", ["marketing", "direction"]), ("lead.function", "marketing")),
    (field("company.industry", "is", "SaaS"), ("company.industry", "SaaS")),
    (field("lead.x_origin", "is_set"), ("lead.x_origin", "Paris")),
    (field("company.sites", "starts_with", "Ly"), ("company.sites", "Lyon")),
    (field("company.revenue", "between", [10, 90]), ("company.revenue", 50)),
    *((one, one["event"]) for one in (
        event("page", 30, page=PRICING), event("webinar"), event("form", 20, form="Contact"), event("demo"),
        event("download", 9), event("track", 60, name="trial"),
    )),
]  # fmt: skip


OTHERWISE = {  # values that a lead may lose again
    "company.employees": 1, "lead.function": "student", "company.industry": "zzz", "company.sites": "zzz", "company.revenue": 1,
}  # fmt: skip
RESEMBLING = [("company.employees", 120), ("lead.function", "marketing")]  # what the persona's own rules ask for
UNSHRUNK = [Phase.explicit, Phase.reuse, Phase.generate]  # shrinking costs minutes here


@st.composite
def separate(draw, most):
    """(definition, values, events, what could still be otherwise): groups, caps, musts, nevers, direct ways and a persona over
    up to so many criteria."""
    chosen = draw(st.permutations(ONES))[: draw(st.integers(4, most))]
    conds = [cond for cond, _element in chosen]
    items = [
        item(f"k{at}", draw(st.sampled_from([10, 15, 20, 30])), cond, cap=draw(st.sampled_from([None, 12])))
        for at, cond in enumerate(conds)
    ]
    for at in range(draw(st.integers(0, 2))):
        two = draw(st.lists(st.sampled_from(conds), min_size=2, max_size=2, unique_by=str))
        items.append(item(f"both{at}", draw(st.sampled_from([20, 40])), {"all": two}))
    if draw(st.booleans()):
        items.append(item("maud", 25, {"persona": PERSONA}))
    axes = [items[::2], items[1::2]]
    for at, axis in enumerate(axes):
        if len(axis) > 2 and draw(st.booleans()):
            axes[at] = [axis[0], {"key": f"g{at}", "cap": draw(st.sampled_from([25, 40])), "items": axis[1:]}]
    pair = st.lists(st.sampled_from(conds), min_size=2, max_size=2, unique_by=str)
    one = body(*axes, never=[{"all": draw(pair)}] if draw(st.booleans()) else [field("lead.opted_out", "is", True)])
    one["must"] = (
        [draw(st.sampled_from([conds[0], {"any": conds[:2]}, {"none": [event("mail_bounce")]}]))]
        if draw(st.booleans())
        else []
    )
    one["direct"] = [{"all": draw(st.sampled_from([conds[:4], conds[1:4]]))}] if draw(st.booleans()) else []
    one["mql"] = draw(st.sampled_from([["A1"], ["A1", "B1"], ["A2", "B2", "C1"]]))
    one["hysteresis"] = draw(st.sampled_from([0, 5]))
    for axis in tree.AXES:
        one[axis]["bands"] = [60, 40, 20]
    there = [draw(st.sampled_from([False, False, True])) for _one in chosen]
    have = [element for (_cond, element), on in zip(chosen, there, strict=True) if on]
    missing = [element for (_cond, element), on in zip(chosen, there, strict=True) if not on]
    missing += [(one[0], OTHERWISE[one[0]]) for one in have if isinstance(one, tuple) and one[0] in OTHERWISE]
    if tree.personas_used(one):  # whoever is to resemble her may also change what no criterion asks for
        missing += [element for element in RESEMBLING if element not in [other for _cond, other in chosen]]
    values = {"lead.opted_out": draw(st.sampled_from([False, False, False, True]))} | dict(
        one for one in have if isinstance(one, tuple)
    )
    return one, values, [(3, candidates.act(one), 1) for one in have if isinstance(one, dict)], missing


def fewest(one, values, events, missing, after_no) -> int | None:
    """How few of what is missing would do, by trying every subset in the order of size."""
    for size in range(len(missing) + 1):
        for chosen in combinations(missing, size):
            brought = dict(pick for pick in chosen if isinstance(pick, tuple))
            more = [(0, candidates.act(pick), 1) for pick in chosen if isinstance(pick, dict)]
            if judged(one, values | brought, [*events, *more], (), after_no).qualifies:
                return size
    return None


def exhausted(drawn, after_no) -> None:
    one, values, events, missing = drawn
    found = answer(one, values, events, after_no=after_no)
    size = fewest(one, values, events, missing, after_no)
    if size is None:
        assert found.sets == () and found.proven
        return
    assert found.proven and len(found.sets[0]) == size
    for wishes in found.sets:
        assert judged(one, values, events, wishes, after_no).qualifies
        assert not any(judged(one, values, events, part, after_no).qualifies for part in parts(wishes))
        assert all(not wish.field or _may_change(wish.field, values) for wish in wishes)


@settings(max_examples=8, deadline=None, phases=UNSHRUNK)
@given(separate(7), st.booleans())
def test_no_smaller_set_does_when_every_subset_is_tried(drawn, after_no):
    exhausted(drawn, after_no)


@pytest.mark.trust
@settings(max_examples=250, deadline=None, phases=UNSHRUNK)
@given(separate(12), st.booleans())
def test_no_smaller_set_does_among_all_subsets_of_twelve_criteria(drawn, after_no):
    exhausted(drawn, after_no)


def test_planted_fault_an_answer_with_one_wish_too_many_is_caught(monkeypatch):
    one = body(direct=[event("demo")], mql=["A1"])
    drawn = one, {}, [], [{"kind": "demo"}, {"kind": "webinar"}]
    exhausted(drawn, False)
    right = counterfactual.would

    def greedy(*said, **more):
        found = right(*said, **more)
        return replace(found, sets=tuple((*wishes, replace(wishes[0], times=2)) for wishes in found.sets))

    monkeypatch.setattr(counterfactual, "would", greedy)
    with pytest.raises(AssertionError):
        exhausted(drawn, False)


PAIRS = [
    [(field(name, "is", "x")) for name in pair]
    for pair in (("company.industry", "lead.x_origin"), ("company.sites", "lead.email"), ("lead.x_a", "lead.x_b"),
                 ("lead.x_c", "lead.x_d"), ("lead.x_e", "lead.x_f"))
]  # fmt: skip
MORE_FIELDS = FIELDS | {
    f"lead.x_{n}": replace(FIELDS["lead.x_origin"], key=f"lead.x_{n}") for n in "abcdefghijklmnopqrst"
}


def among(one, **more):
    """The answer for a lead of whom nothing is known, with more fields."""
    return counterfactual.would(one, Known(), TODAY, catalogue=MORE_FIELDS, personas=RULES, **more)


def suffices(one, wishes) -> bool:
    return judge(one, Wished({}, [], wishes), TODAY, catalogue=MORE_FIELDS).qualifies


def test_an_act_repeated_is_one_element_with_a_count():
    fit = [
        item(
            "who", 40, {"all": [field("lead.function", "is", "marketing"), field("company.employees", "at_least", 50)]}
        ),
        item("where", 40, {"all": [field("company.industry", "is", "SaaS"), field("lead.x_origin", "is", "Paris")]}),
    ]
    one = body(fit, [item("page", 20, event("page"), each=True)], mql=["A1"])
    one["engagement"]["bands"] = [95]
    found = answer(one, {}, [])
    assert found.proven and len(found.sets[0]) == 5
    assert [wish.times for wish in found.sets[0] if wish.event] == [5]
    assert judged(one, {}, [], found.sets[0]).qualifies


def test_five_pairs_that_count_only_together_are_found():
    one = body([item(f"p{at}", 15, {"all": pair}) for at, pair in enumerate(PAIRS)], mql=["A4"])
    found = among(one)
    assert found.proven and len(found.sets[0]) == 10 and suffices(one, found.sets[0])


def test_more_pairs_than_can_be_tried_are_climbed_pair_by_pair(monkeypatch):
    """Neither of two facts brings anything without the other."""
    monkeypatch.setattr(counterfactual, "MOST_READ", 15_000)
    names = [f"lead.x_{n}" for n in "abcdefghijklmnopqrst"]
    pairs = [{"all": [field(name, "is", "x") for name in pair]} for pair in pairwise(names)]
    never = {"all": [field(name, "is", "x") for name in ("lead.x_a", "lead.x_c", "lead.x_e")]}
    capped = {"key": "g", "cap": 1, "items": [item(f"g{at}", 9, pair) for at, pair in enumerate(pairs[:9])]}
    one = body([capped, *(item(f"p{at}", 8, pair) for at, pair in enumerate(pairs))], mql=["A4"], never=[never])
    found = among(one)
    assert not found.proven and len(found.sets) == 1 and suffices(one, found.sets[0])
    assert not any(suffices(one, part) for part in _one_less(found.sets[0]))


def test_nothing_found_is_proven_only_where_everything_was_tried(monkeypatch):
    out = body(fit=[item("a", 20, field("lead.renewal", "is_set"))], mql=["A4"])
    assert among(out).sets == () and among(out).proven
    one = body([item(f"p{at}", 20, {"all": pair}) for at, pair in enumerate(PAIRS)], mql=["A4"])
    one["never"] = [PAIRS[0][0], PAIRS[1][0]]
    assert among(one).sets == () and among(one).proven
    monkeypatch.setattr(counterfactual, "MOST_READ", 5 * len(tree.slots(one)))
    monkeypatch.setattr(counterfactual.climbing, "climb", lambda search: None)
    found = among(one)
    assert found.sets == () and not found.proven and found.tried == 6


def test_an_act_that_would_be_needed_more_often_than_is_asked_for_is_not_called_impossible():
    one = body(
        engagement=[item("page", 1, event("page"), each=True), item("not", -60, {"none": [event("demo", 5)]})],
        mql=["D1"],
    )
    one["never"] = [event("demo")]
    one["engagement"]["bands"] = [90]
    found = answer(one, {}, [])
    assert found.sets == () and not found.proven


def test_a_number_of_times_that_a_condition_names_is_asked_for_at_once():
    one = body(direct=[event("page", 90, count=150)], mql=["A1"])
    (way,) = answer(one, {}, [(3, "page", 7)]).sets
    assert [(wish.times, wish.done) for wish in way] == [(143, 7)]


def test_what_has_faded_is_done_anew():
    fading = {"kind": "linear", "days": 30}
    one = body(engagement=[item("page", 60, event("page"), decay=fading)], mql=["D1"])
    one["engagement"]["bands"] = [60]
    found = answer(one, {}, [(5, "page", 1)])
    assert [(wish.event, wish.times) for way in found.sets for wish in way] == [({"kind": "page"}, 1)]


def test_acts_that_count_for_one_condition_share_it():
    """Three pages, of which one about prices: two others and one of these, not three of these."""
    one = body(
        must=[event("page", 9, page=PRICING)],
        direct=[event("page", count=3)],
        mql=["A1"],
        never=[event("page", 9, page=PRICING, count=2)],
    )
    found = answer(one, {}, [])
    assert sorted(wish.times for wish in found.sets[0]) == [1, 2]


def test_a_lead_that_knows_nothing_is_told_the_three_shortest_ways():
    found = answer(screen_definition(), {}, [])
    assert [(one.field or one.event["kind"], one.times) for one in found.sets[0]] == [("demo", 1)]
    assert len(found.sets) == 3 and found.proven


def test_whoever_qualifies_needs_nothing():
    assert answer(screen_definition(), {}, [(1, "demo", 1)]).sets == ((),)


def test_a_cell_may_be_the_goal():
    one = screen_definition()
    values = {
        "lead.function": "marketing",
        "company.employees": 120,
        "company.industry": "saas",
        "lead.x_origin": "France",
    }
    found = answer(one, values, [(3, "webinar", 1)], goal=["A1"])
    for wishes in found.sets:
        assert judged(one, values, [(3, "webinar", 1)], wishes).grade == "A1"
    assert found.sets


def test_on_the_day_of_a_reset_no_act_of_today_is_asked_for():
    found = answer(screen_definition(), {}, [], acts=False)
    assert not any(one.event for wishes in found.sets for one in wishes)


def test_out_of_reach_is_said():
    one = body(fit=[item("a", 20, field("lead.renewal", "is_set"))], must=[field("lead.opted_out", "is", False)])
    assert answer(one, {"lead.opted_out": True}, []).sets == ()


def test_a_definition_that_knows_only_the_direct_path_needs_no_cell():
    one = body(direct=[{"all": [field("lead.opted_out", "is", False), event("demo")]}], mql=[])
    assert answer(one, {"lead.opted_out": True}, []).sets == ()
    (way,) = answer(one, {"lead.opted_out": False}, []).sets
    assert [wish.event for wish in way] == [{"kind": "demo"}]


def test_many_criteria_and_few_ways_are_soon_told():
    """A demo is enough, nothing else is: no set that holds a demo is looked at again."""
    acts = [item(f"e{n}", 1, event("track", name=f"deed {n}"), each=True) for n in range(40)]
    one = body(engagement=acts, direct=[event("demo")], mql=["A1"])
    begun = time.process_time()
    found = answer(one, {}, [])
    assert [[wish.event for wish in way] for way in found.sets] == [[{"kind": "demo"}]] and found.proven
    assert time.process_time() - begun < 10 * _looking()


def _looking() -> float:
    """Seconds that as many plain judgements take as a search may need."""
    one = screen_definition()
    begun = time.process_time()
    for _time in range(1_000):
        judged(one, {}, [])
    return (time.process_time() - begun) * counterfactual.MORE_WALKED / 1_000


def test_more_criteria_than_can_be_tried_are_climbed_step_by_step(monkeypatch):
    """A common cap hides from the bound that all thirteen of the other acts are needed."""
    monkeypatch.setattr(counterfactual, "MOST_READ", 15_000)
    acts = [item(f"e{n}", 6, event("track", name=f"deed {n}")) for n in range(20)]
    capped = {"key": "g", "cap": 1, "items": [item(f"g{n}", 6, event("track", name=f"more {n}")) for n in range(20)]}
    one = body(fit=[item("f", 80, field("lead.function", "is_set"))], engagement=[capped, *acts])
    found = answer(one, {}, [])
    assert not found.proven and len(found.sets) == 1
    assert judged(one, {}, [], found.sets[0]).qualifies
    assert not any(judged(one, {}, [], part).qualifies for part in _one_less(found.sets[0]))


def _one_less(wishes):
    return [tuple(other for other in wishes if other is not one) for one in wishes]


def test_an_act_that_belongs_to_two_behaviours_counts_for_both():
    one = body(engagement=[item("any", 40, event("page")), item("price", 40, event("page", page=PRICING))], mql=["D1"])
    found = answer(one, {}, [])
    assert [(wish.event, wish.times) for wish in found.sets[0]] == [({"kind": "page", "page": PRICING}, 1)]
    assert matches({"kind": "page"}, candidates.act({"kind": "page", "page": PRICING}))


def test_planted_fault_a_bound_that_promises_too_little_misses_the_set(monkeypatch):
    one = body(fit=[item("f", 80, field("lead.function", "is_set"))], mql=["A4"])
    assert len(answer(one, {}, []).sets) == 1
    monkeypatch.setattr(counterfactual.repeats, "gain", lambda item, times, taken: 1)
    assert smallest(one, {"lead.birth_date": None}, [], False, 1) == 1
    assert answer(one, {}, []).sets == () or not answer(one, {}, []).proven


def test_planted_fault_a_field_that_never_changes_is_asked_for(monkeypatch):
    one = body(direct=[field("lead.opted_out", "is", False)])
    assert answer(one, {"lead.opted_out": True}, []).sets == ()
    monkeypatch.setitem(FIELDS, "lead.opted_out", replace(FIELDS["lead.opted_out"], steady=False))
    asked = answer(one, {"lead.opted_out": True}, []).sets[0][0]
    assert asked.field == "lead.opted_out" and not (STEADY.isdisjoint({asked.field}))
