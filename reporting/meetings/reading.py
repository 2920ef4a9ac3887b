"""Who reads the words of a note."""

from typing import Any


def text_of(note: Any, visible: bool, personal: bool) -> str:
    """The words of a note, for those who may read them: of a note about a lead only with the right to personal values."""
    if not hasattr(note, "words") or (note.lead_id and not (visible and personal)):
        return ""
    return note.words.text
