"""The night's look at every clock: what fell due by the cut-off is settled, whether or not anything had been running."""

from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from smarketing.jobs import ledger, nightly, runs
from smarketing.jobs.models import Run

from . import blocks, derive

CHUNK = 2000
# Handoffs that the cut-off sees whole, those the night itself made included. Those touched since belong to the live
# sweep, which judges them at a later instant; marks are left to it.
_SETTLED = """
SELECT h.id FROM leads_handoff h WHERE h.id >= %(low)s AND h.id < %(high)s AND h.occurred_at <= %(cutoff)s
  AND NOT EXISTS (SELECT FROM leads_attempt a WHERE a.handoff_id = h.id AND a.recorded_at > %(cutoff)s)
  AND NOT EXISTS (SELECT FROM leads_decision d WHERE d.handoff_id = h.id AND d.recorded_at > %(cutoff)s)
  AND NOT EXISTS (SELECT FROM sla_clock c WHERE c.handoff_id = h.id AND c.settled_at > %(cutoff)s)
"""


def register() -> None:
    """Add the step to the night."""
    ledger.STEPS["clocks"] = _("Clocks of the contract")
    nightly.add(runs.Step("clocks", lambda run: runs.id_ranges("leads_handoff", CHUNK), clocks), order=60)


def clocks(run: Run, low: int, high: int) -> int:
    """Derive, as of the run's cut-off, the handoffs low <= id < high whose clocks say something else by then, and those
    that have none. Returns how many handoffs."""
    params: dict[str, Any] = {"low": low, "high": high, "cutoff": run.cutoff}
    with connection.cursor() as cursor:
        cursor.execute(f"{_SETTLED} EXCEPT SELECT handoff_id FROM sla_clock", params)
        bare = [row[0] for row in cursor.fetchall()]
    ids = sorted({*bare, *derive.stale(derive.Asked(_SETTLED, params=params), run.cutoff)})
    if derive.derive(ids, run.cutoff):
        blocks.forget()
    return len(ids)
