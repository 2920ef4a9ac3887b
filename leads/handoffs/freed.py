"""Nothing stays unassigned while somebody is free: what waits is routed again, every minute, in the order of the queue.

What a person put into a pool stays there for whoever takes it; imported handoffs are history and are not routed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from leads.intake import bulk
from leads.models import Handoff, Pool, Routing
from smarketing.rows import clock
from smarketing.rows.fence import open_fence

from . import capacity, routing, states

MOST = 500  # handoffs looked at in one go
# Open, nobody's, put there by no person: the last standing word of their log is the turn's own.
_WAITING = """
SELECT s.handoff_id FROM leads_handoffstate s JOIN leads_handoff h ON h.id = s.handoff_id AND h.gate <> 'imported'
LEFT JOIN LATERAL (SELECT a.how FROM leads_assignment a WHERE a.handoff_id = s.handoff_id
  AND NOT EXISTS (SELECT FROM leads_correction k WHERE k.subject = 'assignment' AND k.subject_id = a.id)
  ORDER BY a.occurred_at DESC, a.id DESC LIMIT 1) a ON true
WHERE s.is_open AND s.rep_id IS NULL AND coalesce(a.how, 'pool') = 'pool'
ORDER BY s.due_at NULLS LAST, s.grade_rank, s.effective_at, s.handoff_id LIMIT %s OFFSET %s
"""


def look(at: datetime) -> int:
    """Give what waits to whoever is free at `at`. Returns how many handoffs found a rep."""
    given = passed = 0
    while True:
        found, looked = _round(at, passed)
        given, passed = given + found, passed + looked - found
        if looked < MOST:
            return given


@transaction.atomic
def _round(at: datetime, passed: int) -> tuple[int, int]:
    """(how many found a rep, how many were looked at) of the next ones, those passed over before left out."""
    if not _waiting(1, passed) or not Pool.objects.filter(retired_at=None).exists():
        return 0, 0
    fence = open_fence()
    if not capacity.table([], at)[0].anybody_free(at, clock.today(at)):
        return 0, 0
    ids = _locked(_waiting(MOST, passed))
    found = {one.pk: one for one in Handoff.objects.filter(bulk.among("pk", ids)).select_related("rules", "lead")}
    handoffs = [found[pk] for pk in ids]
    here, seats = capacity.table(((one.lead_id, one.lead.company_id) for one in handoffs), at)
    chosen = [(one.pk, here.choose(case), at) for one, case in zip(handoffs, routing.cases(handoffs, at), strict=True)]
    seats.keep()
    before = last_words([pk for pk, choice, _at in chosen if choice.rep is None])
    news = [(pk, one, when) for pk, one, when in chosen if one.rep or words(one.considered) != before.get(pk)]
    routing.keep(news, None, fence, Routing.Cause.FREED)
    given = [(pk, one.rep, one.pool, one.how, when) for pk, one, when in chosen if one.rep]
    routing.name(given, None, fence)
    states.derive([pk for pk, *_rest in given], fence)
    return len(given), len(ids)


def _waiting(most: int, passed: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [most, passed])
        return [row[0] for row in cursor.fetchall()]


def _locked(ids: Sequence[int]) -> list[int]:
    """Those of them that wait still, locked: whoever takes one now is waited for, and has it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT handoff_id FROM leads_handoffstate WHERE handoff_id = ANY(%s) AND is_open AND rep_id IS NULL"
            " ORDER BY handoff_id FOR UPDATE SKIP LOCKED",
            [list(ids)],
        )
        still = {row[0] for row in cursor.fetchall()}
    return [pk for pk in ids if pk in still]


def words(considered: Mapping[str, Any]) -> list[Any]:
    """What was said of whom, without the figures: whether another look found anything new."""
    pools = [[pool, held, [row[:2] for row in rows]] for pool, held, rows in considered.get("pools", ())]
    return [considered.get("account"), pools]


def last_words(handoffs: Sequence[int]) -> dict[int, list[Any]]:
    """Handoff -> `words` of the last time it was routed."""
    rows = Routing.objects.filter(bulk.among("handoff_id", handoffs)).order_by("handoff_id", "-occurred_at", "-pk")
    return {one.handoff_id: words(one.considered) for one in rows.distinct("handoff_id")}


def register() -> None:
    """Among what is looked at every minute."""
    from smarketing.notify import tasks

    if look not in tasks.LOOKS:
        tasks.LOOKS.append(look)
