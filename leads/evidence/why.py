"""Why a lead has its grade: rows that add up exactly, each in words and with the facts behind it.

What is shown as "now" are the stored numbers; the facts behind them are read as the oracle reads them. As of a past
instant everything comes from the oracle, under the version in force then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from leads.models import AttributeChange, Campaign, Lead, Score
from leads.scoring import company_days, oracle
from leads.scoring.oracle import LeadFacts
from personas.criteria import decay, grade, tree
from personas.criteria.evaluate import Judgement, Row, cap_of
from personas.criteria.fields import Catalogue
from personas.criteria.sentence import Voice, plain
from personas.criteria.words import number, share, signed
from personas.definitions import queries
from personas.definitions.catalogue import catalogue as read_catalogue
from personas.models import DefinitionLine, DefinitionVersion, FieldDef

from . import values

MAX_DAYS = 12
SCALE = 100


@dataclass(frozen=True)
class Day:
    """Events of one day behind a row; `others` are the leads merged into this one that did some of them."""

    on: date
    n: int
    weight: str
    others: Sequence[int] = ()


@dataclass(frozen=True)
class Said:
    """A value behind a row, and since when it holds ("" when nothing says it); `other`: the merged lead that says it."""

    label: str
    text: str
    since: str
    other: int | None = None


@dataclass(frozen=True)
class WhyRow:
    """`points` add up. `start` and `width` draw the bar on the axis's scale; `how` says how the points came about."""

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


def now(lead: Lead, t: datetime, lang: str, *, personal: bool = True) -> list[Why]:
    """One panel per definition on which the lead has a score, from the stored numbers.

    Without `personal` the personal values behind a row are left out.
    """
    scores = Score.objects.filter(lead=lead, track="live").select_related("version__line").order_by("line_id")
    return [_stored(score, t, lang, personal) for score in scores]


def as_of(lead: Lead, t: datetime, lang: str, *, personal: bool = True) -> list[Why]:
    """One panel per definition in force at t, computed from the facts known then; none before the lead was known."""
    if lead.created_at > t or (lead.recorded_at > t and not lead.declared):
        return []
    versions = queries.versions_in_force(t)
    return [_computed(lead.pk, version, t, lang, personal) for version in versions]


def under(
    lead: Lead, line: DefinitionLine, body: Mapping[str, Any], t: datetime, lang: str, *, personal: bool = True
) -> Why:
    """The panel of a body that need not be published, computed from the facts known at t; its version has no key."""
    return _computed(lead.pk, DefinitionVersion(line=line, body=body), t, lang, personal)


def _stored(score: Score, t: datetime, lang: str, personal: bool) -> Why:
    teller = _Teller(score.lead_id, score.version, t, lang, personal)
    found = teller.judgement
    rows = [_with_points(row, points) for row, points in zip(found.rows, score.contributions, strict=False)]
    pending = found.contributions != list(score.contributions)
    numbers = {"fit": score.fit, "engagement": score.engagement}
    return teller.why(rows, numbers, score.grade, score.mql, score.direct, score.effective_at, pending, True)


def _computed(lead_id: int, version: DefinitionVersion, t: datetime, lang: str, personal: bool) -> Why:
    teller = _Teller(lead_id, version, t, lang, personal)
    found = teller.judgement
    numbers = {"fit": found.fit, "engagement": found.engagement}
    return teller.why(found.rows, numbers, found.grade, found.mql, found.direct, t, False, False)


def _with_points(row: Row, points: int) -> Row:
    return row if row.points == points else Row(row.key, row.axis, row.kind, points)


class _Teller:
    """One version and one lead at t, in one language."""

    def __init__(self, lead_id: int, version: DefinitionVersion, t: datetime, lang: str, personal: bool):
        self.version, self.body, self.t, self.lang, self.personal = version, version.body, t, lang, personal
        self.catalogue: Catalogue = read_catalogue()
        self.facts = LeadFacts(lead_id, t)
        self.today = self.facts.days.of(t)
        self.voice = voice(self.body, self.catalogue, lang)
        self.items = {item["key"]: (path, item) for axis in tree.AXES for path, item, _g in tree.items(self.body, axis)}
        self.groups = {one["key"]: one for axis in tree.AXES for one in self.body[axis]["items"] if tree.is_group(one)}
        self.judgement: Judgement = oracle.score(lead_id, self.body, t, catalogue=self.catalogue, facts=self.facts)

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
            days, more = self._days(item)
            return WhyRow(
                row.key, row.kind, plain(self.voice.condition(item["when"])), row.points, **place, days=days, more_days=more,
                facts=self._said(item), how=self._how(row, item), criterion=plain(self.voice.criterion(item, path)),
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

    def _days(self, item: Mapping[str, Any]) -> tuple[list[Day], int]:
        """The days of the events that an event criterion counts, newest first."""
        when = item["when"]
        if "event" not in when:
            return [], 0
        found: dict[date, list[int]] = {}
        for on, lead in self.facts.done(when["event"]):
            age = (self.today - on).days
            if age >= 0 and (when.get("within") is None or age < when["within"]):
                found.setdefault(on, []).append(lead)
        days = [
            Day(on, len(by), self._weight(item, on), sorted({*by} - {self.facts.lead_id}))
            for on, by in sorted(found.items(), reverse=True)
        ]
        return days[:MAX_DAYS], max(0, len(days) - MAX_DAYS)

    def _said(self, item: Mapping[str, Any]) -> list[Said]:
        """The values that a criterion reads, as they were at t."""
        found = []
        for _path, leaf in tree.leaves(item["when"]):
            if leaf.get("field") in company_days.COLUMNS:
                found.append(self._counted(leaf["field"]))
            if "field" not in leaf or leaf["field"] not in self.fields:
                continue
            one = self.fields[leaf["field"]]
            if one.personal and not self.personal:
                continue
            change = self.changes[one.subject].get(one.name)
            text = values.text_of(one, change.value if change else None, self.lang)
            other = change.subject_id if change and one.subject == "lead" else None
            other = None if other == self.facts.lead_id else other
            found.append(Said(values.label_of(one, self.lang), text, _since(change), other))
        return found

    def _counted(self, key: str) -> Said:
        """A sum over the people of its company, as it stands since the midnight before t."""
        info, value = self.catalogue[key], self.facts.value(key)
        label = info.label_fr if self.lang == "fr" else info.label_en
        shown = "" if value is None else number(value, self.lang)
        return Said(label, shown, _("counted at midnight"))

    @cached_property
    def fields(self) -> dict[str, FieldDef]:
        return {one.key: one for one in FieldDef.objects.filter(subject__in=("lead", "company"))}

    @cached_property
    def changes(self) -> dict[str, dict[str, AttributeChange]]:
        mine = values.latest("lead", self.facts.lead_id, self.t)
        company = mine["company"].value if "company" in mine else None
        return {"lead": mine, "company": values.latest("company", int(company), self.t) if company else {}}

    def _weight(self, item: Mapping[str, Any], on: date) -> str:
        weight = decay.weight(item, (self.today - on).days)
        return "" if weight == decay.MILLION else share(weight // 10_000 * 10_000, self.lang)


def _since(change: AttributeChange | None) -> str:
    if change is None:
        return ""
    at = timezone.localtime(change.occurred_at)
    style = "SHORT_DATE_FORMAT" if change.day_only else "SHORT_DATETIME_FORMAT"
    return _("since %(day)s") % {"day": formats.date_format(at, style)}


def voice(body: Mapping[str, Any], catalogue: Catalogue, lang: str) -> Voice:
    """The voice that knows the personas and campaigns a definition names."""
    named = {cond["event"].get("campaign") for _p, cond in tree.conditions(body) if "event" in cond} - {None, ""}
    rows = Campaign.objects.filter(pk__in=[one for one in named if isinstance(one, int)])
    keys = Campaign.objects.filter(key__in=[one for one in named if isinstance(one, str)])
    campaigns = {row.pk: str(row) for row in rows} | {row.key: str(row) for row in keys}
    return Voice(lang, catalogue, queries.persona_names(lang), campaigns)
