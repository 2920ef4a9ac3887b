"""What sentences are read with: phrases of the tables with their values, lists, names. The rules of `reader` stand on this."""

from collections.abc import Callable, Mapping
from typing import Any

from . import phrases
from .fields import BOOL, CHOICE, DATE, MONEY, NUMBER, FieldInfo
from .operands import MAX_LIST
from .operators import DAYS, LIST, RANGE, YEARS, Operator
from .scan import Found, Scan, Wanted
from .sentence import Voice
from .spoken import Choices, Names

Rule = Callable[[int], Found]
# How many values a list has: "only A", "A or B", either.
ONE, SEVERAL, ANY = range(1, 2), range(2, MAX_LIST + 1), range(1, MAX_LIST + 1)


class Reading:
    """One text and the voice whose words it is read with."""

    def __init__(self, text: str, voice: Voice) -> None:
        self.voice, self.scan = voice, Scan(text, voice.lang)

    def literal(self, pair: tuple[str, str], at: int) -> Found:
        yield from self.scan.literal(at, self.voice.say(pair))

    def filled(self, pair: tuple[str, str], at: int, **slots: Rule) -> Found:
        yield from self.fit(self.voice.say(pair), at, **slots)

    def fit(self, template: str, at: int, **slots: Rule) -> Found:
        """A phrase that stands here, with what is read at its values: the mirror of `Voice.fill`."""
        parts = list(phrases.pieces(template))

        def from_(index: int, found: Mapping[str, Any], at: int) -> Found:
            if index == len(parts):
                yield found, at
                return
            kind, part = parts[index]
            rule = slots[part] if kind == "value" else lambda at: self.scan.literal(at, part)
            for value, end in rule(at):
                yield from from_(index + 1, {**found, part: value} if kind == "value" else found, end)

        yield from from_(0, {}, at)

    # --- operands

    def operand(self, template: str, op: Operator, info: FieldInfo, at: int, sizes: range) -> Found:
        """What follows the subject: the words of an operator with its operand, as {"value": …} or {} for none."""
        one = self._scalar(info)
        if op.operand in (RANGE, YEARS):
            one = self.scan.whole if op.operand == YEARS else one
            for slots, end in self.fit(template, at, low=one, high=one):
                yield {"value": [slots["low"], slots["high"]]}, end
        elif op.operand == DAYS:
            for slots, end in self.fit(template, at, value=self.scan.whole, days=self.days):
                yield {"value": slots["value"]}, end
        else:
            join = phrases.list_of(op.name, info.type, info.subject)
            value = self.list(one, join, sizes) if op.operand == LIST else one
            for slots, end in self.fit(template, at, value=value):
                yield ({"value": slots["value"]} if slots else {}), end

    def list(self, one: Rule, join: str, sizes: range) -> Rule:
        """Values as `words.listing` writes them, as many as `sizes` says: "A, B or C"; « ni A, ni B »."""
        word = phrases.LISTS[join][self.voice.french]
        repeated = join == "nor" and self.voice.french and sizes != ONE

        def rest(found: list, at: int) -> Found:
            if len(found) in sizes and (repeated or len(found) == 1):
                yield found, at
            for _comma, after in self.scan.literal(at, f", {word}" if repeated else ",") if sizes != ONE else ():
                for value, end in one(after):
                    yield from rest([*found, value], end)
            for _word, after in self.scan.literal(at, word) if not repeated and sizes != ONE else ():
                for value, end in one(after):
                    yield [*found, value], end

        def values(at: int) -> Found:
            for _word, start in self.scan.literal(at, word) if repeated else [("", at)]:
                for value, end in one(start):
                    yield from rest([value], end)

        return values

    def _scalar(self, info: FieldInfo) -> Rule:
        if info.subject == "event":
            return self._any_value
        rules = {NUMBER: self.scan.number, MONEY: self.scan.number, DATE: self.scan.day, BOOL: self.yes_or_no}
        return rules.get(info.type, lambda at: self._text(info, at))

    def _text(self, info: FieldInfo, at: int) -> Found:
        """A text or a choice by its label; #“value” is the value itself."""
        choices = Choices(info, self.voice.lang)
        for text, end in either(self.scan.quoted, self.scan.bare)(at):
            value = choices.hear(text)
            if value is not None or info.type != CHOICE or not info.choices:
                yield (text if value is None else value), end
        for _mark, start in self._number_sign(at) if info.choices else ():
            yield from self.scan.quoted(start)
        if info.choices:
            self.scan.miss(at, *(Wanted(label, "choice") for label in choices.all()))

    def _any_value(self, at: int) -> Found:
        """A value whose type only shows in itself: a number, yes or no, or a text."""
        typed = [*self.scan.number(at), *self.yes_or_no(at)]
        yield from typed
        yield from self.scan.quoted(at)
        ends = {end for _value, end in typed}
        yield from (
            (text, end)
            for text, end in self.scan.bare(at)
            if not any(self.scan.after_space(one) >= end for one in ends)
        )

    def yes_or_no(self, at: int) -> Found:
        for value, pair in phrases.YES_NO.items():
            for _said, end in self.literal(pair, at):
                yield value, end

    def days(self, at: int) -> Found:
        for pair in phrases.DAYS:
            yield from self.literal(pair, at)

    # --- names and texts

    def quoted(self, at: int) -> Found:
        yield from self.scan.quoted(at)

    def page(self, at: int) -> Found:
        yield from either(self.scan.quoted, self.scan.bare)(at)

    def name(self, names: Names, kind: str) -> Rule:
        """The identifier of a persona or campaign: its name between marks, or behind # itself."""

        def itself(at: int) -> Found:
            for _mark, start in self._number_sign(at):
                for said, end in either(self.scan.whole, self.scan.quoted)(start):
                    yield names.identifier(said), end

        def rule(at: int) -> Found:
            for text, end in self.scan.quoted(at):
                if (key := names.hear(text)) is not None:
                    yield key, end
                yield from itself(end)
            yield from itself(at)
            self.scan.miss(at, *(Wanted(names.say(key), kind) for key in names.names))

        return rule

    def _number_sign(self, at: int) -> Found:
        """#, which nobody is told to type."""
        yield from self.scan.literal(at, "#") if self.scan.word(at) == "#" else ()


def either(*rules: Rule) -> Rule:
    return lambda at: (found for rule in rules for found in rule(at))


def maybe(rule: Rule, at: int) -> Found:
    """With what the rule reads, and without."""
    yield None, at
    yield from rule(at)
