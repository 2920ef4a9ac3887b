"""A replay that is done, cut into months of the installation's zone; and what sales could do in each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
from django.db.models import Min

from leads.handoffs import holds, rules
from leads.models import Replay, SalesTime
from leads.scoring import days
from leads.scoring.timeline.pull import us
from personas.models import DefinitionVersion
from smarketing.accounts.models import Role, User

from .months import CLOSED, NOT_YET, Passed, Record, Rows


def first_days(at: datetime) -> list[date]:
    """First days of the last twelve closed months and of the running one, as of an instant."""
    today = days.here().of(at)
    number = today.year * 12 + today.month - 1
    return [date(one // 12, one % 12 + 1, 1) for one in range(number - CLOSED, number + 1)]


def record(replay: Replay) -> Record:
    """Its rows by month, and since when there is something to compare with."""
    months = first_days(replay.cutoff)
    starts = np.array([us(days.here().midnight(one)) for one in months])
    draft = _rows(replay.draft_leads, replay.draft_at, replay.draft_codes, starts)
    was = _rows(replay.was_leads, replay.was_at, replay.was_codes, starts)
    signed = (
        DefinitionVersion.objects.standing().filter(line=replay.line_id).aggregate(first=Min("effective_at"))["first"]
    )
    begun = min([*([us(signed)] if signed else []), *was.at.tolist()], default=None)
    since = begun if begun is not None and begun < starts[-1] else None
    return Record(months, draft, was, since, _passed(replay, draft, starts))


def _passed(replay: Replay, draft: Rows, starts) -> Passed | None:
    if len(replay.draft_handed) != len(draft):
        return None
    at = np.array(replay.draft_handed, np.int64)
    month = np.where(at > 0, np.searchsorted(starts, at, "right") - 1, NOT_YET)
    return Passed(draft.lead, month, np.array(replay.draft_holds, np.int64))


def _rows(leads: Sequence[int], at: Sequence[int], codes: Sequence[int], starts) -> Rows:
    instants = np.array(at, np.int64)
    month = np.searchsorted(starts, instants, "right") - 1
    return Rows(np.array(leads, np.int64), instants, month, np.array(codes, np.int64))


@dataclass(frozen=True)
class Capacity:
    """What sales can do: `attempts` promised on a handoff, `minutes` each; `reps` with so many `hours` a
    day on which `works` says that work is done."""

    attempts: int
    minutes: Decimal
    hours: Decimal
    reps: int
    works: Callable[[date], bool]

    def load(self, handed: int) -> Decimal:
        """Hours that so many handoffs need."""
        return handed * self.attempts * self.minutes / 60

    def available(self, first: date, until: date) -> Decimal:
        """Hours of the business days first <= day < until."""
        span = (first + timedelta(days=n) for n in range((until - first).days))
        return self.reps * self.hours * sum(map(self.works, span))


def capacity(line_id: int, at: datetime) -> Capacity:
    """As promised, set and staffed now."""
    time = sales_time()
    promised = rules.in_force(line_id, at).body.get("attempts", rules.STARTER["attempts"])
    reps = User.objects.filter(is_active=True, role=Role.REP).count()
    return Capacity(promised, time.minutes, time.hours, reps, holds.business_days())


def sales_time() -> SalesTime:
    """The one row, or its defaults."""
    return SalesTime.objects.order_by("pk").first() or SalesTime(minutes=Decimal(8), hours=Decimal(3))
