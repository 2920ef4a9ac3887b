"""Real input under a contract signed afterwards: 200 MQL a month. December 2017 has exactly 200: kept; one row less: broken."""

import csv
from datetime import date

import pytest
from django.test import Client

from sla import follow
from smarketing.rows import clock, fence
from tests.olist import LINE, import_olist
from tests.people import person
from tests.sla.contracts import VOLUME, contract, line, sign

from . import olist_truth as t

pytestmark = pytest.mark.django_db(transaction=True)
DECEMBER = date(2017, 12, 1)


def judged() -> dict[str, tuple[int, str]]:
    """Month → (MQL counted, state of the clause) under the retrospective contract."""
    of = contract("Sellers", on=line(LINE))
    terms = sign(of, [VOLUME], date(2017, 6, 1), at=clock.now())
    assert terms.retrospective
    found = {}
    for month in [date(2017, m, 1) for m in range(6, 13)] + [date(2018, m, 1) for m in range(1, 6)]:
        row = follow.month(of, month, clock.now(), fence.cutoff()).row("5.1")
        found[month.isoformat()[:7]] = (row.figure.count, row.figure.state)
    return found


def test_the_contract_judges_every_month_as_the_file_has_it(olist_db):
    found = judged()
    want = t.expected(olist_db)["sla_demo_200_mql_per_month"]
    assert found == {month: (one["mqls"], "kept" if one["met"] else "broken") for month, one in want.items()}
    assert found["2017-12"] == (200, "kept")
    browser = Client()
    browser.force_login(person("Maud", "marketer"))
    assert "200" in browser.get("/contract/2017-12/").content.decode()


def test_one_december_row_less_is_a_broken_month(shared_data, tmp_path):
    folder = shared_data / "olist-funnel"
    leads = t.rows(folder / t.LEADS)
    gone = next(row for row in leads if row["first_contact_date"].startswith("2017-12"))["mql_id"]
    for name, rows in ((t.LEADS, leads), (t.DEALS, t.rows(folder / t.DEALS))):
        with (tmp_path / name).open("w", newline="") as handle:
            writer = csv.DictWriter(handle, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(row for row in rows if row["mql_id"] != gone)
    import_olist(tmp_path)
    assert judged()["2017-12"] == (199, "broken")
