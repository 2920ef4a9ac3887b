"""How much, until when, with which truths planted. Everything drawn follows from a Plan and nothing else."""

import zlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

ZONE = ZoneInfo("Europe/Paris")
DAY_US = 86_400_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Per 24,000 leads: the proportions of the demo company.
EVENTS_PER_LEAD = 400_000 / 24_000


# Where truths are drawn from: personas and campaigns with enough leads to tell.
DRAWN = {
    "persona": ("claire", "paul", "nadia"), "campaign": ("search", "social"),
    "rep": ("lea", "karim", "julie", "antoine", "sofia", "marc"), "criterion": ("fit:size", "fit:trade", "fit:country"),
}  # fmt: skip


@dataclass(frozen=True)
class Plants:
    """Truths that a measure must find: `persona` buys much more often, `campaign` costs money and gives nothing, in
    `month` (first day) sales made its first attempts late, `rep` always does, `criterion` lies: sales contradict it."""

    persona: str = "claire"
    campaign: str = "display"
    month: date | None = None
    rep: str = ""
    criterion: str = ""

    @classmethod
    def drawn(cls, seed: int) -> "Plants":
        """Truths drawn by a seed: whoever looks for them must not know them."""
        dice = np.random.default_rng([seed, zlib.crc32(b"plants")])
        found = {name: some[int(dice.integers(len(some)))] for name, some in DRAWN.items()}
        return cls(found["persona"], found["campaign"], rep=found["rep"], criterion=found["criterion"])


@dataclass(frozen=True)
class Plan:
    """`at`: the demo's present. `months` calendar months end with the one of `at`."""

    at: datetime
    leads: int = 24_000
    events: int = 400_000
    months: int = 18
    seed: int = 20_261
    plants: Plants = field(default_factory=Plants)

    def dice(self, room: str) -> np.random.Generator:
        """A room's own stream of numbers: drawing more in one room moves nothing in another."""
        return np.random.default_rng([self.seed, zlib.crc32(room.encode())])

    @cached_property
    def today(self) -> date:
        return self.at.astimezone(ZONE).date()

    @cached_property
    def first(self) -> date:
        """First day of the first month."""
        return self.month(0)

    def month(self, number: int) -> date:
        """First day of the month `number` (0 is the first, `months` - 1 the running one)."""
        count = self.today.year * 12 + self.today.month - self.months + number
        return date(count // 12, count % 12 + 1, 1)

    @cached_property
    def late_month(self) -> date:
        """The month in which first attempts were late: the planted one, else the sixth before the running one."""
        return self.plants.month or self.month(max(0, self.months - 7))

    @cached_property
    def days(self) -> int:
        """Local days from the first to today, both included."""
        return (self.today - self.first).days + 1

    @cached_property
    def midnights(self) -> np.ndarray:
        """Microseconds since 1970 at which each local day begins, one more than `days`."""
        return np.array([micros(midnight(self.first + timedelta(days=n))) for n in range(self.days + 1)])

    @cached_property
    def now(self) -> int:
        return micros(self.at)

    def day_of(self, instants: np.ndarray) -> np.ndarray:
        """Number of the local day of instants."""
        return np.searchsorted(self.midnights, instants, side="right") - 1


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


def micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def instant(us: int) -> datetime:
    return EPOCH + timedelta(microseconds=int(us))


def plants(text: str) -> Plants:
    """ "persona=paul,campaign=fair,month=2026-03,rep=karim,criterion=fit:size" → Plants; a number draws them. ValueError for
    anything else."""
    if text.isascii() and text.isdigit():
        return Plants.drawn(int(text))
    said: dict[str, Any] = {}
    for part in filter(None, text.split(",")):
        name, equals, value = part.partition("=")
        if not equals or name not in ("persona", "campaign", "month", "rep", "criterion"):
            raise ValueError(
                f"--plant takes a number, or persona=…, campaign=…, month=YYYY-MM, rep=…, criterion=…, not {part!r}"
            )
        said[name] = date.fromisoformat(f"{value}-01") if name == "month" else value
    return Plants(**said)
