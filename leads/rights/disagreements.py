"""Disagreement with a criterion, as it counted for a lead: said with a reason and a note, told to marketing, answered.

A disagreement is a note on the lead with a `Disagreement`; an answer is a note with an `Answer`. So both are told in the
story, taken back, exported and erased as every note is. What the next meeting is to look at is `standing().unanswered()`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from leads.evidence import why
from leads.models import Answer, Correction, Disagreement, Lead
from personas.criteria import tree
from personas.models import DefinitionDraft, DefinitionVersion
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows.fence import open_fence

from . import disagreement_notices, notes
from .problems import Refusal

MAX_NOTE = 1000


@transaction.atomic
def say(
    *, lead: Lead, version: DefinitionVersion, criterion: str, reason: str, text: str, by: User, at: datetime
) -> Disagreement:
    """Disagree with a criterion of a version (its key; "" for the grade as a whole) as it counts for a lead now.

    Refusal for a criterion that the version does not have, an unknown reason, or nothing said.
    """
    if criterion and criterion not in tree.slots(version.body):
        raise Refusal(_("This version has no such criterion."), "criterion")
    if reason not in Disagreement.Reason.values:
        raise Refusal(_("Choose a reason."), "reason")
    if len(text.strip()) > MAX_NOTE:
        raise Refusal(_("Use at most %(n)s characters.") % {"n": MAX_NOTE}, "text")
    grade, points = _counted(lead, version, criterion, at)
    note = notes.write(lead=lead, text=text, by=by, at=at)
    made = Disagreement.objects.create(
        note=note, version=version, line=version.line, criterion=criterion, reason=reason, grade=grade, points=points
    )
    record(by, "lead.disagree", "lead", lead.pk, at, note=note.pk, version=version.pk, criterion=criterion)
    disagreement_notices.tell_said(made, at)
    return made


@transaction.atomic
def answer(*, to: Disagreement, kind: str, text: str, by: User, at: datetime) -> Answer:
    """Answer a disagreement: taken into the draft of the definition, or kept, because … Refusal for one that was taken back,
    that has its answer, or without a reason for keeping it."""
    open_fence()
    Lead.objects.select_for_update(no_key=True).get(pk=to.note.lead_id)  # of two answers the second finds the first
    if not standing().filter(pk=to.pk).exists():
        raise Refusal(_("This was taken back before."))
    if not standing().unanswered().filter(pk=to.pk).exists():
        raise Refusal(_("Somebody was faster: this has been answered."))
    if kind not in Answer.Kind.values:
        raise Refusal(_("Choose an answer."), "kind")
    if kind == Answer.Kind.KEPT and not text.strip():
        raise Refusal(_("Say why it is kept."), "text")
    if len(text.strip()) > MAX_NOTE:
        raise Refusal(_("Use at most %(n)s characters.") % {"n": MAX_NOTE}, "text")
    draft = DefinitionDraft.objects.filter(line=to.line_id).values_list("revision", flat=True).first()
    said = text.strip() or _("Taken into the draft.")
    note = notes.write(lead=to.note.lead, text=said, by=by, at=at)
    made = Answer.objects.create(note=note, to=to, kind=kind, draft=draft if kind == Answer.Kind.TAKEN else None)
    record(by, "lead.answer", "lead", note.lead_id, at, note=note.pk, to=to.pk, kind=kind)
    disagreement_notices.tell_answered(made, at)
    return made


def standing() -> Any:
    """Disagreements that were not taken back."""
    return Disagreement.objects.standing()


def visible_to(user: User) -> QuerySet[Disagreement]:
    """Those about leads that a person may see."""
    return standing().filter(note__lead__in=Lead.objects.visible_to(user).values("pk"))


def counts(line: int, user: User) -> dict[str, tuple[int, int]]:
    """Criterion -> (how many disagree, how many of them wait for an answer), among the leads that a person may see."""
    found: dict[str, tuple[int, int]] = {}
    waiting = set(visible_to(user).filter(line=line).unanswered().values_list("pk", flat=True))  # type: ignore[attr-defined]
    for pk, key in visible_to(user).filter(line=line).values_list("pk", "criterion"):
        n, open_ = found.get(key, (0, 0))
        found[key] = (n + 1, open_ + (pk in waiting))
    return found


def answers(some: QuerySet[Disagreement]) -> Mapping[int, Answer]:
    """Disagreement -> its answer that was not taken back."""
    back = Correction.objects.filter(subject="note", subject_id=OuterRef("pk"))
    rows = Answer.objects.filter(to__in=some).exclude(Exists(back)).select_related("note__words", "note__by")
    return {one.to_id: one for one in rows}


def _counted(lead: Lead, version: DefinitionVersion, criterion: str, at: datetime) -> tuple[str, int]:
    """(grade, points of the criterion) of the lead by this version, as it is shown now."""
    for panel in why.now(lead, at, "en"):
        if panel.version.pk == version.pk:
            rows = [row for axis in panel.axes for row in axis.rows if row.key == criterion]
            return panel.grade, sum(row.points for row in rows)
    raise Refusal(_("The lead is not judged by this version: open its page again."))
