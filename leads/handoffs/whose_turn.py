"""The turn of a broken promise, read: `catching_up` asked of what somebody owes and did. The list and focus mode ask the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection
from django.db.models import Max, Min

from leads.models import Attempt
from smarketing.accounts.models import User
from smarketing.calendars import services as calendars

from .catching_up import Late, grade_of_turn, may_be

REST = timedelta(hours=2)  # so long a lead that was worked does not come up by itself
LATELY = timedelta(days=14)  # longer than half a business day lasts on any wall
HALF_OF_ANY_DAY = timedelta(hours=12)
_DID = """
SELECT (SELECT count(*) FROM leads_attempt WHERE rep_id = %(me)s AND occurred_at <= %(at)s)
  + (SELECT count(*) FROM leads_skip WHERE by_id = %(me)s AND occurred_at <= %(at)s),
  ARRAY(SELECT handoff_id FROM leads_attempt WHERE recorded_at > %(since)s AND occurred_at > %(since)s
    UNION SELECT handoff_id FROM leads_skip WHERE recorded_at > %(since)s AND occurred_at > %(since)s)
"""


@dataclass(frozen=True)
class Did:
    """How many leads somebody worked or passed over so far, counted on and on: a count that begins anew each day never gets to
    the fifth of who does four. And which handoffs anybody worked or passed over just now."""

    turns: int
    lately: list[int]


def did(user: User, at: datetime) -> Did:
    with connection.cursor() as cursor:
        cursor.execute(_DID, {"me": user.pk, "at": at, "since": at - REST})
        return Did(*cursor.fetchone())


def of_late(owed: Any, at: datetime, user: User, done: Did) -> int | None:
    """The handoff with a broken promise of `owed` whose turn it is for somebody; None where the order says who is next."""
    if not may_be(done.turns):
        return None
    broken = owed.exclude(handoff_id__in=done.lately).due_before(at)
    oldest = dict(broken.order_by().values_list("grade_rank").annotate(due=Min("due_at")))
    rank = grade_of_turn(done.turns, _late(oldest, at, user), _half(calendars.laid(None))) if oldest else None
    if rank is None:
        return None
    return broken.filter(grade_rank=rank).in_order().values_list("handoff_id", flat=True).first()


def _late(oldest: dict[int, datetime], at: datetime, user: User) -> dict[int, Late]:
    """Grade rank → how long its oldest promise is broken, and since somebody worked one of it."""
    lately = Attempt.objects.filter(rep=user, occurred_at__gt=at - LATELY, occurred_at__lte=at)
    by_rank = lately.order_by().values_list("handoff__state_row__grade_rank")
    worked = dict(by_rank.annotate(last=Max("occurred_at")))
    axis = calendars.laid(None)
    passed = partial(_passed, axis, at)
    return {rank: Late(passed(due), passed(worked[rank]) if rank in worked else None) for rank, due in oldest.items()}


def _passed(axis: Any, end: datetime, start: datetime) -> timedelta:
    return axis.elapsed(start, end) if axis else max(end - start, timedelta(0))


def _half(axis: Any) -> timedelta:
    """Half of a business day in working time, as it is on the average of a calendar."""
    if axis is None or not axis.days:
        return HALF_OF_ANY_DAY
    return timedelta(microseconds=axis.before[-1] // len(axis.days) // 2)
