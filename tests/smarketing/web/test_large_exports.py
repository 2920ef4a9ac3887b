"""Every file leaves a line in the audit log; a large one is written while it is read, in memory for a few rows."""

from pathlib import Path

import pytest
from django.db import connection

from leads.models import Import, ImportRow
from smarketing.accounts.models import AuditEntry
from smarketing.rows import clock
from smarketing.web import export_files, exports, workbook
from smarketing.web.models import ExportFile
from tests.people import client_of, person

pytestmark = pytest.mark.django_db
ROWS = 100_000
LITTLE = 8_000_000  # bytes


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def fill(rows: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO leads_lead (created_at, recorded_at, day_only, declared, attributes, email, first_name, last_name, phone,"
            " function, country, source, opted_out, erased, stage) SELECT now() - n * interval '1 second', now(), false, false,"
            " '{}', 'p' || n || '@x.example', 'Ada', 'Lovelace ' || n, '', 'CTO', 'FR', 'web', false, false, 'lead'"
            " FROM generate_series(1, %s) n",
            [rows],
        )


def write(user, address: str) -> ExportFile:
    """The large file at an address, written."""
    asked = client_of(user).get(address)
    export_files.work(ExportFile.objects.get(pk=int(asked.url.split("/")[2])), clock.now)
    return ExportFile.objects.order_by("pk").last()


@pytest.mark.trust
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_file_of_a_hundred_thousand_leads_takes_memory_for_a_few_rows(format, settings, tmp_path, monkeypatch):
    """By the worker, as files of so many rows are."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(exports, "LARGE", -1)
    anna, most = person("anna", "marketer"), 0
    fill(3_000)
    write(anna, f"/leads/?sort=name&export={format}")  # whatever is loaded once
    fill(ROWS - 3_000)
    real, before = workbook.spreadsheet.cell, resident()

    def weighed(value):
        nonlocal most
        most = max(most, resident() if value == "CTO" else 0)
        return real(value)

    monkeypatch.setattr(workbook.spreadsheet, "cell", weighed)
    one = write(anna, f"/leads/?export={format}")
    assert one.written == ROWS and one.size > 500_000 and 0 < most - before < LITTLE, (one.size, most - before)


@pytest.mark.trust
def test_the_measure_of_memory_sees_a_file_that_is_gathered_first():
    before = resident()
    held = [[f"Lovelace {n}", f"p{n}@x.example", "CTO", "FR", "web", n] for n in range(ROWS)]
    assert resident() - before > LITTLE and len(held) == ROWS


def test_every_list_that_is_saved_to_a_file_says_so():
    from leads.intake import by_hand

    anna = person("anna", "marketer")
    pk = by_hand.add_campaign(values={"key": "k", "name": "K"}, by=anna, at=clock.now())
    client_of(anna).get(f"/campaigns/{pk}/?export=csv")
    one = Import.objects.create(kind="leads", filename="a.csv", sha256="0" * 64, by=anna, report={"headers": ["Email"]})
    ImportRow.objects.create(batch=one, line=2, raw=["x"], outcome="rejected", errors=[])
    client_of(anna).get(f"/imports/{one.pk}/rejected.csv")
    client_of(anna).get("/campaigns/?export=xlsx")
    said = AuditEntry.objects.filter(user=anna, verb__endswith=".export").order_by("pk").values_list("verb", flat=True)
    assert list(said) == ["costs.export", "imports.export", "campaigns.export"]
