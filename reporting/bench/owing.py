"""The queue of a rep who owes five thousand leads: its pages, its pulse, focus mode; the plan of the query that orders it; and
the same under two hundred reps at once."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.test import Client

from leads.handoffs import queue
from leads.models import Handoff, HandoffState, Lead
from leads.models.queues import NEWEST, ORDERS, PROMISE, SCORE
from smarketing.accounts.models import User
from smarketing.rows import clock
from smarketing.rows.models import Installation

from . import crowding
from .pages import measure
from .stopwatch import Sheet

OWED = 5_000
EACH = 100  # by every other rep of the crowd
MAIL = "@crowd.example"
SHARE = 0.05  # of the leads are owed at most, by all of them
_HANDOFFS = """
INSERT INTO leads_handoff (lead_id, line_id, gate, grade, day_only, occurred_at, recorded_at, known_at)
SELECT l.id, (SELECT min(id) FROM personas_definitionline), 'manual', (ARRAY['A1', 'A2', 'B1', 'C3'])[1 + l.id %% 4], false, %(at)s, %(at)s, %(at)s
FROM leads_lead l WHERE l.root_id IS NULL AND NOT l.erased AND NOT l.opted_out
  AND NOT EXISTS (SELECT FROM leads_handoffstate s WHERE s.lead_id = l.id) ORDER BY l.id LIMIT %(n)s
"""
# Whoever's place in line it is, `each` at a time, has what was handed over; nine of ten promise something.
_STATES = """
INSERT INTO leads_handoffstate (handoff_id, lead_id, line_id, state, is_open, rep_id, first, assigned_at, attempts, tried, implicit,
  first_decision, reason, grade_rank, effective_at, due_at, due_label)
SELECT h.id, h.lead_id, h.line_id, 'assigned', true, (%(reps)s::bigint[])[1 + (row_number() OVER (ORDER BY h.id) - 1) / %(each)s], true,
  %(at)s, 0, '{}', false, '', '', h.id %% 16, %(at)s,
  CASE WHEN h.id %% 10 < 9 THEN %(now)s::timestamptz + (h.id %% 4000 - 800) * interval '1 minute' END, 'first'
FROM leads_handoff h WHERE h.id > %(after)s
"""


def measured(sheet: Sheet, say: Callable[[str], None]) -> None:
    """Give one rep what is missing to OWED leads, and measure what they see of it."""
    rep = User.objects.filter(role="rep", is_active=True, email__endswith="@demo.example").order_by("-pk")[0]
    _burden([rep], OWED - HandoffState.objects.owed_by(rep).count())
    Installation.objects.update(kind="live")  # who works in a real company has no bar that lists everybody
    crowd = _crowd(rep)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE leads_handoff, leads_handoffstate")
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
    crowding.measure(sheet, crowd, lambda one: queue.page(HandoffState.objects.owed_by(one), now)[0][0].pk)


def _crowd(busiest: User) -> list[User]:
    """As many reps as the crowd has, the busiest among them; each owes something."""
    kept = list(User.objects.filter(email__endswith=MAIL).order_by("pk"))
    if not kept:
        team = {"role": "rep", "side": "sales", "language": "en"}
        kept = User.objects.bulk_create(
            User(email=f"rep{n}{MAIL}", name=f"Rep {n}", **team) for n in range(1, crowding.REPS)
        )
        each = max(1, min(EACH, int(SHARE * Lead.objects.count() / len(kept))))
        _burden(kept, each)
    return [busiest, *kept]


def _burden(reps: Sequence[User], each: int) -> None:
    """Hand `each` leads that nobody has to each of these reps."""
    now = clock.now()
    last = Handoff.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    given: dict[str, Any] = {
        "at": now - timedelta(hours=3),
        "n": max(each, 0) * len(reps),
        "each": max(each, 1),
        "reps": [one.pk for one in reps],
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
