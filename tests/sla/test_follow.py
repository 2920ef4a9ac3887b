"""The month of both sides: worked examples B and E, edges of months and zones, amendments, what falls due when."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.handoffs import rules, states
from leads.models import Handoff
from sla import chart, derive, figures, follow, missing, words
from sla.figures import Share, Volume
from sla.pages.shown import response
from smarketing.measures import engine
from tests.leads import facts
from tests.sla.contracts import (
    ATTEMPTS,
    DECISION,
    FIRST,
    VOLUME,
    attempt,
    calendar,
    contract,
    decide,
    handoff,
    line,
    paris,
    sign,
)

SIGNED = paris(2026, 10, 28, 10)
NOVEMBER = date(2026, 11, 1)
EVENING = paris(2026, 11, 23, 19)


def many(count: int, day=lambda n: paris(2026, 11, 2 + n % 20, 10), on=None):
    """So many handoffs of as many leads."""
    lead = [facts.lead(day(n)) for n in range(count)]
    start = rules.starter()
    made = Handoff.objects.bulk_create(
        Handoff(
            lead_id=lead[n],
            line=on or line(),
            gate="manual",
            rules=start,
            occurred_at=day(n),
            recorded_at=day(n),
            known_at=day(n),
        )
        for n in range(count)
    )
    states.derive([one.pk for one in made])
    return made


def month(of, first=NOVEMBER, at=EVENING):
    derive.catch_up(at)
    return follow.month(of, first, at, at)


def test_november_2026_as_it_is_drawn(db):  # B1
    of = contract()
    sign(of, [VOLUME], NOVEMBER, at=SIGNED)
    many(132)
    shown = month(of)
    figure = shown.row("5.1").figure
    assert (figure.count, figure.elapsed, figure.days, figure.state) == (132, 15, 20, "behind")
    assert (figure.line, figure.gap, figure.forecast, figure.needed) == (150, -18, 176, Fraction(68, 5))
    assert words.sentence(shown) == ["Marketing is 18 MQL behind the line."]
    assert words.line(figure) == "150 (−18)"
    assert "13.6 MQL a day needed over the 5 business days left" in missing.items(shown)[0].text
    assert (shown.phase, shown.months) == ("running", ())


@pytest.mark.parametrize(("count", "state"), [(200, "kept"), (199, "broken")])
def test_200_keep_the_month_and_one_row_less_breaks_it(db, count, state):
    of = contract()
    sign(of, [VOLUME], NOVEMBER, at=SIGNED)
    many(count)
    figure = month(of, at=paris(2026, 12, 1, 0)).row("5.1").figure
    assert (figure.count, figure.state) == (count, state)


def test_a_stamp_at_a_months_edge_counts_by_the_zone_of_the_contract(db):
    of = contract()
    sign(of, [VOLUME], date(2026, 10, 1), at=paris(2026, 9, 28), using=calendar("America/Toronto", "CA"))
    handoff(paris(2026, 11, 1, 0))  # 19:00 on 31 October in Toronto
    handoff(paris(2026, 11, 1, 0), day_only=True)  # the date 1 November, wherever
    at = paris(2026, 12, 15)
    assert month(of, date(2026, 10, 1), at).row("5.1").figure.count == 1
    assert month(of, NOVEMBER, at).row("5.1").figure.count == 1


def test_repeated_and_undone_handoffs_do_not_count(db):
    of = contract()
    sign(of, [VOLUME], NOVEMBER, at=SIGNED)
    one, other = many(2)
    decide(one, "return", paris(2026, 11, 5), "later")
    again = Handoff.objects.create(
        lead_id=one.lead_id, line=line(), gate="manual", occurred_at=paris(2026, 11, 10), recorded_at=paris(2026, 11, 10),
        known_at=paris(2026, 11, 10),
    )  # fmt: skip
    states.derive([again.pk])
    facts.correct("handoff", other.pk, paris(2026, 11, 11))
    assert month(of).row("5.1").figure.count == 1


def test_pending_is_never_counted_and_untouched_ones_are(db):  # E1 in small
    of = contract()
    sign(of, [FIRST], NOVEMBER, at=SIGNED)
    on_time, late, _idle, refused, _fresh = many(5, lambda n: paris(2026, 11, 16 + (n == 4) * 7, 9 + (n == 4) * 9))
    attempt(on_time, paris(2026, 11, 16, 13))
    attempt(late, paris(2026, 11, 16, 14))
    decide(refused, "refuse", paris(2026, 11, 16, 10), "not_target")
    shown = month(of)
    figure = shown.row("6.1").figure
    assert (figure.met, figure.missed, figure.pending, figure.excluded) == (1, 2, 1, 1)
    assert figure.state == "behind"
    assert words.sentence(shown) == ["Sales made the first attempt in time on 33% against 90% promised."]
    texts = [item.text for item in missing.items(shown)]
    assert texts[0] == "1 late and still untouched: in the pool 1"
    assert texts[1].startswith("2 late: 2 of them on Mon 16")
    assert texts[2].startswith("1 pending, due Tue 24")


def test_the_page_and_the_measure_give_one_number(db):
    of = contract()
    sign(of, [VOLUME, FIRST, ATTEMPTS], NOVEMBER, at=SIGNED)
    rows = many(40)
    for n, row in enumerate(rows):
        if n % 3:
            attempt(row, row.occurred_at + timedelta(hours=1 + n % 6))
    shown = month(of)
    for key, measure in (("6.1", "first_attempt_in_time"), ("6.2", "attempts_in_time")):
        asked = {
            "first": NOVEMBER,
            "until": date(2026, 12, 1),
            "cutoff": EVENING,
            "where": {"contract": of.name, "clause": key},
        }
        found, figure = engine.answer(measure, **asked).total, shown.row(key).figure
        assert (found.n, found.of) == (figure.met, figure.settled)
        assert engine.answer(f"{measure}_pending", **asked).total.n == figure.pending
    found = engine.answer(
        "mql", first=NOVEMBER, until=date(2026, 12, 1), cutoff=EVENING, where={"line_id": str(of.line_id)}
    )
    assert found.total.n == shown.row("5.1").figure.count == 40


def test_a_promise_counts_in_the_month_in_which_it_falls_due(db):
    of = contract()
    sign(of, [VOLUME, FIRST], date(2026, 10, 1), at=paris(2026, 9, 28))
    handoff(paris(2026, 10, 30, 17))
    at = paris(2026, 11, 10)
    assert month(of, date(2026, 10, 1), at).row("6.1").figure.settled == 0
    assert month(of, NOVEMBER, at).row("6.1").figure.settled == 1
    assert month(of, date(2026, 10, 1), at).row("5.1").figure.count == 1


def test_a_month_is_over_but_not_settled_while_promises_are_pending(db):
    of = contract()
    sign(of, [FIRST], NOVEMBER, at=SIGNED)
    handoff(paris(2026, 11, 30, 8))
    shown = month(of, at=paris(2026, 11, 30, 12))
    assert (shown.phase, shown.row("6.1").figure.state) == ("running", "nothing")
    over = month(of, at=paris(2026, 12, 1, 9))
    assert (over.phase, over.row("6.1").figure.state) == ("over", "broken")


def test_months_not_begun_and_without_terms_say_so(db):
    of = contract()
    assert month(of).phase == "none"
    sign(of, [VOLUME, FIRST], NOVEMBER, at=SIGNED)
    assert month(of, date(2026, 10, 1)).phase == "none"
    future = month(of, date(2026, 12, 1))
    assert future.phase == "future"
    assert [row.figure.state for row in future.rows] == ["nothing", "nothing"]
    assert words.so_far(future.row("5.1").figure) == "–"
    assert words.sentence(future) == ["This month has not begun."]


def test_an_amendment_weighs_the_target_by_business_days(db):
    of = contract()
    sign(of, [VOLUME], NOVEMBER, at=SIGNED)
    sign(of, [{**VOLUME, "target": "300"}], date(2026, 11, 16), at=paris(2026, 11, 9))
    shown = month(of)
    # 9 business days before the 16th (the 11th is a holiday), 11 from it on
    assert shown.row("5.1").figure.target == Fraction(200 * 9 + 300 * 11, 20) == 255
    assert [terms.number for terms in shown.amended] == [2]
    assert shown.row("5.1").figure.days == 20


def test_a_month_split_by_an_amendment_has_a_state_for_each_part_and_one_for_the_whole(db):
    of = contract()
    sign(of, [{**VOLUME, "target": "20"}, {**FIRST, "share": "90"}], NOVEMBER, at=SIGNED)
    sign(of, [{**VOLUME, "target": "10"}, {**FIRST, "share": "50"}], date(2026, 11, 16), at=paris(2026, 11, 9))
    early, late = many(4, lambda n: paris(2026, 11, 3 + n, 9)), many(4, lambda n: paris(2026, 11, 16 + n, 9))
    for one in (*early[:3], *late[:2]):
        attempt(one, one.occurred_at + timedelta(hours=1))
    shown = month(of)
    volume, share = shown.row("5.1"), shown.row("6.1")
    # 20 × 9/20 = 9 promised before the 16th, 10 × 11/20 = 5.5 from it on
    assert [(one.number, one.figure.count, one.figure.target, one.figure.state) for one in volume.parts] == [
        (1, 4, 9, "broken"), (2, 4, Fraction(11, 2), "on_pace"),
    ]  # fmt: skip
    assert (volume.figure.target, volume.figure.state) == (Fraction(29, 2), "behind")
    assert [(one.first, one.until) for one in volume.parts] == [
        (NOVEMBER, date(2026, 11, 16)), (date(2026, 11, 16), date(2026, 12, 1)),
    ]  # fmt: skip
    assert [(one.figure.met, one.figure.settled, one.figure.promised, one.figure.state) for one in share.parts] == [
        (3, 4, Fraction(9, 10), "broken"), (2, 4, Fraction(1, 2), "on_pace"),
    ]  # fmt: skip
    # the whole: 5 of 8 against (4 × 90 % + 4 × 50 %) ÷ 8
    assert (share.figure.met, share.figure.settled, share.figure.promised) == (5, 8, Fraction(7, 10))
    assert share.figure.state == "behind"
    assert not month(of, date(2026, 12, 1), paris(2026, 12, 3)).row("5.1").parts


def test_promises_of_the_month_before_stand_apart_where_they_promised_otherwise(db):
    of = contract()
    sign(of, [{**ATTEMPTS, "share": "90"}], date(2026, 10, 1), at=paris(2026, 9, 25))
    sign(of, [{**ATTEMPTS, "share": "50"}], NOVEMBER, at=SIGNED)
    many(2, lambda n: paris(2026, 10, 28, 9))
    parts = month(of).row("6.2").parts
    assert [(one.number, one.first, one.figure.settled) for one in parts] == [(1, None, 2), (2, NOVEMBER, 0)]


def test_a_month_at_an_old_cut_off_is_judged_by_what_was_known_then(db):
    of = contract()
    sign(of, [FIRST, ATTEMPTS], NOVEMBER, at=SIGNED)
    one, two, three = many(3, lambda n: paris(2026, 11, 3, 9))
    attempt(one, paris(2026, 11, 3, 10))
    made = attempt(two, paris(2026, 11, 3, 10))
    then = paris(2026, 11, 10, 19)
    before = follow.Reader(of, then, then)
    derive.catch_up(then)
    told = [(row.clause.key, row.figure) for row in before.month(NOVEMBER).rows]
    facts.correct("attempt", made.pk, paris(2026, 11, 20))
    attempt(three, paris(2026, 11, 3, 11), known=paris(2026, 11, 20))
    decide(one, "refuse", paris(2026, 11, 3, 12), "not_target", known=paris(2026, 11, 20))
    states.derive([one.pk, two.pk, three.pk])
    assert month(of).row("6.1").figure.met == 2
    assert [(row.clause.key, row.figure) for row in follow.Reader(of, then, then).month(NOVEMBER).rows] == told
    asked = {"first": NOVEMBER, "until": date(2026, 12, 1), "where": {"contract": of.name}}
    assert engine.answer("first_attempt_in_time", cutoff=then, **asked).total.n == 2
    assert engine.answer("first_attempt_in_time_excluded", cutoff=then, **asked).total.n == 0


def test_the_time_to_the_first_attempt_is_told_in_business_hours_by_nearest_rank(db):
    of = contract()
    sign(of, [FIRST], NOVEMBER, at=SIGNED)
    made = many(9, lambda n: paris(2026, 11, 10, 17))  # the 11th is a holiday
    for one, hours in zip(made, (1, 1, 1, 1, 1, 1, 1, 41, 42), strict=True):
        attempt(one, one.occurred_at + timedelta(hours=hours))
    month(of)
    asked = {"first": NOVEMBER, "until": date(2026, 12, 1), "where": {"contract": of.name}}
    assert engine.answer("response_time", **asked).total.value == 3  # Thursday 11:00
    assert engine.answer("response_time", stat="median", **asked).total.value == 1
    assert engine.answer("response_time", **asked).total.n == 9
    shown_ = response(month(of), month(of).row("6.1"))
    assert (shown_["nine"], shown_["half"], shown_["n"]) == ("3", "1", 9)  # the page says what the measure says


def test_shares_of_two_terms_are_weighed_by_what_was_settled_under_each():
    assert figures.promised_of([(Fraction(9, 10), 10), (Fraction(1, 2), 30)]) == Fraction(3, 5)
    assert figures.promised_of([(Fraction(9, 10), 0)]) is None


def test_the_months_before_stand_beside_it(db):
    of = contract()
    sign(of, [VOLUME], date(2026, 9, 1), at=paris(2026, 8, 28))
    many(200, lambda n: paris(2026, 9, 1 + n % 28, 12))
    shown = month(of)
    assert shown.row("5.1").history == ((date(2026, 9, 1), "kept"), (date(2026, 10, 1), "broken"))
    every = follow.Reader(of, EVENING, EVENING).every()
    assert [(first, figures["5.1"][1].count) for first, figures in every] == [
        (date(2026, 11, 1), 0), (date(2026, 10, 1), 0), (date(2026, 9, 1), 200),
    ]  # fmt: skip


def test_e1_and_e2_as_they_are_shown():
    e1 = Share(150, 38, 12, 0, Fraction(9, 10))
    assert (e1.settled, words.so_far(e1), words.fraction(e1), e1.state) == (188, "80%", "(150/188)", "behind")
    assert words.apart(e1) == [("pending", "12 pending")]
    e2 = Share(160, 15, 0, 25, Fraction(9, 10), over=True)
    assert (words.so_far(e2), e2.state) == ("91%", "kept")
    assert words.so_far(Share(78, 9, 33, 12, Fraction(9, 10))) == "89.7%"
    assert words.so_far(Share(0, 0, 0, 0, Fraction(9, 10))) == "–"


def test_a_figure_comes_back_from_its_book():
    for one in (Volume(199, Fraction(200), 20, 20, True), Share(1, 2, 0, 4, Fraction(9, 10), True)):
        assert figures.from_book(one.book()) == one


volumes = st.builds(
    Volume,
    st.integers(0, 600),
    st.fractions(1, 500, max_denominator=20),
    st.integers(0, 22),
    st.just(22),
    st.booleans(),
)


@given(volumes)
def test_shown_digits_of_a_volume_never_contradict_its_state(figure):
    promised = Decimal(words.promised(figure).replace(",", ""))
    assert (figure.count >= promised) == (figure.count >= figure.target)
    if figure.forecast is not None and figure.count < figure.target:
        assert (
            Decimal(words.forecast(figure).replace(",", "")) >= promised or figure.state == "behind"
        ) or promised > figure.target
    if words.line(figure) != "–":
        gap = words.line(figure).split("(")[1]
        assert gap.startswith("−") == (figure.gap < 0)


@given(st.integers(0, 400), st.dates(NOVEMBER, date(2026, 11, 30)))
def test_the_chart_ends_where_the_table_does(count, today):
    axis_days = lambda a, b: sum((a + timedelta(days=n)).weekday() < 5 for n in range((b - a).days))  # noqa: E731
    straight = chart.straight(NOVEMBER, date(2026, 12, 1), Fraction(200), axis_days)
    drawn = chart.volume(NOVEMBER, date(2026, 12, 1), today, {NOVEMBER: count}, Fraction(200), straight, None)
    reached = [value for _day, value, _line in drawn.points if value is not None]
    assert (reached[-1], len(reached), drawn.points[-1][2]) == (count, today.day, 200)


def test_a_clock_settled_after_the_cut_off_was_pending_at_it(db):
    of = contract()
    sign(of, [FIRST], NOVEMBER, at=SIGNED)
    made = handoff(paris(2026, 11, 16, 9))
    attempt(made, paris(2026, 11, 16, 10))
    derive.catch_up(EVENING)
    before = follow.month(of, NOVEMBER, EVENING, paris(2026, 11, 16, 9, 30)).row("6.1").figure
    assert (before.met, before.pending) == (0, 1)


def test_a_decision_in_time_is_accepted_worked_or_refused_and_the_undecided_ones_are_named(db):
    of = contract()
    sign(of, [DECISION], NOVEMBER, at=SIGNED)
    accepted, worked, refused, late, _idle, gone = many(6, lambda n: paris(2026, 11, 2, 10))
    decide(accepted, "accept", paris(2026, 11, 3, 9))
    attempt(worked, paris(2026, 11, 4, 17))
    decide(refused, "refuse", paris(2026, 11, 2, 11), "FIT-IND")
    decide(late, "accept", paris(2026, 11, 5, 9))
    decide(gone, "withdraw", paris(2026, 11, 3, 9))
    shown = month(of)
    figure = shown.row("6.3").figure
    assert (figure.met, figure.missed, figure.pending, figure.excluded) == (3, 2, 0, 1)
    assert words.sentence(shown) == ["Sales decided in time on 60% against 90% promised."]
    assert [item.text for item in missing.items(shown)] == [
        "1 late and still undecided: in the pool 1", "2 late: 2 of them on Wed 4",
    ]  # fmt: skip
    late.state_row.refresh_from_db()
    assert late.state_row.due_at is None  # decided late: owed no more
    asked = {"first": NOVEMBER, "until": date(2026, 12, 1), "cutoff": EVENING, "where": {"clause": "6.3"}}
    assert (engine.answer("decided_in_time", **asked).total.n, engine.answer("decided_in_time", **asked).total.of) == (
        3,
        5,
    )
