"""Pace below nine tenths of the line for three business days is told once a stretch, with the gap and the pace needed."""

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla import pace
from sla.models import Terms
from smarketing.jobs.models import Run
from smarketing.notify import notices, registry
from smarketing.notify.models import Notice
from tests.people import person
from tests.sla.contracts import VOLUME, contract, handoff, line, paris, sign
from tests.sla.test_follow import many

NOVEMBER = date(2026, 11, 1)
SIGNED = paris(2026, 10, 28, 10)


@pytest.fixture
def people(db, monkeypatch):
    """Whatever the day of the test, the nights of November 2026 are news."""
    monkeypatch.setattr(notices, "NEWS", timedelta(days=3650))
    return person("ines", "marketer"), person("lea", "rep")


def night(day: date) -> int:
    return pace.look(Run(business_date=day, cutoff=datetime.combine(day, datetime.min.time(), tzinfo=SIGNED.tzinfo)))


def told() -> list[str]:
    return sorted(Notice.objects.filter(kind="pace").values_list("user__name", flat=True))


def signed(**more):
    of = contract()
    sign(of, [VOLUME], NOVEMBER, at=SIGNED, **more)
    return of


def test_after_three_business_days_below_the_managers_and_marketers_are_told_once(people):
    of = signed()
    many(20, lambda n: paris(2026, 11, 2 + n % 2, 10))  # 20 on the 2nd and 3rd: on the line; nothing after
    nights = [night(date(2026, 11, day)) for day in range(3, 14)]  # the 11th is a holiday
    assert [n > 0 for n in nights] == [day == 7 for day in range(3, 14)]
    kept = Notice.objects.filter(kind="pace")
    assert told() == ["claire", "hugo", "ines"] and set(kept.values_list("shown", "mail")) == {(False, "once")}
    one = kept.get(user=people[0])
    assert (one.params["since"], one.params["until"]) == ("2026-11-04", "2026-11-06")
    said = registry.said([one], people[0])[one.pk]
    assert said.text == "Marketing is 30 MQL behind the line" and "20 of 50" in said.detail
    assert "12 MQL a day needed over the 15 business days left" in said.detail and "Nov. 4" not in said.detail
    assert said.url == f"/contract/2026-11/?contract={of.pk}&clause=5.1"


def test_a_stretch_that_began_again_is_told_again_and_one_that_late_facts_moved_is_not(people):
    signed()
    assert night(date(2026, 11, 5)) == 3  # nothing on the 2nd, 3rd, 4th
    many(60, lambda n: paris(2026, 11, 5, 10))  # 60 of 40: the stretch ends
    assert [night(date(2026, 11, day)) for day in range(6, 18)] == [0] * 8 + [3] + [0] * 3  # below since the 10th
    for hour in (9, 10, 11):
        handoff(paris(2026, 11, 3, hour), known=paris(2026, 11, 17, 9))  # as is known now, since the 12th
    assert night(date(2026, 11, 18)) == 0


def test_when_the_month_is_over_it_is_too_late_to_mend_the_pace(people):
    signed()
    night(date(2026, 11, 5))
    Notice.objects.all().delete()
    assert night(date(2026, 12, 1)) == 0 == night(date(2026, 12, 3))
    assert night(date(2026, 12, 4)) == 3  # December has its own line


def test_terms_signed_for_the_past_tell_nothing(people):
    of = contract("later", on=line("later"))
    sign(of, [VOLUME], NOVEMBER, at=paris(2026, 11, 20, 10))
    assert Terms.objects.get().retrospective
    assert [night(date(2026, 11, day)) for day in range(3, 26)] == [0] * 23
    assert night(date(2026, 11, 26)) == 3  # three business days promised in advance have ended by then


def test_a_night_run_for_a_day_long_past_tells_nobody(people, monkeypatch):
    signed()
    monkeypatch.setattr(notices, "NEWS", timedelta(days=2))
    run = Run(business_date=date(2026, 11, 5), cutoff=paris(2026, 11, 20))
    assert pace.look(run) == 0


@given(st.lists(st.booleans(), max_size=25))
def test_a_stretch_is_the_unbroken_end_of_the_days_where_it_has_three(below):
    days = [(date(2026, 11, 1) + timedelta(days=n), one) for n, one in enumerate(below)]
    found = pace.stretch(days)
    tail = len(below) - (max((n for n, one in enumerate(below) if not one), default=-1) + 1)
    assert found == (days[-tail][0] if tail >= 3 else None)


def test_exactly_nine_tenths_is_not_below(people):
    signed()
    many(27, lambda n: paris(2026, 11, 2 + n % 3, 10))  # 9 a day of 10
    assert [night(date(2026, 11, day)) for day in (5, 6)] == [0, 0] and Fraction(27) == pace.SHARE * 30
