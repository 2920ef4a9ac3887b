"""A word of the shared language and what a list of them must keep (no Django here): one idea, one word."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from personas.criteria.phrases import LANGUAGES

LONGEST = {"word": 80, "forms": 200, "sentence": 600}


@dataclass(frozen=True)
class Text:
    """A word in one language; `forms`: what else stands for it on pages (plurals, other names), between commas."""

    word: str = ""
    forms: str = ""
    sentence: str = ""

    def spoken(self) -> list[str]:
        """The word and its other forms, as they stand in text."""
        return [self.word, *(form for one in self.forms.split(",") if (form := one.strip()))]


@dataclass(frozen=True)
class Term:
    """`key`: its lasting name. `texts`: language → text. `binding`: what the house executes under this word, "" for nothing."""

    key: str
    texts: Mapping[str, Text]
    binding: str = ""

    def text(self, lang: str) -> Text:
        return self.texts[lang]

    def body(self) -> dict[str, Any]:
        """As it stands on a paper."""
        return {
            "key": self.key,
            "binding": self.binding,
            **{
                lang: {"word": one.word, "forms": one.forms, "sentence": one.sentence}
                for lang, one in self.texts.items()
            },
        }


@dataclass(frozen=True)
class Fault:
    """What is wrong: `kind` is "empty", "long", "taken" or "same_key"; at which key, in which language, in which part.

    `other`: the word that it is up against.
    """

    kind: str
    key: str
    lang: str = ""
    part: str = ""
    other: str = ""


@dataclass(frozen=True)
class Change:
    """A word new in a list ("new"), gone from it ("gone"), or said otherwise ("changed"): before and after."""

    kind: str
    before: Term | None
    after: Term | None

    @property
    def term(self) -> Term:
        return self.after or self.before  # type: ignore[return-value]

    def parts(self) -> list[tuple[str, str, str, str]]:
        """Of a changed word: (language, part, before, after) where they differ; a binding has no language."""
        if self.before is None or self.after is None:
            return []
        found = [
            (lang, part, getattr(old, part), getattr(new, part))
            for lang in LANGUAGES
            for old, new in [(self.before.text(lang), self.after.text(lang))]
            for part in LONGEST
            if getattr(old, part) != getattr(new, part)
        ]
        if self.before.binding != self.after.binding:
            found.append(("", "binding", self.before.binding, self.after.binding))
        return found


def read(body: Mapping[str, Any]) -> Term:
    """The word of a paper. KeyError where a part is missing."""
    texts = {lang: Text(body[lang]["word"], body[lang]["forms"], body[lang]["sentence"]) for lang in LANGUAGES}
    return Term(body["key"], texts, body["binding"])


def folded(text: str) -> str:
    """Case, accents and the shape of an apostrophe aside: what a reader takes for the same word."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    return " ".join("".join(letter for letter in decomposed if not unicodedata.combining(letter)).split())


def in_order(terms: Iterable[Term], lang: str) -> list[Term]:
    """By the word in a language, accents and case aside."""
    return sorted(terms, key=lambda term: (folded(term.text(lang).word), term.key))


def faults(terms: Sequence[Term]) -> list[Fault]:
    """Everything wrong with a list of words. A word of one language stands for one idea: two terms may not share it.

    Two languages may: MQL is MQL in both.
    """
    found: list[Fault] = []
    keys: set[str] = set()
    for term in terms:
        if term.key in keys:
            found.append(Fault("same_key", term.key))
        keys.add(term.key)
        found += _of_texts(term)
    for lang in LANGUAGES:
        found += _taken(terms, lang)
    return found


def changes(before: Sequence[Term], after: Sequence[Term]) -> list[Change]:
    """What `after` says otherwise than `before`, by key."""
    old, new = {one.key: one for one in before}, {one.key: one for one in after}
    found = []
    for key in sorted(old | new):
        was, now = old.get(key), new.get(key)
        if was != now:
            found.append(Change("new" if was is None else "gone" if now is None else "changed", was, now))
    return found


def matching(terms: Iterable[Term], asked: str) -> list[Term]:
    """Those that hold every word asked for, in any language, in word, forms or sentence."""
    wanted = folded(asked).split()

    def holds(term: Term) -> bool:
        text = folded(" ".join(" ".join((one.word, one.forms, one.sentence)) for one in term.texts.values()))
        return all(word in text for word in wanted)

    return [term for term in terms if holds(term)]


def _of_texts(term: Term) -> Iterator[Fault]:
    for lang in LANGUAGES:
        text = term.texts.get(lang, Text())
        for part, most in LONGEST.items():
            said = getattr(text, part)
            if not said.strip() and part != "forms":
                yield Fault("empty", term.key, lang, part)
            if len(said) > most:
                yield Fault("long", term.key, lang, part, str(most))


def _taken(terms: Sequence[Term], lang: str) -> Iterator[Fault]:
    owners: dict[str, Term] = {}
    for term in terms:
        for place, form in enumerate(term.text(lang).spoken() if lang in term.texts else []):
            owner = owners.setdefault(folded(form), term)
            if owner.key != term.key and form:
                yield Fault("taken", term.key, lang, "forms" if place else "word", owner.text(lang).word)
