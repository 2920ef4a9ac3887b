"""When points change next by time alone: as often as every day to come is tried, never another day and never another figure."""

from datetime import timedelta

import pytest
from hypothesis import given, settings

from personas.criteria import fading
from personas.criteria.evaluate import Moment, cap_of, whole_points
from personas.criteria.fading import Later, Next, next_change
from tests.scale import examples

from .samples import CATALOGUE, TODAY, Known, event, item
from .test_properties import FACTS, items

DAYS = 200


def points(one, moment) -> int:
    return whole_points(moment.raw(one)[0], cap_of(one))


@pytest.mark.sized
@settings(max_examples=examples(40), deadline=None)
@given(items("a"), FACTS)
def test_the_next_change_is_the_first_day_on_which_the_points_differ(one, facts):
    known = Known(*facts)
    now = points(one, Moment(known, TODAY, CATALOGUE))
    days = (TODAY + timedelta(days=n) for n in range(1, DAYS))
    tried = ((on, points(one, Moment(known, on, CATALOGUE))) for on in days)
    wanted = next((Next(on, then) for on, then in tried if then != now), None)
    found = next_change(one, Moment(known, TODAY, CATALOGUE))
    assert found == wanted or (wanted is None and (found.on - TODAY).days >= DAYS)


@pytest.mark.parametrize(
    ("worth", "day", "left"),
    [
        ({"decay": {"kind": "half_life", "days": 30}}, 1, 9),  # 9.77 is nine whole points
        ({"decay": {"kind": "window", "days": 14}}, 14, 0),
        ({"decay": {"kind": "steps", "steps": [[30, 500_000]]}}, 30, 5),
    ],
)
def test_each_fading_says_its_day(worth, day, left):
    one = item("a", 10, event("webinar"), **worth)
    found = next_change(one, Moment(Known(events=[(0, "webinar", 1)]), TODAY, CATALOGUE))
    assert found == Next(TODAY + timedelta(days=day), left)
    assert fading.fades(one)


def test_a_cap_hides_what_fades_below_it():
    """3 × 20 capped at 40: the first visit that goes changes nothing, the second one does."""
    one = item("a", 20, event("page", within=30), each=True, cap=40)
    known = Known(events=[(29, "page", 1), (20, "page", 1), (10, "page", 1)])
    assert next_change(one, Moment(known, TODAY, CATALOGUE)) == Next(TODAY + timedelta(days=10), 20)


def test_what_never_fades_says_so():
    one = item("a", 15, event("webinar"))
    assert next_change(one, Moment(Known(events=[(3, "webinar", 1)]), TODAY, CATALOGUE)) is None
    assert not fading.fades(one)


def test_a_persona_is_asked_again_on_that_day():
    """Who resembles it by the age of a date does so no more the day after."""
    rules = {7: {"field": "lead.renewal", "op": "days_until_at_most", "value": 5}}
    known = Known({"lead.renewal": TODAY + timedelta(days=2)}, personas=[7])
    moment = Later(known, TODAY, CATALOGUE, rules)
    assert next_change(item("a", 10, {"persona": 7}), moment, rules) == Next(TODAY + timedelta(days=3), 0)
