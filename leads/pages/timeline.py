"""The last lines of a lead's story, for the rep who works it: at most ten, newest first, each with its way back."""

from collections.abc import Mapping
from dataclasses import dataclass

from leads.evidence import story
from leads.evidence import telling as words
from leads.models import Lead
from smarketing.accounts.models import User

from .telling import Teller

LINES, READ = 10, 40
SKIPPED = ("change", "born", "join", "reset", "contact")  # told on the lead's own page
UNDOABLE = ("attempt", "decision")


@dataclass(frozen=True)
class Line:
    """`told` is the line as the story tells it; `undo` names what its author may take back."""

    told: words.Line
    when: str
    undo: str = ""
    uncounted: str = ""  # of an attempt: why it does not count


def lines(
    lead: Lead, teller: Teller, reader: User, uncounted: Mapping[int, str] | None = None, limit: int = LINES
) -> list[Line]:
    """The newest lines known at the teller's instant, for `reader`. `uncounted`: attempts of its handoff that do not count -> why."""
    why = uncounted or {}
    entries, _further = story.page(lead, teller.at, size=READ)
    kept = [entry for entry in entries if entry.kind not in SKIPPED][:limit]
    return [
        Line(
            told,
            teller.when(told.entry.at),
            told.entry.kind if told.entry.kind in UNDOABLE and not told.entry.correction_id else "",
            why.get(told.entry.id, "") if told.entry.kind == "attempt" else "",
        )
        for told in words.lines(kept, personal=True, lead=lead.pk, reader=reader)
    ]
