"""When somebody may be called: exact against a walk minute by minute, in any zones, over both nights on which clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from leads.handoffs import lawful
from leads.handoffs.lawful import ALLOWED, DAY, HOLIDAY, HOURS, MOST, REST, Law, Verdict, judge

PARIS, MONTREAL, KOLKATA = (ZoneInfo(name) for name in ("Europe/Paris", "America/Toronto", "Asia/Kolkata"))
WEEK = {day: [(time(10), time(13)), (time(14), time(20))] for day in range(1, 6)}
FRANCE = Law([PARIS], WEEK, lambda day: day == date(2026, 11, 11), most=4, within=30, rest=60)
MINUTE = timedelta(minutes=1)


def paris(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=PARIS).astimezone(UTC)


def test_a_call_may_begin_as_a_window_opens_and_not_as_it_closes():
    assert judge(FRANCE, paris(10, 10)) == Verdict(ALLOWED, paris(10, 10))
    assert judge(FRANCE, paris(10, 13)) == Verdict(HOURS, paris(10, 14))
    assert judge(FRANCE, paris(10, 9, 59)) == Verdict(HOURS, paris(10, 10))


def test_evenings_weekends_and_holidays_lead_to_the_next_window():
    assert judge(FRANCE, paris(10, 20)) == Verdict(HOURS, paris(12, 10)), "the 11th is a holiday"
    assert judge(FRANCE, paris(11, 11)) == Verdict(HOLIDAY, paris(12, 10))
    assert judge(FRANCE, paris(14, 11)) == Verdict(HOURS, paris(16, 10)), "a Saturday"


def test_the_fifth_call_waits_until_the_first_of_four_is_thirty_days_past():
    calls = [paris(day, 11) for day in (2, 3, 4, 5)]
    assert judge(FRANCE, paris(12, 11), calls) == Verdict(MOST, (calls[0] + 30 * DAY))
    assert judge(FRANCE, paris(12, 11), calls[1:]).allowed
    late = [paris(day, 19, 59) for day in (6, 9, 10, 12)]
    assert judge(FRANCE, paris(13, 11), late) == Verdict(MOST, paris(7, 10, month=12)), "and then in a window"


def test_after_a_no_there_are_sixty_days_of_rest():
    no = paris(2, 23, 30, month=9)
    assert judge(FRANCE, paris(2, 10), refused=no).allowed, "61 days later"
    assert judge(FRANCE, paris(30, 15, month=10), refused=no) == Verdict(REST, paris(2, 10))


def test_without_any_window_no_instant_is_in_sight():
    assert judge(Law([PARIS], {}), paris(10, 11)) == Verdict(HOURS, None)


def test_a_country_in_several_zones_is_called_while_all_of_them_are_open():
    both = Law([PARIS, MONTREAL], WEEK)
    assert judge(both, paris(10, 11)) == Verdict(HOURS, paris(10, 16))
    assert judge(both, paris(10, 19)) == Verdict(HOURS, paris(11, 16)), "13:00 in Montréal"


hours = st.integers(4 * 12, 24 * 12 - 2).map(lambda n: time(n // 12, n % 12 * 5))  # clocks change before four


@st.composite
def laws(draw) -> Law:
    windows = {}
    for day in draw(st.sets(st.integers(1, 7), min_size=1)):
        edges = sorted(draw(st.sets(hours, min_size=2, max_size=4)))[: 4 if draw(st.booleans()) else 2]
        windows[day] = [(edges[n], edges[n + 1]) for n in range(0, len(edges) - 1, 2)]
    zones = draw(st.lists(st.sampled_from([PARIS, MONTREAL, KOLKATA]), min_size=1, max_size=2, unique=True))
    off = draw(st.sets(st.integers(0, 9)))
    return Law(zones, windows, lambda day: (day - date(2026, 1, 1)).days % 10 in off)


def walked(law: Law, at: datetime, until: datetime) -> datetime | None:
    """The first lawful minute, looked at one after the other by clocks on the wall."""
    while at < until:
        walls = [at.astimezone(zone) for zone in law.zones]
        if all(
            not law.holiday(wall.date())
            and any(a <= wall.time() < b for a, b in law.windows.get(wall.isoweekday(), ()))
            for wall in walls
        ):
            return at
        at += MINUTE
    return None


@settings(max_examples=60, deadline=None)
@given(
    laws(),
    st.sampled_from([date(2026, 3, 28), date(2026, 10, 24), date(2026, 10, 31), date(2026, 7, 4)]),
    st.integers(0, 1439),
)
@example(Law([PARIS], WEEK), date(2026, 3, 28), 600)
def test_the_next_window_is_the_first_lawful_minute(law, day, minute):
    at = datetime.combine(day, time(), UTC) + minute * MINUTE
    until = at + 3 * DAY
    found = lawful.opens(law, at)
    assert walked(law, at, until) == (found if found and found < until else None)


def test_a_walk_that_forgets_a_zone_is_caught():
    one, both = Law([PARIS], WEEK), Law([PARIS, MONTREAL], WEEK)
    assert lawful.opens(one, paris(10, 9)) != walked(both, paris(10, 9), paris(10, 23))
