"""The page of a lead asks the database a fixed number of times, however much happened to the lead."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.evidence import values
from leads.models import Campaign
from leads.scoring.oracle import LeadFacts
from smarketing.rows import clock
from tests.leads import facts
from tests.leads.evidence.test_why import k2_body, store, version
from tests.leads.handoffs.desk import Desk
from tests.people import client_of, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("still")]
MOST = {"": 45, "?as_of={then}": 59}  # the past is derived from the log
A_DAY = timedelta(days=1)


def queries(client, address: str) -> int:
    """How many, once the process has read what it keeps for seconds."""
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def happen(lead: int, campaign: int, times: int) -> None:
    """A life of so many events, values, attempts and recyclings."""
    at = clock.now() - 200 * A_DAY
    for number in range(times):
        when = at + number * A_DAY
        facts.event(lead, "page", when, page=f"/pricing/{number}", props={"n": number}, campaign_id=campaign)
        facts.change("lead", lead, "function", f"Head of {number}", when)
        facts.change("lead", lead, "company", facts.company(when, name=f"Company {number}", employees=60), when)
        facts.attempt(lead, "call", "no_answer", when)
        facts.correct("event", facts.event(lead, "form", when, form="demo"), when)


@pytest.fixture
def handed():
    desk = Desk()
    one = version(k2_body(), clock.now() - 400 * A_DAY)
    made = desk.hand(last_name="Dubois", email="marie@acme.example")
    campaign = Campaign.objects.create(created_at=made.occurred_at, recorded_at=made.occurred_at).pk
    happen(made.lead_id, campaign, 2)
    store(made.lead_id, one, clock.now())
    return made, campaign


@pytest.mark.parametrize("asked", MOST)
def test_a_long_life_costs_no_more_queries_than_a_short_one(handed, asked):
    made, campaign = handed
    address = f"/leads/{made.lead_id}/" + asked.format(then=(clock.now() - A_DAY).strftime("%Y-%m-%dT%H:%M"))
    client = client_of(person("mia", "marketer"))
    short = queries(client, address)
    happen(made.lead_id, campaign, 12)
    assert queries(client, address) <= short <= MOST[asked]


def test_what_the_page_read_already_says_what_the_raw_facts_say(handed):
    made, _campaign = handed
    facts.change("lead", made.lead_id, "opted_out", True, clock.now())
    held, raw = values.Held(made.lead_id, clock.now()), LeadFacts(made.lead_id, clock.now())
    shared = held.facts()
    for field in held.fields:
        assert shared.value(field.key) == raw.value(field.key), field.key
    assert shared.members == raw.members
