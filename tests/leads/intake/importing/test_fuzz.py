"""Any file at all: refused in words, or every row accounted for with its reasons, and a second time nothing is doubled."""

import csv
import io
import random

import pytest

from leads.intake.importing import reports, service, staging, synonyms, targets
from personas.models import DefinitionLine
from smarketing.rows.clock import now

pytestmark = pytest.mark.django_db
CELLS = [
    "", "1", "2", "3", "a@x.test", "B@x.test", "none", "2026-01-05", "2026-02-30", "1/2/2026", "31/1/2026", "5.1.2026 9:05",
    "2026-03-29 02:30", "won", "lost", "Closed Won", "true", "false", "1 200,50 €", "12.5", "-3", "1e9", "Acme", " acme ",
    "=1+1", "@SUM(1)", "'=x", 'say "no"', "two\nlines", "\0", "[1, 2]", "1;2", "call", "reached", "CEO", "Übung",
    "0" * 400, "x" * 10_001, "☃", "2999-01-01", "open", "PK\x03\x04",
]  # fmt: skip
ENCODINGS = ["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]


def spoil(luck, content):
    """Sometimes a byte is lost, doubled or turned."""
    if luck.random() < 0.3 and content:
        at = luck.randrange(len(content))
        content = content[:at] + luck.choice([b"", b"\xff", b'"', b"\0", content[at : at + 1] * 3]) + content[at + 1 :]
    return content


def made(luck):
    """(kind, bytes of a file): headers of that kind and others, cells of anything, rows too short or too long."""
    kind = luck.choice(targets.KINDS)
    words = [word for said in synonyms.SYNONYMS[kind].values() for word in said.split("|")]
    headers = luck.sample(words, min(len(words), luck.randint(2, 7))) + luck.sample(["Note", "Größe", "", "Note"], 1)
    luck.shuffle(headers)
    rows = [[luck.choice(CELLS) for _h in headers] for _n in range(luck.randint(0, 8))]
    for row in rows:
        if luck.random() < 0.15:
            row[:] = row[: luck.randint(0, len(row))] + [""] * luck.randint(0, 2)
    text = io.StringIO()
    csv.writer(text, delimiter=luck.choice(",;\t"), lineterminator=luck.choice(["\n", "\r\n"])).writerows(
        [headers, *rows]
    )
    body = text.getvalue().encode(luck.choice(ENCODINGS), "replace")
    return luck.choice([kind, kind, ""]), spoil(luck, body)


def account(seed, folder):
    luck = random.Random(seed)
    kind, content = made(luck)
    path = folder / "f.csv"
    path.write_bytes(content)
    for time in range(2):
        try:
            one = service.run(kind=kind, path=path, at=now)
        except service.Refused as refusal:
            assert reports.sentence(refusal.code, refusal.params), seed
            return
        if one.state != "done":
            assert one.state == "failed" and not one.report.get("fault"), (seed, one.kind, one.report)
            assert reports.problems(one), seed
            return
        done = one.report["done"]
        rows = sum(len(block.rows) + len(block.broken) for block in staging.blocks(one))
        assert sum(done.values()) == one.report["rows"] == rows, (seed, one.kind, done)
        assert one.rows.count() == done["rejected"], (seed, one.kind, done)
        assert not time or not done["created"], (seed, one.kind, done)
        assert all(row.errors for row in one.rows.filter(outcome="rejected")), seed
        assert reports.report(one) and "".join(reports.rejected_file(one)), seed


@pytest.fixture
def line(db):
    return DefinitionLine.objects.create(name="MQL")


def test_a_hundred_files(tmp_path, line):
    for seed in range(100):
        account(seed, tmp_path)


@pytest.mark.trust
@pytest.mark.parametrize("part", range(100))
def test_ten_thousand_files(tmp_path, line, part):
    for seed in range(1000 + part * 100, 1100 + part * 100):
        account(seed, tmp_path)
