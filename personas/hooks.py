"""What personas ask the apps above, which register it in `AppConfig.ready()`. Nothing registered: the page says so."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from personas.criteria.statistics import Flagged, Lift


@dataclass(frozen=True)
class Evidence:
    """What became of leads handed over at least `days` ago, judged as at their handoff. `lift`: written path -> lift of a
    criterion or condition; `whole`: the definition as a test for being won; `edges`: axis -> the score from which on four in
    five of those won are caught. `links`: path, "leads", "won", "flagged" or "caught" -> address that lists those leads.
    `late`: field -> (values that came in only after sales had made contact, values of leads contacted).
    `last`: whether these are the last such leads only, since more are not judged.
    """

    whole: Flagged
    lift: Mapping[str, Lift]
    edges: Mapping[str, int]
    late: Mapping[str, tuple[int, int]]
    links: Mapping[str, str]
    days: int
    last: bool = False


@dataclass(frozen=True)
class Counts:
    """How a definition's body meets the leads known at `cutoff`.

    `hits`: written path of a criterion or condition -> leads for which it holds. `cells`: grade -> leads. `mql`: who
    would be an MQL now (`direct` of them by a direct path). `links`: path, "mql", "direct", "leads" or grade -> address
    that lists those leads. `waiting`: the figures are not there yet; they are being counted. `sampled`: the figures (not
    `leads`) are estimates from so many leads drawn at random; 0: every lead was counted. `between`: of an estimate, what the
    MQLs of all leads lie between (95 %).
    """

    leads: int = 0
    mql: int = 0
    direct: int = 0
    hits: Mapping[str, int] = field(default_factory=dict)
    cells: Mapping[str, int] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    cutoff: datetime | None = None
    waiting: bool = False
    sampled: int = 0
    between: tuple[int, int] | None = None


@dataclass(frozen=True)
class Standing:
    """What of a line is with sales, or on its way: `open` handoffs, `waiting` leads that qualified; `links` by the same names.
    `paced` of those wait for the pace alone, `pace` of them a business day, the last on `last` (None: after more than ten years)."""

    open: int
    waiting: int
    links: Mapping[str, str]
    paced: int = 0
    pace: int = 0
    last: date | None = None


@dataclass(frozen=True)
class Progress:
    """How far a count is, in percent (None: not begun). `failed`: it does not go on; `away`: nobody seems to count."""

    share: int | None = None
    failed: bool = False
    away: bool = False


@dataclass(frozen=True)
class Backlog:
    """Leads that would qualify at once (`new`), and those that wait already, released at `pace` a business day from `first` to
    `last`; None: never at this pace. `links`: "new", "waiting" -> address that lists them. `waiting` is counted in `whole`.
    `progress`: it is being counted; without `known` there is nothing to show meanwhile of the same text."""

    new: int
    waiting: int
    pace: int
    first: date | None
    last: date | None
    links: Mapping[str, str]
    progress: Progress | None = None
    known: bool = True

    @property
    def whole(self) -> int:
        return self.new + self.waiting


@dataclass(frozen=True)
class Observation:
    """What a text would have made from `since` to `cutoff` beside the versions in force. `figures`: stood (MQLs when it began),
    made (since), live (made by the versions in force since), both, gained, lost -> leads; `links`: the same -> address.
    `progress`: they are being counted anew; without a `cutoff` there are none yet."""

    since: datetime
    cutoff: datetime | None
    figures: Mapping[str, int]
    links: Mapping[str, str]
    progress: Progress | None = None


# (body, where it comes from: "draft:3", "version:5", "persona:7") -> Counts
count_matches: list[Callable[[Mapping[str, Any], str], Counts]] = []
# the same, estimated quickly; None where counting is as quick
estimate_matches: list[Callable[[Mapping[str, Any], str], Counts | None]] = []
# (body, where it comes from) -> Evidence; None while it is being counted
weigh: list[Callable[[Mapping[str, Any], str], Evidence | None]] = []
# (key of a field, or event.page, event.form, event.name, campaign) -> values stored, the most frequent first
stored_values: list[Callable[[str], Sequence[str]]] = []
# (at): which leads resemble which persona is to be found out anew, after the transaction
rules_changed: list[Callable[[datetime], None]] = []


def match_again(at: datetime) -> None:
    """Match leads and personas anew: rules changed, or a persona came or went."""
    for tell in rules_changed:
        tell(at)


# a definition line -> Standing
stand: list[Callable[[int], Standing]] = []
# (line, body, where it comes from, the day it takes effect: None for at once) -> Backlog
backlogs: list[Callable[[int, Mapping[str, Any], str, date | None], Backlog]] = []
# (line, body, where it comes from, observed since) -> Observation
observe: list[Callable[[int, Mapping[str, Any], str, datetime], Observation]] = []


def standing(line: int) -> Standing | None:
    """What of a line is with sales; None when nobody knows."""
    return next((ask(line) for ask in stand), None)


def backlog(line: int, body: Mapping[str, Any], source: str, day: date | None) -> Backlog | None:
    """Whom a text would hand over at first, and when the last of them; None when nobody knows."""
    return next((ask(line, body, source, day) for ask in backlogs), None)


def observed(line: int, body: Mapping[str, Any], source: str, since: datetime) -> Observation | None:
    """What a text would have made since an instant; None when nobody knows."""
    return next((ask(line, body, source, since) for ask in observe), None)


def counts(body: Mapping[str, Any], source: str) -> Counts | None:
    """The counts of whoever knows leads; None when nobody does."""
    return next((count(body, source) for count in count_matches), None)


def estimated(body: Mapping[str, Any], source: str) -> Counts | None:
    """The counts estimated from a sample; None where nobody needs to."""
    return next((estimate(body, source) for estimate in estimate_matches), None)


def evidence(body: Mapping[str, Any], source: str) -> Evidence | None:
    """What became of leads like these; None when nobody knows, or not yet."""
    return next((ask(body, source) for ask in weigh), None)


def values(key: str) -> list[str]:
    """Values stored under a key, each once."""
    return list(dict.fromkeys(value for known in stored_values for value in known(key)))
