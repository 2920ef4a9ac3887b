"""Marks that all leads get at once when a version takes effect, and who waits to be judged.

Facts mark their leads one by one (`intake.dirty`). A version marks *lots*, ranges of ids: the mark of a lot goes in the transaction
that writes its scores; a lead of it that has a mark of its own, or is left alone, is walked. Lots that can no longer be judged as
such are *spread*: each of their leads gets a mark of its own.
"""

from datetime import UTC, datetime

from django.db.models import Min

from leads.intake import locks
from leads.models import LeadDirty, LotDirty
from leads.scoring import asks, whole
from leads.scoring.sql import execute, fetch
from personas.models import DefinitionVersion

EVER = datetime.max.replace(tzinfo=UTC)
LOTS_WAIT = "SELECT EXISTS (SELECT FROM leads_lotdirty)"
_WAITING = """
SELECT lead_id FROM leads_leaddirty WHERE lead_id >= %(low)s AND lead_id < %(high)s AND since <= %(until)s
UNION SELECT l.id FROM leads_lotdirty d JOIN leads_lead l ON l.id >= d.low AND l.id < d.high
WHERE l.id >= %(low)s AND l.id < %(high)s AND d.since <= %(until)s
"""
_TAKE = """
SELECT low, high, since FROM leads_lotdirty WHERE version_id = %(version)s ORDER BY low LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_SPREAD = """
WITH gone AS (DELETE FROM leads_lotdirty RETURNING low, high, since)
INSERT INTO leads_leaddirty (lead_id, since) SELECT l.id, min(g.since) FROM gone g JOIN leads_lead l ON l.id >= g.low AND l.id < g.high
GROUP BY 1 ORDER BY 1 ON CONFLICT DO NOTHING
"""


def everybody(at: datetime) -> None:
    """Mark every lead by itself since `at`; marks that stand stay as they are."""
    execute(
        "INSERT INTO leads_leaddirty (lead_id, since) SELECT id, %(at)s FROM leads_lead ORDER BY id ON CONFLICT DO NOTHING",
        {"at": at},
    )


def lots(version: DefinitionVersion, at: datetime) -> None:
    """Mark every lead since `at`, lot by lot, to be judged by a version."""
    rows = (LotDirty(version_id=version.pk, low=low, high=high, since=at) for low, high in whole.lots(locks.BLOCK))
    LotDirty.objects.bulk_create(rows, ignore_conflicts=True)  # two may find one version


def take(version: DefinitionVersion) -> tuple[int, int, datetime] | None:
    """(low, high, since) of a lot that nobody else takes, its mark gone with this transaction; None when there is none."""
    found = fetch(_TAKE, {"version": version.pk})
    if not found:
        return None
    LotDirty.objects.filter(version=version, low=found[0][0]).delete()
    return found[0]


def spread() -> int:
    """Give each lead of the lots that wait a mark of its own; lots that somebody is judging are waited for. Returns the marks made."""
    return execute(_SPREAD)


def versions() -> list[DefinitionVersion]:
    """Versions of which lots wait."""
    return list(DefinitionVersion.objects.filter(pk__in=LotDirty.objects.values("version_id")).order_by("effective_at"))


def waiting(until: datetime = EVER, low: int = 0, high: int = asks.EVERYBODY) -> set[int]:
    """Leads low <= id < high that wait to be judged at some instant up to `until`."""
    return {row[0] for row in fetch(_WAITING, {"low": low, "high": high, "until": until})}


def count() -> int:
    """How many leads wait."""
    if not LotDirty.objects.exists():
        return LeadDirty.objects.count()
    return fetch(f"SELECT count(*) FROM ({_WAITING}) x", {"low": 0, "high": asks.EVERYBODY, "until": EVER})[0][0]


def oldest() -> datetime | None:
    """Since when the first of them waits."""
    found = [table.objects.aggregate(since=Min("since"))["since"] for table in (LeadDirty, LotDirty)]
    return min((one for one in found if one), default=None)
