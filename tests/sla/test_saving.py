"""The month as a file: the digits of the page, exact, as CSV, XLSX and JSON."""

import csv
import io
import json
from datetime import date

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from smarketing.accounts.models import AuditEntry
from tests.people import client_of
from tests.sla.contracts import FIRST, VOLUME, contract, paris, sign, signers
from tests.sla.test_follow import many


@pytest.fixture
def page(db):
    of = contract()
    sign(of, [VOLUME, FIRST], date(2026, 9, 1), at=paris(2026, 8, 28))
    sign(of, [{**VOLUME, "target": "100"}, FIRST], date(2026, 9, 16), at=paris(2026, 9, 9))
    many(3, lambda n: paris(2026, 9, 10 + 7 * n, 10))
    client = client_of(signers()[0])
    return lambda export: client.get(reverse("sla:month", args=["2026-09"]), {"export": export})


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_csv_and_xlsx_have_each_clause_and_its_parts(page):
    rows = list(csv.DictReader(io.StringIO(body(page("csv")).decode("utf-8-sig")), delimiter=","))
    rows = (
        rows
        if "Clause" in rows[0]
        else list(csv.DictReader(io.StringIO(body(page("csv")).decode("utf-8-sig")), delimiter=";"))
    )
    whole, first, second = [row for row in rows if row["Clause"] == "5.1"]
    assert (whole["Counted or kept"], first["Counted or kept"], second["Counted or kept"]) == ("3", "1", "2")
    assert (first["Terms"], second["Terms"], second["From"]) == ("1", "2", "2026-09-16")
    promise = next(row for row in rows if row["Clause"] == "6.1")
    assert (whole["Waived"], promise["Waived"], promise["Left out"]) == ("", "0", "0")
    assert all(row["State"] and row["Data until"].startswith("2026") for row in rows)  # each number under its own head
    sheet = load_workbook(io.BytesIO(body(page("xlsx")))).active
    assert sheet.max_row == 1 + len(rows)
    assert AuditEntry.objects.filter(verb="lists.export", subject="contract").count() >= 2


def test_json_says_what_the_api_says(page):
    found = json.loads(body(page("json")))
    assert [(one["clause"], one["n"], len(one["parts"])) for one in found["clauses"]] == [("5.1", 3, 2), ("6.1", 0, 2)]
