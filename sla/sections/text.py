"""The document: sections in their order, each with its sentences, clauses and table, in the active language."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from .. import kinds
from . import defaults
from .fields import number
from .reading import Promise, Reading
from .says import ALWAYS, SAYS
from .sums import exact
from .table import SECTIONS, Section

CLAUSES = {"marketing": "marketing", "sales": "sales", "both": kinds.BOTH}


@dataclass(frozen=True)
class Line:
    """A clause as it is read: its key, what it promises."""

    key: str
    side: str
    words: str


@dataclass(frozen=True)
class Part:
    """One section of the table: sentences, clauses, or rows of a table below heads."""

    key: str
    title: Any
    sentences: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Heading:
    """A numbered section of the document; a second part of the same number has a title of its own."""

    number: int
    title: Any
    parts: list[Part]


def document(one: Reading) -> list[Heading]:
    """Every section that the terms hold. An older body holds fewer: what it never said is not said for it."""
    out = []
    for number_, some in groupby(_told(one), key=lambda pair: pair[0].number):
        found = list(some)
        out.append(Heading(number_, found[0][0].title, [part for _section, part in found]))
    return out


def _told(one: Reading) -> Iterator[tuple[Section, Part]]:
    for section in SECTIONS:
        if section.key in CLAUSES:
            if (lines := _lines(one, CLAUSES[section.key])) or section.key != "both":
                nothing = [] if lines else [_("Nothing is promised.")]
                yield section, Part(section.key, section.title, nothing, lines)
        elif section.key == defaults.TIERS:
            heads, rows = tier_table(one)
            if rows:
                yield section, Part(section.key, section.title, [], [], heads, rows)
        elif section.key in SAYS and (section.key in ALWAYS or defaults.written(one.body, section.key)):
            yield section, Part(section.key, section.title, SAYS[section.key](one))


def _lines(one: Reading, side: str) -> list[Line]:
    return [Line(clause.key, side, clause_words(clause)) for clause in one.promises if clause.side == side]


def clause_words(one: Promise) -> str:
    """A clause whole: "First attempt in time: first attempt within 4 business hours, on at least 90% of the MQL.\""""
    words = {"label": one.kind.label, "sentence": one.sentence()}
    if one.share is None:
        return _("%(label)s: %(sentence)s.") % words
    share = _("%(number)s%%") % {"number": number(one.share)}
    return _("%(label)s: %(sentence)s, on at least %(share)s of the MQL.") % (words | {"share": share})


def tier_table(one: Reading) -> tuple[list[str], list[list[str]]]:
    """Heads and rows: the grades of each tier with its target in each clause that makes a difference; no rows without any."""
    found = defaults.tiers(one.body)
    clauses = [clause for clause in one.promises if clause.params.get(defaults.TIERS)]
    heads = [_("Grades"), *(f"{clause.key} {kinds.target_label(clause.kind, clause.params)}" for clause in clauses)]
    return heads, [[", ".join(tier.grades), *(_target(tier, clause) for clause in clauses)] for tier in found]


def _target(tier: defaults.Tier, clause: Promise) -> str:
    if clause.key not in tier.targets:
        return _("as in the clause")
    target = tier.targets[clause.key]
    return _("nothing promised") if target is None else number(target)


def beyond(load) -> dict[str, str]:
    """A load in numbers as people read them."""
    return {"needed": number(exact(load.needed)), "there": number(exact(load.there))}
