"""Files as people export them from their CRM: columns recognised, bad rows named, nothing lost."""

import json
from decimal import Decimal

import pytest

from leads.intake.importing import mapping, reader, reports, service
from leads.intake.importing.sniff import Format, sniff
from leads.models import Event, Lead, LeadKey
from smarketing.rows.clock import now

from .conftest import counts

pytestmark = pytest.mark.django_db


@pytest.fixture
def exports(shared_data):
    return shared_data / "crm-exports"


def load(path, kind="leads", **options):
    return service.run(kind=kind, path=path, at=now, mapping=proposed(kind, path) | options)


def proposed(kind, path):
    headers = mapping.headers_of(reader.header(path, sniff(path)))
    return {"columns": mapping.propose(kind, headers)}


def reasons(one):
    return [(row.line, row.errors[0]["key"]) for row in one.rows.filter(outcome="rejected").order_by("line")]


def test_hubspot_contacts_with_a_byte_order_mark(exports):
    path = exports / "ui-style" / "hubspot_contacts_utf8_bom.csv"
    assert sniff(path) == Format("utf-8", ",")
    columns = proposed("leads", path)["columns"]
    assert columns["Record ID"] == "key" and columns["Create Date"] == "created"
    assert columns["Contact owner"] == {"to": "x_contact_owner", "type": "person"}
    one = load(path)
    assert counts(one) == (3, 0, 0, 7)
    assert reasons(one) == [
        (3, "bad_date"), (4, "email_twice"), (5, "bad_date"), (8, "no_such_date"), (9, "too_many_cells"),
        (10, "no_such_hour"), (12, "key_twice"),
    ]  # fmt: skip
    assert Lead.objects.filter(last_name="小龙").exists()


def test_hubspot_contacts_with_semicolons_in_windows_1252(exports):
    path = exports / "ui-style" / "hubspot_contacts_semicolon_cp1252.csv"
    assert sniff(path) == Format("cp1252", ";")
    one = load(path, dates="dmy")
    assert counts(one) == (2, 0, 0, 1)
    assert reasons(one) == [(4, "no_such_date")]
    lead = Lead.objects.get(email="anais.coeur@exemple.test")
    assert (lead.last_name, lead.company.name) == ("Cœur", "Œuvre & Fils")


def test_a_salesforce_report_with_its_footer(exports):
    one = load(exports / "ui-style" / "salesforce_lead_report.csv", dates="mdy")
    assert counts(one) == (4, 0, 0, 2)
    assert reasons(one) == [(7, "too_few_cells"), (8, "too_few_cells")]
    assert set(LeadKey.objects.values_list("key", flat=True)) >= {"00Q0000000AAAAA", "00Q0000000AAAAa"}


@pytest.mark.parametrize(
    "name", ["marketo-api/marketo_lead_data.csv", "hubspot-api/contact_data.csv", "salesforce-api/sf_lead_data.csv"]
)
def test_exports_of_interfaces_are_accounted_for_row_by_row(exports, name):
    one = load(exports / name)
    assert one.state == "done", reports.problems(one)
    counts(one)
    before = Lead.objects.count()
    again = load(exports / name)
    assert counts(again)[:2] == (0, 0) and Lead.objects.count() == before
    assert json.dumps(reports.report(again))


def test_touches_come_in_whole_with_the_leads_they_speak_of(shared_data, tmp_path):
    import gzip

    packed = shared_data / "touchpoints" / "attribution_data.csv.gz"
    path = tmp_path / "touches.csv"
    with gzip.open(packed) as touches:
        path.write_bytes(b"".join(next(touches) for _n in range(3001)))
    one = load(path, "events", make_missing=True)
    assert counts(one) == (3000, 0, 0, 0) and Event.objects.count() == 3000


def test_daily_spend_comes_in_to_the_cent(shared_data):
    from django.db.models import Sum

    from leads.models import Campaign, Spend

    one = load(shared_data / "campaign-spend" / "campaign_daily.csv", "spend", dates="mdy", make_missing=True)
    assert counts(one) == (308, 0, 0, 0)
    assert Spend.objects.aggregate(s=Sum("amount"))["s"] == Decimal("30590879.82")
    assert Campaign.objects.count() == 11
