"""The registry of measures. The shape lives here; apps register theirs from above in `AppConfig.ready()`.

A measure = population (SQL of counted rows at a cut-off) + pure reduce, or a pure combination of other measures; with
unit, dimensions, interval, maturity and words in both languages. Nothing here knows what is measured.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .numbers import Exact
from .question import Question, Refusal
from .reduces import Figure

PERIODS = ("day", "month", "quarter", "year")


@dataclass(frozen=True)
class Dimension:
    """`sql`: text over the population's aliases, '' where blank. `own(user)`: the one value that a rep may see.

    `show(text)`: a value in words, for pages. `listed()`: values shown also where nothing counts under them.
    """

    key: str
    label: Any
    sql: str
    own: Callable[[Any], str] | None = None
    show: Callable[[str], Any] | None = None
    listed: Callable[[], Iterable[str]] | None = None


@dataclass(frozen=True)
class Column:
    """A column of the drill-down. kind: text, number, money. `personal` needs the right to see people; `show` as above."""

    key: str
    label: Any
    sql: str
    kind: str = "text"
    personal: bool = False
    show: Callable[[str], Any] | None = None


@dataclass(frozen=True)
class Population:
    """Rows that count: `FROM source WHERE where`, one row per `key` (bigint), dated `day` (SQL date, local).

    `instant`, where given, is what `day` is the day of. `value` and `hit` are what the reduce looks at; `ctes` are named sub-queries used by `source`. `beside`: further joins,
    one row each, left out where nothing that is asked names one of `brings`, the aliases they bring. `link`: (name of
    the page of one row, SQL of its id). `spare`: joins inside `source`, with the aliases they bring, taken out where nothing names one. `seen(user, ids)` → which of these ids the user may open.
    """

    source: str
    key: str
    day: str
    where: tuple[str, ...] = ()
    value: str = "1"
    hit: str = "true"
    ctes: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    instant: str = ""
    beside: str = ""
    brings: tuple[str, ...] = ()
    link: tuple[str, str] | None = None
    seen: Callable[[Any, Sequence[int]], set[int]] | None = None
    spare: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Part:
    """One figure of a combination: a measure, perhaps at another date or of another statistic, with a word for the page."""

    key: str
    label: Any
    date: str = ""
    stat: str = ""


@dataclass(frozen=True)
class Agreed:
    """A number that no row says: what was agreed for a question's period; None where nothing was."""

    label: Any
    unit: str
    value: Callable[[Question], Exact | None]


@dataclass(frozen=True)
class Measure:
    """`dates`: what may date a row, the first is the default. `parts` + `combine` in place of a population.

    `maturity`: days after which a cohort is mature when no window is asked; None: never immature.
    `agreed`: what `combine` is given after the figures of the parts. `by_date`: another measure takes over for this date (a period rate beside a cohort's). `nightly`: whether each night
    keeps it by the usual dimensions. `cases`: whether its rows are leads, handoffs or deals; costs and hours are none, so that
    many of them make no figure sure.
    """

    key: str
    label: Any
    words: Any
    unit: str
    population: Callable[[Question], Population] | None = None
    reduce: str = "count"
    dimensions: Callable[[Question], Mapping[str, Dimension]] = lambda question: {}
    dates: tuple[str, ...] = ("handed",)
    windowed: bool = False
    stats: tuple[str, ...] = ()
    interval: bool = False
    maturity: int | None = None
    parts: tuple[Part, ...] = ()
    combine: Callable[[Sequence[Figure]], Figure] | None = None
    agreed: tuple[Agreed, ...] = ()
    by_date: Mapping[str, "Measure"] = field(default_factory=dict)
    order: int = 50
    nightly: bool = True
    cases: bool = True


_MEASURES: dict[str, Measure] = {}
_FAMILIES: dict[str, Callable[[str], Measure | None]] = {}
_NOTES: dict[str, Callable[[Question], str]] = {}


def register(measure: Measure) -> None:
    """Add a measure; the same key registered again replaces it."""
    _MEASURES[measure.key] = measure


def register_family(prefix: str, make: Callable[[str], Measure | None]) -> None:
    """Measures named `prefix:rest`, made when asked for (a sum of any attribute)."""
    _FAMILIES[prefix] = make


def register_note(key: str, note: Callable[[Question], str]) -> None:
    """A text beside every answer: which definition, which terms were in force."""
    _NOTES[key] = note


def find(key: str) -> Measure:
    """The measure of a key. Refusal "unknown_measure"."""
    if key in _MEASURES:
        return _MEASURES[key]
    prefix, colon, rest = key.partition(":")
    made = _FAMILIES[prefix](rest) if colon and prefix in _FAMILIES else None
    if made is None:
        raise Refusal("unknown_measure", f"There is no measure {key[:80]}.")
    return made


def measures() -> list[Measure]:
    """All measures with a fixed key, in order."""
    return sorted(_MEASURES.values(), key=lambda one: (one.order, one.key))


def notes(question: Question) -> dict[str, str]:
    return {key: note(question) for key, note in sorted(_NOTES.items())}
