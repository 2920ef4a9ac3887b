"""Any file at all: refused in words, or every row accounted for with its reasons, and a second time nothing is doubled."""

import csv
import io
import random
import re
from dataclasses import dataclass
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from leads.intake.importing import reports, service, synonyms, targets, workbook
from personas.models import DefinitionLine
from smarketing.rows.clock import now

pytestmark = pytest.mark.django_db
CELLS = [
    "", "1", "2", "3", "a@x.test", "B@x.test", "none", "2026-01-05", "2026-02-30", "1/2/2026", "31/1/2026", "5.1.2026 9:05",
    "2026-03-29 02:30", "won", "lost", "Closed Won", "true", "false", "1 200,50 €", "12.5", "-3", "1e9", "Acme", " acme ",
    "=1+1", "@SUM(1)", "'=x", 'say "no"', "two\nlines", "\0", "[1, 2]", "1;2", "call", "reached", "CEO", "Übung",
    "0" * 400, "x" * 10_001, "☃", "2999-01-01", "open", "PK\x03\x04",
]  # fmt: skip
NINE = datetime.combine(date(2026, 1, 5), datetime.min.time().replace(hour=9))
ENCODINGS = ["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]


@dataclass
class Made:
    """A file, and what its maker knows of it. `rows`: those that are not blank; None where bytes of a text were spoiled (a
    workbook is read whole or not at all)."""

    kind: str
    name: str
    body: bytes
    encoding: str
    separator: str
    rows: int | None

    def holds(self, one, rows):
        """Whether a file read so may have so many rows: as many as were written, where it is read as it was written."""
        if self.rows is not None and (one.mapping["encoding"], one.mapping["separator"]) == (
            self.encoding,
            self.separator,
        ):
            return rows == self.rows
        said = {self.encoding, one.mapping["encoding"]}  # a byte lost at the front turns the halves of letters round
        return 0 < rows < max(map(self._lines, said))

    def _lines(self, encoding):
        text = self.body.decode("utf-8-sig" if encoding == "utf-8" else encoding, "replace")
        return len(re.split(r"\r\n|\r|\n", text))


def spoil(luck, content):
    """Sometimes a byte is lost, doubled or turned."""
    if luck.random() < 0.3 and content:
        at = luck.randrange(len(content))
        return content[:at] + luck.choice([b"", b"\xff", b'"', b"\0", content[at : at + 1] * 3]) + content[at + 1 :]
    return content


def made(luck):
    """A file with headers of its kind and others, cells of anything, rows too short or too long or blank."""
    kind = luck.choice(targets.KINDS)
    words = [word for said in synonyms.SYNONYMS[kind].values() for word in said.split("|")]
    headers = luck.sample(words, min(len(words), luck.randint(2, 7))) + luck.sample(["Note", "Größe", "", "Note"], 1)
    luck.shuffle(headers)
    most = luck.choice([3, 8, 8, 8, 60])
    table = [headers, *([luck.choice(CELLS) for _h in headers] for _n in range(luck.randint(0, most)))]
    for row in table[1:]:
        if luck.random() < 0.15:
            row[:] = row[: luck.randint(0, len(row))] + [""] * luck.randint(0, 2)
    if luck.random() < 0.2:
        encoding, separator, body = workbook.NAME, "Sheet", packed(luck, table)
    else:
        encoding, separator, body = written(luck, table)
    rows = sum(any(str(cell).strip() for cell in row) for row in table) - 1
    spoiled = spoil(luck, body)
    name = {workbook.NAME: "f.xlsx", "\t": "f.tsv"}.get(encoding if separator == "Sheet" else separator, "f.csv")
    return Made(
        luck.choice([kind, kind, ""]),
        name,
        spoiled,
        encoding,
        separator,
        rows if spoiled == body or encoding == workbook.NAME else None,
    )


def written(luck, table):
    """(encoding, separator, bytes) of the table as text."""
    text, separator, encoding = io.StringIO(), luck.choice(",;\t"), luck.choice(ENCODINGS)
    csv.writer(text, delimiter=separator, lineterminator=luck.choice(["\n", "\r\n"])).writerows(table)
    return encoding.removesuffix("-sig"), separator, text.getvalue().encode(encoding, "replace")


def packed(luck, table):
    """The table as a workbook, some of its texts as numbers, dates, or yes and no; formulas have no value yet, so none are."""
    book = Workbook()
    for row in table:
        row[:] = [cell.replace("\0", "").replace("PK\x03\x04", "PK").lstrip("=") for cell in row]
        said = [luck.choice([int(cell), float(cell), NINE, True, cell]) if cell.isdigit() and len(cell) < 9
                else cell or None for cell in row]  # fmt: skip
        book.active.append(said or [None])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def account(seed, folder):
    luck = random.Random(seed)
    file = made(luck)
    path = folder / file.name
    path.write_bytes(file.body)
    for time in range(2):
        try:
            one = service.run(kind=file.kind, path=path, at=now)
        except service.Refused as refusal:
            assert reports.sentence(refusal.code, refusal.params), seed
            return
        if one.state != "done":
            assert one.state == "failed" and not one.report.get("fault"), (seed, one.kind, one.report)
            assert reports.problems(one), seed
            return
        done = one.report["done"]
        assert sum(done.values()) == one.report["rows"], (seed, one.kind, done)
        assert file.holds(one, one.report["rows"]), (seed, one.kind, one.report["rows"], file.rows)
        assert one.rows.filter(outcome="rejected").count() == done["rejected"], (seed, one.kind, done)
        assert not time or not done["created"], (seed, one.kind, done)
        assert all(row.errors for row in one.rows.filter(outcome="rejected")), seed
        assert reports.report(one) and "".join(reports.rejected_file(one)), seed


@pytest.fixture
def line(db):
    return DefinitionLine.objects.create(name="MQL")


# A workbook that breaks below its header; a reason of ten thousand letters; UTF-16 read the other way round.
FOUND = (1511, 6307, 6366)


def test_a_hundred_files(tmp_path, line):
    for seed in [*range(98), *FOUND]:
        account(seed, tmp_path)


@pytest.mark.trust
@pytest.mark.parametrize("part", range(100))
def test_ten_thousand_files(tmp_path, line, part):
    for seed in range(1000 + part * 100, 1100 + part * 100):
        account(seed, tmp_path)
