"""Reading bytes: every record comes out once, in order, with its line; none is skipped because another cannot be read."""

import csv
import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.intake.importing import reader
from leads.intake.importing.sniff import Format, sniff

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=12)
TABLES = st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=8)
CUTS = ['"', '"",', 'x"y', "\0", "\r", "\n", "\r\n", ";", ",", "\ufeff", "é", "😀"]


def write(tmp_path, content: bytes):
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    return path


@pytest.mark.invariant("I14")
@given(TABLES, st.sampled_from([",", ";", "\t"]), st.sampled_from(["utf-8", "utf-16"]))
@settings(deadline=None)
def test_a_well_written_table_comes_back_as_it_was(tmp_path_factory, table, separator, encoding):
    text = io.StringIO()
    csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(table)
    path = write(tmp_path_factory.mktemp("t"), text.getvalue().encode(encoding))
    found = [record.cells for record in reader.records(path, Format(encoding, separator))]
    assert found == [row for row in table if any(cell.strip() for cell in row)]


@given(
    st.lists(st.sampled_from([*CUTS, "a", "b,c", "1;2"]), max_size=40),
    st.sampled_from(["utf-8", "cp1252", "utf-16-le"]),
)
@settings(deadline=None, max_examples=200)
def test_whatever_stands_in_a_file_every_line_is_part_of_one_record(tmp_path_factory, pieces, encoding):
    """A line between marked good lines may be anything: the good ones before it always come out."""
    middle = "".join(pieces).encode(encoding, "ignore")
    good = ["good,1", "good,2"]
    content = "\n".join(good).encode(encoding) + "\n".encode(encoding) + middle + "\nlast,3\n".encode(encoding)
    path = write(tmp_path_factory.mktemp("t"), content)
    records = list(reader.records(path, Format(encoding, ",")))
    assert [record.cells for record in records[:2]] == [["good", "1"], ["good", "2"]]
    lines = [record.line for record in records]
    assert lines == sorted(set(lines))
    assert "last" in "".join(cell for record in records for cell in record.cells)


@pytest.mark.invariant("I14")
@given(st.binary(max_size=60), st.sampled_from(["utf-8", "cp1252", "utf-16"]))
@settings(deadline=None, max_examples=200)
def test_bytes_that_cannot_be_decoded_are_told_and_never_skipped(tmp_path_factory, junk, encoding):
    line = junk.replace(b"\n", b"").replace(b"\r", b"").replace(b'"', b"").replace(b",", b"")
    if encoding == "utf-16" or not line.strip(b" \t\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0"):
        return
    path = write(tmp_path_factory.mktemp("t"), b"a,b\n" + b"x" + line + b",1\nc,d\n")
    records = list(reader.records(path, Format(encoding, ",")))
    assert len(records) == 3 and records[2].cells == ["c", "d"]
    try:
        line.decode(encoding)
        clean = b"\0" not in line
    except UnicodeDecodeError:
        clean = False
    assert bool(records[1].problems) is not clean


def test_a_reader_that_skips_what_it_cannot_decode_is_caught(tmp_path, monkeypatch):
    """The planted fault of I14."""
    import codecs

    path = write(tmp_path, "a,b\nLéa,1\nBob,2\n".encode("cp1252"))
    kept = codecs.lookup_error("importing.mark")
    codecs.register_error("importing.mark", lambda problem: ("", problem.end))
    try:
        skipping = [record.problems for record in reader.records(path, Format("utf-8", ","))]
    finally:
        codecs.register_error("importing.mark", kept)
    telling = [record.problems for record in reader.records(path, Format("utf-8", ","))]
    assert skipping == [[], [], []] and telling[1] == [(0, "undecodable", {"byte": "E9"})]


def test_a_lone_quote_costs_its_own_line_only(tmp_path):
    lines = ["a,b", '"open,1', "c,2", 'd,"fine, here"', 'e,5" pipe', '"two\nlines",3', "f,4"]
    records = list(reader.records(write(tmp_path, "\n".join(lines).encode()), Format("utf-8", ",")))
    told = [(record.line, record.problems[0][1] if record.problems else record.cells) for record in records]
    assert told == [
        (1, ["a", "b"]),
        (2, "lone_quote"),
        (3, ["c", "2"]),
        (4, ["d", "fine, here"]),
        (5, ["e", '5" pipe']),
        (6, ["two\nlines", "3"]),
        (8, ["f", "4"]),
    ]


def test_many_lone_quotes_do_not_make_reading_slow(tmp_path):
    lines = ['"open,1' if n % 3 == 0 else f"x,{n}" for n in range(20_000)]
    records = list(reader.records(write(tmp_path, "\n".join(lines).encode()), Format("utf-8", ",")))
    assert len(records) == 20_000


@pytest.mark.parametrize("seed", range(5))
def test_the_format_is_told_from_a_table_of_any_size(tmp_path, seed):
    chance = random.Random(seed)
    separator, encoding = chance.choice([",", ";", "\t"]), chance.choice(["utf-8", "utf-16", "cp1252"])
    text = io.StringIO()
    rows = [[f"é{n}", "a, b; c", str(chance.random())] for n in range(chance.choice([3, 400, 4000]))]
    csv.writer(text, delimiter=separator).writerows([["Nom", "Note", "Part"], *rows])
    assert sniff(write(tmp_path, text.getvalue().encode(encoding))) == Format(encoding, separator)
