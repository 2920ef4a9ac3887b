"""What is born in sets stands as a rebuild from its facts would write it, whatever its values look like."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.intake import columns, facts
from leads.intake.facts import Birth, Change, Origin
from leads.models import AttributeChange, Campaign, Company, Deal, Lead
from smarketing.rows.clock import now

pytestmark = pytest.mark.django_db
T = datetime(2026, 1, 1, tzinfo=UTC)
ODD = 'tab\t "quoted" \\N é ¥ {a,b} NULL'
SAID = {
    "lead": {"email": "a@x.test", "first_name": ODD, "phone": "", "birth_date": "1990-02-03", "opted_out": False,
             "x_score": 12, "x_share": "0.10", "x_flag": True, "x_none": None},
    "company": {"name": ODD, "domain": "x.test", "employees": 250, "x_tier": "A"},
    "campaign": {"key": "k", "name": "K", "starts_on": "2026-01-01"},
    "deal": {"key": "d", "title": ODD, "state": "won", "amount": "1234.50", "closed_at": "2026-01-02T00:00:00+00:00",
             "closed_day_only": True},
}  # fmt: skip
MAKERS = {
    "lead": (Lead, facts.create_leads),
    "company": (Company, facts.create_companies),
    "campaign": (Campaign, facts.create_campaigns),
    "deal": (Deal, facts.create_deals),
}


@pytest.mark.parametrize("history", [False, True])
@pytest.mark.parametrize("subject", SAID)
def test_columns_at_birth_are_those_of_a_rebuild(subject, history):
    model, make = MAKERS[subject]
    births = [Birth(T, SAID[subject], day_only=True), Birth(T), Birth(T + timedelta(1), {"x_a": ODD})]
    ids = make(births, origin=Origin(source="a" * 60, history=history))
    born = list(model.objects.filter(pk__in=ids).order_by("pk").values())
    assert [one["id"] for one in born] == ids, "in the order given"
    assert [one["day_only"] for one in born] == [True, False, False]
    columns.rebuild_all(subject)
    assert list(model.objects.filter(pk__in=ids).order_by("pk").values()) == born
    said = {name: value for name, value in SAID[subject].items() if value not in (None, "")}
    mine = AttributeChange.objects.filter(subject=subject, subject_id=ids[0])
    assert dict(mine.values_list("field", "value")) == said
    assert {one.known_at for one in mine} == {T if history else born[0]["recorded_at"]}


def test_values_that_do_not_hold_yet_are_facts_but_in_no_column():
    (pk,) = facts.create_leads([Birth(now() + timedelta(days=9), {"country": "FR", "x_a": 1})], origin=Origin())
    one = Lead.objects.get(pk=pk)
    assert (one.country, one.attributes) == ("", {})
    assert AttributeChange.objects.filter(subject_id=pk).count() == 2
    assert columns.current("lead", [pk]) == {pk: {"country": None, "x_a": None}}


def test_the_current_value_is_the_newest_that_holds_and_was_not_taken_back():
    (pk,) = facts.create_leads([Birth(T, {"country": "FR", "x_a": 1})], origin=Origin())
    for value, days in (("DE", 3), ("IT", 2), ("ES", 4), ("PT", 4000)):
        facts.record_changes([Change("lead", pk, "country", value, T + timedelta(days))], origin=Origin())
    assert columns.current("lead", [pk]) == {pk: {"country": "ES", "x_a": 1}}
    wrong = list(AttributeChange.objects.filter(value__in=["ES", 1]).values_list("pk", flat=True))
    facts.correct(subject="attributechange", subject_ids=wrong, by=None, at=now())
    assert columns.current("lead", [pk]) == {pk: {"country": "DE", "x_a": None}}
