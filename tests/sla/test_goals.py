"""Revenue goals back to leads: worked examples A1 to A9, and the trap of binary floats."""

import math
from decimal import Decimal
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla import goals
from tests.people import person


def percent(value) -> F:
    return F(value) / 100


def test_a1_seven_customers_at_five_percent_are_140_leads():
    assert goals.up(F(7) / goals.rate([percent(5)])) == 140


def test_a2_sixty_percent_of_a_million_is_thirty_customers_and_600_mql():
    found = goals.needed(1_000_000, 20_000, [percent(5)], percent(60))
    assert (found.customers, found.leads) == (30, 600)


def test_a3_is_89_customers_and_442_leads_or_445_when_each_step_is_rounded():
    assert goals.up(goals.customers_needed(7_500_000, 85_000)) == 89
    assert goals.up(goals.needed(7_500_000, 85_000, [percent(20)]).leads) == 442
    assert goals.up(goals.needed(7_500_000, 85_000, [percent(20)], each_step=True).leads) == 445


def test_a4_both_published_examples():
    assert goals.up(goals.needed(5_000, 100, [percent(50)]).leads) == 100
    yearly = goals.needed(3_000_000, 25_000, [percent(20)])
    assert (yearly.customers, yearly.leads, yearly.leads / 12) == (120, 600, 50)


def test_a5_stage_rates_multiply():
    assert 30 / goals.rate(map(percent, (60, 50, 25))) == 400


def test_a6_a_ceiling_of_floats_would_be_wrong_eighteen_times():
    assert goals.up(21 / goals.rate([Decimal("0.7")])) == 30 and math.ceil(21 / 0.7) == 31
    wrong = sum(goals.up(F(c * 100, p)) != math.ceil(c / (p / 100)) for c in range(1, 200) for p in range(1, 100))
    assert wrong == 18


def test_a7_a_lead_is_worth_its_share_of_a_deal():
    assert goals.value_of_lead(160_000, [percent(1)]) == 1_600
    assert goals.value_of_lead(5_000, [percent(30), percent(25)]) == 375


def test_a8_the_same_count_of_leads_may_be_worth_less_than_half():
    values = [goals.value_of_lead(12_000, [rate]) for rate in (percent(1), percent(F(5, 2)), percent(10), percent(15))]
    assert values == [120, 300, 1_200, 1_800]
    good, bad = (goals.value_of_mix(mix, values) for mix in ((400, 120, 60, 20), (560, 30, 10, 0)))
    assert (good, bad) == (192_000, 88_200) and (good / 200_000, bad / 200_000) == (F(96, 100), F(441, 1000))


def test_a9_a_funnel_of_four_steps():
    assert goals.rate([F(1, 2), F(3, 5), F(1, 2), F(1, 3)]) == F(1, 20)


def test_two_hundred_a_month_is_a_pace_by_business_days():
    assert goals.per_business_day(200, 20) == 10
    with pytest.raises(ValueError, match="no business day"):
        goals.per_business_day(200, 0)


@pytest.mark.parametrize("wrong", [0, -1, F(3, 2)])
def test_a_rate_that_is_none_is_refused(wrong):
    with pytest.raises(ValueError, match="a rate lies"):
        goals.rate([wrong])


@given(st.integers(1, 10**9), st.integers(1, 10**6), st.lists(st.integers(1, 100), min_size=1, max_size=4))
def test_the_leads_rounded_up_reach_the_goal_and_one_less_does_not(revenue, deal, rates):
    leads = goals.up(goals.needed(revenue, deal, map(percent, rates)).leads)
    worth = goals.value_of_lead(deal, map(percent, rates))
    assert leads * worth >= revenue > (leads - 1) * worth


@pytest.mark.django_db
def test_the_page_counts_and_says_what_was_wrong_at_the_field(client):
    client.force_login(person("mia", "manager", "marketing"))
    page = client.get("/contract/goal/?revenue=1000000&share=60&deal=20000&won=5&months=12").content.decode()
    assert ">30<" in page and ">600<" in page and ">50<" in page
    answer = client.get("/contract/goal/?revenue=1000000&share=60&deal=0&won=5&months=12")
    assert answer.status_code == 422 and 'value="1000000"' in answer.content.decode()


@pytest.mark.django_db
def test_the_page_rounds_as_it_is_asked_and_says_what_sales_can_follow_up(client):
    client.force_login(person("mia", "manager", "marketing"))
    a3 = "/contract/goal/?revenue=7500000&share=100&deal=85000&won=20&months=1"
    assert ">442<" in client.get(a3).content.decode() and ">445<" in client.get(a3 + "&each_step=on").content.decode()
    c2 = "&reps=5&hours=3&minutes=8&days=20&reach=20"
    page = client.get(a3 + c2).content.decode()
    assert all(f">{n:,}<" in page for n in (2250, 1250, 922, 762, 669, 609)) and "48.80" in page  # C2
    flat = client.get(a3 + "&reps=5&hours=3&minutes=8&days=20").content.decode()
    assert all(f">{n}<" in flat for n in (750, 375))  # C1
    answer = client.get(a3 + "&reps=5")
    assert answer.status_code == 422 and "The capacity needs this number, too." in answer.content.decode()
