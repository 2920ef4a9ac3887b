"""Events read back: what was done or not, where, how often, in which time. The mirror of `Voice._event`."""

from collections.abc import Iterator, Mapping

from . import phrases
from .behaviours import EVENT_KINDS, PAGE_OPERATORS, parts_of
from .fields import FieldInfo
from .operators import fold, property_operators
from .reading import ANY, Reading, Rule, either
from .scan import Found
from .spoken import tokens


class Events(Reading):
    def event(self, at: int) -> Found:
        """What was done or not, then whatever of the rest stands, in the order in which it is written."""
        for filter_, absent, after in self._deed(at):
            for more, end in self._after_event(filter_, after):
                for often, last in self._often(absent, end):
                    for within, stop in self._within(last):
                        yield {"event": more} | within | often, stop

    def _deed(self, at: int) -> Iterator[tuple[dict, bool, int]]:
        for kind in EVENT_KINDS:
            for absent in (False, True):
                column = self.voice.french * 2 + absent
                for _said, end in self.scan.literal(at, phrases.EVENT_PHRASES[kind][column]):
                    yield {"kind": kind}, absent, end
                if part := phrases.named_by(kind):
                    for slots, end in self.fit(phrases.NAMED_PHRASES[kind][column], at, value=self.quoted):
                        yield {"kind": kind, part: slots["value"]}, absent, end
        for op in PAGE_OPERATORS:
            for absent in (False, True):
                template = phrases.PAGE_PHRASES[op][self.voice.french * 2 + absent]
                for slots, end in self.fit(template, at, value=self.page):
                    yield {"kind": "page", "page": {"op": op, "value": slots["value"]}}, absent, end

    def _after_event(self, filter_: dict, at: int) -> Found:
        """Name, form, page, campaign and properties, each where it is said."""
        campaign = self.name(self.voice.campaign_names, "campaign")
        parts: list[tuple[str, Rule]] = [
            *((part, self._named(*words)) for part, words in phrases.ATTEMPT_WORDS.items()),
            ("name", self._part(phrases.NAMED, self.quoted)),
            ("form", self._part(phrases.ON_FORM, self.quoted)),
            *(("page", self._on_page(op)) for op in PAGE_OPERATORS),
            ("campaign", self._part(phrases.IN_CAMPAIGN, campaign)),
            ("props", self._props),
        ]

        def from_(index: int, found: dict, at: int) -> Found:
            if index == len(parts):
                yield found, at
                return
            yield from from_(index + 1, found, at)
            part, rule = parts[index]
            allowed = part in parts_of(found["kind"]) and part not in found
            for value, end in rule(at) if allowed else ():
                yield from from_(index + 1, found | {part: value}, end)

        yield from from_(0, filter_, at)

    def _part(self, pair: tuple[str, str], value: Rule) -> Rule:
        return lambda at: ((slots["value"], end) for slots, end in self.filled(pair, at, value=value))

    def _named(self, pair: tuple[str, str], words: Mapping[str, tuple[str, str]]) -> Rule:
        """One of a few values by its word, which may stand between marks."""

        def word(at: int) -> Found:
            for value, said in words.items():
                yield from ((value, end) for _said, end in self.literal(said, at))
            for text, end in self.scan.quoted(at) if self.scan.word(at) == '"' else ():
                yield from (
                    (value, end) for value, said in words.items() if tokens(self.voice.say(said)) == tokens(text)
                )

        return self._part(pair, word)

    def _on_page(self, op: str) -> Rule:
        rule = self._part(phrases.ON_PAGE[op], self.page)
        return lambda at: (({"op": op, "value": value}, end) for value, end in rule(at))

    def _props(self, at: int) -> Found:
        def more(found: list, at: int) -> Found:
            yield found, at
            for _and, start in self.literal(phrases.JOIN["all"], at):
                for prop, end in self._property(start):
                    yield from more([*found, prop], end)

        for _with, start in self.literal(phrases.WITH, at):
            for prop, end in self._property(start):
                yield from more([prop], end)

    def _property(self, at: int) -> Found:
        for said, after in either(self.scan.quoted, self.scan.key)(at):
            key = self._known_property(said)
            info = FieldInfo(f"event.{key}", "", key, key)
            for op in property_operators():
                _, _, rest = self.voice.say(phrases.PROPERTY_PHRASES[op.name]).partition("{S}")
                for value, end in self.operand(rest, op, info, after, ANY):
                    yield {"key": key, "op": op.name} | value, end

    def _known_property(self, said: str) -> str:
        """A property that is known, whatever the capitals; any other as it was typed. Their names tell capitals apart."""
        alike = {said} & self.voice.properties or {key for key in self.voice.properties if fold(key) == fold(said)}
        return alike.pop() if len(alike) == 1 else said

    def _often(self, absent: bool, at: int) -> Found:
        """How many times; "fewer than" is the absence of so many."""
        yield ({"absent": True} if absent else {}), at
        for pair, more in () if absent else ((phrases.TIMES, {}), (phrases.FEWER, {"absent": True})):
            for slots, end in self.filled(pair, at, value=self.scan.whole):
                yield {"count": slots["value"]} | more, end

    def _within(self, at: int) -> Found:
        yield {}, at
        for pair in phrases.WITHIN:
            for slots, end in self.filled(pair, at, value=self.scan.whole):
                yield {"within": slots["value"]}, end
