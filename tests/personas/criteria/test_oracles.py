"""The worked examples K1 to K3 and the screen's waterfall."""

import pytest

from personas.criteria import decay, grade
from personas.criteria.evaluate import judge

from .samples import CATALOGUE, PRICING, TODAY, Known, body, event, field, item, marie, screen_definition

AGES = (0, 15, 30, 45, 60, 90)


def points_by_age(fading, points=10):
    one = body(engagement=[item("c", points, event("webinar"), decay=fading)])
    judged = (judge(one, Known(events=[(age, "webinar", 1)]), TODAY, catalogue=CATALOGUE) for age in AGES)
    return [judgement.rows[1].points for judgement in judged]


@pytest.mark.parametrize(
    ("fading", "expected"),
    [
        ({"kind": "half_life", "days": 30}, [10, 7, 5, 3, 2, 1]),
        ({"kind": "linear", "days": 60}, [10, 7, 5, 2, 0, 0]),
        ({"kind": "steps", "steps": [[30, 500000], [60, 250000], [90, 125000]]}, [10, 10, 5, 5, 2, 1]),
        ({"kind": "window", "days": 30}, [10, 10, 0, 0, 0, 0]),
    ],
)
def test_k1_ten_points_fade_to_whole_points(fading, expected):
    assert points_by_age(fading) == expected


def test_k1_weights_before_truncation():
    table = decay.weight_table(item("c", 10, event("page"), decay={"kind": "half_life", "days": 30}), 90)
    assert [table[age] for age in AGES] == [1_000_000, 707_106, 500_000, 353_553, 250_000, 125_000]


def test_k2_caps_give_55():
    one = body(
        engagement=[
            item("pricing", 20, event("page", page=PRICING), each=True, cap=40),
            item("clicks", 5, event("mail_click"), each=True, cap=20),
            item("webinar", 15, event("webinar")),
            item("gone", -20, event("unsubscribe")),
        ]
    )
    events = [
        (1, {"kind": "page", "page": "/pricing"}, 3),
        (2, "mail_click", 7),
        (3, "webinar", 1),
        (4, "unsubscribe", 1),
    ]
    judgement = judge(one, Known(events=events), TODAY, catalogue=CATALOGUE)
    assert judgement.contributions == [0, 40, 20, 15, -20, 0]
    assert judgement.engagement == 55
    assert [row.capped for row in judgement.rows[1:3]] == [True, True]


@pytest.mark.parametrize(
    ("fit", "engagement", "cell"),
    [(80, 90, "A1"), (74, 75, "B1"), (75, 74, "A2"), (25, 24, "C4"), (100, 0, "A4"), (0, 100, "D1"), (49, 50, "C2")],
)
def test_k3_grades(fit, engagement, cell):
    assert grade.grade(fit, engagement, [75, 50, 25], [75, 50, 25]) == cell


def test_the_waterfall_of_the_lead_page_adds_up():
    judgement = judge(screen_definition(), marie(), TODAY, catalogue=CATALOGUE)
    assert (judgement.fit, judgement.engagement, judgement.grade) == (80, 55, "A2")
    assert judgement.contributions == [25, 20, 15, 10, 10, 0, 40, 20, 15, -20, 0]
    assert judgement.mql and not judgement.direct and not judgement.missing


@pytest.mark.parametrize(("age", "expected"), [(0, -20), (29, -20), (30, -7), (59, -7), (60, -2), (400, -2)])
def test_negative_points_are_truncated_towards_zero(age, expected):
    steps = {"kind": "steps", "steps": [[30, 375000], [60, 149999]]}
    one = body(
        engagement=[
            item("base", 50, field("lead.x_origin", "is_not_set")),
            item("gone", -20, event("unsubscribe"), decay=steps),
        ]
    )
    judgement = judge(one, Known(events=[(age, "unsubscribe", 1)]), TODAY, catalogue=CATALOGUE)
    assert judgement.rows[2].points == expected
    assert judgement.engagement == 50 + expected


def test_group_and_axis_bounds_show_signed_rows():
    group = {"key": "g", "cap": 40, "items": [item(f"c{n}", 30, field("lead.x_origin", "is_set")) for n in range(2)]}
    one = body(
        fit=[group, item("more", 70, field("lead.x_origin", "is_set"))], engagement=[item("bad", -30, event("demo"))]
    )
    judgement = judge(one, Known({"lead.x_origin": "x"}, [(0, "demo", 1)]), TODAY, catalogue=CATALOGUE)
    assert [(row.key, row.kind, row.points) for row in judgement.rows] == [
        ("c0", "criterion", 30), ("c1", "criterion", 30), ("g", "group", -20), ("more", "criterion", 70),
        ("fit", "axis", -10), ("bad", "criterion", -30), ("engagement", "axis", 30),
    ]  # fmt: skip
    assert (judgement.fit, judgement.engagement) == (100, 0)


def test_hysteresis_asks_for_more_only_after_a_no():
    one = body(mql=["A1", "A2"], hysteresis=5)
    assert grade.reaches(one, 75, 50)
    assert not grade.reaches(one, 79, 55, after_no=True)
    assert grade.reaches(one, 80, 55, after_no=True)
    assert not grade.reaches(one, 100, 54, after_no=True)
    assert grade.reaches(body(mql=["A1", "B1"], hysteresis=5), 76, 80, after_no=True)


def test_never_stops_the_direct_path_and_names_its_condition():
    one = screen_definition()
    known = Known({"lead.opted_out": True}, [(1, "demo", 1)])
    judgement = judge(one, known, TODAY, catalogue=CATALOGUE)
    assert not judgement.direct and [failure.path for failure in judgement.failures] == [("never", 1)]
    assert judge(one, Known(events=[(1, "demo", 1)]), TODAY, catalogue=CATALOGUE).direct
    assert judgement.missing == ("lead.email",)
