"""The queue of a rep who owes five thousand leads: its pages, its pulse, focus mode; the plan of the query that orders it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.test import Client

from leads.handoffs import queue
from leads.models import Handoff, HandoffState
from leads.models.queues import NEWEST, ORDERS, PROMISE, SCORE
from smarketing.accounts.models import User
from smarketing.rows import clock

from .pages import measure
from .stopwatch import Sheet

OWED = 5_000
_HANDOFFS = """
INSERT INTO leads_handoff (lead_id, line_id, gate, grade, day_only, occurred_at, recorded_at, known_at)
SELECT l.id, (SELECT min(id) FROM personas_definitionline), 'manual', (ARRAY['A1', 'A2', 'B1', 'C3'])[1 + l.id %% 4], false, %(at)s, %(at)s, %(at)s
FROM leads_lead l WHERE l.root_id IS NULL AND NOT l.erased AND NOT l.opted_out
  AND NOT EXISTS (SELECT FROM leads_handoffstate s WHERE s.lead_id = l.id) ORDER BY l.id LIMIT %(n)s
"""
_STATES = """
INSERT INTO leads_handoffstate (handoff_id, lead_id, line_id, state, is_open, rep_id, first, assigned_at, attempts, tried, implicit,
  first_decision, reason, grade_rank, effective_at, due_at, due_label)
SELECT h.id, h.lead_id, h.line_id, 'assigned', true, %(rep)s, true, %(at)s, 0, '{}', false, '', '', h.id %% 16, %(at)s,
  CASE WHEN h.id %% 10 < 9 THEN %(now)s::timestamptz + (h.id %% 4000 - 800) * interval '1 minute' END, 'first'
FROM leads_handoff h WHERE h.id > %(after)s
"""


def measured(sheet: Sheet, say: Callable[[str], None]) -> None:
    """Give one rep what is missing to OWED leads, and measure what they see of it."""
    rep = User.objects.filter(role="rep", is_active=True).order_by("-pk")[0]
    _burden(rep)
    reader = Client(SERVER_NAME="localhost")
    reader.force_login(rep)
    owed, now = HandoffState.objects.owed_by(rep), clock.now()
    rows, key = queue.page(owed, now)
    said = f"a rep owes {owed.count()}, "
    for path in (
        "/queue/",
        f"/queue/?after={queue.written(key)}" if key else "/queue/",
        "/queue/pulse/",
        f"/queue/{rows[10].pk}/",
    ):
        reader.get(path)  # the first one reads templates and code
        measure(sheet, reader, path, said)
    for order in ORDERS:
        _plan(owed.awake(now), order, now, say)


def _burden(rep: User) -> None:
    now, missing = clock.now(), OWED - HandoffState.objects.owed_by(rep).count()
    last = Handoff.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    given: dict[str, Any] = {
        "at": now - timedelta(hours=3),
        "n": max(missing, 0),
        "rep": rep.pk,
        "now": now,
        "after": last,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_HANDOFFS, given)
        cursor.execute(_STATES, given)


def _plan(owed, order: str, now, say: Callable[[str], None]) -> None:
    names = {SCORE: ("grade_rank", "due_at"), NEWEST: ("-effective_at", "-handoff_id")}.get(
        order, ("due_at", "grade_rank", "effective_at", "handoff_id")
    )
    rows = owed.filter(due_at__gte=now) if order == PROMISE else owed
    say(f"    plan of the queue by {order}:")
    for line in rows.order_by(*names)[: queue.PAGE + 1].explain(analyze=True).splitlines():
        say(f"      {line}")
