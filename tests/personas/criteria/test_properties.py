"""Laws that hold for any definition and any facts."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personas.criteria import decay, tree
from personas.criteria.behaviours import behaviours, key_of
from personas.criteria.edges import edges
from personas.criteria.evaluate import judge, whole_points
from personas.criteria.validate import validate
from tests.scale import examples

from .samples import CATALOGUE, TODAY, Known, body

DAYS = st.integers(1, 45)
KINDS = st.sampled_from(["page", "mail_click", "webinar"])
DATES = st.dates(TODAY - timedelta(days=80), TODAY + timedelta(days=80))
VALUE_CONDS = st.one_of(
    st.builds(lambda op, n: {"field": "lead.renewal", "op": op, "value": n},
              st.sampled_from(["days_since_at_most", "days_since_at_least", "days_until_at_most"]), st.integers(0, 45)),
    st.builds(lambda low, more: {"field": "lead.birth_date", "op": "age_between", "value": [low, low + more]},
              st.integers(20, 24), st.integers(0, 3)),
    st.builds(lambda op: {"field": "lead.renewal", "op": op}, st.sampled_from(["is_set", "is_not_set"])),
    st.builds(lambda day: {"field": "lead.renewal", "op": "before", "value": day.isoformat()}, DATES),
)  # fmt: skip
EVENT_CONDS = st.builds(
    lambda kind, within, count, absent: {"event": {"kind": kind}, "within": within, "count": count, "absent": absent},
    KINDS, st.none() | DAYS, st.integers(1, 3), st.booleans(),
)  # fmt: skip
CONDS = st.recursive(
    VALUE_CONDS | EVENT_CONDS,
    lambda inner: st.builds(
        lambda name, kids: {name: kids}, st.sampled_from(tree.GROUPS), st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=3,
)


@st.composite
def fadings(draw, points=1, days=DAYS):
    """None, or any fading of the table that points of this sign may have."""
    row = draw(st.sampled_from([None, *(one for one in decay.DECAYS.values() if points > 0 or one.negative)]))
    if row is None:
        return None
    if not row.by_steps:
        return {"kind": row.name, "days": draw(days)}
    day = draw(days)
    return {"kind": row.name, "steps": [[day, 600000], [day + draw(days), draw(st.integers(0, 599999))]]}


@st.composite
def items(draw, key):
    points = draw(st.integers(-100, 100).filter(bool))
    cap = draw(st.none() | st.integers(1, 100))
    if draw(st.booleans()):
        return {"key": key, "points": points, "cap": cap, "each": False, "decay": None, "when": draw(CONDS)}
    each = draw(st.booleans())
    when = {
        "event": {"kind": draw(KINDS)},
        "within": draw(st.none() | DAYS),
        "count": 1 if each else draw(st.integers(1, 3)),
    }
    fading = draw(fadings(points))
    daily = draw(st.none() | st.integers(1, 4)) if each else None
    return {"key": key, "points": points, "cap": cap, "each": each, "daily": daily, "decay": fading, "when": when}


@st.composite
def definitions(draw):
    lists = []
    for axis in tree.AXES:
        mine = [draw(items(f"{axis}{n}")) for n in range(draw(st.integers(0, 3)))]
        if len(mine) > 1 and draw(st.booleans()):
            mine = [mine[0], {"key": f"{axis}-g", "cap": draw(st.integers(1, 100)), "items": mine[1:]}]
        lists.append(mine)
    rest = {name: draw(st.lists(CONDS, max_size=1)) for name in tree.LISTS}
    return body(*lists, **rest)


FACTS = st.builds(
    lambda renewal, born, events: ({"lead.renewal": renewal, "lead.birth_date": born}, events),
    st.none() | DATES,
    st.none() | st.dates(TODAY.replace(year=2000), TODAY.replace(year=2005)),
    st.lists(st.tuples(st.integers(0, 90), KINDS, st.integers(1, 9)), max_size=5),
)


@pytest.mark.invariant("I6")
@settings(max_examples=examples(600, 10), deadline=None)
@given(definitions(), FACTS)
def test_definitions_are_sound_and_rows_add_up(one, facts):
    assert validate(one, CATALOGUE) == []
    judgement = judge(one, Known(*facts), TODAY, catalogue=CATALOGUE)
    assert [row.key for row in judgement.rows] == tree.slots(one)
    for axis in tree.AXES:
        total = sum(row.points for row in judgement.rows if row.axis == axis)
        assert total == getattr(judgement, axis) and 0 <= total <= 100


@pytest.mark.invariant("I6")
@settings(max_examples=examples(400, 10), deadline=None)
@given(definitions(), FACTS)
def test_time_alone_changes_a_judgement_only_on_declared_edges(one, facts):
    values, events = facts
    known = Known(values, events)
    allowed = set()
    for edge in edges(one):
        if edge.source == "field" and values.get(edge.key):
            allowed |= edge.dates(values[edge.key])
        for ago, kind, _ in events if edge.source == "behaviour" else ():
            allowed |= edge.dates(TODAY - timedelta(days=ago)) if edge.key == key_of({"kind": kind}) else set()
    days = [TODAY + timedelta(days=n) for n in range(-95, 70)]
    seen = [judge(one, known, day, catalogue=CATALOGUE) for day in days]
    changed = {
        day for day, before, now in zip(days[1:], seen, seen[1:], strict=False) if essence(before) != essence(now)
    }
    assert changed <= allowed


def essence(judgement):
    failures = [failure.path for failure in judgement.failures]
    return judgement.contributions, judgement.grade, judgement.mql, judgement.direct, failures


@given(st.integers(-(10**13), 10**13), st.integers(1, 2000))
def test_whole_points_truncate_towards_zero_within_the_cap(raw, cap):
    points = whole_points(raw, cap)
    assert points == -whole_points(-raw, cap)
    assert points == max(-cap, min(cap, int(raw / decay.MILLION) if abs(raw) < 2**53 else points))


@given(st.integers(-(10**13), 10**13), st.integers(1, 2000), st.integers(1, 2000))
def test_a_higher_cap_never_brings_a_value_nearer_to_zero(raw, one, other):
    low, high = sorted((one, other))
    assert abs(whole_points(raw, low)) <= abs(whole_points(raw, high))


@settings(deadline=None)
@given(fadings(), st.none() | DAYS)
def test_weights_only_fall_and_change_only_at_their_edges(fading, within):
    one = {"when": {"event": {"kind": "page"}, "within": within}, "decay": fading}
    table = decay.weight_table(one, 1000)
    assert len(table) == 1001 and table[0] == decay.MILLION
    assert all(a >= b >= 0 for a, b in itertools.pairwise(table))
    assert [0, *(age for age in range(1, 1001) if table[age] != table[age - 1])] == [
        age for age in decay.edges(one) if age <= 1000
    ]
    assert [decay.weight(one, age) for age in (-1, 0, 7, 1000)] == [0, table[0], table[7], table[1000]]


@settings(max_examples=100, deadline=None)
@given(definitions())
def test_every_event_condition_has_its_behaviour(one):
    keys = [behaviour.key for behaviour in behaviours(one)]
    assert keys == sorted(set(keys))
    assert {key_of(cond["event"]) for _, cond in tree.conditions(one) if "event" in cond} == set(keys)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2000) | st.floats() | st.sampled_from(["", "is", "page", "lead.email", "A1"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["all", "none", "field", "op", "value", "event", "kind", "props", "key", "within", "points", "when", "items", "cap", "decay", "steps", "bands", "fit", "engagement", "mql", "page"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    JSON,
    st.sampled_from(
        [
            "fit",
            "engagement",
            "must",
            "never",
            "mql",
            "direct",
            "pace",
            "mandatory",
            "item",
            "when",
            "event",
            "decay",
            "bands",
        ]
    ),
)
def test_any_json_is_refused_with_a_message_never_with_an_exception(junk, place):
    one = body()
    if place in ("item", "when", "event", "decay"):
        good = {"key": "c", "points": 5, "when": {"event": {"kind": "page"}}}
        if place == "event":
            good["when"]["event"] = junk
        good = junk if place == "item" else good | {place: junk} if place != "event" else good
        one["fit"]["items"] = [good]
    elif place == "bands":
        one["fit"]["bands"] = junk
    else:
        one[place] = junk
    for problem in [*validate(one, CATALOGUE), *validate(junk, CATALOGUE)]:
        assert problem.text("en") and problem.text("fr")
