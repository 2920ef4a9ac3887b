"""An import of leads beside a bare COPY of the same file into a table of text columns, in the same run."""

import csv
import tempfile
import time
from pathlib import Path

from django.db import connection

from leads.intake.importing import service
from smarketing.rows import clock

from .stopwatch import Sheet

HEADER = (
    "Record ID", "First Name", "Last Name", "Email", "Phone Number", "Job Title", "Company Name", "Country/Region",
    "Original Source", "Create Date",
)  # fmt: skip
GOAL = 12


def imports(sheet: Sheet, rows: int) -> None:
    """Import `rows` new leads, then the same file again, which changes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench-leads.csv"
        _write(path, rows)
        base = _copy(path)
        sheet.add("import_copy", f"COPY of a file of {rows:,} leads as text", base, "s")
        for key, words in (("import", "import of it"), ("import_again", "import of it again, nothing changed")):
            begun = time.perf_counter()
            one = service.run(kind="leads", path=path, at=clock.now)
            took = time.perf_counter() - begun
            assert one.state == "done", one.report
            sheet.add(key, words, took, "s")
            sheet.add(f"{key}_ratio", f"{words} ÷ COPY", took / base, "×", f"≤ {GOAL}", took / base <= GOAL)


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
        begun = time.perf_counter()
        cursor.copy_expert("COPY bench_copy FROM STDIN CSV HEADER", handle)
        took = time.perf_counter() - begun
        cursor.execute("DROP TABLE bench_copy")
    return took
