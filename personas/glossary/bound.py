"""What the house executes under a word: registered by whoever executes it, in `AppConfig.ready()`, shown beside the word.

A word is bound by name, not to a text: a new version of the definition or of the contract speaks for the word at once.
Every measure can be bound to as "measure:KEY".
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from smarketing.measures import registry
from smarketing.measures.question import Refusal
from smarketing.measures.registry import Measure

from .terms import Term

MEASURE = "measure:"


@dataclass(frozen=True)
class Executed:
    """One sentence of what is executed, in the language of the page; `url`: where it stands whole."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Binding:
    """`say(at)`: what is executed at an instant; nothing when nothing is in force."""

    key: str
    label: Any
    say: Callable[[datetime], Iterable[Executed]]


_BINDINGS: dict[str, Binding] = {}


def register(binding: Binding) -> None:
    """Add one; the last registration of a key wins."""
    _BINDINGS[binding.key] = binding


def executed(key: str, at: datetime) -> list[Executed]:
    """What is executed under a binding; nothing for one that is unknown."""
    if found := _BINDINGS.get(key):
        return list(found.say(at))
    measure = _measure_of(key)
    return [Executed(str(measure.words), f"{reverse('measures:numbers')}#{measure.key}")] if measure else []


def of_all(terms: Iterable[Term], at: datetime) -> dict[str, list[Executed]]:
    """Binding → what is executed under it, of the bindings of these words, each asked once."""
    return {key: executed(key, at) for key in {one.binding for one in terms}}


def label(key: str) -> str:
    """A binding in words; "" for none, its key where nobody registered it."""
    if found := _BINDINGS.get(key):
        return str(found.label)
    measure = _measure_of(key)
    return _named(measure) if measure else key


def choices() -> list[tuple[str, str]]:
    """(key, words) of everything a word can be bound to, by their words."""
    named = [(one.key, str(one.label)) for one in _BINDINGS.values()]
    measures = [(f"{MEASURE}{one.key}", _named(one)) for one in registry.measures()]
    return sorted(named, key=lambda pair: pair[1]) + measures


def _measure_of(key: str) -> Measure | None:
    """The measure that a binding names."""
    try:
        return registry.find(key.removeprefix(MEASURE)) if key.startswith(MEASURE) else None
    except Refusal:
        return None


def _named(measure: Measure) -> str:
    return _("the number “%(name)s”") % {"name": measure.label}
