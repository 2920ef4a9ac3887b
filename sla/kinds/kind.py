"""What a kind of clause is. `source` says what decides a clause in a period: a volume counted by a measure, clocks settled, or
a rate that a measure gives of the month's rows. What a clocked kind says to the statement of `sets.py` stands in its row, too:
`runs`, `kept`, `drops`, `made_up`. `says` holds its sentences of the month.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

VOLUME, CLOCK, RATE = "volume", "clock", "rate"
PERCENT, MONEY = "percent", "money"
BOTH = "both"  # the side of what both sides promise together
HANDOFF, QUALIFICATION = "handoff", "qualification"


@dataclass(frozen=True)
class Asked:
    """Which rows of a measure are meant: `where()` gives dimension -> values; `by`: the dimension that names them."""

    measure: str
    where: Callable[[], Mapping[str, tuple[str, ...]]] = dict
    by: str = ""


@dataclass(frozen=True)
class Kind:
    key: str
    side: str  # marketing | sales | both: a result of both sides
    source: str  # volume | clock | rate
    unit: str  # leads | deals | money | business_hours | business_days | attempts | percent
    measure: str  # registered measure that gives its figure
    label: object
    target_label: Any  # may name %(per)s, as sentences may the other phrases of `periods.words`
    sentence: Any  # ngettext on target where it counts things
    short: Any  # the same, short enough for a table that shows the share beside it
    share: bool = False  # whether it is promised on a share of the handoffs, beside its target
    param: str = ""  # second number of the clause
    param_label: object = ""
    more: tuple[str, ...] = ()  # further parameters it may have: keys of `params.MORE`
    needs: tuple[str, ...] = ()  # those of them it cannot do without
    subject: str = HANDOFF  # clock: what it runs on
    runs: str = ""  # clock: hours (of the target) | days (of the parameter, else of the target), of working time
    # clock: SQL of the instant from which the promise is kept, over tried, reached_at, sql_at, decided_at, ended_at,
    # %(target)s; {spaced}: of the attempt number %(target)s, as far apart as the clause wants
    kept: str = ""
    drops: str = (
        "dropped_at"  # clock: SQL of the instant from which it no longer applies, over dropped_at, ended_as too
    )
    queue: str = ""  # label of the promise in the queue
    made_up: str = "false"  # SQL over a clock k: missed, and owed no more
    idle: str = "k.done = 0"  # clock: SQL over a clock k and the state s of its handoff: nothing was done yet
    says: Mapping[str, Any] = field(default_factory=dict)  # sentences of the month, by what they are about
    fixed: Decimal | None = None  # the only target there is
    rows: Callable[[], Mapping[str, tuple[str, ...]]] = dict  # rate: which rows of the measure are settled
    apart: Mapping[str, Asked] = field(default_factory=dict)  # rate: what is pending, and what is left out
    against: Asked | None = None  # rate: what breaks the promise


def due(so_far: object, idle: object, who: tuple[object, object]) -> dict[str, object]:
    """Sentences of promises that fall due. `who`: what is said where nothing has, yet and at the end."""
    return {"so_far": so_far, "idle": idle, "nothing": who[0], "nothing_over": who[1]}


def of_rate(so_far: object, nothing: object, **more: object) -> dict[str, object]:
    """Sentences of a rate of the month's rows."""
    return {"so_far": so_far, "nothing": nothing, "nothing_over": nothing, **more}
