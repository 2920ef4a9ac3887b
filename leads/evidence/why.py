"""Why a lead has its grade: rows that add up exactly, each in words and with the facts behind it.

What is shown as "now" are the stored numbers; the facts behind them are read as the oracle reads them. As of a past
instant everything comes from the oracle, under the version in force then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from leads.judging import lines
from leads.models import Lead, Score
from leads.scoring import oracle
from leads.scoring.oracle import LeadFacts
from personas.criteria import decay, fading, grade, tree
from personas.criteria.evaluate import Judgement, Row, cap_of
from personas.criteria.fading import Later, Next
from personas.criteria.fields import Catalogue
from personas.criteria.sentence import plain
from personas.criteria.words import signed
from personas.definitions import queries
from personas.models import DefinitionLine, DefinitionVersion

from . import standing, voices
from .behind import Behind, Day, Said
from .values import Held

SCALE = 100


@dataclass(frozen=True)
class WhyRow:
    """`points` add up. `start` and `width` draw the bar on the axis's scale; `how` says how the points came about.

    `next`: when time alone changes the points, and to how many; `fades`: whether it ever can for such a fact.
    """

    key: str
    kind: str
    text: str
    points: int
    start: float = 0
    width: float = 0
    how: str = ""
    criterion: str = ""
    days: Sequence[Day] = ()
    more_days: int = 0
    facts: Sequence[Said] = ()
    next: Next | None = None
    fades: bool = False

    @property
    def later(self) -> str:
        """What it gives from `next` on: "0", "+20"."""
        return signed(self.next.points) if self.next and self.next.points else "0"

    @property
    def signed(self) -> str:
        return signed(self.points)


@dataclass(frozen=True)
class Axis:
    """`silent` rows give nothing now; `band` is what the letter or digit asks for."""

    name: str
    value: int
    letter: str
    band: str
    rows: Sequence[WhyRow]
    silent: Sequence[WhyRow]


@dataclass(frozen=True)
class Coming:
    """What the grade will be under a version that is signed and not in force yet, were nothing to happen."""

    version: DefinitionVersion
    grade: str
    qualifies: bool


@dataclass(frozen=True)
class Why:
    version: DefinitionVersion
    grade: str
    axes: Sequence[Axis]
    mql: bool
    direct: bool
    at: datetime
    failures: Sequence[str] = ()
    missing: Sequence[str] = ()
    pending: bool = False
    stored: bool = True
    coming: Coming | None = None


def now(
    lead: Lead,
    t: datetime,
    lang: str,
    *,
    personal: bool = True,
    facts: LeadFacts | None = None,
    held: Held | None = None,
) -> list[Why]:
    """One panel per definition on which the lead has a score, from the stored numbers.

    Without `personal` the personal values behind a row are left out. `facts`: where they were read already; `held`: its values, likewise.
    """
    scores = Score.objects.filter(lead=lead, track="live").select_related("version__line").order_by("line_id")
    facts, held = facts or LeadFacts(lead.pk, t), held or Held(lead.pk, t)
    to_come = {one.line_id: one for one in lines.observed(t)}
    observed = Score.objects.filter(lead=lead, track="observed", version__in=to_come.values()).select_related("version")
    coming = {
        one.line_id: Coming(one.version, one.grade, (one.mql or one.direct) and not one.version.retires)
        for one in observed
    }
    # A lead that nothing happened to since the signature has no score of that text yet.
    coming |= {line: _coming(one, facts, held) for line, one in to_come.items() if scores and line not in coming}
    found = [_stored(score, facts, lang, personal, held) for score in scores]
    return [replace(one, coming=coming.get(one.version.line_id)) for one in found]


def as_of(
    lead: Lead,
    t: datetime,
    lang: str,
    *,
    personal: bool = True,
    facts: LeadFacts | None = None,
    held: Held | None = None,
) -> list[Why]:
    """One panel per definition in force at t, computed from the facts known then; none before the lead was known, while it was
    merged into another, or for one that was erased."""
    facts, held = facts or LeadFacts(lead.pk, t), held or Held(lead.pk, t)
    if lead.erased or not standing.was_known(lead, t) or held.root:
        return []
    coming = {one.line_id: _coming(one, facts, held) for one in lines.observed(t)}
    found = [_computed(version, facts, lang, personal, held) for version in queries.versions_in_force(t)]
    return [replace(one, coming=coming.get(one.version.line_id)) for one in found]


def _coming(version: DefinitionVersion, facts: LeadFacts, held: Held) -> Coming:
    found = oracle.score(facts.lead_id, version.body, facts.t, catalogue=held.catalogue, facts=facts)
    return Coming(version, found.grade, found.qualifies and not version.retires)


def under(
    lead: Lead, line: DefinitionLine, body: Mapping[str, Any], t: datetime, lang: str, *, personal: bool = True
) -> Why:
    """The panel of a body that need not be published, computed from the facts known at t; its version has no key."""
    return _computed(DefinitionVersion(line=line, body=body), LeadFacts(lead.pk, t), lang, personal, Held(lead.pk, t))


def _stored(score: Score, facts: LeadFacts, lang: str, personal: bool, held: Held) -> Why:
    teller = _Teller(score.version, facts, lang, personal, held)
    found = teller.judgement
    rows = [_with_points(row, points) for row, points in zip(found.rows, score.contributions, strict=False)]
    pending = found.contributions != list(score.contributions)
    numbers = {"fit": score.fit, "engagement": score.engagement}
    return teller.why(rows, numbers, score.grade, score.mql, score.direct, score.effective_at, pending, True)


def _computed(version: DefinitionVersion, facts: LeadFacts, lang: str, personal: bool, held: Held) -> Why:
    teller = _Teller(version, facts, lang, personal, held)
    found = teller.judgement
    numbers = {"fit": found.fit, "engagement": found.engagement}
    return teller.why(found.rows, numbers, found.grade, found.mql, found.direct, facts.t, False, False)


def _with_points(row: Row, points: int) -> Row:
    return row if row.points == points else Row(row.key, row.axis, row.kind, points)


class _Teller:
    """One version and the facts of one lead at t, in one language."""

    def __init__(self, version: DefinitionVersion, facts: LeadFacts, lang: str, personal: bool, held: Held):
        self.version, self.body, self.facts, self.lang = version, version.body, facts, lang
        self.catalogue: Catalogue = held.catalogue
        self.voice = voices.of(self.body, self.catalogue, lang)
        self.behind = Behind(self.facts, self.voice, lang, personal, held)
        self.items = {item["key"]: (path, item) for axis in tree.AXES for path, item, _g in tree.items(self.body, axis)}
        self.groups = {one["key"]: one for axis in tree.AXES for one in self.body[axis]["items"] if tree.is_group(one)}
        self.rules = queries.pinned(self.body)
        self.judgement: Judgement = oracle.score(
            facts.lead_id, self.body, facts.t, catalogue=self.catalogue, facts=facts, pinned=self.rules
        )
        self.moment = Later(facts, facts.today, self.catalogue, self.rules)

    def why(self, rows, numbers, cell, mql, direct, at, pending, stored) -> Why:
        axes = [self._axis(axis, [row for row in rows if row.axis == axis], numbers[axis]) for axis in tree.AXES]
        failures = [self._failure(one.kind, one.condition) for one in self.judgement.failures]
        missing = [self.voice.catalogue[name].label_fr if self.lang == "fr" else self.voice.catalogue[name].label_en
                   for name in self.judgement.missing if name in self.voice.catalogue]  # fmt: skip
        return Why(self.version, cell, axes, mql, direct, at, failures, missing, pending, stored)

    def _failure(self, kind: str, condition: Mapping[str, Any]) -> str:
        text = plain(self.voice.condition(condition))
        return (_("must have, and has not: %s") if kind == "must" else _("must never have, and has: %s")) % text

    def _axis(self, name: str, rows: Sequence[Row], value: int) -> Axis:
        bands = self.body[name]["bands"]
        at = grade.band(value, bands)
        letter = (grade.LETTERS if name == "fit" else grade.DIGITS)[at]
        band = (
            _("from %(edge)s") % {"edge": bands[at]} if at < len(bands) else _("under %(edge)s") % {"edge": bands[-1]}
        )
        said = [row for row in rows if row.points]
        top, total = SCALE, 0
        for row in said:
            total += row.points
            top = max(top, total)
        drawn, total = [], 0
        for row in said:
            low, high = sorted((total, total + row.points))
            low = max(low, 0)
            total += row.points
            drawn.append(self._row(row, low * SCALE / top, max(0, high - low) * SCALE / top))
        silent = [self._row(row, 0, 0) for row in rows if not row.points and row.kind == "criterion"]
        return Axis(name, value, letter, band, drawn, silent)

    def _row(self, row: Row, start: float, width: float) -> WhyRow:
        place: dict[str, Any] = {"start": round(start, 2), "width": round(width, 2)}
        if row.kind == "criterion":
            path, item = self.items[row.key]
            days, more = self.behind.days(item)
            return WhyRow(
                row.key, row.kind, plain(self.voice.condition(item["when"])), row.points, **place, days=days, more_days=more,
                facts=self.behind.said(item), how=self._how(row, item),
                criterion=plain(self.voice.criterion(item, path)), next=self._fading(item, row), fades=fading.fades(item),
            )  # fmt: skip
        if row.kind == "group":
            text = _("these criteria together count %(cap)s at most") % {"cap": self.groups[row.key]["cap"]}
        else:
            text = _("kept between 0 and %(cap)s") % {"cap": self.body[row.axis].get("cap", 100)}
        return WhyRow(row.key, row.kind, text, row.points, **place)

    def _how(self, row: Row, item: Mapping[str, Any]) -> str:
        """ "3 × 20, capped at 40, faded"."""
        if not row.events and not row.raw:
            return ""
        parts = []
        if item.get("each") and row.events:
            parts.append(f"{row.events}\u00a0×\u00a0{item['points']}".replace("-", "−"))
        if item.get("each") and item.get("daily") and row.events:
            parts.append(_("at most %(count)s a day") % {"count": item["daily"]})
        full = item["points"] * (row.events if item.get("each") else 1)
        if item.get("decay") and row.raw != full * decay.MILLION:
            parts.append(_("faded"))
        if row.capped:
            parts.append(_("capped at %(cap)s") % {"cap": cap_of(item)})
        return ", ".join(parts)

    def _fading(self, item: Mapping[str, Any], row: Row) -> Next | None:
        return fading.next_change(item, self.moment, self.rules) if row.raw else None
