"""What changed between two definitions, in words. Criteria and groups are matched by key, conditions by content."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import canonical, tree
from .sentence import Voice, plain
from .words import french_spaces, listing, number, quoted, signed, subject

WORDS: dict[str, tuple[str, str]] = {
    "added": ("added: {what}", "ajouté : {what}"),
    "removed": ("removed: {what}", "retiré : {what}"),
    "changed": ("{old} becomes {new}", "{old} devient {new}"),
    "points_raised": ("{what}: points raised from {old} to {new}", "{what} : points relevés de {old} à {new}"),
    "points_lowered": ("{what}: points lowered from {old} to {new}", "{what} : points abaissés de {old} à {new}"),
    "cap_raised": ("{what}: cap raised from {old} to {new}", "{what} : plafond relevé de {old} à {new}"),
    "cap_lowered": ("{what}: cap lowered from {old} to {new}", "{what} : plafond abaissé de {old} à {new}"),
    "cap_added": ("{what}: cap {new} added", "{what} : plafond de {new} ajouté"),
    "cap_removed": ("{what}: cap {old} removed", "{what} : plafond de {old} retiré"),
    "moved": ("{what}: moved to {new}", "{what} : déplacé vers {new}"),
    "reordered": ("{what}: criteria in another order", "{what} : critères dans un autre ordre"),
    "listed_added": ("{what}, added: {new}", "{what}, ajouté : {new}"),
    "listed_removed": ("{what}, removed: {old}", "{what}, retiré : {old}"),
    "setting": ("{what}: {old} becomes {new}", "{what} : {old} devient {new}"),
}
BEFORE = ("before: {old}", "avant : {old}")  # beside the line that says what is new
NAMES: dict[str, tuple[str, str]] = {
    "fit": ("fit", "profil"),
    "engagement": ("engagement", "intérêt"),
    "must": ("must have", "exigé"),
    "never": ("never", "jamais"),
    "direct": ("direct path", "voie directe"),
    "mql": ("MQL grades", "catégories du MQL"),
    "mandatory": ("fields needed before handing over", "champs nécessaires avant la transmission"),
    "hysteresis": ("points above the band edge after a no", "points au-dessus de la borne de catégorie après un non"),
    "cooldown_days": ("days of rest after a closed handoff", "jours de repos après une transmission close"),
    "pace": ("handoffs a business day", "transmissions par jour ouvré"),
    "fit_bands": ("band edges of fit", "bornes de catégorie du profil"),
    "engagement_bands": ("band edges of engagement", "bornes de catégorie de l’intérêt"),
    "group": ("group {key}", "groupe {key}"),
}


@dataclass(frozen=True)
class Change:
    """One difference: kind (a key of WORDS), key of the criterion or part, and the sentence; `short`: the same, said at its line."""

    kind: str
    key: str
    text: str
    short: str = ""


@dataclass(frozen=True)
class _Spot:
    entry: Mapping[str, Any]
    place: tuple[str, str]  # axis, key of the group or ""


def differences(old: Mapping[str, Any], new: Mapping[str, Any], voice: Voice) -> list[Change]:
    """Everything that differs, in reading order; empty when both mean and order the same."""
    return list(_Differ(voice).run(old, new))


class _Differ:
    def __init__(self, voice: Voice) -> None:
        self.voice = voice

    def say(self, kind: str, key: str, **params: str) -> Change:
        template = self.voice.say(WORDS[kind])
        short = self.voice.say(BEFORE) if kind == "changed" else template.removeprefix("{what}").lstrip(" :,")
        texts = [french_spaces(one) if self.voice.french else one for one in (template, short)]
        return Change(kind, key, *(one.format(**params) for one in texts))

    def run(self, old: Mapping, new: Mapping) -> Iterator[Change]:
        before, after = _spots(old), _spots(new)
        for key, spot in before.items():
            if key not in after:
                yield self.say("removed", key, what=self.title(spot.entry))
        for key, spot in after.items():
            yield from self.entry(key, before.get(key), spot)
        yield from self.order(old, new, set(before) & set(after))
        yield from self.lists(old, new)
        yield from self.settings(old, new)

    def title(self, entry: Mapping, full: bool = True) -> str:
        """A group by its key; a criterion by its sentence, without points when not `full`."""
        if tree.is_group(entry):
            return self.voice.say(NAMES["group"]).format(key=entry["key"])
        pieces = self.voice.criterion(entry) if full else self.voice.condition(entry["when"])
        return plain(pieces)

    def entry(self, key: str, before: _Spot | None, after: _Spot) -> Iterator[Change]:
        if before is None:
            yield self.say("added", key, what=self.title(after.entry))
            return
        old, new = _complete(before.entry), _complete(after.entry)
        if before.place != after.place:
            yield self.say("moved", key, what=self.title(new, full=False), new=self.place(after.place))
        changed = {part for part in old.keys() | new.keys() if old.get(part) != new.get(part)} - {"items", "label"}
        if changed - {"points", "cap"}:  # the test itself, or how it counts: show both sentences whole
            quotes = [quoted(self.title(one), self.voice.lang) for one in (old, new)]
            yield self.say("changed", key, old=quotes[0], new=quotes[1])
            return
        if "points" in changed:
            kind = "points_raised" if new["points"] > old["points"] else "points_lowered"
            what = self.title(new, full=False)
            yield self.say(kind, key, what=what, old=signed(old["points"]), new=signed(new["points"]))
        if "cap" in changed:
            yield self.cap(key, self.title(new, full=False), old["cap"], new["cap"])

    def cap(self, key: str, what: str, old: int | None, new: int | None) -> Change:
        if old is None or new is None:
            return self.say("cap_added" if old is None else "cap_removed", key, what=what, old=str(old), new=str(new))
        return self.say("cap_raised" if new > old else "cap_lowered", key, what=what, old=str(old), new=str(new))

    def place(self, place: tuple[str, str]) -> str:
        axis = self.voice.say(NAMES[place[0]])
        return f"{axis}, {self.voice.say(NAMES['group']).format(key=place[1])}" if place[1] else axis

    def order(self, old: Mapping, new: Mapping, common: set[str]) -> Iterator[Change]:
        for axis in tree.AXES:
            orders = [[key for key in _axis_keys(one, axis) if key in common] for one in (old, new)]
            if orders[0] != orders[1] and sorted(orders[0]) == sorted(orders[1]):
                yield self.say("reordered", axis, what=self.voice.say(NAMES[axis]))

    def lists(self, old: Mapping, new: Mapping) -> Iterator[Change]:
        for name in tree.LISTS:
            yield from self.members(name, old, new, lambda cond: plain(self.voice.condition(cond)))
        yield from self.members("mql", old, new, str)
        yield from self.members("mandatory", old, new, self.field_name)

    def members(self, name: str, old: Mapping, new: Mapping, shown: Any) -> Iterator[Change]:
        before, after = ({canonical.dumps(one): one for one in body.get(name) or ()} for body in (old, new))
        what = self.voice.say(NAMES[name])
        for spelling in (one for one in before if one not in after):
            yield self.say("listed_removed", name, what=what, old=shown(before[spelling]))
        for spelling in (one for one in after if one not in before):
            yield self.say("listed_added", name, what=what, new=shown(after[spelling]))

    def field_name(self, key: str) -> str:
        return subject(self.voice.catalogue[key], self.voice.lang) if key in self.voice.catalogue else key

    def settings(self, old: Mapping, new: Mapping) -> Iterator[Change]:
        for axis in tree.AXES:
            a, b = old[axis]["bands"], new[axis]["bands"]
            if a != b:
                what = self.voice.say(NAMES[f"{axis}_bands"])
                yield self.say("setting", f"{axis}_bands", what=what, old=self.numbers(a), new=self.numbers(b))
            a, b = old[axis].get("cap", 100), new[axis].get("cap", 100)
            if a != b:
                yield self.cap(axis, self.voice.say(NAMES[axis]), a, b)
        for name, default in tree.NUMBERS.items():
            a, b = old.get(name, default), new.get(name, default)
            if a != b:
                what = self.voice.say(NAMES[name])
                yield self.say("setting", name, what=what, old=self.numbers([a]), new=self.numbers([b]))

    def numbers(self, values: Sequence[int]) -> str:
        return listing([number(value, self.voice.lang) for value in values], self.voice.lang, "and")


def _spots(body: Mapping) -> dict[str, _Spot]:
    found = {}
    for axis in tree.AXES:
        for entry in body[axis]["items"]:
            found[entry["key"]] = _Spot(entry, (axis, ""))
            for item in entry.get("items", ()):
                found[item["key"]] = _Spot(item, (axis, entry["key"]))
    return found


def _axis_keys(body: Mapping, axis: str) -> list[str]:
    return [item["key"] for _, item, _ in tree.items(body, axis)]


def _complete(entry: Mapping) -> dict[str, Any]:
    """With the parts that may be left out, so that leaving one out is no change."""
    if tree.is_group(entry):
        return dict(entry)
    cond = entry["when"]
    if "event" in cond:
        given = {part: value for part, value in cond.items() if value is not None}
        cond = {"count": 1, "absent": False} | given
    return {"cap": None, "each": False, "daily": None, "decay": None} | dict(entry) | {"when": cond}
