"""The trade's example of cohort and period: 2 % buy in their month, 5 % in the next, 3 % in the one after, whatever the period
rates say; young cohorts are marked, and waiting is counted with those who still wait."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from leads.intake import columns
from leads.models import AttributeChange, Deal, Handoff, Lead
from personas.models import DefinitionLine
from smarketing.measures import engine

pytestmark = pytest.mark.django_db
LAGS = (2, 5, 3)  # of a hundred
MQL = {"2026-01": 100, "2026-02": 200, "2026-03": 400, "2026-04": 50, "2026-05": 10}
PERIOD = {
    "2026-01": Fraction(2, 100), "2026-02": Fraction(45, 1000), "2026-03": Fraction(525, 10_000), "2026-04": Fraction(54, 100),
    "2026-05": Fraction(147, 100),
}  # fmt: skip
YEAR = {"first": date(2026, 1, 1), "until": date(2027, 1, 1)}
LATER = datetime(2026, 12, 1, tzinfo=UTC)
END_OF_MARCH = datetime(2026, 3, 31, 20, tzinfo=UTC)


def fifteenth(month: int) -> datetime:
    return datetime(2026, month, 15, 10, tzinfo=UTC)


def company(times: int, months: int) -> None:
    """Each month's MQL, handed over on the 15th, `times` as many; those who buy do so on a 15th."""
    line = DefinitionLine.objects.create(name="France B2B")
    for month, number in enumerate(list(MQL.values())[:months], 1):
        at = fifteenth(month)
        stamps = {"occurred_at": at, "recorded_at": at, "known_at": at}
        leads = Lead.objects.bulk_create(Lead(created_at=at, recorded_at=at) for _n in range(number * times))
        made = Handoff.objects.bulk_create(
            Handoff(lead_id=one.pk, line=line, gate="immediate", **stamps) for one in leads
        )
        for lag, share in enumerate(LAGS):
            count = Fraction(number * times * share, 100)
            assert count.denominator == 1
            buy(made[: int(count)], at, fifteenth(month + lag))
            made = made[int(count) :]


def buy(handoffs: list[Handoff], opened: datetime, won: datetime) -> None:
    deals = Deal.objects.bulk_create(
        Deal(lead_id=one.lead_id, handoff=one, created_at=opened, recorded_at=opened) for one in handoffs
    )
    values = {"state": "won", "amount": "1.00", "closed_at": won.isoformat()}
    AttributeChange.objects.bulk_create(
        AttributeChange(subject="deal", subject_id=one.pk, field=name, value=value, occurred_at=won, recorded_at=won, known_at=won)
        for one in deals for name, value in values.items()
    )  # fmt: skip
    columns.rebuild("deal", [(one.pk, name) for one in deals for name in values])


def rates(**asked) -> dict[str, tuple[Fraction, bool]]:
    found = engine.answer("conversion", by=("month",), **{**YEAR, "cutoff": LATER, **asked})
    return {row.group["month"]: (row.value, row.mature) for row in found.rows}


def check(months: int) -> None:
    keys = list(MQL)[:months]
    period = rates(date="won")
    assert {key: period[key][0] for key in keys} == {key: PERIOD[key] for key in keys}
    cohort = rates(date="handed")
    assert {key: cohort[key][0] for key in keys} == {key: Fraction(1, 10) for key in keys}


def test_a_period_rate_follows_the_volume_and_a_cohort_tells_the_truth():
    company(2, 4)
    check(4)


@pytest.mark.trust
def test_a_period_rate_exceeds_a_hundred_per_cent():
    company(10, 5)
    check(5)


def test_as_seen_on_the_last_day_of_march_young_cohorts_are_marked_and_those_who_wait_counted():
    company(1, 3)
    seen = rates(date="handed", window=59, cutoff=END_OF_MARCH)
    assert seen == {
        "2026-01": (Fraction(10, 100), True), "2026-02": (Fraction(7, 100), False), "2026-03": (Fraction(2, 100), False),
    }  # fmt: skip
    spring = {"first": date(2026, 1, 1), "until": date(2026, 4, 1), "cutoff": END_OF_MARCH}
    pooled = engine.answer("conversion", date="handed", **spring).total
    assert (pooled.n, pooled.of) == (32, 700) and not pooled.mature
    assert engine.answer("come_won", **spring).total.value == Fraction(1, 10)
    assert [engine.answer("come_won", window=days, **spring).total.value for days in (0, 31)] == [
        Fraction(2, 100),
        Fraction(7, 100),
    ]


def test_planted_fault_young_cohorts_pooled_as_if_they_were_old_is_caught():
    company(1, 3)
    spring = {"first": date(2026, 1, 1), "until": date(2026, 4, 1), "cutoff": END_OF_MARCH}
    assert engine.answer("won_rate", **spring).total.value == Fraction(32, 700) != Fraction(1, 10)
