"""What upper apps tell the contract.

closed_through(contract) -> first day of its newest closed month, or None
frozen(contract, months, told) -> the closed books among these months (first days): month -> Frozen, with what restated those
of `told` (None: all)
models() -> model of attribution -> its name, of those that terms may name
credited(model, first, cutoff) -> Credited: by which measure revenue is divided by campaign in the month of `first`
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

closed_through: list[Callable[..., date | None]] = []
frozen: list[Callable[[Any, Sequence[date], Sequence[date] | None], Mapping[date, "Frozen"]]] = []
models: list[Callable[[], Mapping[str, Any]]] = []
credited: list[Callable[[str, date, datetime], "Credited"]] = []


@dataclass(frozen=True)
class Frozen:
    """A closed month: its figures by clause key as `figures.Figure.book` wrote them, cut-off, digest.

    `parts`: those of a month split by an amendment; `days`: what came on each day. Both by clause key, as
    `follow.Part` and `chart.days` say it; `late`: what broke, as `late.Late.book` says it, `waiting`: leads that nobody had
    handed over in time. All by clause key; books closed before they were kept have none.
    """

    number: int
    cutoff: datetime
    sha256: str
    figures: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    parts: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    days: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    late: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    waiting: Mapping[str, Sequence[int]] = field(default_factory=dict)
    restated: int = 0
    restated_at: datetime | None = None


@dataclass(frozen=True)
class Credited:
    """`measure`: amounts by campaign under the model agreed; `words`: which model, said beside the figures; `url`: its rules."""

    measure: str
    words: str
    url: str = ""


def books(contract, months: Sequence[date], told: Sequence[date] | None = None) -> dict[date, Frozen]:
    """The closed books among these months, from whoever keeps books; with what restated those of `told` (None: all)."""
    out: dict[date, Frozen] = {}
    for hook in frozen:
        out |= hook(contract, months, told)
    return out


def newest_closed(contract) -> date | None:
    """First day of the newest closed month of a contract, or None."""
    return max((day for ask in closed_through if (day := ask(contract))), default=None)
