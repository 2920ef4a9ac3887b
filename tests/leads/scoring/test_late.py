"""Which values came in only after sales had called."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.models import Attempt, Handoff, Lead
from leads.scoring import late
from personas.criteria import tree
from personas.definitions import services
from personas.models import FieldDef
from tests.leads import definitions, facts
from tests.people import client_of, person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
FIELDS = ("lead.x_budget", "lead.country", "company.industry")


def called(lead: int, at: datetime) -> int:
    rep = person(f"Rep {lead}", "rep")
    when = {"occurred_at": at, "recorded_at": at, "known_at": at}
    handoff = Handoff.objects.create(lead_id=lead, line=definitions.line(), gate="manual", grade="A1", **when)
    row = Attempt.objects.create(handoff=handoff, lead_id=lead, rep=rep, channel="call", outcome="reached", **when)
    return row.pk


def test_a_value_first_known_after_the_first_call_is_late_whatever_it_became_later():
    one, other, silent = (facts.lead(AT, country="FR") for _n in range(3))
    called(one, AT + DAY), called(other, AT + DAY)
    facts.change("lead", one, "x_budget", 5000, AT + 2 * DAY)
    facts.change("lead", one, "x_budget", 9000, AT + 3 * DAY)
    facts.change("lead", other, "x_budget", 1, AT + timedelta(hours=1))
    facts.change("lead", other, "x_budget", 2, AT + 2 * DAY)
    facts.change("lead", silent, "x_budget", 2, AT + 2 * DAY)
    assert late.filled(FIELDS, AT + 9 * DAY) == {"lead.x_budget": (1, 2), "lead.country": (0, 2)}


def test_what_was_taken_back_or_emptied_or_came_after_the_cut_off_is_no_value():
    one = facts.lead(AT, country="FR")
    called(one, AT + DAY)
    facts.correct("attributechange", facts.change("lead", one, "x_budget", 5000, AT + 2 * DAY), AT + 3 * DAY)
    facts.change("lead", one, "x_hobby", "", AT + 2 * DAY)
    facts.change("lead", one, "x_hobby", None, AT + 2 * DAY)
    assert late.filled(["lead.x_budget", "lead.x_hobby"], AT + 9 * DAY) == {}
    assert late.filled(["lead.x_budget"], AT + 2.5 * DAY) == {"lead.x_budget": (1, 1)}


def test_a_call_taken_back_was_none_and_a_company_s_value_counts_for_each_of_its_people():
    firm = facts.company(AT, industry="SaaS")
    one, other = (facts.lead(AT, company=firm) for _n in range(2))
    facts.change("company", firm, "x_tools", "crm", AT + 2 * DAY)
    mistake = called(one, AT + DAY)
    called(other, AT + DAY)
    assert Lead.objects.filter(company=firm).count() == 2
    assert late.filled([*FIELDS, "company.x_tools"], AT + 9 * DAY) == {
        "company.industry": (0, 2),
        "company.x_tools": (2, 2),
    }
    facts.correct("attempt", mistake, AT + 3 * DAY)
    assert late.filled(["company.x_tools"], AT + 9 * DAY) == {"company.x_tools": (1, 1)}


def test_the_studio_says_so_at_the_line_once_its_leads_are_counted():
    FieldDef.objects.create(
        subject="lead", name="x_budget", key="lead.x_budget", type="number", label_en="budget", label_fr="budget"
    )
    for _n in range(20):
        one = facts.lead(AT, country="DE")
        called(one, AT + DAY)
        facts.change("lead", one, "x_budget", 5000, AT + 2 * DAY)
    body = tree.empty_body()
    body["fit"]["items"] = [
        {"key": "a", "points": 20, "when": {"field": "lead.country", "op": "is", "value": "FR"}},
        {"key": "b", "points": 20, "when": {"field": "lead.x_budget", "op": "at_least", "value": 9000}},
        {"key": "c", "points": 20, "when": {"field": "lead.country", "op": "is_set"}},
    ]
    page = f"/language/definition/{services.create_line(name='France', by=None, at=AT, body=body).pk}/"
    client = client_of(person("Mia", "marketer"))
    plain, counted = client.get(page).text, client.get(f"{page}?count=1").text
    fragment = client.get(f"{page}counts/", headers={"HX-Request": "true"}).text
    for said, times in (
        ("No lead has this now.", 2), ("Every lead has this now", 1),
        ("for 20 of 20 leads it was filled in only after sales had called", 1),
    ):  # fmt: skip
        assert (plain.count(said), counted.count(said), fragment.count(said)) == (0, times, times), said
