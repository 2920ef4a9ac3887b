"""Files as people export them from their CRM: columns recognised, bad rows named, nothing lost."""

import csv
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from leads.intake.importing import mapping, reader, reports, service
from leads.intake.importing.sniff import Format, sniff
from leads.models import AttributeChange, Deal, Event, Lead, LeadKey
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


# Folder/file: kind, source, order of dates, (created, updated, unchanged, rejected). Hashed addresses are no addresses;
# ids in the activities of these samples name people and deals that the samples do not hold.
FILES = {
    "hubspot-api/contact_data": ("leads", "hubspot", "iso", (0, 0, 0, 22)),
    "hubspot-api/contact_form_submission_data": ("events", "hubspot", "iso", (0, 0, 0, 5)),
    "hubspot-api/contact_merge_audit_data": ("merges", "hubspot", "iso", (0, 0, 0, 4)),
    "hubspot-api/contact_property_history_data": ("changes", "hubspot", "iso", (0, 0, 0, 100)),
    "hubspot-api/deal_contact_data": ("contacts", "hubspot", "iso", (0, 0, 0, 11)),
    "hubspot-api/deal_data": ("deals", "hubspot", "iso", (44, 0, 0, 0)),
    "hubspot-api/deal_pipeline_stage_data": ("stages", "hubspot", "iso", (69, 0, 0, 2)),
    "hubspot-api/deal_stage_data": ("changes", "hubspot", "iso", (0, 0, 0, 14)),
    "hubspot-api/email_campaign_data": ("campaigns", "hubspot", "iso", (100, 0, 0, 0)),
    "hubspot-api/email_event_bounce_data": ("details", "hubspot", "iso", (0, 0, 0, 100)),
    "hubspot-api/email_event_click_data": ("details", "hubspot", "iso", (0, 0, 0, 100)),
    "hubspot-api/email_event_data": ("events", "hubspot", "iso", (0, 0, 0, 100)),
    "hubspot-api/email_event_open_data": ("details", "hubspot", "iso", (0, 0, 0, 100)),
    "hubspot-api/email_event_sent_data": ("details", "hubspot", "iso", (0, 0, 0, 100)),
    "hubspot-api/email_event_status_change_data": ("details", "hubspot", "iso", (0, 0, 0, 100)),
    "hubspot-api/engagement_call_data": ("attempts", "hubspot", "iso", (0, 0, 0, 1)),
    "hubspot-api/engagement_task_data": ("attempts", "hubspot", "iso", (0, 0, 0, 2)),
    "marketo-api/marketo_activity_click_email_data": ("events", "marketo", "iso", (0, 0, 0, 100)),
    "marketo-api/marketo_activity_merge_leads_data": ("merges", "marketo", "iso", (0, 0, 0, 100)),
    "marketo-api/marketo_activity_open_email_data": ("events", "marketo", "iso", (0, 0, 0, 100)),
    "marketo-api/marketo_activity_unsubscribe_email_data": ("optouts", "marketo", "iso", (0, 0, 0, 100)),
    "marketo-api/marketo_lead_data": ("leads", "marketo", "iso", (100, 0, 0, 0)),
    "marketo-api/marketo_program_data": ("campaigns", "marketo", "iso", (100, 0, 0, 0)),
    "salesforce-api/sf_contact_data": ("leads", "salesforce", "iso", (4, 0, 0, 0)),
    "salesforce-api/sf_lead_data": ("leads", "salesforce", "iso", (1, 0, 0, 0)),
    "salesforce-api/sf_opportunity_data": ("deals", "salesforce", "iso", (0, 0, 0, 10)),
    "salesforce-api/sf_task_data": ("attempts", "salesforce", "iso", (0, 0, 0, 10)),
    "ui-style/hubspot_contacts_semicolon_cp1252": ("leads", "hubspot", "dmy", (2, 0, 0, 1)),
    "ui-style/hubspot_contacts_utf8_bom": ("leads", "hubspot", "mdy", (5, 0, 1, 4)),
    "ui-style/salesforce_lead_report": ("leads", "salesforce", "mdy", (4, 0, 0, 2)),
}


def test_every_file_is_recognised_and_every_row_accounted_for_in_any_order(exports, tmp_path):
    names = {f"{path.parent.name}/{path.stem}" for path in exports.rglob("*.csv")}
    assert names == set(FILES)
    for name, (kind, source, dates, wanted) in FILES.items():
        one = service.run(path=exports / f"{name}.csv", at=now)
        told = (one.kind, one.mapping["source"], one.mapping["dates"], counts(one))
        assert (name, *told) == (name, kind, source, dates, wanted)
        assert json.dumps(reports.report(one))
    before = AttributeChange.objects.count(), Lead.objects.count(), Deal.objects.count()
    for name, (_kind, _source, _dates, wanted) in FILES.items():
        again = service.run(path=reversed_rows(exports / f"{name}.csv", tmp_path), at=now)
        made, updated, _unchanged, rejected = counts(again)
        assert (name, made, updated, rejected) == (name, 0, 0, wanted[3])
    assert before == (AttributeChange.objects.count(), Lead.objects.count(), Deal.objects.count())


def reversed_rows(path, folder):
    """The same file with its rows the other way round; a footer that is no row stays where it is."""
    found = sniff(path)
    head, *rows = [record.cells for record in reader.records(path, found)]
    out = folder / path.name
    with out.open("w", encoding=found.codec, newline="") as handle:
        csv.writer(handle, delimiter=found.separator).writerows([head, *reversed(rows)])
    return out


def test_hubspot_contacts_with_a_byte_order_mark(exports):
    path = exports / "ui-style" / "hubspot_contacts_utf8_bom.csv"
    assert sniff(path) == Format("utf-8", ",")
    columns = proposed("leads", path)["columns"]
    assert columns["Record ID"] == "key" and columns["Create Date"] == "created"
    assert columns["Contact owner"] == {"to": "x_contact_owner", "type": "person"}
    one = service.run(path=path, at=now)
    assert reasons(one) == [(4, "email_twice"), (8, "no_such_date"), (9, "too_many_cells"), (10, "no_such_hour")]
    assert Lead.objects.filter(last_name="小龙").exists()
    days = dict(Lead.objects.values_list("keys__key", "created_at"))
    assert days["102"] == datetime(2026, 1, 16, 13, 5, tzinfo=UTC) and days["104"] == datetime(
        2026, 1, 16, 23, tzinfo=UTC
    )


def test_of_a_record_that_stands_twice_the_newer_stage_speaks(exports):
    service.run(path=exports / "ui-style" / "hubspot_contacts_utf8_bom.csv", at=now)
    lead = Lead.objects.get(keys__key="101")
    assert lead.attributes["x_lifecycle_stage"] == "Sales Qualified Lead" and lead.phone == "+33170000001"


def test_hubspot_contacts_with_semicolons_in_windows_1252(exports):
    path = exports / "ui-style" / "hubspot_contacts_semicolon_cp1252.csv"
    assert sniff(path) == Format("cp1252", ";")
    one = service.run(path=path, at=now)
    assert reasons(one) == [(4, "no_such_date")]
    lead = Lead.objects.get(email="anais.coeur@exemple.test")
    assert (lead.last_name, lead.company.name) == ("Cœur", "Œuvre & Fils")


def test_a_salesforce_report_with_its_footer(exports):
    one = service.run(path=exports / "ui-style" / "salesforce_lead_report.csv", at=now)
    assert reasons(one) == [(7, "too_few_cells"), (8, "too_few_cells")]
    assert set(LeadKey.objects.values_list("key", flat=True)) >= {"00Q0000000AAAAA", "00Q0000000AAAAa"}


def test_unknown_columns_are_kept(exports):
    service.run(path=exports / "salesforce-api" / "sf_lead_data.csv", at=now)
    kept = Lead.objects.get().attributes
    assert (
        kept["x_converted_account_id"] == "0011G00000tLWKnQAO" and kept["x_potential_fivetran_use_case_c"] == "Unknown"
    )


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
