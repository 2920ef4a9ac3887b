"""What personas ask the apps above, which register it in `AppConfig.ready()`. Nothing registered: the page says so."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from personas.criteria.statistics import Flagged, Lift


@dataclass(frozen=True)
class Evidence:
    """What became of leads handed over at least `days` ago, judged as at their handoff. `lift`: written path -> lift of a
    criterion or condition; `whole`: the definition as a test for being won; `edges`: axis -> the score from which on four in
    five of those won are caught. `links`: path, "leads", "won", "flagged" or "caught" -> address that lists those leads.
    `late`: field -> (values that came in only after sales had made contact, values of leads contacted).
    """

    whole: Flagged
    lift: Mapping[str, Lift]
    edges: Mapping[str, int]
    late: Mapping[str, tuple[int, int]]
    links: Mapping[str, str]
    days: int


@dataclass(frozen=True)
class Counts:
    """How a definition's body meets the leads known at `cutoff`.

    `hits`: written path of a criterion or condition -> leads for which it holds. `cells`: grade -> leads. `mql`: who
    would be an MQL now (`direct` of them by a direct path). `links`: path, "mql", "direct", "leads" or grade -> address
    that lists those leads. `waiting`: the figures are not there yet; they are being counted.
    """

    leads: int = 0
    mql: int = 0
    direct: int = 0
    hits: Mapping[str, int] = field(default_factory=dict)
    cells: Mapping[str, int] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    cutoff: datetime | None = None
    waiting: bool = False


# (body, where it comes from: "draft:3", "version:5", "persona:7") -> Counts
count_matches: list[Callable[[Mapping[str, Any], str], Counts]] = []
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


def counts(body: Mapping[str, Any], source: str) -> Counts | None:
    """The counts of whoever knows leads; None when nobody does."""
    return next((count(body, source) for count in count_matches), None)


def evidence(body: Mapping[str, Any], source: str) -> Evidence | None:
    """What became of leads like these; None when nobody knows, or not yet."""
    return next((ask(body, source) for ask in weigh), None)


def values(key: str) -> list[str]:
    """Values stored under a key, each once."""
    return list(dict.fromkeys(value for known in stored_values for value in known(key)))
