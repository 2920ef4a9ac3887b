"""A clause judged by the quarter or the year: looked at from each of its months, judged in the last one; a month's clause says
nothing of it."""

import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from sla import chart, counting, derive, drafts, follow, kinds, review, series, soundness, terms, words
from sla.kinds import periods
from sla.models import Terms
from sla.pages import api, shown
from sla.sections import reckoning, sound
from tests.forms import form
from tests.people import client_of
from tests.sla.contracts import (
    ACCEPTANCE,
    ATTEMPTS,
    FIRST,
    VOLUME,
    attempt,
    calendar,
    contract,
    handoff,
    paris,
    sign,
    signers,
)
from tests.sla.test_document import read, said

SIGNED = paris(2026, 9, 20, 10)
OCTOBER, NOVEMBER, DECEMBER, JANUARY = (date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1))
EVENING = paris(2026, 11, 23, 19)
QUARTER = {"params": {"period": "quarter"}}
MQL = {**VOLUME, "target": "640", **QUARTER}  # 64 business days in the fourth quarter of 2026: ten a day
TRY = {**FIRST, **QUARTER}


def month(of, first=NOVEMBER, at=EVENING):
    derive.catch_up(at)
    return follow.month(of, first, at, at)


@pytest.fixture
def france(db):
    """Five MQL in October, three in November, one in December; a first attempt on two of October and on one of November."""
    of = contract()
    sign(of, [MQL, ACCEPTANCE, TRY], OCTOBER, at=SIGNED)
    hands = [handoff(paris(2026, *day, 9)) for day in [*[(10, 6)] * 5, *[(11, 3)] * 3, (12, 1)]]
    for one in (*hands[:2], hands[5]):
        attempt(one, one.occurred_at + timedelta(hours=1))
    return of


# --- pure


@given(st.dates(date(1999, 1, 1), date(2100, 12, 31)), st.sampled_from(list(periods.MONTHS)))
def test_a_period_holds_the_day_and_begins_where_the_calendar_says(day, period):
    span = periods.span(period, day.replace(day=1))
    assert span.first <= day < span.seen <= span.until
    assert (span.first.month - 1) % periods.MONTHS[period] == 0 and span.first.day == 1
    assert len(periods.between(span.first, span.until)) == periods.MONTHS[period]
    assert span.months[-1] == day.replace(day=1) and span.ends == (span.seen == span.until)
    before, after = periods.whole(period, day, 3)
    own = {month for one in (*before, *after) for month in periods.span(period, one).months}
    assert len(own) == len(before) * periods.MONTHS[period] * 2 and (
        day.replace(day=1) not in own or periods.begins(period, day)
    )


def test_months_that_count_with_others_are_read_with_them():
    assert periods.reach([NOVEMBER], {"month"}) == [NOVEMBER]
    assert periods.reach([DECEMBER], {"month", "quarter"}) == [OCTOBER, NOVEMBER, DECEMBER]


# --- figures


def test_a_quarter_is_counted_from_its_first_day_to_the_end_of_the_month(france):
    row = month(france).row("5.1")
    assert (row.figure.count, row.figure.target, row.figure.days) == (8, 640, 64)
    assert row.figure.elapsed == 22 + 15 and row.figure.line == 370 and row.figure.state == "behind"
    assert row.figure.needed == Fraction(640 - 8, 27)
    assert row.figure.forecast == Fraction(8 * 64, 37)


def test_a_month_that_is_over_says_how_the_quarter_stood_as_it_ended(france):
    late = paris(2027, 1, 20, 9)
    then, now = (month(france, first, late).row("5.1").figure for first in (OCTOBER, DECEMBER))
    assert (then.count, then.line, then.state, then.over) == (5, 220, "behind", False)
    assert (now.count, now.line, now.state, now.over) == (9, 640, "broken", True)
    history = month(france, JANUARY, late).row("5.1").history
    assert [(one.month, state) for one, state in history] == [(10, "behind"), (11, "behind"), (12, "broken")]


def test_promises_of_the_quarter_are_kept_or_broken_at_its_end_only(france):
    late = paris(2027, 1, 20, 9)
    found = [month(france, first, late).row("6.1").figure for first in (OCTOBER, NOVEMBER, DECEMBER)]
    assert [(one.met, one.missed, one.state) for one in found] == [(2, 3, "behind"), (3, 5, "behind"), (3, 6, "broken")]
    of_the_month = month(france, NOVEMBER, late).row("5.2").figure
    assert of_the_month.settled + of_the_month.pending == 3, "the clause beside it is of the month"


def test_what_was_late_and_how_soon_people_tried_is_of_the_quarter(france):
    found = month(france)
    assert found.late["6.1"].count == 5 and len(found.took["6.1"]) >= 2
    assert shown.response(found, found.row("6.1"))["n"] == 3


def test_an_amendment_splits_the_quarter_by_business_days(france):
    sign(france, [{**MQL, "target": "1280"}, TRY], date(2026, 11, 16), at=paris(2026, 11, 10))
    row = month(france).row("5.1")
    before = 22 + 9  # business days: October, and November to the 13th without the 11th
    assert row.figure.target == Fraction(640 * before + 1280 * (64 - before), 64)
    assert row.figure.line == Fraction(640 * before + 1280 * 6, 64)
    assert [(one.number, one.first, one.until) for one in row.parts] == [
        (1, OCTOBER, date(2026, 11, 16)), (2, date(2026, 11, 16), JANUARY),
    ]  # fmt: skip
    assert [one.figure.count for one in row.parts] == [8, 0]


def test_whoever_counted_a_quarter_as_a_month_is_found(france, monkeypatch):
    monkeypatch.setitem(periods.MONTHS, "quarter", 1)
    assert month(france).row("5.1").figure.count == 3


def test_a_year_is_a_period_too(db):
    of = contract()
    sign(of, [{**VOLUME, "target": "10", "params": {"period": "year"}}], date(2026, 1, 1), at=paris(2025, 12, 1))
    for at in (paris(2026, 2, 3, 9), paris(2026, 11, 3, 9)):
        handoff(at)
    figure = month(of).row("5.1").figure
    assert (figure.count, figure.days, figure.elapsed) == (2, 252, 225)


# --- what is shown


def test_the_chart_is_of_the_quarter_and_ends_with_its_figure(france):
    found = month(france)
    reader = follow.Reader(france, EVENING, EVENING)
    drawn = series.chart_of(found, found.row("5.1"), reader)
    assert len(drawn.points) == 92 > chart.MONTH and drawn.long
    assert [day for _x, day in drawn.days] == [OCTOBER, NOVEMBER, DECEMBER]
    reached = {day: value for day, value, _line in drawn.points}
    assert reached[date(2026, 11, 23)] == 8 and reached[date(2026, 11, 24)] is None


def test_the_page_names_the_quarter_and_its_numbers_open_its_rows(france, monkeypatch):
    monkeypatch.setattr("smarketing.rows.clock.now", lambda: EVENING)
    monkeypatch.setattr("smarketing.rows.fence.cutoff", lambda: EVENING)
    page = client_of(signers()[0]).get(reverse("sla:month", args=["2026-11"]) + "?clause=5.1&by=source")
    text = " ".join(page.content.decode().split())
    assert "MQL handed to sales, by the quarter" in text and "quarter so far, Oct 2026 – Dec 2026" in text
    assert "this month 3" in text and page.status_code == 200
    found = month(france)
    line = shown.line(found, found.row("5.1"))
    assert "from=2026-10-01" in line["rows_url"] and "from=2026-11-01" in line["own"][1]
    assert words.sentence(found)[0].endswith("(quarter so far, Oct 2026 – Dec 2026)")
    with override("fr"):
        assert "trimestre en cours, oct. 2026 – déc. 2026" in words.sentence(found)[0]


def test_programs_and_files_get_the_period(france, rf):
    found = month(france)
    said_ = api.body(found, rf.get("/"))["clauses"]
    assert [(one["clause"], one["period"], one["period_from"], one["period_to"]) for one in said_] == [
        ("5.1", "quarter", "2026-10-01", "2026-12-01"), ("5.2", "month", "2026-11-01", "2026-12-01"),
        ("6.1", "quarter", "2026-10-01", "2026-12-01"),
    ]  # fmt: skip


# --- what is signed


def test_a_clause_of_a_month_is_signed_as_it_always_was(db):
    signed = sign(contract(), [VOLUME, FIRST], NOVEMBER, at=SIGNED)
    assert "period" not in signed.paper.body
    assert json.loads(signed.paper.body)["clauses"][0]["params"] == {}
    assert kinds.sentence("mql_volume", Decimal(200), {}) == "200 MQL a month"


def test_it_reads_in_both_languages():
    told = [
        ("mql_volume", "640", "640 MQL a quarter", "640 MQL par trimestre"),
        ("acceptance", "60", "at least 60% of the quarter's handoffs accepted, of those decided",
         "au moins 60 % des transmissions du trimestre acceptées, parmi celles qui ont reçu une décision"),
        ("first_attempt", "4", "first attempt within 4 business hours; judged by the quarter",
         "première tentative en 4 heures ouvrées ; jugé au trimestre"),
    ]  # fmt: skip
    for kind, target, english, french in told:
        assert kinds.sentence(kind, Decimal(target), QUARTER["params"]) == english
        with override("fr"):
            assert kinds.sentence(kind, Decimal(target), QUARTER["params"]).replace("\u202f", " ") == french


def test_a_change_of_period_is_told_whole(db):
    body = drafts.starter(calendar(), NOVEMBER, 1)
    old, new = (body | {"clauses": [one, FIRST, ATTEMPTS]} for one in (VOLUME, MQL))
    assert said(old, new) == [
        "5.1: what is promised: MQL handed to sales: 640 MQL a quarter., before: MQL handed to sales: 200 MQL a month."
    ]
    raised = body | {"clauses": [{**MQL, "target": "700"}, FIRST, ATTEMPTS]}
    assert said(new, raised) == ["5.1: MQL a quarter raised from 640 to 700"]


def test_capacity_and_goal_are_held_against_a_third_of_a_quarter(db):
    body = drafts.starter(calendar(), NOVEMBER, 1) | {"clauses": [{**MQL, "target": "600"}, FIRST, ATTEMPTS]}
    assert reckoning.check(read(body), {"reps": 5, "hours_a_day": "3", "minutes": "8", "reach": None}).volume == 200
    goal = body["goal"] | {"revenue": "1000000", "deal": "20000", "won": "2", "months": 12}
    assert "200 MQL a month are promised" in sound.below_goal(read(body | {"goal": goal}))


def test_a_period_that_is_none_is_refused(db):
    body = drafts.starter(calendar(), NOVEMBER, 1)
    wrong = body | {"clauses": [{**VOLUME, "params": {"period": "week"}}, FIRST]}
    assert soundness.problems(wrong) == ["Clause 5.1: it is judged by the month, the quarter or the year."]


@pytest.mark.parametrize(("starts", "refused"), [(DECEMBER, True), (JANUARY, False)])
def test_a_month_becomes_a_quarter_where_one_begins(db, starts, refused):
    of, (marketing, _sales) = contract(), signers()
    sign(of, [VOLUME, FIRST], OCTOBER, at=SIGNED)
    body = drafts.starter(calendar(), starts, 1) | {"clauses": [MQL, FIRST]}
    drafts.save_draft(contract=of, body=body, revision=of.draft.revision, by=marketing, at=EVENING)
    of.refresh_from_db()
    if not refused:
        assert terms.propose(contract=of, by=marketing, at=EVENING)
        return
    with pytest.raises(ValidationError, match=r"judged by the month: this can change on 1 Jan 2027"):
        terms.propose(contract=of, by=marketing, at=EVENING)
    assert Terms.objects.count() == 1


def test_the_draft_asks_for_the_period_and_keeps_it(db):
    calendar()
    of = contract()
    client, address = client_of(signers()[0]), reverse("sla:draft", args=[of.pk])
    page = client.get(address).content.decode()
    filled = form(page, "").filled(volume="640", mql_volume_period="quarter", volume_of="source salon: 30") | {
        "save": "1"
    }
    client.post(address, filled)
    of.draft.refresh_from_db()
    clauses = {one["key"]: one["params"] for one in of.draft.body["clauses"]}
    assert clauses["5.1"] == {"period": "quarter"} and clauses["6.1"].get("period") is None
    assert clauses["5.1.a"] == {"where": {"source": ["salon"]}, "period": "quarter"}
    again = form(client.get(address).content.decode(), "").filled() | {"save": "1"}
    assert again["mql_volume_period"] in ("quarter", ["quarter"])


# --- review


def test_the_review_compares_whole_quarters(france, monkeypatch):
    at = paris(2027, 1, 20, 9)
    monkeypatch.setattr(review.fence, "cutoff", lambda: at)
    sign(france, [{**MQL, "target": "1280"}, TRY], JANUARY, at=paris(2026, 12, 20))
    derive.catch_up(at)
    change = next(one for one in review.changes(france, paris(2027, 4, 20, 9)) if one.clause.key == "5.1")
    assert change.before.n == 9 and change.before.first == OCTOBER and change.before.days == 64
    assert review.capacity(Terms.objects.get(number=2), at, "quarter") >= 0
    assert review.needed({"goal": {"revenue": "1200", "deal": "1", "won": "100", "months": 12}}, months=3) == 300


def test_every_reader_of_a_month_reads_the_quarter(france):
    reader = follow.Reader(france, EVENING, EVENING)
    assert isinstance(reader, counting.Counting)
    assert reader.only(NOVEMBER)["5.1"][1].count == 8
    assert [found["5.1"][1].count for _month, found in reader.every()] == [8, 5]
    ended = reader.ended(NOVEMBER, "marketing")["5.1"]
    assert ended[0][2].count == 5 and ended[0][2].line == 230 and ended[-1][2].count == 8


def test_a_quarter_that_begins_with_the_terms_counts_draws_and_opens_the_same_days(db):
    of = contract()
    sign(of, [{**MQL, "target": "64"}, FIRST], NOVEMBER, at=SIGNED)
    for at in (paris(2026, 10, 6, 9), paris(2026, 11, 3, 9)):
        handoff(at)
    found = month(of)
    row = found.row("5.1")
    assert (row.figure.count, row.figure.target) == (1, 42), "of the 64 business days 42 are promised"
    assert sum(series.of_volume(found, row).values()) == 1
    assert "from=2026-11-01" in shown.line(found, row)["rows_url"]
