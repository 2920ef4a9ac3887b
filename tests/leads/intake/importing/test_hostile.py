"""Huge and hostile files: each is refused, or its rows are, in words that say what and where; memory stays bounded."""

import subprocess
import sys
import zipfile
from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from leads.intake.importing import reader, reports, service, shared_strings, sheet_xml, workbook
from leads.intake.importing.sniff import Format, Unreadable, sniff
from leads.models import Lead
from smarketing.rows.clock import now
from tests.conftest import ROOT

from .conftest import counts

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BOOK = f'<workbook xmlns="{MAIN}" xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
RELS = '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'


def xlsx(sheet="", texts="", **more):
    """A workbook of one sheet made of this XML, as no program would write it."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", more.pop("book", BOOK))
        packed.writestr("xl/_rels/workbook.xml.rels", RELS)
        packed.writestr("xl/worksheets/sheet1.xml", f"<worksheet><sheetData>{sheet}</sheetData></worksheet>")
        if texts:
            packed.writestr("xl/sharedStrings.xml", f"<sst>{texts}</sst>")
        for name, body in more.items():
            packed.writestr(name, body)
    return out.getvalue()


def row(*texts, number=""):
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
    return f"<row{number}>{cells}</row>"


def kept(folder, content):
    path = folder / "f.bin"
    path.write_bytes(content)
    return path


def refused(folder, content):
    """What is said of this file at the door, or of the rows behind its header."""
    path = kept(folder, content)
    with pytest.raises(Unreadable) as refusal:
        found = sniff(path)
        reader.header(path, found)
        list(reader.blocks(path, found))
    return reports.sentence(refusal.value.code, refusal.value.params)


class TestRefused:
    def test_a_workbook_that_unpacks_to_gigabytes_at_the_door(self, tmp_path, settings):
        settings.IMPORT_MAX_UNPACKED = 1024 * 1024
        said = refused(tmp_path, xlsx(row("Email") + " " * 2_000_000))
        assert said == "This Excel workbook unpacks to more than 1 MB. Cut it into several files."

    def test_one_that_says_it_is_small_while_it_is_read(self, tmp_path, settings, monkeypatch):
        content = xlsx(row("Email") + row("a@x.test") + row("b" * 2_000_000))
        settings.IMPORT_MAX_UNPACKED = 1024 * 1024
        monkeypatch.setattr(workbook, "is_workbook", lambda path: True)  # as if its list of parts lied
        assert "unpacks to more than 1 MB" in refused(tmp_path, content)

    def test_one_whose_list_of_parts_lies(self, tmp_path):
        body = b"<worksheet><sheetData>" + row("Email").encode() + b" " * 100_000
        content = xlsx(row("Email") + " " * 100_000)
        size = len(body) + len(b"</sheetData></worksheet>")
        content = content.replace(size.to_bytes(4, "little"), (500).to_bytes(4, "little"))
        assert refused(tmp_path, content).startswith("This Excel workbook cannot be read.")

    @pytest.mark.parametrize(
        "sheet",
        [
            '<row r="1048577"><c><v>1</v></c></row>',
            row("Email") + '<row><c r="XFE1"><v>1</v></c></row>',
            row("Email") + '<row><c r="7"><v>1</v></c></row>',
            row("Email") + '<row><c t="s"><v>5</v></c></row>',
            row("Email") + f'<row x="{"y" * 3_000_000}"/>',
            "<row><c><v>1</v>",
        ],
        ids=["a row too far down", "a column too far right", "no place", "no such text", "a tag without end", "no end"],
    )
    def test_what_excel_cannot_hold(self, tmp_path, sheet):
        assert refused(tmp_path, xlsx(sheet)).startswith("This Excel workbook cannot be read.")

    def test_entities_that_unfold(self, tmp_path):
        bomb = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>' + BOOK
        assert refused(tmp_path, xlsx(row("Email"), book=bomb)).startswith("This Excel workbook cannot be read.")

    def test_archives_that_are_no_workbook(self, tmp_path):
        def packed(**parts):
            out = BytesIO()
            with zipfile.ZipFile(out, "w") as archive:
                for name, body in parts.items():
                    archive.writestr(name.replace("__", "/").replace("_dot_", "."), body)
            return out.getvalue()

        assert "a ZIP archive, not a table" in refused(tmp_path, packed(leads_dot_csv="Email\na@x.test\n"))
        assert "(XLSB)" in refused(tmp_path, packed(xl__workbook_dot_bin="x"))
        ods = packed(mimetype="application/vnd.oasis.opendocument.spreadsheet")
        assert "OpenDocument" in refused(tmp_path, ods)
        many = packed(**{f"xl__{n}": "" for n in range(40_000)}, xl__workbook_dot_xml=BOOK)
        assert workbook._directory(kept(tmp_path, many)) > workbook.MAX_DIRECTORY
        assert "a ZIP archive" in refused(tmp_path, many)

    def test_a_workbook_with_a_password(self, tmp_path):
        head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(22) + (9).to_bytes(2, "little") + bytes(16)
        head += (1).to_bytes(4, "little") + bytes(460)
        parts = bytes(512) + "Root Entry".encode("utf-16-le").ljust(128, b"\0")
        assert "is locked with a password" in refused(tmp_path, head + parts + "EncryptedPackage".encode("utf-16-le"))
        assert "an old Excel workbook (XLS)" in refused(tmp_path, head + parts + "Workbook".encode("utf-16-le"))

    @pytest.mark.django_db
    def test_a_file_beyond_the_size_that_is_taken(self, tmp_path, settings):
        settings.IMPORT_MAX_BYTES = 1024 * 1024
        assert refused(tmp_path, b"Email\n" * 200_000) == "The file is larger than 1 MB. Cut it into several files."
        with pytest.raises(service.Refused) as refusal:  # and no more of it is kept than that
            service.open_file(kind="leads", stream=BytesIO(b"x" * 2_000_000), filename="f", by=None, at=now())
        assert refusal.value.code == "too_large"


@pytest.mark.django_db
def test_a_cell_without_end_refuses_its_row_and_no_other(run):
    text = "".join(f"<si><t>{one}</t></si>" for one in ("Email", "Name", "x" * 1_000_000, "b@x.test"))
    shared = '<row r="1"><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>'
    long = '<row r="4"><c t="s"><v>3</v></c><c t="s"><v>2</v></c></row>'
    one = run("leads", xlsx(shared + long + row("c@x.test", "C", number=' r="9"'), text), {"columns": {
        "Email": "lead.email", "Name": "lead.last_name"}})  # fmt: skip
    assert counts(one) == (1, 0, 0, 1)
    (error,) = reports.errors(one)
    assert (error["line"], error["column"]) == (4, "Name") and "longer than 10000 characters" in error["reason"]
    assert Lead.objects.get().email == "c@x.test"


def test_a_row_without_end_is_told_and_the_next_one_read(tmp_path, monkeypatch):
    monkeypatch.setattr(sheet_xml, "ROW", 1000)
    path = kept(tmp_path, xlsx(row("a", "b") + row("x" * 900, "y" * 900) + row("c", "d")))
    found = list(reader.records(path, Format(workbook.NAME, "S")))
    assert [record.problems for record in found] == [[], [(-1, "line_too_long", {})], []]
    assert found[2].cells == ["c", "d"]


@pytest.mark.parametrize("held", [0, 300, 10**9])
def test_texts_are_found_wherever_they_are_kept(tmp_path, monkeypatch, held):
    monkeypatch.setattr(shared_strings, "HELD", held)
    texts = ["", "a", "Œuvre", "😀" * 50, "\ud800", *(f"t{n}" for n in range(50))]
    kept = shared_strings.Strings(tmp_path)
    for text in texts:
        kept.add(text)
    kept.ready()
    assert [kept[n] for n in range(len(texts))] == texts
    for number in (-1, len(texts)):
        with pytest.raises(IndexError):
            kept[number]
    kept.close()
    assert not list(tmp_path.iterdir())


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**12), 10**12), st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=9).filter(lambda one: one[:1] != "="),
    st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.times().map(lambda one: one.replace(microsecond=0)),
    st.builds(datetime.combine, st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.times().map(lambda one: one.replace(microsecond=0))),
    st.timedeltas(timedelta(days=1), timedelta(days=9)).map(lambda one: timedelta(seconds=int(one.total_seconds()))),
)  # fmt: skip


@given(st.lists(st.lists(VALUES, min_size=1, max_size=4), min_size=1, max_size=6))
@settings(deadline=None, max_examples=30)
def test_a_workbook_says_what_another_reader_reads_in_it(tmp_path_factory, table):
    made = Workbook()
    for cells in table:
        made.active.append(cells)
    path = tmp_path_factory.mktemp("w") / "f.xlsx"
    made.save(path)
    expected = []
    for number, cells in enumerate(load_workbook(path, read_only=True, data_only=True).active.values, 1):
        texts = [sheet_xml.text_of(cell) for cell in cells]
        while texts and not texts[-1].strip():
            texts.pop()
        if texts:
            texts += [""] * (len(expected[0][1]) - len(texts) if expected else 0)
            expected.append((number, texts))
    assert [(one.number, one.cells) for one in workbook.rows(path, "Sheet")] == expected


PROGRAM = """
import sys, pathlib, os
os.environ["DJANGO_SETTINGS_MODULE"] = "smarketing.settings"
import django; django.setup()
from leads.intake.importing import reader, sniff
def most(): return int(next(l for l in open("/proc/self/status") if l.startswith("VmHWM")).split()[1]) // 1024
path = pathlib.Path(sys.argv[1])
before, said, rows, broken = most(), "", 0, 0
try:
    found = sniff.sniff(path)
    reader.header(path, found)
    for block in reader.blocks(path, found):
        rows, broken = rows + len(block.rows), broken + len(block.broken)
except sniff.Unreadable as problem:
    said = problem.code
print(rows, broken, said or "-", most() - before)
"""


def read_apart(path):
    """(rows, broken rows, refusal, MB of memory at most) when a process of its own reads the file."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, path], cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    rows, broken, said, memory = done.stdout.split()
    return int(rows), int(broken), said, int(memory)


def lines(folder, name, times, text):
    path = folder / name
    with path.open("wb") as handle:
        handle.write(b"Email,Name\n")
        for _n in range(times):
            handle.write(text * 1000)
    return path


def big(folder, rows, texts=0, empty=False):
    """A workbook with this many rows, each naming one of these texts."""
    path = folder / "big.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        packed.writestr("xl/workbook.xml", BOOK)
        packed.writestr("xl/_rels/workbook.xml.rels", RELS)
        with packed.open("xl/sharedStrings.xml", "w") as part:
            part.write(b"<sst>")
            for n in range(texts):
                part.write(b"<si><t>text number %d</t></si>" % n)
            part.write(b"</sst>")
        with packed.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(b"<worksheet><sheetData>" + row("Email", "Name").encode())
            for n in range(rows):
                said = b"" if empty else b'<c t="s"><v>%d</v></c><c><v>1</v></c>' % (n * 7919 % max(texts, 1))
                part.write(b"<row>%s</row>" % said)
            part.write(b"</sheetData></worksheet>")
    return path


@pytest.mark.trust
@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda folder: big(folder, 1_000_000, texts=6_000_000), (1_000_000, 0, "-")),
        (lambda folder: big(folder, 1_040_000, empty=True), (0, 0, "-")),
        (lambda folder: big(folder, 1_100_000, empty=True), (0, 0, "broken_xlsx")),
        (lambda folder: lines(folder, "f.csv", 50_000, b"\n"), (0, 0, "-")),
        (lambda folder: lines(folder, "f.csv", 20_000, b",\n"), (0, 0, "-")),
        (lambda folder: lines(folder, "f.csv", 1000, b"x\n"), (1_000_000, 0, "-")),
        (lambda folder: lines(folder, "f.csv", 1, b"x" * 30_000), (0, 1, "-")),
        (lambda folder: lines(folder, "f.csv", 40, b"\0" * 1000), (0, 1, "-")),
        (lambda folder: lines(folder, "f.csv", 1, b"x," * 11_000), (1, 0, "-")),
        (lambda folder: lines(folder, "f.csv", 3000, b'"lone,1\n'), (0, 3_000_000, "-")),
        (lambda folder: lines(folder, "f.csv", 300, "é,1\n".encode() + b"\xe9,2\n"), (300_000, 300_000, "-")),
    ],
    ids=["texts", "empty rows", "too many rows", "blank lines", "lines of separators", "short rows", "a line of 30 MB",
         "NULs", "a row of 11 million cells", "lone quotes", "two encodings"],
)  # fmt: skip
def test_memory_is_bounded_whatever_the_file(tmp_path, make, expected):
    *told, memory = read_apart(make(tmp_path))
    assert tuple(told) == expected and memory < 400
