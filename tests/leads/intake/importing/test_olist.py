"""The real funnel of Olist through the general importer: nothing lost, blank kept apart from "unknown"."""

import json

import pytest

from leads.intake.importing import reports
from leads.models import AttributeChange, Deal, Handoff, Lead
from personas.models import DefinitionLine, FieldDef
from tests import olist

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(shared_data):
    return shared_data / "olist-funnel"


@pytest.fixture
def line(db):
    return DefinitionLine.objects.create(name=olist.LINE)


def test_the_funnel_comes_in_whole_and_a_second_time_changes_nothing(folder, line):
    expected = json.loads((folder / "expected.json").read_text())
    leads, deals = olist.import_both(folder)
    assert leads.report["done"] == {"created": 8000, "updated": 0, "unchanged": 0, "rejected": 0}
    assert deals.report["done"] == {"created": 842, "updated": 0, "unchanged": 0, "rejected": 0}
    assert Lead.objects.filter(declared=True).count() == 8000
    assert Deal.objects.filter(state="won").count() == 842
    assert Lead.objects.filter(source="").count() == 60
    assert Lead.objects.filter(source="unknown").count() == 1099
    report = reports.report(deals)
    blanks = {column["name"]: column["blank"] for column in report["columns"]}
    assert blanks == expected["blank_counts_closed_deals"]
    spans = {column["name"]: (column["min"], column["max"]) for column in report["columns"]}
    assert spans["won_date"] == tuple(expected["won_range"])
    assert spans["declared_monthly_revenue"] == ("0.00", "50000000.00")
    spans = {column["name"]: (column["min"], column["max"]) for column in reports.report(leads)["columns"]}
    assert spans["first_contact_date"] == tuple(expected["first_contact_range"])
    assert [column["persons"] for column in report["persons"]["columns"]] == [32, 22]
    assert len(report["persons"]["both"]) == expected["persons_who_are_both_sdr_and_sr"]
    assert FieldDef.objects.get(key="deal.x_sdr_id").type == "person"
    assert FieldDef.objects.get(key="deal.x_declared_monthly_revenue").type == "money"
    assert FieldDef.objects.get(key="deal.x_has_company").type == "bool"
    before = AttributeChange.objects.count()
    for again in olist.import_both(folder):
        assert again.report["done"]["unchanged"] == again.report["rows"]
    assert AttributeChange.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_each_row_is_a_handoff_of_its_day_known_when_it_happened(olist_db):
    line = DefinitionLine.objects.get(name=olist.LINE)
    assert Handoff.objects.filter(line=line, gate="imported", day_only=True).count() == 8000
    assert not Handoff.objects.exclude(occurred_at=models_known()).exists()
    assert Deal.objects.filter(handoff=None).count() == 0


def models_known():
    from django.db.models import F

    return F("known_at")


@pytest.mark.trust
@pytest.mark.parametrize("seed", [1])
def test_a_mutated_copy_comes_in_whole(folder, line, tmp_path, seed):
    copy = olist.mutated_copy(folder, tmp_path, seed)
    leads, deals = olist.import_both(copy)
    assert leads.report["done"]["created"] == leads.report["rows"] == 7963
    assert deals.report["done"]["created"] == len(olist.read(copy, olist.DEALS))
