"""Values of leads follow the law of the greatest (occurred, recorded, id); columns come back from facts alone."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.intake import columns, facts
from leads.intake.facts import Birth, Change, Origin
from leads.models import AttributeChange, Lead, LeadDirty
from smarketing.rows.clock import now
from tests.scale import examples

pytestmark = pytest.mark.django_db
T = datetime(2026, 1, 1, tzinfo=UTC)
HANDS = Origin(source="by hand")


def lead(**values) -> Lead:
    return Lead.objects.get(pk=facts.create_leads([Birth(T, values)], origin=HANDS)[0])


def change(one: Lead, field: str, value, days: int, **options) -> None:
    facts.record_changes([Change("lead", one.pk, field, value, T + timedelta(days))], origin=HANDS, **options)
    one.refresh_from_db()


def test_a_new_lead_has_its_values_as_facts_and_in_its_columns():
    one = lead(email="ada@example.test", birth_date="1990-02-03", opted_out=True, x_plan="gold", phone="")
    assert (one.email, one.birth_date.isoformat(), one.opted_out) == ("ada@example.test", "1990-02-03", True)
    assert one.attributes == {"x_plan": "gold"}
    assert AttributeChange.objects.filter(subject_id=one.pk).count() == 4
    assert LeadDirty.objects.filter(lead_id=one.pk).exists()


def test_a_late_older_value_never_overwrites_a_newer_one():
    one = lead(country="FR")
    change(one, "country", "DE", 9)
    change(one, "country", "IT", 5)
    assert one.country == "DE"
    assert AttributeChange.objects.filter(subject_id=one.pk, field="country").count() == 3


def test_the_same_value_again_adds_nothing():
    one = lead(country="FR", x_n=1)
    change(one, "country", "FR", 9)
    change(one, "x_n", True, 9)
    assert AttributeChange.objects.filter(subject_id=one.pk).count() == 3, "true is another value than 1"


def test_an_emptied_field_is_empty_in_column_and_attributes():
    one = lead(country="FR", x_plan="gold")
    change(one, "country", None, 1)
    change(one, "x_plan", None, 1)
    assert (one.country, one.attributes) == ("", {})


def test_a_correction_brings_the_value_before_back_and_a_second_one_does_nothing():
    one = lead(country="FR")
    change(one, "country", "DE", 2)
    wrong = AttributeChange.objects.get(subject_id=one.pk, value="DE").pk
    for expected in ([wrong], []):
        assert facts.correct(subject="attributechange", subject_ids=[wrong], by=None, at=now()) == expected
    one.refresh_from_db()
    assert one.country == "FR"


def test_a_field_that_does_not_exist_is_refused_and_nothing_is_half_done():
    before = Lead.objects.count()
    with pytest.raises(ValueError, match="no field stage"), transaction.atomic():
        facts.create_leads([Birth(T, {"stage": "mql"})], origin=HANDS)
    assert Lead.objects.count() == before


def test_declared_history_is_known_when_it_occurred():
    facts.create_leads([Birth(T, {"country": "FR"})], origin=Origin(history=True))
    fact = AttributeChange.objects.get()
    assert fact.known_at == fact.occurred_at == T < fact.recorded_at


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["country", "x_a", "birth_date", "opted_out"]),
        st.integers(0, 6),
        st.integers(0, 3),
        st.booleans(),
    ),
    max_size=12,
)
VALUES = {
    "country": ["FR", "DE", None, ""],
    "x_a": ["1", 2, None, True],
    "birth_date": ["1990-01-01", "1991-01-01", None, "1992-02-29"],
    "opted_out": [True, False, None, True],
}


@pytest.mark.sized
@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_columns_equal_the_law_in_plain_python_and_come_back_after_a_wipe(steps):
    one = lead(country="FR")
    for field, days, value, takes_back in steps:
        change(one, field, VALUES[field][value], days, keep_same=True)
        if takes_back:
            newest = AttributeChange.objects.filter(subject_id=one.pk).latest("pk")
            facts.correct(subject="attributechange", subject_ids=[newest.pk], by=None, at=now())
    one.refresh_from_db()
    assert state(one) == by_law(one)
    before = state(one)
    Lead.objects.filter(pk=one.pk).update(country="?", opted_out=True, birth_date=None, attributes={"x_b": 1})
    columns.rebuild_all("lead", one.pk, one.pk + 1)
    one.refresh_from_db()
    assert state(one) == before


def state(one: Lead) -> dict:
    born = one.birth_date and one.birth_date.isoformat()
    return {"country": one.country, "opted_out": one.opted_out, "birth_date": born, **one.attributes}


def by_law(one: Lead) -> dict:
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject_id FROM leads_correction WHERE subject = 'attributechange'")
        gone = {row[0] for row in cursor.fetchall()}
    best: dict = {}
    for fact in AttributeChange.objects.filter(subject_id=one.pk).exclude(pk__in=gone):
        rank = (fact.occurred_at, fact.recorded_at, fact.pk)
        if fact.field not in best or rank > best[fact.field][0]:
            best[fact.field] = (rank, fact.value)
    now = {field: value for field, (_, value) in best.items()}
    out = {"country": now.pop("country", "") or "", "opted_out": bool(now.pop("opted_out", False))}
    out["birth_date"] = now.pop("birth_date", None)
    return out | {field: value for field, value in now.items() if value is not None}
