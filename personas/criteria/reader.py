"""Sentences read back: plain text in English or French → the tree that `sentence` would print so.

Every rule here mirrors one of `sentence.Voice` and takes its words from the same row of `phrases`. A rule yields each way to
read what stands at a place (`scan`); a sentence is sound when exactly one way reaches its end.
"""

from collections.abc import Callable, Iterator
from typing import Any

from . import phrases, problems, spelling
from .check import MAX_DEPTH
from .operators import LIST, operators_for
from .read_events import Events
from .reading import ONE, SEVERAL, Rule, either, maybe
from .scan import Found, Wanted
from .sentence import Voice
from .words import agreement, french_spaces, millionths

MAX_LENGTH = 4_000


class Unread(ValueError):
    """A sentence that says nothing we know, or two things. `at`: where reading stopped; `wanted`: what could stand there."""

    def __init__(self, key: str, text: str, at: int, wanted: tuple[Wanted, ...] = ()) -> None:
        super().__init__(key)
        self.key, self.text, self.at, self.wanted = key, text, at, wanted

    def said(self, lang: str, offered: list[str]) -> str:
        """The message in a language; `offered`: what could stand there, as people would type it."""
        rest = self.text[self.at :].strip()
        rest = rest if len(rest) <= 40 else f"{rest[:40].rstrip()}…"
        words = problems.MESSAGES[self.key][lang == "fr"].format(
            rest=rest, offered=", ".join(offered), limit=MAX_LENGTH
        )
        return french_spaces(words) if lang == "fr" else words


def read_condition(text: str, voice: Voice) -> dict[str, Any]:
    """The condition that a sentence says. Unread says where reading stopped."""
    return _only(text, voice, lambda reader: reader.condition(0))["when"]


def read_criterion(text: str, voice: Voice) -> dict[str, Any]:
    """The criterion that a sentence says: when, points, each, daily, cap, decay (no key). Unread says where reading stopped."""
    return _only(text, voice, lambda reader: reader.criterion(0))


def read_line(text: str, voice: Voice) -> dict[str, Any]:
    """A criterion; or {"when": …} alone where a sentence says no points."""
    return _only(text, voice, lambda reader: either(reader.criterion, reader.condition)(0))


def read_rules(text: str, voice: Voice) -> dict[str, Any]:
    """The match rules of a persona that a sentence says: tests of fields alone. Unread says where reading stopped."""
    return _only(text, voice, lambda reader: reader.rules(0))["when"]


def _only(text: str, voice: Voice, rule: Callable[["Reader"], Found]) -> dict[str, Any]:
    if len(text) > MAX_LENGTH:
        raise Unread("sentence_long", text, MAX_LENGTH)
    reader = Reader(text, voice)
    try:
        found = list(_ends(reader, rule, voice))
    except RecursionError:  # hundreds of values or tests, one inside the other
        raise Unread("sentence_tangled", text, 0) from None
    if len(found) == 1:
        return found[0]
    if found:
        raise Unread("sentence_two_ways", text, 0)
    key = "sentence_unfinished" if reader.scan.far >= len(text.rstrip()) else "sentence_stops"
    raise Unread(key, text, reader.scan.far, tuple(reader.scan.wanted))


def _ends(reader: "Reader", rule: Callable[["Reader"], Found], voice: Voice) -> Iterator[dict[str, Any]]:
    """Each line that the whole sentence says, once."""
    found: list[dict[str, Any]] = []
    for said, at in rule(reader):
        if reader.scan.end(at):
            said = spelling.line(said if "when" in said else {"when": said}, voice.catalogue)
            if said not in found:
                found.append(said)
                yield said


class Reader(Events):
    """Whole conditions and criteria. A new kind of test is one more rule among the `leaves`."""

    def __init__(self, text: str, voice: Voice) -> None:
        super().__init__(text, voice)
        self._known: dict[tuple[str, int, int], list[tuple[Any, int]]] = {}
        self.leaves: tuple[Rule, ...] = (self._persona, self.event, self._field)

    # --- conditions

    def rules(self, at: int) -> Found:
        """A condition in which nothing but fields is asked for."""
        self.leaves = (self._field,)
        yield from self.condition(at)

    def condition(self, at: int, depth: int = 1) -> Found:
        """One test, or tests joined by "and" or "or", or all, one or none of those that follow."""
        yield from self._once("condition", at, depth, lambda: self._condition(at, depth))

    def _condition(self, at: int, depth: int) -> Found:
        for first, after in self._member(at, depth):
            yield first, after
            for name in ("all", "any"):
                for members, end in self._members([first], name, after, depth):
                    if len(members) > 1:
                        yield {name: members}, end
        yield from self._whole(at, depth)

    def _member(self, at: int, depth: int) -> Found:
        """A test, or any condition in brackets."""
        yield from self._once("member", at, depth, lambda: self._test_or_brackets(at, depth))

    def _test_or_brackets(self, at: int, depth: int) -> Found:
        for rule in self.leaves:
            yield from rule(at)
        for _mark, start in self.scan.literal(at, "(") if depth <= MAX_DEPTH else ():
            for cond, end in self.condition(start, depth + 1):
                for _mark, after in self.scan.literal(end, ")"):
                    yield cond, after

    def _once(self, rule: str, at: int, depth: int, read: Callable[[], Found]) -> list[tuple[Any, int]]:
        """What a rule reads at a place, read once however many ways lead there."""
        if (rule, at, depth) not in self._known:
            self._known[rule, at, depth] = list(read())
        return self._known[rule, at, depth]

    def _whole(self, at: int, depth: int) -> Found:
        for name, pair in phrases.WHOLE.items():
            for _said, start in self.literal(pair, at):
                for first, after in self._member(start, depth):
                    for members, end in self._members([first], name, after, depth):
                        yield {name: members}, end

    def _members(self, members: list, name: str, at: int, depth: int) -> Found:
        yield members, at
        for _word, start in self.literal(phrases.JOIN[name], at):
            for one, after in self._member(start, depth):
                yield from self._members([*members, one], name, after, depth)

    # --- personas and fields

    def _persona(self, at: int) -> Found:
        name = self.name(self.voice.persona_names, "persona")
        for slots, end in self.filled(phrases.PERSONA, at, value=name):
            yield {"persona": slots["value"]}, end

    def _field(self, at: int) -> Found:
        for key, after in self._subject(at):
            info = self.voice.catalogue[key]
            for op in operators_for(info.type):
                for alone in (False, True) if op.operand == LIST else (False,):
                    template = phrases.bend(
                        self.voice.say(phrases.of_field(op.name, info.type, alone)), agreement(info)
                    )
                    _, _, rest = template.partition("{S}")
                    for value, end in self.operand(rest, op, info, after, ONE if alone else SEVERAL):
                        yield {"field": key, "op": op.name} | value, end

    def _subject(self, at: int) -> Iterator[tuple[str, int]]:
        """The longest name of a field that stands here."""
        for words, key in self.voice.subjects.heard.get(self.scan.word(at), ()):
            after = self.scan.words(at, words, self.voice.subjects.said[key])
            if after is not None:
                yield key, after
                return
        self.scan.miss(at, Wanted("", "field"))

    # --- criteria

    def criterion(self, at: int) -> Found:
        """Condition, points, each, how many a day, cap, fading."""
        for when, colon in self.condition(at):
            for _mark, start in self.scan.literal(colon, ":"):
                for points, after in self.scan.points(start):
                    for worth, end in self._worth(after):
                        yield {"when": when, "points": points} | worth, end

    def _worth(self, at: int) -> Found:
        for each, after_each in maybe(lambda at: self.literal(phrases.EACH, at), at):
            for daily, after_daily in maybe(self._part(phrases.DAILY, self.scan.whole), after_each):
                for cap, after_cap in maybe(self._part(phrases.CAP, self.scan.whole), after_daily):
                    for fading, end in maybe(self._fading, after_cap):
                        yield {"each": bool(each), "daily": daily, "cap": cap, "decay": fading or None}, end

    def _fading(self, at: int) -> Found:
        for _said, end in self.literal(phrases.NEVER_FADES, at):
            yield {}, end
        for kind, pair in phrases.DECAY.items():
            for slots, end in self.filled(pair, at, value=self.scan.whole, days=self.days):
                yield {"kind": kind, "days": slots["value"]}, end
        for slots, end in self.filled(phrases.STEPS, at, value=self._steps):
            yield {"kind": "steps", "steps": slots["value"]}, end

    def _steps(self, at: int) -> Found:
        def more(found: list, at: int) -> Found:
            for slots, end in self.filled(phrases.STEP, at, share=self._share, day=self.scan.whole, days=self.days):
                steps = [*found, [slots["day"], slots["share"]]]
                yield steps, end
                for _comma, start in self.scan.literal(end, ","):
                    yield from more(steps, start)

        yield from more([], at)

    def _share(self, at: int) -> Found:
        """12.5% as 125000 millionths."""
        for value, after in self.scan.number(at):
            for _mark, end in self.scan.literal(after, "%"):
                yield millionths(value), end
