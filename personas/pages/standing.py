"""Where a definition stands between draft and agreement: its newest paper, who signed it, whether the draft moved on."""

import json
from dataclasses import dataclass
from typing import Any

from personas.definitions.services import KIND
from personas.models import DefinitionLine, DefinitionVersion
from smarketing.agreements import services as agreements
from smarketing.agreements.models import Paper, Signature

TURNS = frozenset({"retires", "calls_off", "moves"})  # in the text of a paper


@dataclass(frozen=True)
class Standing:
    """`state`: "empty" (nothing was ever proposed), "writing" (the draft is ahead of paper and versions), "proposed"
    (waiting for signatures), "agreed" (the newest paper is signed by both and the draft says the same)."""

    state: str
    paper: Paper | None
    version: DefinitionVersion | None
    signatures: list[tuple[str, Signature | None]]
    moved_on: bool

    @property
    def waiting(self) -> bool:
        """Proposed and not signed by both sides yet."""
        return self.paper is not None and self.version is None

    @property
    def turns(self) -> bool:
        """Whether the newest paper is not the draft's text but an act of its own: retired, called off, on another day."""
        return self.paper is not None and bool(TURNS & text_of(self.paper).keys())

    @property
    def missing(self) -> list[str]:
        """Sides that have not signed the newest paper."""
        return [side for side, signature in self.signatures if signature is None]


def papers_of(line: DefinitionLine | int):
    """Papers of a definition, newest first."""
    pk = line if isinstance(line, int) else line.pk
    return Paper.objects.filter(kind=KIND, line=f"{KIND}:{pk}").select_related("proposed_by").order_by("-number")


def standing(line: DefinitionLine) -> Standing:
    paper = papers_of(line).first()
    if paper is None:
        return Standing("empty", None, None, [], False)
    version = DefinitionVersion.objects.filter(paper=paper).first()
    moved_on = text_of(paper)["body"] != line.draft.body
    state = "writing" if moved_on else ("agreed" if version else "proposed")
    return Standing(state, paper, version, list(agreements.state(paper).items()), moved_on)


def text_of(paper: Paper) -> dict[str, Any]:
    """What the paper of a definition says: line, effective_at, body, personas."""
    return json.loads(paper.body)


def line_of(paper: Paper) -> int:
    """Primary key of the definition that a paper belongs to."""
    return int(paper.line.partition(":")[2])
