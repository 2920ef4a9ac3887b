"""Why a row gives other points than before: time went by, a fact was taken back, was learned, or the version is another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from leads.scoring.oracle import Deed, LeadFacts
from personas.criteria import tree
from personas.criteria.sentence import Voice, plain
from personas.criteria.words import signed
from personas.definitions import queries
from personas.definitions.catalogue import catalogue as read_catalogue
from personas.models import DefinitionVersion

from . import voices
from .behind import Behind, Said, grouped, learned, told

TIME, CORRECTION, FACT, VERSION, CAP = "time", "correction", "fact", "version", "cap"
STEPS = (TIME, CORRECTION, FACT, VERSION)
MOST = 6


@dataclass(frozen=True)
class Cause:
    """`points` of a row's difference that come of one kind of cause; `words`: the facts or the wording behind it."""

    kind: str
    points: int
    words: Sequence[str] = ()

    @property
    def signed(self) -> str:
        return signed(self.points)

    @property
    def said(self) -> str:
        """The kind in words."""
        return str(_said(self.kind))


def _said(kind: str) -> str:
    return {
        TIME: _("time went by"), CORRECTION: _("taken back"), FACT: _("new facts"), VERSION: _("another version"),
        CAP: _("cap or bound"),
    }[kind]  # fmt: skip


class Teller:
    """The facts known before, the same without what was taken back since, and those known after; in one language."""

    def __init__(self, before: LeadFacts, corrected: LeadFacts, after: LeadFacts, lang: str, personal: bool):
        self.before, self.corrected, self.after, self.lang, self.personal = before, corrected, after, lang, personal
        self.catalogue = read_catalogue()
        self._voice = Voice(lang, self.catalogue)
        self._old, self._corrected, self._new = (
            Behind(one, self._voice, lang, True) for one in (before, corrected, after)
        )

    def causes(
        self, axis: str, key: str, steps: Mapping[str, int], old: DefinitionVersion, new: DefinitionVersion
    ) -> list[Cause]:
        """The steps that moved a criterion, each with its words."""
        item = _item(old, axis, key) or _item(new, axis, key)
        leaves = list(_leaves(item["when"], queries.pinned(old.body) | queries.pinned(new.body))) if item else []
        words = {
            TIME: lambda: (),
            CORRECTION: lambda: self._taken_back(leaves),
            FACT: lambda: self._learned(leaves),
            VERSION: lambda: self._wording(axis, key, old, new),
        }
        return [Cause(kind, steps[kind], words[kind]()) for kind in STEPS if steps[kind]]

    # --- facts

    def _taken_back(self, leaves: Sequence[Mapping[str, Any]]) -> list[str]:
        return self._deeds(leaves, self.before, self.corrected) + self._values(leaves, self._old, self._corrected)

    def _learned(self, leaves: Sequence[Mapping[str, Any]]) -> list[str]:
        gone = [
            _("counts no longer: %(deed)s") % {"deed": one} for one in self._deeds(leaves, self.corrected, self.after)
        ]
        return self._deeds(leaves, self.after, self.corrected) + gone + self._values(leaves, self._corrected, self._new)

    def _deeds(self, leaves: Sequence[Mapping[str, Any]], one: LeadFacts, without: LeadFacts) -> list[str]:
        """What counts in the one and not in the other."""
        found: dict[tuple[str, int], Deed] = {}
        for leaf in leaves:
            if "event" in leaf:
                mine = {deed.key: deed for deed in one.deeds(leaf["event"])}
                other = {deed.key for deed in without.deeds(leaf["event"])}
                found |= {pk: deed for pk, deed in mine.items() if pk not in other}
        days = sorted(grouped(list(found.values())), key=lambda deeds: deeds[0].day, reverse=True)
        return [self._deed(deeds) for deeds in days[:MOST]] + _rest(len(days))

    def _deed(self, deeds: Sequence[Deed]) -> str:
        one = deeds[0]
        day = formats.date_format(one.day, "SHORT_DATE_FORMAT")
        times = f" ×{len(deeds)}" if len(deeds) > 1 else ""
        parts = [f"{day}: {told(one, self._voice)}{times}"]
        if late := max((learned(each.fact) for each in deeds), key=len):
            parts.append(_("learned %(day)s") % {"day": late})
        if one.lead != self.after.lead_id:
            parts.append(_("of #%(number)s, merged into this one") % {"number": one.lead})
        return " · ".join(parts)

    def _values(self, leaves: Sequence[Mapping[str, Any]], old: Behind, new: Behind) -> list[str]:
        found = []
        for key in dict.fromkeys(leaf["field"] for leaf in leaves if "field" in leaf):
            field = new.fields.get(key)
            if field is None:
                continue
            then, now = old.value(field), new.value(field)
            if (then.text, then.change) == (now.text, now.change):
                continue
            found.append(self._value(then, now, field.off or (field.personal and not self.personal)))
        return found

    def _value(self, then: Said, now: Said, hidden: bool) -> str:
        if hidden:
            return _("%(field)s has another value") % {"field": now.label}
        parts = [f"{now.label}: {then.text or '–'} → {now.text or '–'}"]
        if now.since and now.change:
            parts.append(now.since)
        if now.learned:
            parts.append(_("learned %(day)s") % {"day": now.learned})
        return " · ".join(parts)

    # --- versions

    def _wording(self, axis: str, key: str, old: DefinitionVersion, new: DefinitionVersion) -> list[str]:
        was, now = self._sentence(axis, key, old), self._sentence(axis, key, new)
        if not was:
            return [_("new in version %(number)s: %(sentence)s") % {"number": new.number, "sentence": now}]
        if not now:
            return [_("no longer in version %(number)s: %(sentence)s") % {"number": new.number, "sentence": was}]
        return [
            _("version %(number)s: %(sentence)s") % {"number": one.number, "sentence": said}
            for one, said in ((old, was), (new, now))
        ]

    def _sentence(self, axis: str, key: str, version: DefinitionVersion) -> str:
        for path, item, _group in tree.items(version.body, axis):
            if item["key"] == key:
                return plain(voices.of(version.body, self.catalogue, self.lang).criterion(item, path))
        return ""


def _item(version: DefinitionVersion, axis: str, key: str) -> Mapping[str, Any] | None:
    return next((item for _path, item, _group in tree.items(version.body, axis) if item["key"] == key), None)


def _leaves(cond: Mapping[str, Any], rules: Mapping[int, Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The tests inside a condition, those of the personas it names included."""
    for _path, leaf in tree.leaves(cond):
        if inner := rules.get(leaf.get("persona", -1)):
            yield from _leaves(inner, rules)
        else:
            yield leaf


def _rest(n: int) -> list[str]:
    return [_("and %(count)s more") % {"count": n - MOST}] if n > MOST else []
