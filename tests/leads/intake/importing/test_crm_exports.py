"""Files as people export them from their CRM: columns recognised, bad rows named, nothing lost."""

import csv
import json
import random
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.intake.importing import mapping, reader, reports, service
from leads.intake.importing.sniff import Format, sniff
from leads.models import AttributeChange, Deal, DealContact, Event, EventDetail, Lead, LeadKey, Merge
from leads.rights import person, staged
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


def told(one, outcome="rejected"):
    """How many rows are refused (or, with "", come in with something left out) for which reason, each counted once."""
    return dict(Counter(key for row in one.rows.filter(outcome=outcome) for key in {e["key"] for e in row.errors}))


HS, MK, SF, UI = "hubspot-api", "marketo-api", "salesforce-api", "ui-style"
DETAILS = ("bounce", "click", "open", "sent", "status_change")
# Folder/file: kind, source, order of dates, (created, updated, unchanged, rejected), reasons of those rejected; where
# the people, deals and events are there that these samples name and do not hold (`rest_of`). Hashed addresses are no
# addresses. HubSpot's tables of engagements do not say whose they are, and tasks of Salesforce are no attempts.
FILES = {
    f"{HS}/contact_data": ("leads", "hubspot", "iso", (22, 0, 0, 0), {}),
    f"{HS}/contact_form_submission_data": ("events", "hubspot", "iso", (5, 0, 0, 0), {}),
    f"{HS}/contact_merge_audit_data": ("merges", "hubspot", "iso", (4, 0, 0, 0), {}),
    f"{HS}/contact_property_history_data": ("changes", "hubspot", "iso", (100, 0, 0, 0), {}),
    f"{HS}/deal_contact_data": ("contacts", "hubspot", "iso", (11, 0, 0, 0), {}),
    f"{HS}/deal_data": ("deals", "hubspot", "iso", (44, 0, 0, 0), {}),
    f"{HS}/deal_pipeline_stage_data": ("stages", "hubspot", "iso", (69, 0, 0, 2), {"deleted_there": 2}),
    f"{HS}/deal_stage_data": ("changes", "hubspot", "iso", (14, 0, 0, 0), {}),
    f"{HS}/email_campaign_data": ("campaigns", "hubspot", "iso", (100, 0, 0, 0), {}),
    f"{HS}/email_event_data": ("events", "hubspot", "iso", (100, 0, 0, 0), {}),
    **{f"{HS}/email_event_{part}_data": ("details", "hubspot", "iso", (100, 0, 0, 0), {}) for part in DETAILS},
    f"{HS}/engagement_call_data": (
        "attempts", "hubspot", "iso", (0, 0, 0, 1), {"names_nobody": 1, "bad_outcome": 1}),
    f"{HS}/engagement_task_data": (
        "attempts", "hubspot", "iso", (0, 0, 0, 2), {"names_nobody": 2, "bad_channel": 1, "bad_outcome": 1}),
    f"{MK}/marketo_activity_click_email_data": ("events", "marketo", "iso", (100, 0, 0, 0), {}),
    f"{MK}/marketo_activity_merge_leads_data": ("merges", "marketo", "iso", (99, 0, 0, 1), {"missing": 1}),
    f"{MK}/marketo_activity_open_email_data": ("events", "marketo", "iso", (100, 0, 0, 0), {}),
    f"{MK}/marketo_activity_unsubscribe_email_data": ("optouts", "marketo", "iso", (0, 98, 2, 0), {}),
    f"{MK}/marketo_lead_data": ("leads", "marketo", "iso", (100, 0, 0, 0), {}),
    f"{MK}/marketo_program_data": ("campaigns", "marketo", "iso", (100, 0, 0, 0), {}),
    f"{SF}/sf_contact_data": ("leads", "salesforce", "iso", (4, 0, 0, 0), {}),
    f"{SF}/sf_lead_data": ("leads", "salesforce", "iso", (1, 0, 0, 0), {}),
    f"{SF}/sf_opportunity_data": ("deals", "salesforce", "iso", (0, 0, 0, 10), {"deleted_there": 10}),
    f"{SF}/sf_task_data": ("attempts", "salesforce", "iso", (0, 0, 0, 10), {"bad_channel": 10}),
    f"{UI}/hubspot_contacts_semicolon_cp1252": ("leads", "hubspot", "dmy", (2, 0, 0, 1), {"no_such_date": 1}),
    f"{UI}/hubspot_contacts_utf8_bom": (
        "leads", "hubspot", "mdy", (5, 0, 1, 4),
        {"email_twice": 1, "no_such_date": 1, "too_many_cells": 1, "no_such_hour": 1}),
    f"{UI}/salesforce_lead_report": ("leads", "salesforce", "mdy", (4, 0, 0, 2), {"too_few_cells": 2}),
}  # fmt: skip
# The same where nothing of that is there: every row is refused, and says what is missing.
ALONE = {
    f"{HS}/contact_form_submission_data": {"unknown_lead": 5},
    f"{HS}/contact_merge_audit_data": {"unknown_lead": 4},
    f"{HS}/contact_property_history_data": {"unknown_lead": 100},
    f"{HS}/deal_contact_data": {"unknown_deal": 11, "unknown_lead": 11},
    f"{HS}/deal_stage_data": {"unknown_deal": 14},
    f"{HS}/email_event_data": {"unknown_lead": 100, "unknown_campaign": 100},
    **{f"{HS}/email_event_{part}_data": {"unknown_event": 100} for part in DETAILS},
    f"{HS}/engagement_call_data": {"names_nobody": 1, "bad_outcome": 1},
    f"{HS}/engagement_task_data": {"names_nobody": 2, "bad_channel": 1, "bad_outcome": 1},
    f"{MK}/marketo_activity_click_email_data": {"unknown_lead": 100, "unknown_campaign": 100},
    f"{MK}/marketo_activity_merge_leads_data": {"unknown_lead": 100, "missing": 1},
    f"{MK}/marketo_activity_open_email_data": {"unknown_lead": 100, "unknown_campaign": 100},
    f"{MK}/marketo_activity_unsubscribe_email_data": {"unknown_lead": 100},
    f"{SF}/sf_opportunity_data": {"deleted_there": 10},
    f"{SF}/sf_task_data": {"unknown_lead": 10, "bad_channel": 10},
}
# Events of mails name people by a hash, and campaigns that are not in the samples: both are made.
MADE = {f"{HS}/email_event_data", f"{MK}/marketo_activity_click_email_data", f"{MK}/marketo_activity_open_email_data"}


def column(exports, name, header):
    with (exports / f"{name}.csv").open(encoding="utf-8-sig", newline="") as handle:
        return {row[header] for row in csv.DictReader(handle)}


def rest_of(exports, folder):
    """The contacts and deals that these samples name and do not hold, as the owner of the whole export has them."""
    people = {"hubspot": set(), "marketo": set(), "salesforce": column(exports, f"{SF}/sf_task_data", "who_id")}
    for name in (
        "contact_form_submission_data",
        "contact_merge_audit_data",
        "contact_property_history_data",
        "deal_contact_data",
    ):
        people["hubspot"] |= column(exports, f"{HS}/{name}", "contact_id")
    people["hubspot"] |= column(exports, f"{HS}/contact_merge_audit_data", "vid_to_merge")
    for name in ("merge_leads", "unsubscribe_email"):
        people["marketo"] |= column(exports, f"{MK}/marketo_activity_{name}_data", "lead_id")
    for said in column(exports, f"{MK}/marketo_activity_merge_leads_data", "merge_ids"):
        people["marketo"] |= set(said.strip("[]").replace(" ", "").split(",")) - {""}
    deals = column(exports, f"{HS}/deal_contact_data", "deal_id") | column(exports, f"{HS}/deal_stage_data", "deal_id")
    path = folder / "rest.csv"
    for source, keys in people.items():
        path.write_text("Id,Created\n" + "".join(f"{key},2010-01-01\n" for key in sorted(keys)))
        said = {"columns": {"Id": "key", "Created": "created"}, "source": source}
        assert counts(service.run(kind="leads", path=path, at=now, mapping=said)) == (len(keys), 0, 0, 0)
    path.write_text("Deal ID,Create Date\n" + "".join(f"{key},2010-01-01\n" for key in sorted(deals)))
    assert counts(service.run(kind="deals", path=path, at=now)) == (len(deals), 0, 0, 0)


def ordered(exports, name, folder, chance=None):
    """The file with its rows in a drawn order, or as it is; details are told of the events that the samples hold."""
    path = exports / f"{name}.csv"
    found = sniff(path)
    head, *rows = [record.cells for record in reader.records(path, found)]
    if name.removeprefix(f"{HS}/email_event_").removesuffix("_data") in DETAILS:
        events = sorted(column(exports, f"{HS}/email_event_data", "id"))
        rows = [[event, *row[1:]] for event, row in zip(events, rows, strict=True)]
    if chance:
        chance.shuffle(rows)
    out = folder / path.name
    with out.open("w", encoding=found.codec, newline="") as handle:
        csv.writer(handle, delimiter=found.separator).writerows([head, *rows])
    return out


def load_all(exports, folder, chance):
    """Load every file, rows in this order. Each as it is said in FILES."""
    for name, (kind, source, dates, wanted, why) in FILES.items():
        path = ordered(exports, name, folder, chance)
        said = {"make_missing": True, "source": "hubspot"} | proposed(kind, path) if name in MADE else None
        if said and name.startswith(MK):
            said["source"] = "marketo"
        one = service.run(path=path, at=now, kind=kind if said else "", mapping=said)
        found = one.kind, one.mapping["source"], one.mapping["dates"], counts(one), told(one)
        assert (name, *found) == (name, kind, source, dates, wanted, why)
        assert json.dumps(reports.report(one))


def load_again(exports, folder, chance):
    before = held()
    for name, (kind, _source, _dates, wanted, why) in FILES.items():
        one = service.run(kind=kind, path=ordered(exports, name, folder, chance), at=now)
        made, updated, _unchanged, rejected = counts(one)
        assert (name, made, updated, rejected, told(one)) == (name, 0, 0, wanted[3], why)
    assert held() == before


def held():
    kinds = (AttributeChange, Deal, DealContact, Event, EventDetail, Lead, LeadKey, Merge)
    return {kind.__name__: kind.objects.count() for kind in kinds}


def test_every_file_loads_where_the_people_are_that_it_names_and_a_second_time_changes_nothing(exports, tmp_path):
    assert {f"{path.parent.name}/{path.stem}" for path in exports.rglob("*.csv")} == set(FILES)
    rest_of(exports, tmp_path)
    load_all(exports, tmp_path, None)
    load_again(exports, tmp_path, random.Random(31))
    assert EventDetail.objects.count() == 500 and Merge.objects.count() == 103
    opened = EventDetail.objects.filter(properties__has_key="duration").first()
    assert opened.event.kind.startswith("mail_") and opened.properties["user_agent"]
    anonymous = Lead.objects.get(keys__key="78971951")
    assert (anonymous.email, anonymous.first_name) == ("", "db320f93ead463e1a2faee198cd9a122")
    assert anonymous.attributes["x_property_hs_merged_object_ids"] == "76340251;46897301;76226001"


def test_files_that_speak_of_others_say_what_is_missing_where_these_are_not_there(exports, tmp_path):
    for name, why in ALONE.items():
        one = service.run(path=exports / f"{name}.csv", at=now)
        assert (name, told(one)) == (name, why)
        assert sum(counts(one)[:3]) == 0 and all(reports.errors(one))
    assert not Lead.objects.exists()


@pytest.mark.trust
def test_files_load_alike_in_any_order_of_their_rows(exports, tmp_path):
    @given(st.randoms(use_true_random=False))
    @settings(deadline=None, max_examples=6, suppress_health_check=list(HealthCheck))
    def hold(chance):
        point = transaction.savepoint()
        rest_of(exports, tmp_path)
        load_all(exports, tmp_path, chance)
        load_again(exports, tmp_path, chance)
        transaction.savepoint_rollback(point)

    hold()


def test_a_hashed_address_is_told_and_its_row_goes_by_its_key(exports, run):
    one = service.run(path=exports / f"{HS}/contact_data.csv", at=now)
    assert (counts(one), told(one, ""), one.report["warned"]) == ((22, 0, 0, 0), {"hashed_email": 22}, 22)
    first = reports.warnings(one)[0]
    assert (first["line"], first["column"], first["cell"]) == (2, "property_email", "fcb67ef339b691956cc85fa12be6490c")
    assert first["reason"] == "This is a hashed address, not an address: left out, the row goes by its key."
    mapping = {"columns": {"Email": "lead.email", "Name": "lead.last_name"}}
    rows = "D41D8CD98F00B204E9800998ECF8427E,Ada\no2wjpPyUfzBfq9OSt9I2NQ==,Bob\nnobody,Cy\n"
    alone = run("leads", f"Email,Name\n{rows}", mapping)
    assert (counts(alone), told(alone), told(alone, "")) == ((2, 0, 0, 1), {"bad_email": 1}, {"hashed_key": 2})
    ada = Lead.objects.get(keys__key="d41d8cd98f00b204e9800998ecf8427e")
    assert ada.last_name == "Ada" and staged.find(person.of(ada)) == {alone.pk: [2]}
    assert counts(run("leads", f"Email,Name\n{rows}", mapping)) == (0, 0, 2, 1)


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
