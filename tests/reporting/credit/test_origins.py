"""Sourced by three definitions and influenced, beside each other: the worked example exactly; win rate on closed deals only."""

import pytest

from reporting.credit import origins
from smarketing.measures import engine
from tests.leads import facts

from .ground import LATER, YEAR, at, campaign, deal, total, touch

pytestmark = pytest.mark.django_db
# amount: lead source, first touch, pre-sales touch, any touch
DEALS = (
    (50_000, "1111"), (30_000, "1011"), (20_000, "0111"), (80_000, "0011"), (40_000, "0001"), (60_000, "0000"), (15_000, "1101"),
    (5_000, "0000"),
)  # fmt: skip
WANT = {origins.SOURCE: 95_000, origins.FIRST: 85_000, origins.BEFORE: 180_000, origins.INFLUENCED: 235_000}


@pytest.fixture
def eight():
    ours, theirs = campaign("webinar", channel="webinar"), campaign("calls", channel="outbound")
    for amount, (source, first, before, anything) in DEALS:
        lead = facts.lead(at(0), source="webinar" if source == "1" else "outbound")
        if anything == "1" and first == "0":
            touch(lead, theirs, 1)
        if before == "1":
            touch(lead, ours, 2)
        elif anything == "1":
            touch(lead, ours, 15)
        deal(lead, str(amount), 20, opened=10)


def test_the_worked_example_comes_out_exactly_and_is_never_added_up(eight):
    assert total("revenue").value == 300_000
    found = {key: total(f"origin:{key}").value for key in WANT}
    assert found == WANT
    assert sum(found.values()) > total("revenue").value  # which is why nobody adds them


def test_win_rate_is_of_closed_deals_and_open_ones_are_told_apart():
    ours = campaign("webinar", channel="webinar")
    for n in range(50):
        lead = facts.lead(at(0), source="webinar")
        touch(lead, ours, 1)
        deal(lead, "10.00", 20, opened=10, state="won" if n < 10 else "lost" if n < 25 else "open")
    rate = total("origin_rate:influenced")
    assert (rate.n, rate.of) == (10, 25) and rate.value * 5 == 2
    assert total("origin_open:influenced", date="opened", cutoff=at(40)).value == 250
    assert total("origin_open:influenced", date="opened").value == 0  # the look-back of an open deal ends now


def test_an_attempt_before_the_first_touch_takes_the_deal_from_before_sales_and_leaves_it_influenced():
    from leads.models import Attempt, Handoff
    from personas.models import DefinitionLine
    from tests.people import person

    ours, lead = campaign("webinar"), facts.lead(at(0))
    touch(lead, ours, 3)
    deal(lead, "10.00", 20, opened=10)
    assert total("origin:before").value == 10
    line, stamps = (
        DefinitionLine.objects.create(name="L"),
        {"occurred_at": at(2), "recorded_at": at(2), "known_at": at(2)},
    )
    handoff = Handoff.objects.create(lead_id=lead, line=line, gate="manual", **stamps)
    Attempt.objects.create(
        handoff=handoff, lead_id=lead, rep=person("Léa", "rep", "sales"), channel="call", outcome="reached", **stamps
    )
    assert total("origin:before").value == 0 and total("origin:influenced").value == 10


def test_neither_a_reply_nor_a_mail_that_went_by_itself_is_an_attempt_of_sales():
    lead = facts.lead(at(0))
    touch(lead, campaign("webinar"), 3)
    deal(lead, "10.00", 20, opened=10)
    facts.attempt(lead, "auto_mail", "mail_sent", at(1))
    facts.attempt(lead, "mail", "replied", at(2))
    assert total("origin:before").value == 10
    facts.attempt(lead, "call", "no_answer", at(2))
    assert total("origin:before").value == 0


def test_without_a_source_the_campaign_written_on_the_lead_tells():
    deal(facts.lead(at(0), campaign=campaign("webinar").pk), "10.00", 20, opened=10)
    deal(facts.lead(at(0), campaign=campaign("calls", channel="Outbound").pk), "100.00", 20, opened=10)
    assert engine.answer("origin:source", cutoff=LATER, **YEAR).total.value == 10
