"""The facts behind a row: what was done, what was said, when it happened, when it was learned, and what was taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from leads.models import AttributeChange, Correction
from leads.scoring import company_days
from leads.scoring.oracle import Deed, LeadFacts
from personas.criteria import decay, tree
from personas.criteria.sentence import Voice
from personas.criteria.words import number, share
from personas.models import FieldDef

from . import names, values, whens

MAX_DAYS = 12


@dataclass(frozen=True)
class Day:
    """The same deed of one day, `n` times; `others` are the leads merged into this one that did some of them.

    `at`: the last of them; `when`: its time of day, "" where only the day is known; `learned`: the day on which the last of
    them was learned, where that is a later one; `fact`: its id. `back` says when, by whom and why it was taken back.
    """

    on: date
    n: int
    weight: str
    text: str
    at: datetime
    fact: int
    when: str = ""
    learned: str = ""
    others: Sequence[int] = ()
    back: str = ""

    @property
    def place(self) -> str:
        """Where the story is read from for this deed to stand first."""
        return f"{self.at.isoformat()}~99~0"


@dataclass(frozen=True)
class Said:
    """A value behind a row, and since when it holds ("" when nothing says it); `other`: the merged lead that says it.

    `origin`: who or what said it; `learned`: the day on which it was learned, where that is a later one; `change`: the id of
    the fact; `gone`: values that were taken back, each with when, by whom and why.
    """

    label: str
    text: str
    since: str
    other: int | None = None
    origin: str = ""
    learned: str = ""
    change: int | None = None
    at: datetime | None = None
    company: int | None = None
    gone: Sequence[tuple[str, str]] = ()

    @property
    def place(self) -> str:
        """Where the story is read from for this value to stand first; "" for one that the lead's story does not hold."""
        return f"{self.at.isoformat()}~2~0" if self.at and self.company is None else ""


class Behind:
    """The facts of a lead as of an instant, in one language; without `personal` personal values are left out."""

    def __init__(self, facts: LeadFacts, voice: Voice, lang: str, personal: bool, held: values.Held | None = None):
        self.facts, self.voice, self.lang, self.personal = facts, voice, lang, personal
        self.held = held or values.Held(facts.lead_id, facts.t)
        self.today = facts.today

    def days(self, item: Mapping[str, Any]) -> tuple[list[Day], int]:
        """(the deeds that an event criterion counts and those taken back, newest first; how many more there are)."""
        when = item["when"]
        if "event" not in when:
            return [], 0
        standing = [one for one in self.facts.deeds(when["event"]) if self._in_window(one, when)]
        gone = [one for one in self.facts.taken_back(when["event"]) if self._in_window(one, when)]
        days = [self._day(item, deeds, "") for deeds in grouped(standing)]
        days += [self._day(item, deeds, self._back(deeds[0])) for deeds in grouped(gone)]
        days.sort(key=lambda one: one.at, reverse=True)
        return days[:MAX_DAYS], max(0, len(days) - MAX_DAYS)

    def _in_window(self, one: Deed, when: Mapping[str, Any]) -> bool:
        age = (self.today - one.day).days
        return age >= 0 and (when.get("within") is None or age < when["within"])

    def _day(self, item: Mapping[str, Any], deeds: Sequence[Deed], back: str) -> Day:
        last = max(deeds, key=lambda one: (one.fact.occurred_at, one.key))
        at = last.fact.occurred_at
        weight = decay.weight(item, (self.today - last.day).days)
        return Day(
            last.day, len(deeds), "" if back or weight == decay.MILLION else _percent(weight, self.lang),
            told(last, self.voice), at, last.fact.pk,
            "" if getattr(last.fact, "day_only", False) else whens.time(at),
            max((learned(one.fact) for one in deeds), key=len), sorted({one.lead for one in deeds} - {self.facts.lead_id}), back,
        )  # fmt: skip

    def _back(self, one: Deed) -> str:
        return told_back(self._corrections.get(one.key))

    @cached_property
    def _corrections(self) -> dict[tuple[str, int], Correction]:
        keys = {one.key for one in self.facts.taken_back()}
        kinds, ids = {kind for kind, _pk in keys}, {pk for _kind, pk in keys}
        rows = Correction.objects.filter(subject__in=kinds, subject_id__in=ids).select_related("by")
        return {(one.subject, one.subject_id): one for one in rows}

    # --- values

    def said(self, item: Mapping[str, Any]) -> list[Said]:
        """The values that a criterion reads, as they were."""
        found = []
        for _path, leaf in tree.leaves(item["when"]):
            if leaf.get("field") in company_days.COLUMNS:
                found.append(self._counted(leaf["field"]))
            one = self.fields.get(leaf.get("field", ""))
            if one is not None and not one.off and (self.personal or not one.personal):
                found.append(self.value(one))
        return found

    def _counted(self, key: str) -> Said:
        """A sum over the people of its company, as it stands since the midnight before."""
        info, value = self.voice.catalogue[key], self.facts.value(key)
        label = info.label_fr if self.lang == "fr" else info.label_en
        shown = "" if value is None else number(value, self.lang)
        return Said(label, shown, _("counted at midnight"))

    def value(self, one: FieldDef) -> Said:
        """A value with its fact."""
        change = self.changes[one.subject].get(one.name)
        text = values.text_of(one, change.value if change else None, self.lang)
        other = change.subject_id if change and one.subject == "lead" else None
        shown = values.Value(one.name, "", text, one.personal, change=change)
        return Said(
            values.label_of(one, self.lang), text, since(change), None if other == self.facts.lead_id else other,
            shown.origin, learned(change) if change else "", change.pk if change else None,
            change.occurred_at if change else None,
            self.company if one.subject == "company" else None,
            [
                (values.text_of(one, row.value, self.lang) or "–", told_back(correction))
                for row, correction in self._gone.get((one.subject, one.name), ())
            ],
        )  # fmt: skip

    @cached_property
    def fields(self) -> dict[str, FieldDef]:
        return {one.key: one for one in self.held.fields}

    @property
    def changes(self) -> dict[str, dict[str, AttributeChange]]:
        return {"lead": self.held.mine, "company": self.held.theirs}

    @property
    def company(self) -> int | None:
        return self.held.company

    @cached_property
    def _gone(self) -> dict[tuple[str, str], list[tuple[AttributeChange, Correction]]]:
        found: dict[tuple[str, str], list[tuple[AttributeChange, Correction]]] = {}
        subjects = {"lead": list(self.facts.members)} | ({"company": [self.company]} if self.company else {})
        for row, correction in values.taken_back(subjects, self.facts.t):
            found.setdefault((row.subject, row.field), []).append((row, correction))
        return found


def told(one: Deed, voice: Voice) -> str:
    """What was done, in words."""
    campaign = one.campaign
    return names.deed(one.seen, replace(voice, campaigns={campaign.pk: str(campaign)} if campaign else {}))


def learned(fact: Any) -> str:
    """The later day on which a fact was learned (`whens.learned`)."""
    return whens.learned(fact.occurred_at, fact.recorded_at)


def since(change: AttributeChange | None) -> str:
    if change is None:
        return ""
    style = "SHORT_DATE_FORMAT" if change.day_only else "SHORT_DATETIME_FORMAT"
    return _("since %(day)s") % {"day": formats.date_format(timezone.localtime(change.occurred_at), style)}


def told_back(one: Correction | None) -> str:
    """When, by whom and why it was taken back; "" for what counts."""
    return whens.taken_back(one, one.by.name if one.by else "") if one else ""


def grouped(deeds: Sequence[Deed]) -> list[list[Deed]]:
    """Those of one day that are told in the same words."""
    found: dict[tuple, list[Deed]] = {}
    for one in deeds:
        key = (
            one.day,
            *(one.seen.get(name) for name in ("kind", "name", "page", "form", "campaign", "channel", "outcome")),
        )
        found.setdefault(key, []).append(one)
    return list(found.values())


def _percent(weight: int, lang: str) -> str:
    return share(weight // 10_000 * 10_000, lang)
