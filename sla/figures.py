"""What a clause's figures say in a period, pure and exact: volume counted, share of settled clocks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from . import states


@dataclass(frozen=True)
class Volume:
    """So many counted of a target, over business days of which `elapsed` have come. `over`: the period has ended; `ideal`: where
    the line stands in a period cut by an amendment, each part by its own target (None: one target, one slope)."""

    count: int | Fraction
    target: Fraction
    elapsed: int
    days: int
    over: bool = False
    started: bool = True
    unit: str = "leads"
    ideal: Fraction | None = None

    @property
    def state(self) -> str:
        if not self.started:
            return states.NOTHING
        return states.volume(self.count, self.target, self._projected, self.over)

    @property
    def line(self) -> Fraction:
        return states.line(self.target, self.elapsed, self.days) if self.ideal is None else self.ideal

    @property
    def _projected(self) -> Fraction | None:
        if self.ideal is None:
            return states.forecast(self.count, self.elapsed, self.days)
        return states.along(self.count, self.target, self.ideal)

    @property
    def gap(self) -> Fraction:
        """Above the line, or below it when negative."""
        return self.count - self.line

    @property
    def forecast(self) -> Fraction | None:
        return None if self.over or not self.started else self._projected

    @property
    def needed(self) -> Fraction | None:
        return states.needed(self.count, self.target, self.elapsed, self.days)

    def book(self) -> dict[str, Any]:
        """The figure as a closed book keeps it: whole numbers and text only."""
        count = str(self.count) if isinstance(self.count, Fraction) else self.count
        more: dict[str, Any] = {} if self.unit == "leads" else {"unit": self.unit}
        if not self.over:  # of a quarter that goes on
            more |= {"over": False} | ({} if self.ideal is None else {"line": str(self.ideal)})
        return {"count": count, "target": str(self.target), "elapsed": self.elapsed, "days": self.days} | more


@dataclass(frozen=True)
class Share:
    """So many met of the settled clocks against a promised share; pending, excluded and waived are shown apart."""

    met: int
    missed: int
    pending: int
    excluded: int
    promised: Fraction
    over: bool = False
    waived: int = 0

    @property
    def settled(self) -> int:
        return self.met + self.missed

    @property
    def state(self) -> str:
        return states.share(self.met, self.settled, self.pending, self.promised, self.over)

    def book(self) -> dict[str, Any]:
        names = ("met", "missed", "pending", "excluded")
        held = ({} if self.over else {"over": False}) | ({"waived": self.waived} if self.waived else {})
        return {name: getattr(self, name) for name in names} | {"promised": str(self.promised)} | held


Figure = Volume | Share


def from_book(kept: Mapping[str, Any]) -> Figure:
    """The figure of a closed month, as it was frozen."""
    if "target" in kept:
        count = Fraction(kept["count"]) if isinstance(kept["count"], str) else kept["count"]
        target, unit = Fraction(kept["target"]), kept.get("unit", "leads")
        over, ideal = kept.get("over", True), Fraction(kept["line"]) if "line" in kept else None
        return Volume(count, target, kept["elapsed"], kept["days"], over, unit=unit, ideal=ideal)
    over = kept.get("over", True)  # False: a cohort that was not mature at the close, or a quarter that went on
    return Share(
        kept["met"],
        kept["missed"],
        kept["pending"],
        kept["excluded"],
        Fraction(kept["promised"]),
        over,
        kept.get("waived", 0),
    )


def target_of(parts: Iterable[tuple[Fraction, int]], days: int) -> Fraction:
    """Target of a period cut by amendments: Σ part target × business days in part ÷ business days in period."""
    parts = list(parts)
    if not days:
        return max((target for target, _days in parts), default=Fraction(0))
    return sum((target * part / days for target, part in parts), Fraction(0))


def promised_of(parts: Iterable[tuple[Fraction, int]]) -> Fraction | None:
    """Promised share of clocks judged under several terms: Σ nᵢ·shareᵢ ÷ Σ nᵢ; None of nothing."""
    parts = list(parts)
    settled = sum(count for _share, count in parts)
    return sum((share * count for share, count in parts), Fraction(0)) / settled if settled else None
