"""Conditions, criteria and definitions as readable sentences in English and French.

Each sentence is made of segments: text, or an editable value with the path of what it stands for in the body.
Pages and tests join them with `plain`; the builder renders a control for each value segment.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from . import bare, decay, phrases, tree
from .behaviours import property_type
from .fields import BOOL, CHOICE, DATE, MONEY, NUMBER, Catalogue, FieldInfo
from .operators import DAYS, LIST, OPERATORS, RANGE, YEARS
from .spoken import Choices, Names, Subjects
from .tree import Path
from .words import THIN, agreement, day, french_spaces, is_plural, listing, number, quoted, share, signed


@dataclass(frozen=True)
class Segment:
    """A piece of a sentence. `editor` is "" for plain text, else what edits it: number, days, count, text, list, date,
    bool, choice, choices, field, op, key, kind, persona, page, name, campaign, channel, outcome, steps, points, each, cap.
    `path` and `value` say where and what.
    """

    text: str
    path: Path | None = None
    value: Any = None
    editor: str = ""


@dataclass(frozen=True)
class Voice:
    """Language and names: fields from the catalogue, personas by version, campaigns by key; properties of events known by
    name, so that a reader finds their capitals again."""

    lang: str
    catalogue: Catalogue
    personas: Mapping[int, str] = field(default_factory=dict)
    campaigns: Mapping[Any, str] = field(default_factory=dict)
    properties: frozenset[str] = frozenset()

    @property
    def french(self) -> bool:
        return self.lang == "fr"

    @cached_property
    def subjects(self) -> Subjects:
        return Subjects(self.catalogue, self.lang)

    @cached_property
    def persona_names(self) -> Names:
        return Names(self.personas, self.lang)

    @cached_property
    def campaign_names(self) -> Names:
        return Names(self.campaigns, self.lang, open_=True)

    def say(self, pair: tuple[str, str]) -> str:
        return pair[self.french]

    def days(self, count: int) -> str:
        return self.say(phrases.DAYS[is_plural(count, self.lang)])

    # --- conditions

    def condition(self, cond: Mapping[str, Any], path: Path = (), *, inner: bool = False) -> list[Segment]:
        """Segments of a condition tree; `inner` puts brackets around a group inside a group."""
        for name in tree.GROUPS:
            if name in cond:
                return self._group(cond[name], name, (*path, name), inner)
        if "persona" in cond:
            shown = self.persona_names.say(cond["persona"])
            value = Segment(shown, (*path, "persona"), cond["persona"], "persona")
            return self.fill(self.say(phrases.PERSONA), value=value)
        return list(self._event(cond, path)) if "event" in cond else self._field(cond, path)

    def _group(self, children: Sequence, name: str, path: Path, inner: bool) -> list[Segment]:
        pieces: list[Segment] = []
        for index, child in enumerate(children):
            pieces += [Segment(self.say(phrases.JOIN[name]))] if index else []
            pieces += self.condition(child, (*path, index), inner=True)
        if name == "none" or len(children) == 1:
            pieces = [Segment(self._spaced(self.say(phrases.WHOLE[name]))), *pieces]
        return [Segment("("), *pieces, Segment(")")] if inner else pieces

    def _field(self, cond: Mapping[str, Any], path: Path) -> list[Segment]:
        info = self.catalogue.get(cond["field"]) or _unknown(cond["field"])
        value = cond.get("value")
        template = self.say(phrases.of_field(cond["op"], info.type, isinstance(value, list) and len(value) == 1))
        named = Segment(self.subjects.of(info), (*path, "field"), cond["field"], "field")
        bent = {"S": named, **agreement(info)}
        return self._with_operand(template, cond, path, info, bent)

    def _with_operand(
        self, template: str, cond: Mapping[str, Any], path: Path, info: FieldInfo, bent: Mapping[str, Any]
    ) -> list[Segment]:
        operand, here = OPERATORS[cond["op"]].operand, (*path, "value")
        value: Any = cond.get("value")
        slots: dict[str, Any] = dict(bent)
        if operand in (RANGE, YEARS):
            kind = "number" if operand == YEARS else _editor(info)
            for index, name in enumerate(("low", "high")):
                slots[name] = Segment(self.shown(value[index], info, operand), (*here, index), value[index], kind)
        elif operand == LIST:
            parts = [self.shown(one, info, operand) for one in value]
            joined = listing(parts, self.lang, phrases.list_of(cond["op"], info.type, info.subject))
            slots["value"] = Segment(joined, here, value, "choices" if info.choices else "list")
        elif operand == DAYS:
            slots |= {"value": Segment(number(value, self.lang), here, value, "days"), "days": self.days(value)}
        elif value is not None:
            slots["value"] = Segment(self.shown(value, info, operand), here, value, _editor(info))
        return list(_with_operator(self.fill(template, **slots), (*path, "op"), cond["op"]))

    def shown(self, value: Any, info: FieldInfo, operand: str = "") -> str:
        """One value as people read it."""
        if operand == YEARS or info.type in (NUMBER, MONEY):
            return number(value, self.lang)
        if info.type == DATE:
            return day(value, self.lang)
        if info.type == BOOL:
            return self.say(phrases.YES_NO[bool(value)])
        return bare.typed(value, self.lang) if info.subject == "event" else Choices(info, self.lang).say(value)

    # --- events

    def _event(self, cond: Mapping[str, Any], path: Path) -> Iterator[Segment]:
        raw, here = cond["event"], (*path, "event")
        count, absent = cond.get("count", 1), bool(cond.get("absent"))
        yield from self._deed(raw, here, absent and count == 1)
        if raw.get("campaign") not in (None, ""):
            name = self.campaign_names.say(raw["campaign"])
            value = Segment(name, (*here, "campaign"), raw["campaign"], "campaign")
            yield from self.fill(self.say(phrases.IN_CAMPAIGN), value=value)
        for index, prop in enumerate(raw.get("props") or ()):
            yield Segment(self.say(phrases.JOIN["all"] if index else phrases.WITH))
            yield from self._property(prop, (*here, "props", index))
        if count > 1:
            value = Segment(number(count, self.lang), (*path, "count"), count, "count")
            yield from self.fill(self.say(phrases.FEWER if absent else phrases.TIMES), value=value)
        if cond.get("within") is not None:
            template = self.say(phrases.WITHIN[is_plural(cond["within"], self.lang)])
            value = Segment(number(cond["within"], self.lang), (*path, "within"), cond["within"], "days")
            yield from self.fill(template, value=value)

    def _deed(self, raw: Mapping[str, Any], path: Path, absent: bool) -> Iterator[Segment]:
        """What was done, or not, with its page, form and name: the first of them is the object, the rest follows."""
        column, kind = self.french * 2 + absent, raw["kind"]
        page, rest = raw.get("page"), dict.fromkeys(part for part in ("name", "form") if raw.get(part))
        if kind == "page" and page:
            yield from self._kind(phrases.PAGE_PHRASES[page["op"]][column], raw, path, value=self._page(page, path))
            page = None
        elif (first := phrases.named_by(kind)) in rest:
            rest.pop(first)
            named = self._named(raw, first, path)
            yield from self._kind(phrases.NAMED_PHRASES[kind][column], raw, path, value=named)
        else:
            yield from self._kind(phrases.EVENT_PHRASES[kind][column], raw, path)
        for part in rest:
            template = self.say(phrases.ON_FORM if part == "form" else phrases.NAMED)
            yield from self.fill(template, value=self._named(raw, part, path))
        for part, (pair, words) in phrases.ATTEMPT_WORDS.items():
            if raw.get(part):
                shown = (
                    quoted(self.say(words[raw[part]]), self.lang) if part == "outcome" else self.say(words[raw[part]])
                )
                yield from self.fill(self.say(pair), value=Segment(shown, (*path, part), raw[part], part))
        if page:
            yield from self.fill(self.say(phrases.ON_PAGE[page["op"]]), value=self._page(page, path))

    def _kind(self, template: str, raw: Mapping[str, Any], path: Path, **slots: Segment) -> list[Segment]:
        """A phrase that begins with what was done: these words stand for the kind of event."""
        first, *rest = self.fill(template, **slots)
        said = first.text.rstrip()
        gap = [Segment(first.text[len(said) :])] if len(said) < len(first.text) else []
        return [Segment(said, (*path, "kind"), raw["kind"], "kind"), *gap, *rest]

    def _page(self, page: Mapping[str, Any], path: Path) -> Segment:
        return Segment(bare.value(page["value"], self.lang), (*path, "page", "value"), page["value"], "page")

    def _named(self, raw: Mapping[str, Any], part: str, path: Path) -> Segment:
        return Segment(quoted(raw[part], self.lang), (*path, part), raw[part], part)

    def _property(self, prop: Mapping[str, Any], path: Path) -> list[Segment]:
        info = FieldInfo(f"event.{prop['key']}", property_type(prop), prop["key"], prop["key"])
        template = self.say(phrases.PROPERTY_PHRASES[prop["op"]])
        named = Segment(bare.key(prop["key"], self.lang), (*path, "key"), prop["key"], "key")
        return self._with_operand(template, prop, path, info, {"S": named})

    # --- criteria

    def criterion(self, item: Mapping[str, Any], path: Path = ()) -> list[Segment]:
        """Condition, points, each, how many a day, cap, fading: "visited a page like /pricing: +20 each, cap 40, never fades"."""
        colon = THIN + ": " if self.french else ": "
        pieces = [*self.condition(item["when"], (*path, "when")), Segment(colon)]
        pieces.append(Segment(signed(item["points"]), (*path, "points"), item["points"], "points"))
        if item.get("each"):
            pieces += [Segment(" "), Segment(self.say(phrases.EACH).lstrip(), (*path, "each"), True, "each")]
        if item.get("daily") is not None:
            value = Segment(number(item["daily"], self.lang), (*path, "daily"), item["daily"], "count")
            pieces += self.fill(self.say(phrases.DAILY), value=value)
        if item.get("cap") is not None:
            value = Segment(number(item["cap"], self.lang), (*path, "cap"), item["cap"], "cap")
            pieces += self.fill(self.say(phrases.CAP), value=value)
        return pieces + self._fading(item, (*path, "decay"))

    def _fading(self, item: Mapping[str, Any], path: Path) -> list[Segment]:
        fading = item.get("decay")
        if not fading:
            never = tree.is_event_item(item) and decay.span(item)[1] > 0
            return [Segment(self.say(phrases.NEVER_FADES))] if never else []
        if decay.DECAYS[fading["kind"]].by_steps:
            parts = [
                self.say(phrases.STEP).format(share=share(part, self.lang), day=at, days=self.days(at))
                for at, part in fading["steps"]
            ]
            steps = Segment(", ".join(parts), (*path, "steps"), fading["steps"], "steps")
            return self.fill(self.say(phrases.STEPS), value=steps)
        count = fading["days"]
        value = Segment(number(count, self.lang), (*path, "days"), count, "days")
        return self.fill(self.say(phrases.DECAY[fading["kind"]]), value=value, days=self.days(count))

    def fill(self, template: str, **slots: Any) -> list[Segment]:
        """A template with its names replaced: text joins the text around it, segments stay on their own."""
        pieces: list[Segment] = []
        text = ""
        for kind, part in phrases.pieces(template):
            slot = slots[part] if kind == "value" else part
            if not isinstance(slot, Segment):
                text += slot
                continue
            pieces += [Segment(self._spaced(text)), slot] if text else [slot]
            text = ""
        return pieces + ([Segment(self._spaced(text))] if text else [])

    def _spaced(self, text: str) -> str:
        return french_spaces(text) if self.french else text


def plain(pieces: Sequence[Segment]) -> str:
    """The sentence as one text."""
    return "".join(piece.text for piece in pieces)


def _with_operator(pieces: Sequence[Segment], path: Path, op: str) -> Iterator[Segment]:
    """The same words; the first of them that name nothing else stand for the operator."""
    found = False
    for piece in pieces:
        words = piece.text.strip()
        if found or piece.editor or words in ("", ":"):
            yield piece
            continue
        found, (before, _words, after) = True, piece.text.partition(words)
        yield from (Segment(before),) if before else ()
        yield Segment(words, path, op, "op")
        yield from (Segment(after),) if after else ()


def _editor(info: FieldInfo) -> str:
    names = {NUMBER: "number", MONEY: "number", DATE: "date", BOOL: "bool", CHOICE: "choice"}
    return names.get(info.type, "choice" if info.choices else "text")


def _unknown(key: str) -> FieldInfo:
    return FieldInfo(key, "text", key, key)
