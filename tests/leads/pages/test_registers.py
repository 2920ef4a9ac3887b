"""The lists of leads, companies and deals: who sees what, sorted as people sort, exported by those who may."""

import re
from datetime import UTC, datetime

import pytest
from django.db import connection

from leads.models import Deal, Lead, Stage, search
from leads.models.querysets import BY_STAGE
from smarketing.accounts.models import AuditEntry
from tests.leads import facts
from tests.leads.handoffs.desk import Desk
from tests.people import client_of, person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def names(client, address: str) -> list[str]:
    return [cells[0].text for cells in client.get(address).context["table"].lines]


def test_companies_are_sorted_as_people_sort_found_by_name_and_count_their_people():
    for name in ("zeta", "Éole", "alpha", "Fauve"):
        facts.company(AT, name=name, domain=f"{name.lower()}.example")
    acme = facts.company(AT, name="Œuvre", domain="acme.example")
    facts.lead(AT, last_name="One", company=acme)
    client = client_of(person("mia", "marketer"))
    assert names(client, "/companies/") == ["alpha", "Éole", "Fauve", "Œuvre", "zeta"]
    assert names(client, "/companies/?q=eole") == ["Éole"] and names(client, "/companies/?q=acme") == ["Œuvre"]
    (line,) = client.get("/companies/?q=oeuvre").context["table"].lines
    assert {cell.column.key: cell.text for cell in line}["leads"] == "1"
    text = b"".join(client.get("/companies/?export=csv&sort=-name").streaming_content).decode()
    assert text.splitlines()[1].startswith("zeta,") and AuditEntry.objects.get(verb="leads.export").subject == "company"
    assert (
        client_of(person("vera", "viewer"))
        .get("/companies/?export=csv")
        .headers["Content-Type"]
        .startswith("text/html")
    )


@pytest.mark.parametrize("most", [search.MOST, 0])
def test_deals_of_companies_of_a_name_are_found_however_many_have_it(monkeypatch, most):
    """Many: the companies are asked by a condition inside the question about deals, under another name of their table."""
    monkeypatch.setattr(search, "MOST", most)
    desk = Desk()
    acme, other = facts.company(AT, name="Acme Conseil"), facts.company(AT, name="Quartz")
    for firm, title in ((acme, "Ours"), (other, "Theirs"), (None, "Nobody’s")):
        lead = facts.lead(AT, last_name=title, **({"company": firm} if firm else {}))
        Deal.objects.create(lead_id=lead, rep=desk.lea, title=title, created_at=AT, recorded_at=AT)
    boss = client_of(desk.boss)
    assert names(boss, "/deals/?company=conseil") == ["Ours"] and names(boss, "/deals/?company=nobody") == []
    assert names(boss, "/companies/?q=conseil") == ["Acme Conseil"]


def test_deals_are_those_one_may_see_and_a_viewer_reads_no_title():
    desk = Desk()
    acme = facts.company(AT, name="Acme")
    mine, theirs = desk.hand("lea", last_name="Mine", company=acme), desk.hand("paul", last_name="Theirs")
    for handoff, rep, state in ((mine, desk.lea, "open"), (theirs, desk.paul, "won")):
        Deal.objects.create(
            lead=handoff.lead, handoff=handoff, rep=rep, title=f"Deal of {rep.name}", state=state, amount=1200,
            created_at=AT, recorded_at=AT,
        )  # fmt: skip
    boss, lea, viewer = client_of(desk.boss), client_of(desk.lea), client_of(person("vera", "viewer"))
    assert names(lea, "/deals/") == ["Deal of lea"]
    assert set(names(boss, "/deals/")) == {"Deal of lea", "Deal of paul"}
    assert names(boss, "/deals/?state=won") == ["Deal of paul"]
    text = viewer.get("/deals/").text
    assert "Deal of" not in text and "Mine" not in text and "Acme" in text
    assert boss.get("/deals/?export=xlsx").headers["Content-Disposition"].endswith('.xlsx"')


def test_leads_are_sorted_by_stage_in_the_order_of_the_funnel_through_an_index():
    funnel = re.findall(r"'(\w+)'", BY_STAGE)
    assert set(funnel) == set(Stage.values)
    for stage in ("disqualified", "mql", "customer", "lead"):
        Lead.objects.filter(pk=facts.lead(AT, last_name=stage)).update(stage=stage)
    mia = client_of(person("mia", "marketer"))
    assert names(mia, "/leads/?sort=stage") == ["lead", "mql", "customer", "disqualified"]
    assert names(mia, "/leads/?sort=-stage") == ["disqualified", "customer", "mql", "lead"]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        for sort in ("stage", "source"):
            order = mia.get(f"/leads/?sort={sort}").context["table"]._order
            mark = mia.get(f"/leads/?sort={sort}").context["table"]._page.first
            plan = order.ordered().filter(order._beyond(*order.parse(mark), False))[:51].explain()
            assert f"lead_by_{sort}" in plan or f"lead_{sort}" in plan, plan
            assert "Index Cond: (ROW(" in plan, "begins at the mark"
