"""A replay as the page of a definition draws it: a row a month with bars, shares and load, and the way to the leads of each."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from leads.models import Replay
from leads.replay import groups as grouping
from leads.replay import months
from leads.replay.months import Figures, Share
from leads.replay.shown import Capacity, capacity, record
from leads.scoring import days
from leads.scoring.timeline.walk import instant

MOST_GROUPS = 12
HIGH = 59  # of the small chart
TEXTS = {
    "mql": _("MQL"), "handed": _("handed over"), "never": _("never handed over"), "decided": _("decided"),
    "accepted": _("accepted"), "undecided": _("undecided"), "mature": _("handed over long enough ago"), "won": _("won"),
    "immature": _("handed over too recently to say"), "gained": _("Gained by the draft"), "lost": _("Lost by the draft"),
    "passed": _("passed to sales"), "pace": _("waits for the agreed pace"), "mandatory": _("waits for a mandatory field"),
    "cooling": _("waits for the end of the cool-down"), "open": _("is with sales already"), "opposition": _("asked not to be contacted"),
    "kept": _("Kept by the draft"), "customers": _("Lost by the draft, and became customers"),
}  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """A share with its ways: `url` to its hits, `open_url` to those of whom nothing can be said yet."""

    share: Share
    url: str
    open_url: str

    @property
    def half(self) -> int | None:
        """± in points of percent."""
        return None if self.share.half is None else max(1, round(self.share.half * 100))


@dataclass(frozen=True)
class Side:
    """One side of a month or group."""

    figures: Figures
    url: str
    accepted: Cell
    won: Cell
    bar: int = 0


@dataclass(frozen=True)
class Row:
    first: date
    running: bool
    draft: Side
    was: Side
    load: Decimal
    available: Decimal
    passed: int | None = None  # handoffs under the draft
    passed_url: str = ""

    @property
    def over(self) -> bool:
        return self.load > self.available

    @property
    def immature(self) -> bool:
        return bool(self.draft.figures.won.open)


@dataclass(frozen=True)
class Bars:
    """A month of the small chart: heights and places of its two bars, in units of its drawing."""

    running: bool
    x: int
    was_x: int
    draft: float
    was: float

    @property
    def draft_y(self) -> float:
        return HIGH - self.draft

    @property
    def was_y(self) -> float:
        return HIGH - self.was


@dataclass(frozen=True)
class GroupRow:
    name: str
    draft: Side
    was: Side
    found: grouping.Group
    urls: dict[str, str]


class Sheet:
    """Everything that the section shows of one replay."""

    def __init__(self, one: Replay, by: str = ""):
        self.replay, self.by, self.record = one, by, record(one)

    def url(self, what: str, **more: str) -> str:
        """The leads of a figure."""
        return f"{reverse('leads:replayed', args=[self.replay.pk])}?{urlencode({'what': what} | more)}"

    @cached_property
    def rows(self) -> list[Row]:
        """The newest month first."""
        sides = {name: months.by_month(self.record, rows) for name, rows in self._sides()}
        most = max([one.mql for figures in sides.values() for one in figures] or [0])
        today = days.here().of(self.replay.cutoff)
        out = []
        for place, first in enumerate(self.record.months):
            running, month = place == len(self.record.months) - 1, first.strftime("%Y-%m")
            until = today + timedelta(days=1) if running else (first + timedelta(days=32)).replace(day=1)
            draft, was = (self._side(name, sides[name][place], most, month=month) for name in ("draft", "was"))
            passed = self.passed(place)
            load = self.capacity.load(draft.figures.mql if passed is None else passed)
            available, url = self.capacity.available(first, until), self.url("draft.passed", month=month)
            out.append(Row(first, running, draft, was, load, available, passed, url))
        return out[::-1]

    def passed(self, month: int | None = None) -> int | None:
        """Handoffs under the draft in a month, or in the closed ones; None where they were not computed."""
        return len(months.chosen(self.record, "draft", month, months.PASSED)) if self.record.passed else None

    @cached_property
    def waiting(self) -> list[tuple[str, Any, int, str]]:
        """(code, words, how many, where) of what holds MQLs of the draft at the end."""
        found = [(one, len(months.chosen(self.record, "draft", None, one))) for one in months.HOLDS]
        return [(one, TEXTS[one], n, self.url(f"draft.{one}")) for one, n in found if n]

    @property
    def in_short(self) -> dict[str, Any]:
        """The closed months in one line."""
        waits = sum(n for _one, _words, n, _url in self.waiting)
        return {"mql": months.figures(months.closed(self.record, self.record.draft)).mql, "passed": self.passed(), "waits": waits,
                "mql_url": self.url("draft.mql"), "passed_url": self.url("draft.passed")}  # fmt: skip

    @property
    def bars(self) -> list[Bars]:
        """The oldest month first."""
        tall = (HIGH - 1) / 100
        rows = enumerate(reversed(self.rows))
        return [Bars(row.running, 20 * n, 20 * n + 9, row.draft.bar * tall, row.was.bar * tall) for n, row in rows]

    @cached_property
    def capacity(self) -> Capacity:
        return capacity(self.replay.line_id, self.replay.cutoff)

    @cached_property
    def against(self) -> dict[str, tuple[int, str]] | None:
        """gained, lost, kept, customers -> (how many, where)."""
        found = months.against(self.record)
        names = ("gained", "lost", "kept", "customers")
        return {name: (len(getattr(found, name)), self.url(name)) for name in names} if found else None

    @property
    def since(self) -> datetime | None:
        """From when there is a record, where that is later than the first month."""
        start = days.here().midnight(self.record.months[0])
        since = instant(self.record.since) if self.record.since is not None else None
        return since if since is not None and since > start else None

    @property
    def never(self) -> tuple[int, str]:
        """Those of the draft's MQLs in the closed months who never were handed over."""
        return len(months.chosen(self.record, "draft", None, "never")), self.url("draft.never")

    @property
    def says_nothing(self) -> bool:
        """No MQL on either side in any of the months."""
        return not any(row.draft.figures.mql or row.was.figures.mql for row in self.rows)

    @cached_property
    def groups(self) -> list[GroupRow]:
        """The closed months by what was chosen: the largest groups."""
        return [self._group(one) for one in self._all_groups[:MOST_GROUPS]]

    @property
    def more_groups(self) -> int:
        return max(0, len(self._all_groups) - MOST_GROUPS)

    @cached_property
    def _all_groups(self) -> list[grouping.Group]:
        return grouping.table(self.record, self.by, self.replay.line_id) if self.by else []

    def every_group(self) -> list[GroupRow]:
        """All of them."""
        return [self._group(one) for one in self._all_groups]

    def _group(self, one: grouping.Group) -> GroupRow:
        more = {"by": self.by, "group": one.key}
        draft, was = self._side("draft", one.draft, 0, **more), self._side("was", one.was, 0, **more)
        urls = {name: self.url(name, **more) for name in ("gained", "lost", "kept")}
        return GroupRow(grouping.named(self.by, one.key), draft, was, one, urls)

    def _sides(self) -> Any:
        return ("draft", self.record.draft), ("was", self.record.was)

    def _side(self, name: str, found: Figures, most: int, **more: str) -> Side:
        def cell(share: Share, hits: str, rest: str) -> Cell:
            return Cell(share, self.url(f"{name}.{hits}", **more), self.url(f"{name}.{rest}", **more))

        bar = round(100 * found.mql / most) if most else 0
        accepted, won = cell(found.accepted, "accepted", "undecided"), cell(found.won, "won", "immature")
        return Side(found, self.url(f"{name}.mql", **more), accepted, won, bar)
