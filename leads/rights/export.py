"""Everything the house holds about one person in one file: for a program (JSON), a reader (HTML) and a spreadsheet (CSV)."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from leads.evidence import story, telling, values
from leads.models import Lead
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows.models import Installation
from smarketing.web import spreadsheet
from smarketing.web.language import active_language

from . import consent, person
from .problems import Refusal

PAGE = 500  # entries of the story read at once


def counts(lead: Lead) -> dict[str, int]:
    """How many rows each section holds; empty ones are left out."""
    who = person.of(lead)
    found = {name: rows(who).count() for name, rows in person.SECTIONS.items()}
    return {name: n for name, n in found.items() if n}


@transaction.atomic
def export(*, lead: Lead, by: User, at: datetime) -> bytes:
    """The file (ZIP). Refusal for a person who was erased, or a lead merged into another one."""
    if lead.erased:
        raise Refusal(_("This person was erased: nothing is left to export."))
    if lead.root_id:
        raise Refusal(_("This lead was merged into another one: do it there."))
    who = person.of(lead)
    sections = {name: person.section(name, who) for name in person.SECTIONS}
    lines = list(_story(lead, at))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        whole = {"exported_at": at.isoformat(), "lead": lead.pk} | sections
        archive.writestr("person.json", json.dumps(whole, ensure_ascii=False, indent=1, default=_written))
        archive.writestr("person.html", _page(lead, lines, at))
        archive.writestr("values.csv", _csv(_value_rows(sections["values"])))
        archive.writestr("story.csv", _csv(_story_rows(lines)))
    record(by, "leads.export_person", "lead", lead.pk, at, rows=sum(map(len, sections.values())))
    return packed.getvalue()


def _story(lead: Lead, at: datetime) -> Iterator[telling.Line]:
    before = None
    while True:
        entries, before = story.page(lead, at, before=before, size=PAGE)
        yield from telling.lines(entries, personal=True, lead=lead.pk, whole=True)
        if before is None:
            return


def _page(lead: Lead, lines: Sequence[telling.Line], at: datetime) -> str:
    context = {
        "lead": lead,
        "at": at,
        "company": Installation.objects.values_list("company", flat=True).first() or "smarketing",
        "language": active_language(),
        "values": [one for one in values.values("lead", lead.pk, at, get_language() or "en", whole=True) if one.text],
        "consents": consent.of(lead),
        "lines": lines,
    }
    return render_to_string("leads/rights/person.html", context)


def _value_rows(rows: Iterable[dict[str, Any]]) -> Iterator[list[Any]]:
    yield [
        _("Subject"),
        _("Field"),
        _("Value"),
        _("Since"),
        _("Learned"),
        pgettext("provenance", "From"),
        _("Taken back"),
    ]
    for row in rows:
        origin = row["file"] or row["written_by"] or row["source"]
        value = row["value"] if isinstance(row["value"], (str, int, float)) else json.dumps(row["value"])
        yield [row["subject"], row["field"], value, row["occurred_at"], row["recorded_at"], origin, row["taken_back"]]


def _story_rows(lines: Iterable[telling.Line]) -> Iterator[list[Any]]:
    yield [_("When"), _("What"), _("Values"), _("Note"), _("By"), _("Taken back")]
    for line in lines:
        pairs = "; ".join(f"{label}: {value}" for label, value in line.pairs)
        yield [line.entry.at, line.text, pairs, line.note, line.by or line.file, line.taken_back]


def _csv(rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([spreadsheet.cell(one) for one in row] for row in rows)
    return spreadsheet.BOM + text.getvalue()


def _written(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
