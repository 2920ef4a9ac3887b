"""Who reads the words of a note; answers that stand."""

from typing import Any

from django.db.models import QuerySet

from leads.models import Correction, Reply


def text_of(note: Any, visible: bool, personal: bool) -> str:
    """The words of a note, for those who may read them: of a note about a lead only with the right to personal values."""
    if not hasattr(note, "words") or (note.lead_id and not (visible and personal)):
        return ""
    return note.words.text


def standing_replies() -> QuerySet[Reply]:
    """Answers to remarks that were not taken back, with their words."""
    back = Correction.objects.filter(subject="note").values("subject_id")
    return Reply.objects.exclude(pk__in=back).select_related("note__words", "note__by")
