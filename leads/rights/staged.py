"""A person in files: rows that are theirs, kept with an import or in its uploaded file.

A row is theirs by an address or number of theirs in a cell, by first and last name in two cells, by a key of theirs or
of a deal of theirs in a column of keys of its source, or where it tells details of an event of theirs. Its cells are
emptied where they are kept; the file it stands in goes.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from django.db import connection
from django.utils.translation import gettext as _

from leads.intake.events import key_of
from leads.intake.importing import staging
from leads.intake.importing.recognise import FILE
from leads.intake.importing.service import OPEN
from leads.models import Deal, EventKey, Import, Source

from .person import Person, events
from .problems import Refusal

KEYED = ("key", "lead", "root", "losers", "contacts")  # targets that hold keys of leads
KEYED_DEALS = {"deals": "key", "contacts": "deal", "changes": "deal"}  # kind -> its target that holds keys of deals
MAILED = ("lead.email", "lead_email")  # where the hash of an address is one
_BY_WORDS = """
SELECT batch_id, line FROM leads_importrow WHERE lower(raw::text) LIKE ANY(%s) AND EXISTS (
  SELECT FROM jsonb_array_elements_text(raw) c WHERE EXISTS (SELECT FROM unnest(%s::text[]) w WHERE strpos(lower(c), w) > 0))
"""
_BY_NAME = """
SELECT batch_id, line FROM leads_importrow WHERE EXISTS (
  SELECT FROM unnest(%s::text[], %s::text[]) AS u(one, other) WHERE strpos(lower(raw::text), btrim(to_json(one)::text, '"')) > 0
    AND EXISTS (SELECT FROM jsonb_array_elements_text(raw) c WHERE lower(btrim(c)) = one)
    AND EXISTS (SELECT FROM jsonb_array_elements_text(raw) c WHERE lower(btrim(c)) = other))
"""
_BY_KEY = "SELECT batch_id, line FROM leads_importrow WHERE batch_id = %s AND btrim(raw ->> %s) = ANY(%s)"
_EMPTY = """
UPDATE leads_importrow SET errors = '[]', raw = coalesce(
  (SELECT jsonb_agg(''::text) FROM jsonb_array_elements(raw)), '[]'::jsonb) WHERE batch_id = %s AND line = ANY(%s)
"""
ENCODINGS = ("utf-8", "utf-16-le", "cp1252")
BLOCK = 1 << 20
BLOCK_ROWS = 2000

Rows = dict[int, list[int]]  # import -> lines


def find(who: Person) -> Rows:
    """Their rows. Reads only."""
    found: dict[int, set[int]] = {}
    with connection.cursor() as cursor:
        words = [word.lower() for word in who.words]
        if words:
            cursor.execute(_BY_WORDS, [[f"%{_like(word)}%" for word in words], words])
            _add(found, cursor.fetchall())
        if names := [(one.lower(), other.lower()) for one, other in who.full_names]:
            cursor.execute(_BY_NAME, [[one for one, _other in names], [other for _one, other in names]])
            _add(found, cursor.fetchall())
        for batch, column, keys in _keyed(who):
            cursor.execute(_BY_KEY, [batch, column, keys])
            _add(found, cursor.fetchall())
    keyed = {(batch, column): set(keys) for batch, column, keys in _keyed(who)}
    for one in Import.objects.order_by("pk"):
        mine = {column: keys for (batch, column), keys in keyed.items() if batch == one.pk}
        _add(found, [(one.pk, line) for line in (*_in_file(one, who, mine), *_details(one, who))])
    return {batch: sorted(lines) for batch, lines in sorted(found.items())}


def files(who: Person, rows: Rows) -> list[Import]:
    """Imports whose uploaded file is still there and holds them."""
    kept = [one for one in Import.objects.order_by("pk") if staging.path_of(one).exists()]
    return [one for one in kept if one.pk in rows or _holds(staging.path_of(one), who)]


def under_way(rows: Rows) -> str:
    """Why these rows cannot be emptied now; "" when they can."""
    one = Import.objects.filter(pk__in=rows, state__in=OPEN).first()
    if one is None:
        return ""
    return _("The import of %(file)s, which names this person, is under way: nothing was erased. Try again when it is done.") % {
        "file": one.filename
    }  # fmt: skip


def erase(who: Person) -> None:
    """Empty their rows and delete the files. Refusal while an import that names them is under way."""
    rows = find(who)
    if said := under_way(rows):
        raise Refusal(said)
    gone = files(who, rows)
    with connection.cursor() as cursor:
        for batch, lines in rows.items():
            cursor.execute(_EMPTY, [batch, lines])
    for one in gone:
        if one.state in ("new", "checked", "stopped"):
            one.state = "failed"
            one.report |= {"problems": [{"key": "person_erased", "params": {}}]}
            one.save(update_fields=["state", "report"])
        # If the transaction should fail after this, a file is missing that could be uploaded again: never the reverse.
        staging.path_of(one).unlink(missing_ok=True)


def _keyed(who: Person) -> Iterable[tuple[int, int, list[str]]]:
    """(import, column, keys) of the columns of staged files that hold keys of a source in which the person has one."""
    sold = list(Deal.objects.filter(pk__in=who.deals).exclude(key="").values_list("key", flat=True))
    for one in Import.objects.exclude(mapping={}).order_by("pk"):
        keys = who.keys.get(one.mapping.get("source") or FILE, [])
        if keys and one.kind != "deals":
            yield from ((one.pk, column, keys) for column in _columns(one, KEYED))
        elif keys:
            yield from ((one.pk, column, keys) for column in _columns(one, set(KEYED) - {"key"}))
        if hashes := [form for key in keys for form in (key, key.upper())]:
            yield from ((one.pk, column, hashes) for column in _columns(one, MAILED))
        if sold and one.kind in KEYED_DEALS:
            yield from ((one.pk, column, sold) for column in _columns(one, [KEYED_DEALS[one.kind]]))


def _columns(one: Import, targets: Iterable[str]) -> Iterator[int]:
    """The columns of a file that fill one of these targets."""
    headers = one.report.get("headers", [])
    for header, target in (one.mapping.get("columns") or {}).items():
        if header in headers and set(str(target).split("+")) & set(targets):
            yield headers.index(header)


def _details(one: Import, who: Person) -> Iterator[int]:
    """Lines of a file of details, kept or staged, that tell of an event of theirs: the event's id is all they name."""
    source = Source.objects.filter(name=one.mapping.get("source") or FILE).first() if one.kind == "details" else None
    column = next(_columns(one, ["id"]), None)
    if source is None or column is None:
        return
    mine = set(events(who).values_list("pk", flat=True))
    said = one.rows.values_list("line", "raw").iterator(chunk_size=BLOCK_ROWS)
    staged = iter(lambda: list(islice(said, BLOCK_ROWS)), [])
    kept = (list(zip(block.lines, block.rows, strict=True)) for block in staging.blocks(one))
    for rows in chain(staged, kept) if mine else ():
        ids = {line: key_of(row[column]) for line, row in rows if column < len(row)}
        found = EventKey.objects.filter(source=source, key__in=list(set(ids.values()))).values_list("key", "event_id")
        theirs = {bytes(key) for key, event in found if event in mine}
        yield from (line for line, key in ids.items() if key in theirs)


def _in_file(one: Import, who: Person, keyed: dict[int, set[str]]) -> Iterator[int]:
    """Lines of an uploaded file that are theirs. Only a file that holds one of their words anywhere is read."""
    path = staging.path_of(one)
    words = [word.lower() for word in who.words]
    names = {(one.lower(), other.lower()) for one, other in who.full_names}
    parts = [
        *who.words,
        *(part for pair in who.full_names for part in pair),
        *(key for keys in keyed.values() for key in keys),
    ]
    if not path.exists() or not _has(path, parts):
        return
    for block in staging.blocks(one):
        broken = ((record.line, record.cells) for record in block.broken)
        for line, row in (*zip(block.lines, block.rows, strict=True), *broken):
            cells = [cell.lower() for cell in row]
            bare = {cell.strip() for cell in cells}
            if (
                any(word in cell for word in words for cell in cells)
                or any(first in bare and last in bare for first, last in names)
                or any(column < len(row) and row[column].strip() in keys for column, keys in keyed.items())
            ):
                yield line


def _holds(path: Path, who: Person) -> bool:
    """Whether a file holds an address or number of theirs, or a full name as one text."""
    return _has(path, who.texts)


def _has(path: Path, wanted: Iterable[str]) -> bool:
    """Whether a file holds one of these words as it may be written."""
    words = {
        form.encode(code, "ignore")
        for word in wanted
        for form in (word, word.lower(), word.upper())
        for code in ENCODINGS
    }
    words.discard(b"")
    if not words:
        return False
    if not zipfile.is_zipfile(path):
        with path.open("rb") as stream:
            return _in_stream(stream, words)
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as stream:
                if _in_stream(stream, words):
                    return True
    return False


def _in_stream(stream, words: set[bytes]) -> bool:
    tail, longest = b"", max(map(len, words))
    while block := stream.read(BLOCK):
        text = tail + block
        if any(word in text for word in words):
            return True
        tail = text[-longest:]
    return False


def _add(found: dict[int, set[int]], rows: Iterable[tuple[int, int]]) -> None:
    for batch, line in rows:
        found.setdefault(batch, set()).add(line)


def _like(word: str) -> str:
    """The word as JSON writes it, for LIKE."""
    written = json.dumps(word, ensure_ascii=False)[1:-1]
    return written.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
