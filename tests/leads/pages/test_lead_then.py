"""The page of a lead as of any instant: everything on it as anybody could know it then."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from leads.handoffs import attempts, deals, decisions
from leads.pages import instants
from personas.models import Persona, PersonaVersion
from sla import derive
from smarketing.rows import clock
from tests.leads import facts
from tests.leads.evidence.test_why import AT, k2_body, store, version
from tests.leads.handoffs.desk import Desk
from tests.people import client_of, person
from tests.sla.contracts import ATTEMPTS, FIRST, contract, handoff, sign

pytestmark = pytest.mark.django_db
AN_HOUR = timedelta(hours=1)


def then(client, lead: int, at, **asked) -> str:
    return client.get(f"/leads/{lead}/", {"as_of": at.isoformat(), **asked}).text


def test_identity_company_and_persona_are_those_of_the_instant():
    rules = {
        "all": [
            {"field": "lead.country", "op": "is", "value": "FR"},
            {"field": "company.employees", "op": "at_least", "value": 50},
        ]
    }
    before = clock.now()
    PersonaVersion.objects.create(persona=Persona.objects.create(name="Maud"), number=1, rules=rules, created_at=before)
    company = facts.company(before, name="Acme", industry="SaaS", employees=120)
    lead = facts.lead(before, last_name="Dubois", country="FR", company=company)
    seen = clock.now()
    facts.change("company", company, "employees", 20, clock.now())
    facts.change("lead", lead, "last_name", "Martin", clock.now())
    client = client_of(person("mia", "marketer"))
    old, new = then(client, lead, seen), client.get(f"/leads/{lead}/").text
    assert "<h1" in old and "Dubois" in old and "120" in old and "Maud" in old and "because 2 of 2" in old
    assert "Martin" not in old and "Martin" in new and "because 2 of 2" not in new
    assert "Nobody knew of this lead then" in then(client, lead, before - AN_HOUR)


def test_stage_handoff_rep_and_deal_are_those_of_the_instant():
    desk = Desk()
    handed = desk.hand(last_name="Dubois")
    owed = clock.now()
    decisions.accept(handoff=handed, by=desk.lea, at=clock.now())
    accepted = clock.now()
    attempts.log(handoff=handed, by=desk.lea, at=clock.now(), channel="call", outcome="reached", note="")
    deal = deals.open_deal(
        lead=handed.lead, handoff=handed, by=desk.lea, at=clock.now(), title="Pilot", amount=Decimal(900)
    )
    opened = clock.now()
    deals.win(deal=deal, by=desk.lea, at=clock.now(), amount=Decimal(12_000))
    client = client_of(desk.boss)
    pages = [then(client, handed.lead_id, at) for at in (owed, accepted, opened)]
    assert all("rep in charge: lea" in page for page in pages)
    assert "accepted" not in pages[0].split("lead-grid")[0] and "accepted" in pages[1].split("lead-grid")[0]
    assert "Pilot" not in pages[1] and "open · " in pages[2] and "900" in pages[2] and "12,000" not in pages[2]
    assert "12,000" in client.get(f"/leads/{handed.lead_id}/").text
    assert "never handed over" in then(client, handed.lead_id, handed.occurred_at - AN_HOUR)


def test_promises_stand_as_they_stood_and_were_known():
    at = clock.now()
    sign(contract(), [FIRST, ATTEMPTS], (at - timedelta(days=60)).date(), at=at - timedelta(days=61))
    made = handoff(at - timedelta(days=9), rep=person("lea", "rep"))
    derive.catch_up(at - timedelta(days=9))
    client = client_of(person("mia", "marketer"))
    early, late = then(client, made.lead_id, at - timedelta(days=9) + AN_HOUR / 6), then(client, made.lead_id, at)
    assert "pending" in early and "missed" not in early
    assert "first attempt within 4 business hours: due on" in early.split("lead-grid")[0]
    assert "missed" in late


def test_a_merge_and_an_opposition_are_told_only_once_they_were_known():
    lead, root = facts.lead(AT, last_name="Twin"), facts.lead(AT, last_name="Root")
    version(k2_body())
    facts.merge(lead, root, AT + AN_HOUR)
    client = client_of(person("mia", "marketer"))
    before, after = then(client, lead, AT + AN_HOUR / 2), then(client, lead, AT + 2 * AN_HOUR)
    assert "merged into another one" not in before and "Why " in before
    assert f"/leads/{root}/?as_of=" in after and "judged with the lead it was merged into" in after
    facts.change("lead", root, "opted_out", True, AT + AN_HOUR)
    assert "asked not to be contacted" not in then(client, root, AT + AN_HOUR / 2)
    assert "asked not to be contacted" in then(client, root, AT + 2 * AN_HOUR)


def test_differences_open_from_presets_and_any_instant():
    lead = facts.lead(AT, function="Head of Marketing")
    store(lead, version(k2_body(), AT - timedelta(days=5)), AT + AN_HOUR)
    facts.change("lead", lead, "function", "Student", AT + 2 * AN_HOUR)
    client = client_of(person("mia", "marketer"))
    page = then(client, lead, AT + 3 * AN_HOUR, since=(AT + AN_HOUR).isoformat())
    assert "Head of Marketing → Student" in page and "new facts" in page
    assert "since Mon" not in then(client, lead, AT + AN_HOUR)  # the lead was not known on that Monday
    later = client.get(f"/leads/{lead}/").text
    assert "since Mon" in later
    refused = client.get(f"/leads/{lead}/?since=2999-01-01T00:00").text
    assert "Choose a moment before the one that the page shows" in refused


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-11-12", "2026-11-12T23:59:59.999999+01:00"),
        ("2026-11-12T18:00", "2026-11-12T18:00:00+01:00"),
        ("2026-11-12T17:00:00.000001Z", "2026-11-12T18:00:00.000001+01:00"),
        ("2026-11-12T17:00:00 00:00", "2026-11-12T18:00:00+01:00"),
        *((junk, None) for junk in ("x", "2026-02-30", "2026-11-12T25:00", "1000-01-01T00:00", "9999-12-31T23:59")),
    ],
)  # fmt: skip
def test_instants_of_addresses_are_read_exactly(text, found):
    asked = instants.asked({"as_of": text}, "as_of", AT)
    if found is None:
        assert asked.wrong and asked.at is None
    else:
        assert asked.at == datetime.fromisoformat(found)
    assert instants.asked({}, "as_of", AT) == instants.Asked()
