"""Real input at a month's edge: a date keeps its month in every zone, a stamp counts in the month of whose zone is asked."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from leads.intake.importing import service
from leads.models import Handoff
from personas.models import DefinitionLine
from sla import follow
from smarketing.rows import clock, fence
from tests.olist import LINE, MAPS
from tests.sla.contracts import VOLUME, calendar, contract, line, sign

from . import olist_truth as t
from .test_olist import api_for

pytestmark = pytest.mark.django_db(transaction=True)
EDGE = "2017-12-31 23:30:00"  # in São Paulo; 2:30 on 1 January in Paris
HERE, THERE, EAST = "Europe/Paris", "America/Sao_Paulo", "Asia/Tokyo"


def stamped(folder: Path, target: Path) -> Path:
    """December and January of the file, one lead of 31 December with a stamp in place of its date."""
    leads = [row for row in t.rows(folder / t.LEADS) if row["first_contact_date"][:7] in ("2017-12", "2018-01")]
    next(row for row in leads if row["first_contact_date"] == "2017-12-31")["first_contact_date"] = EDGE
    kept = {row["mql_id"] for row in leads}
    deals = [row for row in t.rows(folder / t.DEALS) if row["mql_id"] in kept]
    for name, rows in ((t.LEADS, leads), (t.DEALS, deals)):
        with (target / name).open("w", newline="") as handle:
            writer = csv.DictWriter(handle, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return target


@pytest.fixture
def folder(shared_data, tmp_path):
    found = stamped(shared_data / "olist-funnel", tmp_path)
    DefinitionLine.objects.create(name=LINE)
    for kind, name in (("leads", t.LEADS), ("deals", t.DEALS)):
        mapping = json.loads((MAPS / f"olist_{kind}.json").read_text()) | {"zone": THERE}
        one = service.run(kind=kind, path=found / name, mapping=mapping, history=True, at=clock.now)
        assert one.report["done"]["created"] == one.report["rows"], one.report
    return found


def test_the_stamp_is_in_the_month_of_the_zone_and_every_date_keeps_its_own(folder):
    assert Handoff.objects.filter(day_only=False).count() == 1
    api = api_for(folder)
    for key in ("mql", "leads"):
        for zone, december in ((HERE, 199), (EAST, 199), (THERE, 200)):
            found = {month: row["value"] for month, row in api.groups(key, "month", zone=zone).items()}
            assert found == {"2017-12": december, "2018-01": 1341 - december}, (key, zone)
    assert api.groups("mql", "month")["2017-12"]["value"] == 199  # the installation is in Paris


@pytest.mark.parametrize(("zone", "country", "said"), [(THERE, "BR", (200, "kept")), (HERE, "FR", (199, "broken"))])
def test_a_contract_counts_in_its_own_zone(folder, zone, country, said):
    of = contract("Sellers", on=line(LINE))
    sign(of, [VOLUME], date(2017, 6, 1), at=clock.now(), using=calendar(zone, country, first="2010-01-01"))
    figure = follow.month(of, date(2017, 12, 1), clock.now(), fence.cutoff()).row("5.1").figure
    assert (figure.count, figure.state) == said
