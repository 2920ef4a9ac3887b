"""Notes on a lead: written by anybody who works it, taken back like every record."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from leads.intake import corrections, facts
from leads.models import Correction, Lead, Note, NoteText
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows.fence import open_fence

from .problems import Refusal

MAX_NOTE = 4000


@transaction.atomic
def write(*, lead: Lead | None, text: str, by: User, at: datetime) -> Note:
    """Note something of a lead; of none where the note is a remark on something else. Refusal for nothing, or for a person
    who was erased."""
    fence = open_fence()
    if lead is not None:
        lead = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
        if lead.erased:
            raise Refusal(_("This person was erased."))
    if not text.strip():
        raise Refusal(_("Write something."), "text")
    stamps = {"occurred_at": at, "recorded_at": fence.recorded_at, "known_at": fence.recorded_at}
    note = Note.objects.create(lead=lead, by=by, **stamps)
    NoteText.objects.create(note=note, text=text.strip()[:MAX_NOTE])
    if lead is not None:
        record(by, "lead.note", "lead", lead.pk, at, note=note.pk)
    return note


@transaction.atomic
def take_back(*, note: Note, by: User, at: datetime, reason: str) -> Correction:
    """Strike a note through (`intake.corrections` says who may, and when)."""
    if Correction.objects.filter(subject="note", subject_id=note.pk).exists():
        raise Refusal(_("This was taken back before."))
    if found := corrections.hindrance("note", note, by=by, at=at, reason=reason):
        raise Refusal(found.said, found.field)
    facts.correct(subject="note", subject_ids=[note.pk], by=by, at=at, reason=reason)
    return Correction.objects.get(subject="note", subject_id=note.pk)
