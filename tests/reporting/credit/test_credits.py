"""Revenue by campaign and model out of real rows: every contact, every touch, as of any cut-off, to the cent."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from leads.intake import means
from leads.models import Touch
from leads.touches import read, store
from reporting.credit import board
from smarketing.measures import engine, listing
from tests.leads import facts
from tests.people import person

from .ground import LATER, START, YEAR, at, campaign, deal, projected, revenue, spend, total, touch

pytestmark = pytest.mark.django_db
ORACLE = (
    ("linkedin", 0), ("blog", 5), ("ebook", 12), ("webinar", 30), ("demo", 38), ("mail", 52), ("pricing", 60),
)  # fmt: skip


@pytest.fixture
def oracle():
    """The journey of the trade's example: LinkedIn first, the e-book makes the lead, the demo the deal."""
    by_key = {key: campaign(key) for key, _day in ORACLE}
    lead = facts.lead(at(12))
    for key, day in ORACLE:
        touch(lead, by_key[key], day)
    deal(lead, "12000.00", 60, opened=38)
    return by_key


@pytest.mark.parametrize(
    ("model", "want"),
    [
        ("first", [12000, 0, 0, 0, 0, 0, 0]),
        ("linear", [1714.29] * 4 + [1714.28] * 3),
        ("u", [4800, 480, 480, 480, 480, 480, 4800]),
        ("u_lead", [4800, 480, 4800, 480, 480, 480, 480]),
        ("w", [3600, 600, 3600, 600, 3600, 0, 0]),
        ("full", [2700, 400, 2700, 400, 2700, 400, 2700]),
        ("decay", [19.32, 31.69, 63.39, 376.78, 832, 3328, 7348.82]),
    ],
)
def test_the_journey_of_the_oracle_comes_out_of_the_measures(oracle, model, want):
    found = revenue(model)
    assert [found.get(key, 0) for key, _day in ORACLE] == want


def test_projected_or_not_the_credits_are_the_same(oracle):
    before = revenue("w")
    store.advance(at(30))
    assert revenue("w") == before
    projected()
    assert revenue("w") == before and Touch.objects.count() == 7
    said = set(Touch.objects.values_list("via", "fact_id", "lead_id", "campaign_id"))
    store.rebuild()
    assert set(Touch.objects.values_list("via", "fact_id", "lead_id", "campaign_id")) == said


def test_every_contact_of_the_deal_is_asked_and_each_campaign_counts_the_deal_once():
    """A deal touched by three campaigns adds its amount, not three times its amount."""
    a, b, c = campaign("a"), campaign("b"), campaign("c")
    one, two, three = facts.lead(at(0)), facts.lead(at(1)), facts.lead(at(2))
    for lead, to in ((one, a), (two, b), (three, c)):
        touch(lead, to, 5)
    deal(one, "50000.00", 20, opened=10, contacts=(two, three))
    found = revenue("linear")
    assert found == {"a": 16666.67, "b": 16666.67, "c": 16666.66} and round(sum(found.values()), 2) == 50000


def test_what_no_touch_explains_is_shown_and_never_dropped():
    a, lead = campaign("a"), facts.lead(at(0))
    touch(lead, a, 30)
    deal(lead, "300.00", 20, opened=10)
    deal(None, "40.00", 21)
    deal(facts.lead(at(0)), "0", 22)
    for model in ("first", "linear", "w", "decay", "markov", "shapley", "shapley_rates", "custom"):
        assert revenue(model) == {"": 340}
    assert total("won_untouched").value == 3 and total("won_without_contact").value == 1
    assert total("won_touched_late").value == 1 and total("won_before_first_touch").value == 1
    assert total("won_for_nothing").value == 1


def test_open_deals_that_name_nobody_are_a_question_about_the_data_whenever_they_were_opened():
    lead = facts.lead(at(0))
    nobody = deal(None, "9.00", 3, opened=2, state="open")
    deal(None, "8.00", 3, opened=2, state="open", contacts=(lead,))
    deal(lead, "7.00", 3, opened=2, state="open")
    deal(None, "6.00", 3, opened=2)
    far = board.Span(date(2027, 1, 1), date(2027, 2, 1), "won", LATER)
    odd = {cell.url.split("/")[2]: cell.text for _what, _rule, cell in board.oddities(far)}
    assert odd == {"open_without_contact": "1"}
    facts.change("deal", nobody, "state", "lost", at(40))
    assert total("open_without_contact").value == 0 and not board.oddities(far)


def test_a_browser_touched_before_it_had_a_name_is_the_first_touch():
    a, b = campaign("a"), campaign("b")
    lead, browser = facts.lead(at(3)), facts.visitor(at(0))
    touch(None, a, 0, visitor=browser)
    touch(lead, b, 4)
    deal(lead, "100.00", 9, opened=5)
    assert revenue("first") == {"b": 100}
    facts.join(browser, lead, at(5))
    assert revenue("first") == {"a": 100}
    projected()
    assert revenue("first") == {"a": 100}
    assert revenue("first", cutoff=at(9.1)) == {"a": 100}


def test_merged_people_and_merged_campaigns_count_with_those_they_are():
    a, b = campaign("a"), campaign("b")
    one, two = facts.lead(at(0)), facts.lead(at(1))
    touch(two, b, 2)
    deal(one, "100.00", 9, opened=5)
    assert revenue("first") == {"": 100}
    facts.merge(two, one, at(10))
    assert revenue("first") == {"b": 100}
    merged = means.merge_campaigns(loser=b, root=a, by=person("Claire", "marketer", "marketing"), at=at(11))
    now = engine.fence.cutoff()
    assert revenue("first", cutoff=now + timedelta(days=400)) == {"a": 100}
    assert revenue("first", cutoff=at(10.5)) == {"b": 100}
    b.refresh_from_db()
    assert b.root_id == a.pk
    means.take_back(fact=merged, reason="", by=merged.by, at=at(11))
    b.refresh_from_db()
    assert b.root_id is None and revenue("first", cutoff=engine.fence.cutoff() + timedelta(days=400)) == {"b": 100}


def test_a_touch_taken_back_or_learned_later_counts_from_when_that_was_known():
    a, b, lead = campaign("a"), campaign("b"), facts.lead(at(0))
    gone = touch(lead, a, 1)
    touch(lead, b, 2, known=at(40))
    deal(lead, "100.00", 9, opened=5)
    assert revenue("linear", cutoff=at(39)) == {"a": 100}
    assert revenue("linear", cutoff=at(41)) == {"a": 50, "b": 50}
    facts.correct("event", gone, at(50))
    projected()
    assert revenue("linear") == {"b": 100} and revenue("linear", cutoff=at(41)) == {"a": 50, "b": 50}


def test_a_campaign_written_on_a_lead_is_a_touch_and_one_that_an_event_says_too_is_the_same():
    a = campaign("a")
    lead = facts.lead(at(1), campaign=a.pk)
    touch(lead, a, 1)
    deal(lead, "90.00", 9, opened=5)
    assert len(read.of_leads([lead], LATER)) == 1
    assert revenue("linear") == {"a": 90}
    facts.change("lead", lead, "campaign", campaign("b").pk, at(2))
    assert revenue("linear") == {"a": 45, "b": 45}


def test_refunds_are_credited_as_losses_and_counted():
    a, lead = campaign("a"), facts.lead(at(0))
    touch(lead, a, 1)
    deal(lead, "100.00", 9, opened=5)
    deal(lead, "-30.01", 12, opened=11)
    assert revenue("linear") == {"a": 69.99} and total("refunds").value == Decimal("-30.01")


def test_a_deal_of_five_hundred_touches_and_twenty_people_adds_up_in_every_model():
    every = [campaign(f"c{n:02}") for n in range(11)]
    people = [facts.lead(at(n / 10)) for n in range(20)]
    for n in range(500):
        facts.Event.objects.create(
            id=10_000_000 + n, lead_id=people[n % 20], source=facts.source(), kind="page", campaign=every[n % 11],
            occurred_at=at(n / 10), recorded_at=at(n / 10), known_at=at(n / 10),
        )  # fmt: skip
    deal(people[0], "1000.01", 51, opened=20, contacts=people[1:])
    for model in ("first", "linear", "u", "w", "full", "decay", "custom", "markov", "shapley", "shapley_rates"):
        assert round(sum(revenue(model).values()), 2) == 1000.01, model


@pytest.mark.invariant("I11")
def test_the_number_is_the_sum_of_its_rows_and_its_groups_of_the_revenue_won(oracle):
    touch(facts.lead(at(0)), oracle["blog"], 1)
    deal(facts.lead(at(0)), "17.77", 30)
    for model in ("w", "decay", "markov"):
        found = engine.answer(f"attributed:{model}", by=("campaign",), cutoff=LATER, **YEAR)
        rows = [line for _columns, lines in [listing.every(found.measure, found.question, False)] for line in lines]
        credit = [line.values[-1] for line in rows]
        assert sum(credit) == found.total.value == sum(row.value for row in found.rows) == total("revenue").value


@pytest.mark.invariant("I11", mutant="deals joined to every touch")
def test_planted_fault_counting_a_deal_once_per_touch_is_caught(oracle, monkeypatch):
    from reporting.credit import reckoned

    plain = reckoned.credits
    monkeypatch.setattr(
        reckoned, "credits", lambda *asked: [(deal_, to, 1_200_000) for deal_, to, _cents in plain(*asked)]
    )
    found = engine.answer("attributed:linear", cutoff=LATER, **YEAR)
    assert found.total.value != total("revenue").value


def test_ratios_of_a_campaign_are_those_of_the_worked_example():
    """G1 in small: cost 10,000 for a campaign whose deals brought 40,000; sales worked 15,000 on it."""
    a = campaign("a")
    spend(a, "10000.00", 3)
    lead = facts.lead(at(2), campaign=a.pk)
    for _n in range(5):
        deal(lead, "8000.00", 20, opened=10)
    means.add_time(
        campaign=a, side="sales", team=None, person=None, worked_on=at(4).date(), hours=Decimal(300), rate=Decimal(50), label="",
        by=person("Hugo", "manager", "sales"), at=LATER,
    )  # fmt: skip
    cutoff = engine.fence.cutoff() + timedelta(days=400)
    asked = {"cutoff": cutoff, "date": "won"}
    assert total("cac", **asked).value == 2000 and total("loaded_cac", **asked).value == 5000
    assert total("roas", **asked).value == 4 and total("roi", **asked).value == 3
    assert total("time_cost", cutoff=cutoff).value == 15000 and total("hours", cutoff=cutoff).value == 300
    assert total("cost_per_deal", cutoff=cutoff, date="created").value == 2000


def test_spend_without_a_campaign_counts_in_all_and_is_listed():
    a = campaign("a")
    spend(a, "10.00", 3)
    spend(None, "5.00", 3)
    found = engine.answer("cost", by=("campaign",), cutoff=LATER, **YEAR)
    assert {row.group["campaign"]: row.value for row in found.rows} == {"": 5, "a": 10}
    assert total("cost").value == 15 and total("loose_cost").value == 5


def test_a_plan_is_spread_over_its_days_to_the_cent():
    a = campaign("a")
    by = person("Claire", "marketer", "marketing")
    first = START.date()
    means.plan_cost(
        campaign=a,
        first_day=first,
        last_day=first + timedelta(days=2),
        amount=Decimal("100.00"),
        label="",
        by=by,
        at=START,
    )
    cutoff = engine.fence.cutoff() + timedelta(days=400)
    found = engine.answer("planned_cost", by=("day",), cutoff=cutoff, **YEAR)
    assert [float(row.value) for row in found.rows] == [33.34, 33.33, 33.33]
    assert total("planned_cost", cutoff=cutoff).value == 100


def test_the_programme_of_a_campaign_gathers_what_its_campaigns_cost_and_bring():
    top = campaign("programme", level="programme")
    mid = campaign("mid", parent=top.pk)
    low = campaign("low", parent=mid.pk)
    for one, amount in ((top, "1.00"), (mid, "2.00"), (low, "4.00"), (campaign("alone"), "8.00")):
        spend(one, amount, 3)
    found = engine.answer("cost", by=("programme",), cutoff=LATER, **YEAR)
    assert {row.group["programme"]: row.value for row in found.rows} == {"programme": 7, "alone": 8}


def test_a_programme_merged_into_another_gathers_under_it_with_all_that_hangs_on_it():
    whole, old, new = (campaign(key, level="programme") for key in ("whole", "old", "new"))
    facts.change("campaign", new.pk, "parent", whole.pk, at(0))
    mid = campaign("mid", parent=old.pk)
    for one, amount in ((mid, "1.00"), (old, "4.00")):
        spend(one, amount, 3)

    def programmes():
        found = engine.answer("cost", by=("programme",), cutoff=engine.fence.cutoff() + timedelta(days=400), **YEAR)
        return {row.group["programme"]: row.value for row in found.rows}

    assert programmes() == {"old": 5}
    means.merge_campaigns(loser=old, root=new, by=person("Claire", "marketer", "marketing"), at=at(5))
    assert programmes() == {"whole": 5}
