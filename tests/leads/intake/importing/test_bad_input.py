"""Whatever a file holds: a clear message with line and column, nothing lost, nothing half done."""

import csv
import io
import json

import pytest

from leads.intake.importing import reports, service
from leads.models import AttributeChange, Company, ImportRow, Lead

from .conftest import counts

pytestmark = pytest.mark.django_db
MAP = {
    "columns": {
        "Email": "lead.email",
        "Name": "lead.last_name",
        "Since": "created",
        "Staff": "company.employees",
        "Firm": "company.name",
    }
}
HEAD = "Email,Name,Since,Staff,Firm\n"


def first(one):
    """(line, column, reason) of the first error."""
    error = reports.errors(one)[0]
    return error["line"], error["column"], error["reason"]


@pytest.mark.invariant("I14")
@pytest.mark.parametrize(
    ("row", "column", "word"),
    [
        ("a@x.test,A,2026-02-30,1,F", "Since", "no such date"),
        ("a@x.test,A,15/01/2026,1,F", "Since", "not a date in the chosen order"),
        ("a@x.test,A,2999-01-01,1,F", "Since", "no such date"),
        ("a@x.test,A,2199-01-01,1,F", "Since", "future"),
        ("a@x.test,A,2026-01-01,many,F", "Staff", "not a number"),
        ("a@x.test,A,2026-01-01,-3,F", "Staff", "whole number"),
        ("nobody,A,2026-01-01,1,F", "Email", "not an e-mail address"),
        (",A,2026-01-01,1,F", "Email", "neither a key nor an e-mail"),
        ("a@x.test,A\0B,2026-01-01,1,F", "Name", "NUL"),
        ("a@x.test,A,2026-01-01,1", "", "4 cells, the header has 5"),
        ("a@x.test,A,2026-01-01,1,F,more", "", "6 cells, the header has 5"),
        ('a@x.test,"A,2026-01-01,1,F', "Name", "never closed"),
        ('a@x.test,"A"B,2026-01-01,1,F', "Name", "stands alone"),
        ("a@x.test," + "A" * 10_485_760 + ",2026-01-01,1,F", "Name", "longer than 10000"),
    ],
)
def test_a_bad_row_is_named_and_spoils_no_other(run, row, column, word):
    text = f"{HEAD}good@x.test,G,2026-01-01,1,F\n{row}\nalso@x.test,G,2026-01-01,1,F\n"
    one = run("leads", text, MAP | {"dates": "iso"})
    assert counts(one) == (2, 0, 0, 1)
    line, where, reason = first(one)
    assert (line, where) == (3, column) and word in reason
    assert Lead.objects.count() == 2


@pytest.mark.invariant("I14")
def test_a_wrongly_chosen_encoding_rejects_the_rows_it_cannot_read(run):
    body = f"{HEAD}a@x.test,Léa,2026-01-01,1,F\nb@x.test,Bob,2026-01-01,1,F\n".encode("cp1252")
    one = run("leads", body, MAP | {"encoding": "utf-8"})
    assert counts(one) == (1, 0, 0, 1)
    assert first(one) == (2, "Name", "The byte E9 cannot be read in the chosen encoding.")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encoding_separator_and_line_ends_are_recognised(run, encoding, separator, end):
    lines = [HEAD.strip(), 'a@x.test,"Léa, Zoë; née Œ",2026-01-01,1,F', "b@x.test,Bob,2026-01-01,1,F"]
    cells = list(csv.reader(lines))
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=end).writerows(cells)
    one = run("leads", text.getvalue().encode(encoding), MAP)
    assert counts(one) == (2, 0, 0, 0)
    assert Lead.objects.get(email="a@x.test").last_name == "Léa, Zoë; née Œ"


@pytest.mark.invariant("I14")
def test_mixed_line_ends_and_blank_lines_are_read(run):
    one = run(
        "leads", f"{HEAD}a@x.test,A,2026-01-01,1,F\r\n\r\nb@x.test,B,2026-01-01,1,F\rc@x.test,C,2026-01-01,1,F", MAP
    )
    assert counts(one) == (3, 0, 0, 0)


def test_a_wrongly_chosen_separator_says_which_columns_are_missing(run):
    one = run("leads", HEAD + "a@x.test,A,2026-01-01,1,F\n", MAP | {"separator": ";"})
    assert one.state == "failed" and Lead.objects.count() == 0
    assert "“Email”, which the file does not have" in " ".join(reports.problems(one))


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf \r\n", "The file is empty."),
        (b"PK\x03\x04rest", "ZIP"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel workbook (XLS)"),
        (b"{\\rtf1 x}", "text document"),
        (b"\xef\xbb\xbf\n<html><table><tr><td>Email</td></tr></table></html>", "a web page or XML, not a table"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "a web page or XML"),
        ("<!DOCTYPE html><p>Session expired".encode("utf-16"), "a web page or XML"),
        (b"a," * 2000 + b"\na", "has 2001 columns; at most 2000"),
        (b"Email," + b"x" * 1001 + b"\na@x.test,1", "The name of column 2 is longer than 1000 characters"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_what_is_no_table_is_refused_at_the_door(run, content, word):
    with pytest.raises(service.Refused) as refusal:
        run("leads", content, MAP)
    assert word in reports.sentence(refusal.value.code, refusal.value.params)


@pytest.mark.parametrize("mapping", [["no object"], {"columns": ["Email"]}])
def test_a_mapping_of_another_shape_is_refused(run, mapping):
    try:
        one = run("leads", "Email\na@x.test\n", mapping)
    except service.Refused as refusal:
        assert refusal.code == "mapping_no_object"
    else:
        assert reports.problems(one) == ["The mapping is not a JSON object with “columns”."]
    assert Lead.objects.count() == 0


@pytest.mark.invariant("I14")
@pytest.mark.parametrize(
    ("content", "mapping", "words"),
    [
        (HEAD, MAP, "a header and no rows"),
        ("Email,Email,Name\na@x.test,b,c\n", {"columns": {"Name": "lead.last_name"}}, "Two columns are called “Email” (columns 1, 2)"),
        ("Name\nAda\n", {"columns": {"Name": "lead.last_name"}}, "No column is mapped to: key of the lead in its source or e-mail"),
        ("Email,Mail\na@x.test,b\n", {"columns": {"Email": "lead.email", "Mail": "lead.email"}}, "Several columns become"),
        ("Email,Age\na@x.test,3\n", {"columns": {"Email": "lead.email", "Age": "lead.age"}}, "“Age” cannot become “lead.age”"),
        ("Email\na@x.test\n", {"columns": {"Email": "lead.email"}, "zone": "Mars/Base"}, "no time zone “Mars/Base”"),
        ("Email\na@x.test\n", {"columns": {"Email": "lead.email"}, "dates": "guess"}, "must be one of iso, dmy, mdy"),
        ("Email\na@x.test\n", {"columns": {"Email": "lead.email"}, "colums": {}}, "“colums”, which is not known"),
        ("Email,On\na@x.test,2026-01-01\n", {"columns": {"Email": "lead.email", "On": "mql"}}, "no definition of the MQL yet"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_imported_says_why_and_does_nothing(run, content, mapping, words):
    one = run("leads", content, mapping)
    assert one.state == "failed"
    assert words in " ".join(reports.problems(one))
    assert Lead.objects.count() == 0


def test_a_duplicate_row_changes_nothing_and_a_second_meaning_of_a_key_is_refused(run):
    rows = "k1,A\nk2,B\nk1,A\nk2,C\n"
    one = run("leads", "Id,Name\n" + rows, {"columns": {"Id": "key", "Name": "lead.last_name"}})
    assert counts(one) == (2, 0, 1, 1)
    assert first(one) == (5, "Id", "The same key stands on line 3 already, with other values.")
    assert sorted(Lead.objects.values_list("last_name", flat=True)) == ["A", "B"]


def test_one_address_under_two_keys_is_refused_with_its_line(run):
    mapping = {"columns": {"Id": "key", "Email": "lead.email"}}
    one = run("leads", "Id,Email\n1,a@x.test\n2,A@x.test\n", mapping)
    assert counts(one) == (1, 0, 0, 1)
    assert "line 2" in first(one)[2]


def test_a_formula_stays_text_and_comes_back_harmless(run):
    cells = ['=HYPERLINK("http://evil.test")', "+cmd", "-1+1", "@SUM(1)"]
    text = io.StringIO()
    csv.writer(text).writerows(
        [
            HEAD.strip().split(","),
            *([f"a{n}@x.test", cell, "2026-01-01", "1", "F"] for n, cell in enumerate(cells)),
            ["bad", cells[0], "2026-01-01", "1", "F"],
        ]
    )
    one = run("leads", text.getvalue(), MAP)
    assert counts(one) == (4, 0, 0, 1)
    assert sorted(Lead.objects.values_list("last_name", flat=True)) == sorted(cells)
    rejected = list(csv.reader(io.StringIO("".join(reports.rejected_file(one)))))[1]
    assert rejected[3] == "'" + cells[0]
    assert not any(cell[:1] in "=+-@" for cell in rejected if cell)
    mended = "".join(reports.rejected_file(one)).replace("bad", "mended@x.test")
    again = run("leads", mended, MAP)
    assert counts(again) == (1, 0, 0, 0)
    assert Lead.objects.get(email="mended@x.test").last_name == cells[0]


def test_blank_is_kept_apart_from_a_word_that_says_unknown(run):
    text = "Email,Size\na@x.test,\nb@x.test,unknown\nc@x.test,  \n"
    run("leads", text, {"columns": {"Email": "lead.email"}})
    found = dict(Lead.objects.values_list("email", "attributes"))
    assert found == {"a@x.test": {}, "b@x.test": {"x_size": "unknown"}, "c@x.test": {}}


def test_a_blank_cell_empties_nothing(run):
    mapping = {"columns": {"Id": "key", "Name": "lead.last_name"}}
    run("leads", "Id,Name\n1,Ada\n", mapping)
    assert counts(run("leads", "Id,Name\n1,\n", mapping)) == (0, 0, 1, 0)
    assert Lead.objects.get().last_name == "Ada"


def test_a_file_of_leads_fills_a_company_and_never_overwrites_it(run):
    text = HEAD + "a@x.test,A,2026-01-01,,Acme\nb@x.test,B,2026-01-01,50,Acme\nc@x.test,C,2026-01-01,70,Acme\n"
    assert counts(run("leads", text, MAP)) == (3, 0, 0, 0)
    assert Company.objects.get().employees == 50
    assert counts(run("leads", text, MAP)) == (0, 0, 3, 0)


@pytest.mark.parametrize("kind", ["leads", "companies"])
def test_a_company_whose_name_breaks_over_lines_is_one_company(run, kind):
    text = 'Email,Firm\na@x.test,"Two\nlines  Ltd"\nb@x.test,Two lines Ltd\n'
    columns = {"Firm": "company.name"} | ({"Email": "lead.email"} if kind == "leads" else {})
    text = text if kind == "leads" else text.replace("b@x.test,Two lines Ltd\n", "")
    for _time in range(2):
        one = run(kind, text, {"columns": columns})
        assert Company.objects.get().name == "Two lines Ltd"
    assert counts(one)[:2] == (0, 0)


def test_a_dry_run_counts_and_writes_nothing(run):
    one = run("leads", HEAD + "a@x.test,A,2026-01-01,1,F\nb,B,2026-01-01,1,F\n", MAP, dry=True)
    assert (one.state, counts(one)) == ("checked", (1, 0, 0, 1))
    assert not Lead.objects.exists() and not AttributeChange.objects.exists()


def test_a_raw_row_is_kept_as_it_stood(run):
    one = run("leads", HEAD + 'bad,"A ""B""",x,1,F\n', MAP)
    assert ImportRow.objects.get(batch=one).raw == ["bad", 'A "B"', "x", "1", "F"]
    assert json.dumps(one.report)
