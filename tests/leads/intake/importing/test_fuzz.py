"""Files full of faults: what becomes of each row is known beforehand; good ones come in, bad ones are named, none is lost."""

import codecs
from contextlib import contextmanager

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.intake.importing import reader, reports, service, sniff
from leads.models import ImportRow, Lead
from smarketing.rows.clock import now

pytestmark = pytest.mark.django_db
MAP = {"columns": {"Mail": "lead.email", "Name": "lead.last_name", "Since": "created"}, "separator": ","}
# Kind of row -> its text ({n}: a number of its own) and whether it is good.
ROWS = {
    "plain": ("p{n}@x.test,Ann {n},2026-01-05", True),
    "accent": ("p{n}@x.test,Zo\u00eb \u0152,2026-01-05 10:30", True),
    "quoted": ('"p{n}@x.test","Ann, ""the"" {n}",2026-01-05', True),
    "inches": ('p{n}@x.test,5" pipe,', True),
    "formula": ("p{n}@x.test,=1+1,", True),
    "nul": ("p{n}@x.test,A\0B,2026-01-05", False),
    "lone quote": ('p{n}@x.test,"A"B,2026-01-05', False),
    "open quote": ('p{n}@x.test,"Ann,2026-01-05', False),
    "too few": ("p{n}@x.test,Ann", False),
    "too many": ("p{n}@x.test,Ann,2026-01-05,more", False),
    "no date": ("p{n}@x.test,Ann,2026-02-30", False),
    "no address": ("nobody {n},Ann,2026-01-05", False),
    "undecodable": ("p{n}@x.test,Ann \udc81 {n},2026-01-05", False),
}
SINGLE = ("utf-8", "utf-8-sig", "cp1252")  # one bad byte stays one bad byte
FILES = st.tuples(
    st.lists(
        st.tuples(st.sampled_from(sorted(ROWS)), st.sampled_from(["\n", "\r\n", "\r", "\n\n"])), min_size=1, max_size=25
    ),
    st.sampled_from([*SINGLE, "utf-16"]),
)


@contextmanager
def undone():
    """What happens in here never happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def written(file) -> tuple[bytes, list[bool]]:
    """(the file, of each row in order whether it is good)."""
    rows, encoding = file
    kept = [(kind, end) for kind, end in rows if encoding in SINGLE or kind != "undecodable"]
    body, good = "Mail,Name,Since\n".encode(encoding), []
    plain = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(encoding, encoding)
    for n, (kind, end) in enumerate(kept):
        text, fine = ROWS[kind]
        body += b"".join(b"\x81" if mark == "\udc81" else mark.encode(plain) for mark in f"{text.format(n=n)}{end}")
        good.append(fine)
    return body, good


def holds(folder, file) -> bool:
    """Every good row came in, every bad one is named with line, reason and its raw cells, and nothing else happened."""
    body, good = written(file)
    if not good:
        return True
    path = folder / "f.csv"
    path.write_bytes(body)
    chosen = {"utf-8-sig": "utf-8"}.get(file[1], file[1])
    one = service.run(kind="leads", path=path, mapping=MAP | {"encoding": chosen}, at=now)
    assert one.state == "done", reports.problems(one)
    settled = list(ImportRow.objects.filter(batch=one).order_by("line").values_list("outcome", "raw"))
    told = {error["line"] for error in reports.errors(one) if error["reason"]}
    done = one.report["done"]
    return (
        [outcome == "created" for outcome, _raw in settled] == good
        and done == {"created": sum(good), "updated": 0, "unchanged": 0, "rejected": good.count(False)}
        and len(told) == good.count(False)
        and Lead.objects.filter(email__startswith="p").count() == sum(good)
        and all(raw for _outcome, raw in settled)
    )


def fuzzed(folder, examples: int) -> None:
    @given(FILES)
    @settings(deadline=None, max_examples=examples, suppress_health_check=list(HealthCheck))
    def hold(file):
        with undone():
            assert holds(folder, file)

    hold()


@pytest.mark.invariant("I14")
def test_every_row_of_a_file_full_of_faults_is_what_it_should_be(tmp_path):
    fuzzed(tmp_path, 25)


@pytest.mark.trust
@pytest.mark.invariant("I14")
def test_every_row_of_five_hundred_files_full_of_faults_is_what_it_should_be(tmp_path):
    fuzzed(tmp_path, 500)


@pytest.mark.invariant("I14", mutant="skip on decode error")
def test_planted_fault_skipping_what_cannot_be_decoded_is_caught(tmp_path):
    file = ([("plain", "\n"), ("undecodable", "\n"), ("plain", "\n")], "utf-8")
    with undone():
        assert holds(tmp_path, file)
    codecs.register_error("importing.mark", lambda problem: ("", problem.end))
    try:
        assert not holds(tmp_path, file)
    finally:
        codecs.register_error("importing.mark", sniff.mark_undecodable)


@pytest.mark.invariant("I14", mutant="a bad row is left out")
def test_planted_fault_leaving_bad_rows_out_is_caught(tmp_path, monkeypatch):
    file = ([("plain", "\n"), ("lone quote", "\n"), ("plain", "\n")], "utf-8")
    every = reader.records
    monkeypatch.setattr(reader, "records", lambda *asked: (one for one in every(*asked) if not one.problems))
    assert not holds(tmp_path, file)
