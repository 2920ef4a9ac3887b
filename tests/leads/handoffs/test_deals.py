"""Deals by hand: the same facts, stages and states as imported ones; amounts as people type them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.handoffs import deals, deals_back, decisions, money, problems
from leads.models import AttributeChange, Correction, Deal, EngagementReset, Lead
from tests.leads import facts
from tests.leads.handoffs.desk import NOW, Desk, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


def opened(desk, handoff, **more) -> Deal:
    return deals.open_deal(
        lead=handoff.lead, handoff=handoff, by=desk.lea, at=NOW, title=more.pop("title", "Pilot"), **more
    )  # fmt: skip


def stage(deal) -> str:
    return Lead.objects.get(pk=deal.lead_id).stage


def test_a_deal_opened_won_and_taken_back_moves_stage_and_handoff(desk):
    handoff = desk.hand()
    colleague = facts.lead(NOW)
    deal = opened(desk, handoff, amount=Decimal("12000"), contacts={colleague: "pays"})
    assert (state(handoff).state, stage(deal), deal.rep) == ("converted", "opportunity", desk.lea)
    assert deals.contacts_of(deal) == {colleague: "pays"}
    won = deals.win(deal=deal, by=desk.lea, at=NOW + timedelta(days=3), amount=Decimal("11500.50"))
    assert (won.state, won.amount, stage(won)) == ("won", Decimal("11500.50"), "customer")
    assert won.closed_at == NOW + timedelta(days=3) and not won.closed_day_only
    again = deals_back.reopen(deal=won, by=desk.lea, at=NOW + timedelta(days=4))
    assert (again.state, again.closed_at, stage(again)) == ("open", None, "opportunity")
    states = AttributeChange.objects.filter(subject="deal", field="state").order_by("pk").values_list("pk", "value")
    closed = Correction.objects.filter(subject="attributechange").values_list("subject_id", flat=True)
    assert [value for _pk, value in states] == ["open", "won"] and states[1][0] in closed


def test_no_win_without_an_amount_nor_on_a_day_to_come_or_before_the_deal(desk):
    deal = opened(desk, desk.hand())
    for amount in (None, Decimal(0)):
        with pytest.raises(problems.Refusal) as refusal:
            deals.win(deal=deal, by=desk.lea, at=NOW, amount=amount)
        assert refusal.value.field == "amount"
    for days in (1, -1):
        with pytest.raises(problems.Refusal) as refusal:
            deals.win(deal=deal, by=desk.lea, at=NOW, amount=Decimal(1), closed_on=NOW.date() + timedelta(days=days))
        assert refusal.value.field == "closed_on"
    assert Deal.objects.get().state == "open"


def test_a_day_without_a_time_is_kept_as_a_day(desk):
    deal = opened(desk, desk.hand())
    at = NOW + timedelta(days=5)
    won = deals.win(deal=deal, by=desk.lea, at=at, amount=Decimal(5), closed_on=NOW.date() + timedelta(days=2))
    assert won.closed_day_only and won.closed_at.isoformat() == "2026-03-11T23:00:00+00:00"


def test_a_lost_deal_has_a_reason_and_recycles_its_lead_unless_another_goes_on(desk):
    handoff = desk.hand()
    one, other = opened(desk, handoff), opened(desk, handoff, title="Second")
    with pytest.raises(problems.Refusal):
        deals.lose(deal=one, by=desk.lea, at=NOW, reason="")
    deals.lose(deal=one, by=desk.lea, at=NOW, reason="price")
    assert stage(one) == "opportunity"
    deals.lose(deal=other, by=desk.lea, at=NOW, reason="later")
    assert stage(one) == "recycled" and EngagementReset.objects.count() == 1
    deals_back.reopen(deal=other, by=desk.lea, at=NOW)
    assert stage(one) == "opportunity"


@pytest.mark.parametrize("handed", [True, False])
def test_a_deal_opened_again_takes_its_own_recycling_back_and_no_other(desk, handed):
    def deal(day: int) -> Deal:
        return deals.open_deal(lead=lead, handoff=handoff, by=desk.boss, at=NOW + timedelta(days=day), title="Pilot")

    def standing() -> list:
        back = Correction.objects.filter(subject="engagementreset").values("subject_id")
        return list(EngagementReset.objects.exclude(pk__in=back).values_list("occurred_at", flat=True))

    handoff = desk.hand() if handed else None
    lead = handoff.lead if handoff else Lead.objects.get(pk=facts.lead(NOW))
    days = [NOW + timedelta(days=n) for n in (1, 3)]
    for day in days:
        gone = deals.lose(deal=deal(0), by=desk.boss, at=day, reason="price", closed_on=NOW.date())
    assert standing() == days and stage(gone) == "recycled"
    deals_back.reopen(deal=gone, by=desk.boss, at=NOW + timedelta(days=4), reason="it goes on")
    assert standing() == days[:1] and stage(gone) == "opportunity"


def test_a_foreign_deal_is_missing_and_a_stale_page_loses_to_the_newer_one(desk):
    deal = opened(desk, desk.hand())
    with pytest.raises(problems.NotYours):
        deals.win(deal=deal, by=desk.paul, at=NOW, amount=Decimal(1))
    with pytest.raises(problems.NotYours):
        deals.open_deal(lead=deal.lead, by=desk.paul, at=NOW, title="Mine")
    seen = deals.last_change(deal)
    deals.change_deal(deal=deal, by=desk.boss, at=NOW, title="Pilot, wider", amount=Decimal(9), seen=seen)
    with pytest.raises(problems.Refusal, match="Somebody changed"):
        deals.change_deal(deal=deal, by=desk.lea, at=NOW, title="Pilot", amount=None, seen=seen)
    assert Deal.objects.visible_to(desk.lea).get().title == "Pilot, wider"
    assert not Deal.objects.visible_to(desk.paul).exists()


def test_no_deal_on_a_lead_given_away(desk):
    handoff = desk.hand()
    decisions.refuse(handoff=handoff, by=desk.lea, at=NOW, reason="OPP-OUT")
    with pytest.raises(problems.Stale):
        opened(desk, handoff)


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("12 000,50", "fr", "12000.50"), ("12\u202f000 €", "fr", "12000"), ("12,000.50", "en", "12000.50"),
        ("12.000,50", "en", "12000.50"), ("12,5", "en", "12.50"), ("1,234", "en", "1234"), ("1.234", "fr", "1234"),
        ("1.5", "fr", "1.50"), ("1,234,567", "fr", "1234567"), ("0,5", "fr", "0.50"), ("EUR 7", "en", "7"),
        ("12000", "fr", "12000"),
    ],
)  # fmt: skip
def test_amounts_are_read_as_typed(text, language, value):
    assert money.amount(text, language) == Decimal(value)


@pytest.mark.parametrize("text", ["abc", "-5", "1,2,3", "1.234.5", "12,00,0", "1e9", "1,2345", "٣"])
def test_what_is_no_amount_is_refused(text):
    for language in ("en", "fr"):
        with pytest.raises(money.NoAmount):
            money.amount(text, language)


def test_a_comma_before_three_digits_has_two_readings_in_french():
    with pytest.raises(money.NoAmount):
        money.amount("1,234", "fr")
    with pytest.raises(money.NoAmount):
        money.amount("1.234", "en")
    assert money.amount("", "fr") is None


@given(st.decimals(0, 10**9, places=2))
def test_an_amount_as_shown_is_read_back(value):
    english = f"{value:,.2f}"
    french = english.replace(",", "\u202f").replace(".", ",")
    assert money.amount(english, "en") == money.amount(french, "fr") == value
