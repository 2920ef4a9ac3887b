"""Which words are in force, and which are being written."""

from dataclasses import dataclass
from datetime import datetime

from personas.models import GlossaryTerm, GlossaryVersion
from smarketing.agreements.models import Paper

from . import first, terms
from .terms import Change, Term


@dataclass(frozen=True)
class InForce:
    """`version`: None as long as nothing was signed: then the words are those that a company starts with."""

    version: GlossaryVersion | None
    terms: tuple[Term, ...]

    @property
    def mark(self) -> str:
        """Changes whenever the words do."""
        return str(self.version.number) if self.version else "0"


def in_force(at: datetime) -> InForce:
    """The words that both sides last signed, as at an instant."""
    version = GlossaryVersion.objects.filter(effective_at__lte=at).select_related("paper").order_by("-number").first()
    return InForce(version, tuple(map(terms.read, version.terms)) if version else first.TERMS)


def rows() -> dict[str, GlossaryTerm]:
    """Key → what the company wrote in place of, or besides, the words it started with."""
    return {row.key: row for row in GlossaryTerm.objects.select_related("edited_by").order_by("key")}


def draft() -> list[Term]:
    """The words as they are being written."""
    changed = rows()
    kept = [one for one in first.TERMS if one.key not in changed]
    return kept + [terms.read(row.body) for row in changed.values() if not row.removed]


def left_out() -> list[Term]:
    """Words that were taken out of the draft and can be put back."""
    return [terms.read(row.body) for row in rows().values() if row.removed]


def written(key: str) -> Term:
    """A word as it is being written, also one left out. KeyError for an unknown one."""
    row = GlossaryTerm.objects.filter(key=key).first()
    return terms.read(row.body) if row else {one.key: one for one in first.TERMS}[key]


def ahead(at: datetime) -> list[Change]:
    """What the draft says otherwise than the words in force."""
    return terms.changes(in_force(at).terms, draft())


def papers():
    """Papers of the glossary, the newest first."""
    return Paper.objects.filter(kind="glossary").select_related("proposed_by").order_by("-number")
