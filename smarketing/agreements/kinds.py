"""Kinds of papers: registered from above (`AppConfig.ready()`), known here only by key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from smarketing.accounts.models import User


@dataclass(frozen=True)
class PaperKind:
    """`sign_verb`: policy verb a signer needs. `label`: lazy text. `on_signed(paper, at)`: run in the transaction of
    the second signature, `at` = that signature's instant. `page(paper)`: address of the paper's own page, or "".
    `name(paper)`: what the paper is about, as people call it. `verify(paper)`: sentences that name what is in force by it and
    says something else than its text. `stand_ins(line, at)`: id of a person -> the signer in whose place what both sides signed
    on a line lets them sign the next paper. `comes_of(paper)`: a sentence on what both signatures bring about, "" for nothing more."""

    key: str
    label: Any
    sign_verb: str
    on_signed: Callable | None = None
    page: Callable | None = None
    name: Callable | None = None
    verify: Callable | None = None
    stand_ins: Callable[[str, datetime], Mapping[int, User]] | None = None
    comes_of: Callable[[Any], str] | None = None

    def title(self, paper) -> str:
        """A paper in words: "Definition “France” · 3"."""
        words = {"kind": self.label, "name": self.name(paper) if self.name else paper.line, "number": paper.number}
        return capfirst(_("%(kind)s “%(name)s” · %(number)s") % words)


_KINDS: dict[str, PaperKind] = {}


def register(kind: PaperKind) -> None:
    """Add a kind; the last registration of a key wins."""
    _KINDS[kind.key] = kind


def get(key: str) -> PaperKind:
    """The kind, or a plain one that asks for a named signer only."""
    return _KINDS.get(key) or PaperKind(key, key, "papers.sign")
