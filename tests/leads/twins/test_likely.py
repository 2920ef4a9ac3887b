"""Suggestions have reasons, survive the night, and go when they are decided."""

import pytest

from leads.models import Lead, MergeSuggestion
from leads.twins import likely, merge
from smarketing.rows import clock
from tests.leads import facts
from tests.leads.handoffs.desk import NOW, Desk
from tests.leads.pages.test_pages import client_of
from tests.people import person

pytestmark = pytest.mark.django_db


def lead(**values) -> int:
    return facts.lead(NOW, **values)


def test_each_reason_is_found_and_what_many_share_tells_nobody_apart():
    firm, other = facts.company(NOW, name="Acme"), facts.company(NOW, name="Orféo")
    plus = lead(email="Ada.Lovelace@acme.example"), lead(email="ada.lovelace+fair@ACME.example")
    called = lead(phone="+33 6 12 34 56 78"), lead(phone="06.12.34.56.78")
    named = [
        lead(first_name="Éloïse", last_name="Petit", company=firm),
        lead(first_name="Eloise", last_name="PETIT", company=firm),
    ]
    near = (
        lead(first_name="Marguerite", last_name="Durand", company=other),
        lead(first_name="Margerite", last_name="Durand", company=other),
    )
    lead(first_name="Margerite", last_name="Durand", company=firm)  # elsewhere: only a namesake
    lead(first_name="Paul", last_name="Durand", company=other)
    for _n in range(likely.FEW + 1):
        lead(email="info@shared.example", phone="0102030405")
    likely.find()
    found = {(one.first_id, one.second_id): one.reasons for one in MergeSuggestion.objects.all()}
    assert found == {plus: ["email"], called: ["phone"], tuple(named): ["name_company"], near: ["name_near"]}
    assert [one.first_id for one in likely.waiting().order_by("-weight", "pk")] == [
        plus[0],
        called[0],
        named[0],
        near[0],
    ]
    assert likely.find() == 0


def test_a_dismissed_pair_is_not_found_again_and_a_merged_one_is_gone():
    boss = person("ann", "marketer")
    one, two = lead(email="a@x.example"), lead(email="a@x.example")
    three = lead(email="b@x.example"), lead(email="b@x.example")
    likely.find()
    client = client_of(boss)
    page = client.get("/leads/duplicates/").text
    assert f"#{one}" in page and "same e-mail address" in page
    suggestion = MergeSuggestion.objects.get(first=one)
    assert client.post(f"/leads/duplicates/{suggestion.pk}/dismiss/").status_code == 302
    assert [twin.lead.pk for twin in likely.of(Lead.objects.get(pk=one))] == []
    merge.merge(loser=Lead.objects.get(pk=three[1]), root=Lead.objects.get(pk=three[0]), by=boss, at=clock.now())
    likely.find()
    assert list(likely.waiting()) == [] and MergeSuggestion.objects.get().state == "dismissed"
    assert "No two leads look like one person" in client.get("/leads/duplicates/").text
    assert client_of(Desk().lea).get("/leads/duplicates/").status_code == 403
    assert two


def test_whoever_has_the_same_address_since_is_suggested_on_the_page_at_once():
    one, two = lead(email="a@x.example", last_name="Ada"), lead(email="A@x.example", last_name="Countess")
    page = client_of(person("ann", "marketer")).get(f"/leads/{one}/").text
    assert "Countess" in page and f"/leads/{one}/merge/{two}/" in page


def test_what_sales_named_as_a_duplicate_stays_over_the_night_and_keeps_its_reason():
    first, second = lead(email="ada@acme.example"), lead(email="zoe@other.example")
    both = lead(email="bob@acme.example"), lead(email="BOB@acme.example")
    for pair in ((first, second), both):
        MergeSuggestion.objects.create(first_id=pair[0], second_id=pair[1], reasons=["said"], weight=80)
    for _night in range(2):
        likely.find()
        found = {one.first_id: one.reasons for one in MergeSuggestion.objects.all()}
        assert found == {first: ["said"], both[0]: ["email", "said"]}
    assert likely.find() == 0
