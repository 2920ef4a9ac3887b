"""What is wrong with a word of the glossary, and what a text changes of it, as sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from personas.glossary import bound, terms
from personas.glossary.terms import Change, Fault, Term
from smarketing.web.language import active_language

from . import differing

PARTS = {
    "word": gettext_lazy("word"),
    "forms": gettext_lazy("other forms"),
    "sentence": gettext_lazy("sentence"),
    "binding": gettext_lazy("what is executed"),
}
TONGUES = {"en": gettext_lazy("in English"), "fr": gettext_lazy("in French")}
FAULTS = {
    "empty word": gettext_lazy("The word is missing %(tongue)s."),
    "empty sentence": gettext_lazy("The sentence is missing %(tongue)s."),
    "long word": gettext_lazy("The word %(tongue)s is longer than %(other)s characters."),
    "long forms": gettext_lazy("The other forms %(tongue)s are longer than %(other)s characters."),
    "long sentence": gettext_lazy("The sentence %(tongue)s is longer than %(other)s characters."),
    "taken word": gettext_lazy("“%(other)s” has this word %(tongue)s already: one word stands for one idea."),
    "taken forms": gettext_lazy("“%(other)s” has one of these forms %(tongue)s already: one word stands for one idea."),
    "same_key": gettext_lazy("This word is there twice."),
}


@dataclass(frozen=True)
class Told:
    """A change in words. `parts`: (what differs, pieces of the text before and after as `differing.pieces`)."""

    kind: str
    word: str
    sentence: str
    parts: list[tuple[str, list[tuple[str, str]]]]


def said(fault: Fault, term: Term | None = None) -> str:
    """A fault as a sentence; with the word it is about where that stands elsewhere."""
    told = FAULTS[f"{fault.kind} {fault.part}".strip()]
    text = told % {"tongue": TONGUES.get(fault.lang, ""), "other": fault.other}
    word = term.text(active_language()).word if term else ""
    return _("%(word)s: %(text)s") % {"word": word, "text": text} if word else text


def told(changes: Sequence[Change]) -> list[Told]:
    """Changes in the reader's words and order."""
    lang = active_language()
    by_key = {one.term.key: one for one in changes}
    found = [(by_key[term.key], term.text(lang)) for term in terms.in_order((one.term for one in changes), lang)]
    return [Told(one.kind, text.word, text.sentence, list(map(_part, one.parts()))) for one, text in found]


def _part(part: tuple[str, str, str, str]) -> tuple[str, list[tuple[str, str]]]:
    lang, name, before, after = part
    if name == "binding":
        before, after = bound.label(before), bound.label(after)
    label = f"{PARTS[name]} {TONGUES[lang]}" if lang else str(PARTS[name])
    return capfirst(label), differing.pieces(before, after)
