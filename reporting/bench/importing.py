"""An import of leads beside two floors of the same run: a bare COPY of the file into a table of text columns, and the very
rows that the import wrote, written once more into like tables with the same indexes by nothing but INSERT. All in
processor seconds of this process and of its database's: other work of the machine does not count.
"""

import csv
import resource
import tempfile
from pathlib import Path
from statistics import median

from django.db import connection, connections, transaction

from leads.intake.importing import service
from smarketing.rows import clock

from .stopwatch import Processor, Sheet

HEADER = (
    "Record ID", "First Name", "Last Name", "Email", "Phone Number", "Job Title", "Company Name", "Country/Region",
    "Original Source", "Create Date",
)  # fmt: skip
GOAL = 12  # × COPY
SHARE = 2  # × its own rows written bare
# Rows that an import of leads writes, by table: those that triggers write for it, too.
WRITTEN = {
    "leads_lead": "FROM leads_lead r WHERE r.imported_by_id = %s ORDER BY r.id",
    "leads_attributechange": "FROM leads_attributechange r WHERE r.imported_by_id = %s ORDER BY r.id",
    "leads_leadkey": "FROM leads_leadkey r JOIN leads_lead l ON l.id = r.lead_id WHERE l.imported_by_id = %s ORDER BY r.id",
    "leads_company": "FROM leads_company r WHERE r.imported_by_id = %s ORDER BY r.id",
    "leads_leadwords": "FROM leads_leadwords r JOIN leads_lead l ON l.id = r.lead_id WHERE l.imported_by_id = %s ORDER BY l.id",
    "leads_leaddirty": "FROM leads_leaddirty r JOIN leads_lead l ON l.id = r.lead_id WHERE l.imported_by_id = %s ORDER BY l.id",
}
# Columns that are written, in their order: generated ones are not.
_COLUMNS = """
SELECT quote_ident(attname) FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""


def imports(sheet: Sheet, rows: int) -> None:
    """Import `rows` new leads, then the same file again, which changes nothing. Each COPY: the median of five."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench-leads.csv"
        _write(path, rows)
        base = median(_copy(path) for _time in range(5))
        sheet.add("import_copy", f"COPY of a file of {rows:,} leads as text", base, "s")
        for key, words in (("import", "import of it"), ("import_again", "import of it again, nothing changed")):
            with Processor() as used:
                one = service.run(kind="leads", path=path, at=clock.now)
            took = used.seconds
            assert one.state == "done", one.report
            sheet.add(key, words, took, "s")
            sheet.add(f"{key}_ratio", f"{words} ÷ COPY", took / base, "×", f"≤ {GOAL}", took / base <= GOAL)
            if key == "import":
                bare = _written(one.pk)
                sheet.add("import_written", "its rows written bare into like tables with their indexes", bare, "s")
                sheet.add("import_floor", "these ÷ COPY: below it no import of this layout can come", bare / base, "×")
                share = took / bare
                sheet.add("import_share", f"{words} ÷ these", share, "×", f"≤ {SHARE}", share <= SHARE)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        sheet.add("import_memory", "memory of this process at its highest", peak, "MiB")


def _written(batch: int) -> float:
    """Processor seconds to write the rows of an import bare; nothing of it stays."""
    took = 0.0
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for table, rows in WRITTEN.items():
            cursor.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
            cursor.execute(_COLUMNS, [table])
            names = [name for (name,) in cursor.fetchall()]
            said = ", ".join(f"r.{name}" for name in names)
            with Processor("owner") as used:
                cursor.execute(f"INSERT INTO bench_{table} ({', '.join(names)}) SELECT {said} {rows}", [batch])
            took += used.seconds
        transaction.set_rollback(True, using="owner")
    return took


def _write(path: Path, rows: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        out = csv.writer(handle)
        out.writerow(HEADER)
        for n in range(rows):
            day = f"2026-01-{1 + n % 28:02} 10:00"
            firm = f"Bench firm {n % max(1, rows // 20)}"
            out.writerow(
                [f"bench-{n}", f"Ada {n}", f"Love {n}", f"bench{n}@bench.test", f"+33 1 {n:08}", "CEO", firm, "France", "Organic Search", day]
            )  # fmt: skip


def _copy(path: Path) -> float:
    columns = ", ".join(f"c{n} text" for n in range(len(HEADER)))
    with connection.cursor() as cursor, path.open(encoding="utf-8") as handle:
        cursor.execute(f"CREATE TEMP TABLE bench_copy ({columns})")
        with Processor() as used:
            cursor.copy_expert("COPY bench_copy FROM STDIN CSV HEADER", handle)
        cursor.execute("DROP TABLE bench_copy")
    return used.seconds
