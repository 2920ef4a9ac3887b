"""Notes on a lead: written by anybody who works it, taken back like every record."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from leads.handoffs import hands
from leads.intake import facts
from leads.models import Correction, Lead, Note, NoteText
from smarketing.accounts.audit import record
from smarketing.accounts.models import Role, User
from smarketing.rows.fence import open_fence

from .problems import Refusal

MAX_NOTE = 4000


@transaction.atomic
def write(*, lead: Lead, text: str, by: User, at: datetime) -> Note:
    """Note something of a lead. Refusal for nothing, or for a person who was erased."""
    fence = open_fence()
    lead = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
    if lead.erased:
        raise Refusal(_("This person was erased."))
    if not text.strip():
        raise Refusal(_("Write something."), "text")
    stamps = {"occurred_at": at, "recorded_at": fence.recorded_at, "known_at": fence.recorded_at}
    note = Note.objects.create(lead=lead, by=by, **stamps)
    NoteText.objects.create(note=note, text=text.strip()[:MAX_NOTE])
    record(by, "lead.note", "lead", lead.pk, at, note=note.pk)
    return note


@transaction.atomic
def take_back(*, note: Note, by: User, at: datetime, reason: str) -> Correction:
    """Strike a note through: its author within 30 seconds without a reason, later with one; a manager with one."""
    if Correction.objects.filter(subject="note", subject_id=note.pk).exists():
        raise Refusal(_("This was taken back before."))
    if not may_take_back(note.by_id, by):
        raise Refusal(_("Only whoever wrote it, or a manager, may take it back."))
    if not reason.strip() and not (by.pk == note.by_id and at - note.recorded_at <= hands.QUICK):
        raise Refusal(_("Say why this is taken back."), "reason")
    facts.correct(subject="note", subject_ids=[note.pk], by=by, at=at, reason=reason)
    return Correction.objects.get(subject="note", subject_id=note.pk)


def may_take_back(author: int | None, by: User) -> bool:
    """Whether `by` may strike a note of `author` through."""
    return by.pk == author or by.role == Role.MANAGER
