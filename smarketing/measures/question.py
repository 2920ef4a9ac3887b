"""What is asked of a measure, checked; and what may be wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from smarketing.rows.days import Days


class Refusal(ValueError):
    """A question that cannot be answered: `code` for programs, a sentence for people."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Question:
    """`first` ≤ local day < `until`; `where`: dimension → values, of which any counts; `cutoff`: last known fact.

    Days are cut in `zone`; a date without a time keeps its date, in `home` (the installation's zone), in every zone.
    """

    key: str
    first: date
    until: date
    cutoff: datetime
    zone: ZoneInfo
    home: ZoneInfo
    by: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    date: str = ""
    window: int | None = None
    stat: str = ""
    user: Any = None

    @cached_property
    def _days(self) -> tuple[Days, Days]:
        return Days(self.zone), Days(self.home, "home")

    def day(self, instant: str, day_only: str = "false") -> str:
        """SQL of the local date of an instant."""
        zone, home = self._days
        if self.zone.key == self.home.key or day_only == "false":
            return zone.sql(instant)
        return f"(CASE WHEN {day_only} THEN {home.sql(instant)} ELSE {zone.sql(instant)} END)"

    def around(self, instant: str) -> str:
        """A condition that leaves out what is certainly outside the period in every zone, so that indexes serve."""
        return f"{instant} >= %(earliest)s AND {instant} < %(latest)s"

    def surely(self, instant: str) -> str:
        """A condition: certainly inside the period in every zone, so that no day need be told of it."""
        return f"({instant} >= %(earliest_sure)s AND {instant} < %(latest_sure)s)"

    @cached_property
    def last_day(self) -> Any:
        """The local day of the cut-off."""
        return self._days[0].of(self.cutoff)

    def params(self) -> dict[str, Any]:
        zone, home = self._days
        slack = timedelta(days=1, hours=6)
        return {
            **zone.params(),
            **home.params(),
            "cutoff": self.cutoff,
            "first": self.first,
            "until": self.until,
            "earliest": zone.midnight(self.first) - slack,
            "latest": zone.midnight(self.until) + slack,
            "earliest_sure": zone.midnight(self.first) + slack,
            "latest_sure": zone.midnight(self.until) - slack,
            "window": self.window,
        }
