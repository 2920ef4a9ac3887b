"""The draft asks for tiers, spacing, channels, fields, of whom a volume speaks and calendars; what is written comes back the same."""

from datetime import date

import pytest
from django.urls import reverse

from leads.handoffs.rules import body_of
from sla import derive, papers
from sla.models import Clock, TermsDraft
from sla.pages.forms import TermsForm
from tests.people import client_of
from tests.sla.contracts import ATTEMPTS, FIRST, attempt, calendar, contract, handoff, paris, sign, signers

pytestmark = pytest.mark.django_db


def given(**more) -> dict:
    own = calendar()
    return {
        "revision": 0, "calendar": own.pk, "starts_on": "2026-11-01", "ends_on": "", "volume": "200",
        "volume_of": "source salon, fair: 20\npersona Maud: 120\ngrade a1 A2: 40", "complete": "95",
        "complete_fields": ["email", "phone"], "handover_hours": "2", "handover_share": "95", "hours": "4", "hours_share": "90",
        "tiers": "A1 A2: 2\nB1: 1,5\nC3: –", "attempts": "3", "attempt_days": "10", "attempts_share": "90",
        "attempts_tiers": "A1: 5", "attempts_apart": "2", "outcome_days": "20", "outcome_share": "80",
        "outcome_calendar": own.pk, **more,
    }  # fmt: skip


def test_everything_that_a_clause_may_say_is_written_signed_and_shown_again():
    form = TermsForm.of({}, 0, given())
    assert form.is_valid(), form.errors
    body = form.body()
    clauses = {one["key"]: one for one in body["clauses"]}
    assert list(clauses) == ["5.1", "5.1.a", "5.1.b", "5.1.c", "5.4", "5.5", "6.1", "6.2", "6.5"]
    assert clauses["5.1.a"] == {
        "key": "5.1.a", "kind": "mql_volume", "target": "20", "share": None, "params": {"where": {"source": ["salon", "fair"]}},
    }  # fmt: skip
    assert clauses["5.1.c"]["params"] == {"where": {"grade": ["A1", "A2"]}}
    assert clauses["6.1"]["params"]["tiers"] == [
        {"grades": ["A1", "A2"], "target": "2"}, {"grades": ["B1"], "target": "1.5"}, {"grades": ["C3"], "target": None},
    ]  # fmt: skip
    assert clauses["6.2"]["params"] == {"days": 10, "tiers": [{"grades": ["A1"], "target": "5"}], "apart": 2}
    assert clauses["5.4"]["params"] == {"fields": ["email", "phone"]}
    assert clauses["6.5"]["params"] == {"calendar": calendar().pk}
    again = TermsForm.of(body, 0)
    sent = {name: again[name].value() for name in again.fields}
    repeated = TermsForm.of(body, 0, {name: value for name, value in sent.items() if value not in (None, [])})
    assert repeated.is_valid(), repeated.errors
    assert repeated.body() == body
    terms = sign(contract(), body["clauses"], date(2026, 11, 1), at=paris(2026, 10, 28, 10))
    page = client_of(signers()[0]).get(reverse("sla:terms", args=[contract().pk])).content.decode()
    for said in (
        "only source salon, fair",
        "A1, A2: 2 business hours",
        "C3: nothing promised",
        "2 business days apart",
        "e-mail address, phone",
        "by calendar",
    ):
        assert said in page, said
    assert terms.clauses.count() == 9


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("tiers", "A1 two hours", "is not understood"),
        ("tiers", "A1: many", "is not understood"),
        ("volume_of", "shoe 42: 3", "is not understood"),
        ("volume_of", "source: 3", "is not understood"),
        ("volume_of", "source salon: 0", "is not understood"),
        ("complete_fields", [], "Choose the fields"),
        ("attempts_apart", "0", "greater than or equal to 1"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(field, value, said):
    form = TermsForm.of({}, 0, given(**{field: value}))
    assert not form.is_valid()
    assert said in str(form.errors[field])


def test_the_draft_is_saved_from_the_page(client):
    of = contract()
    client.force_login(signers()[0])
    of.refresh_from_db()
    answer = client.post(reverse("sla:draft", args=[of.pk]), given(save="1"))
    assert answer.status_code == 302
    assert {one["key"] for one in TermsDraft.objects.get(contract=of).body["clauses"]} >= {"5.1.a", "6.5"}
    page = client.get(reverse("sla:draft", args=[of.pk])).content.decode()
    assert "source salon, fair: 20" in page and "A1 A2: 2" in page


def test_french_words_are_understood():
    form = TermsForm.of({}, 0, given(volume_of="catégorie A1: 4", tiers="A1\u202f: 2,5"))
    assert form.is_valid(), form.errors
    clauses = {one["key"]: one for one in form.body()["clauses"]}
    assert clauses["5.1.a"]["params"] == {"where": {"grade": ["A1"]}}
    assert clauses["6.1"]["params"]["tiers"] == [{"grades": ["A1"], "target": "2.5"}]


def test_a_calendar_without_holidays_says_so_where_it_is_chosen():
    bare, whole = calendar("UTC", ""), calendar()
    choices = dict(TermsForm.of({}, 0).fields["calendar"].choices)
    assert (choices[bare.pk], choices[whole.pk]) == ("Calendar UTC  (no holidays!)", "Calendar Europe/Paris FR")


def test_the_tiers_of_the_terms_are_what_clocks_and_the_queue_run_by():
    hours, tries = ({"tiers": [{"grades": ["A1", "A2"], "target": target}]} for target in ("2", "5"))
    clauses = [FIRST | {"params": hours}, ATTEMPTS | {"params": ATTEMPTS["params"] | tries}]
    terms = sign(contract(), clauses, date(2026, 11, 1), at=paris(2026, 10, 28, 10))
    assert papers.verify(terms.paper) == []
    made = {grade: handoff(paris(2026, 11, 16, 9), grade=grade) for grade in ("A1", "B2")}
    for one in made.values():
        for day in (16, 17, 18):
            attempt(one, paris(2026, 11, day, 10))
    derive.drain(paris(2026, 11, 18, 12))
    found = {
        (grade, row.clause_key): (row.due_at, row.state)
        for grade, one in made.items()
        for row in Clock.objects.filter(handoff=one)
    }
    assert found["A1", "6.1"] == (paris(2026, 11, 16, 11), "met") and found["B2", "6.1"][0] == paris(2026, 11, 16, 13)
    assert found["A1", "6.2"][1] == "pending" and found["B2", "6.2"][1] == "met"
    assert derive.stale(derive.unsettled(), paris(2026, 11, 18, 12)) == []
    assert [body_of(one)["attempts"] for one in made.values()] == [5, 3]
