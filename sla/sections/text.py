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
            if rows := tier_rows(one):
                yield section, Part(section.key, section.title, [], [], tier_heads(), rows)
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


def tier_heads() -> list[str]:
    return [_("Tier"), _("Grades"), _("First attempt in business hours"), _("Attempts at least")]


def tier_rows(one: Reading) -> list[list[str]]:
    """name, grades, hours, attempts of each tier; a target that it does not change is that of the clause."""
    usual = _("as in the clause")
    return [
        [
            tier.name, ", ".join(tier.grades), usual if tier.hours is None else number(tier.hours),
            usual if tier.attempts is None else number(tier.attempts),
        ]
        for tier in defaults.tiers(one.body)
    ]  # fmt: skip


def beyond(load) -> dict[str, str]:
    """A load in numbers as people read them."""
    return {"needed": number(exact(load.needed)), "there": number(exact(load.there))}
