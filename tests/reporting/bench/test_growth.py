"""How the bench tells by which power a cost grows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.bench import growth


def _sheet(**costs):
    return [{"key": key, "what": key, "value": value, "unit": "s"} for key, value in costs.items()]


@given(st.floats(0.01, 1000), st.floats(0, 3), st.floats(0, 3))
def test_the_powers_of_a_cost_are_found_again(first, by_leads, by_events):
    costs = first, first * 10**by_leads, first * 10 ** (by_leads + by_events)
    (one,) = growth.grown([_sheet(work=cost) for cost in costs])
    assert (one.by_leads, one.by_events) == pytest.approx((by_leads, by_events), abs=1e-6)


def test_ratios_rates_and_lines_of_one_company_only_have_no_growth():
    sheets = [
        [*_sheet(work=1.0), {"key": "rate", "what": "rate", "value": 3.0, "unit": "leads/s"}] for _company in range(3)
    ]
    sheets[2] += _sheet(late=2.0)
    sheets[2] += _sheet(nothing=0.0)
    assert [one.key for one in growth.grown(sheets)] == ["work"]


def test_the_company_asked_for_is_measured_last():
    assert growth.sizes(100_000, 2_000_000) == ((10_000, 200_000), (100_000, 200_000), (100_000, 2_000_000))


def test_a_company_too_small_to_be_divided_is_refused():
    with pytest.raises(ValueError, match="10 leads"):
        growth.sizes(5, 100)


def test_every_company_is_named_over_its_column():
    companies = growth.sizes(1000, 50_000)
    head, line = growth.spoken(growth.grown([_sheet(work=cost) for cost in (1, 10, 10)]), companies)
    assert all(f"{leads:,}/{events:,}" in head for leads, events in companies)
    assert line.split()[-2:] == ["1.00", "0.00"]
