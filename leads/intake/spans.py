"""Which leads count for which, from when to when: the spans derived from merges and their corrections.

Every reader of a lead's facts asks this one table: the ledger, values, scores, the story and figures as of a cut-off.
"""

from collections.abc import Iterable

from django.db import connection

from leads.models import MergedSpan

from . import bulk

# Chains are followed merge by merge: what is lent on is lent while all of them stand. LEAST leaves NULL out.
_DERIVE = """
INSERT INTO leads_mergedspan (lead_id, root_id, since, until, steps)
WITH RECURSIVE step AS (
  SELECT m.loser_id, m.root_id, greatest(m.known_at, m.occurred_at) AS since, c.known_at AS until
  FROM leads_merge m LEFT JOIN leads_correction c ON c.subject = 'merge' AND c.subject_id = m.id
  WHERE {which} AND (c.known_at IS NULL OR c.known_at > greatest(m.known_at, m.occurred_at))
), walk AS (
  SELECT loser_id, root_id, since, until, 1 AS steps, ARRAY[loser_id, root_id] AS path FROM step
  UNION ALL
  SELECT w.loser_id, s.root_id, greatest(w.since, s.since), least(w.until, s.until), w.steps + 1, w.path || s.root_id
  FROM walk w JOIN step s ON s.loser_id = w.root_id
  WHERE s.root_id <> ALL(w.path)
    AND (least(w.until, s.until) IS NULL OR greatest(w.since, s.since) < least(w.until, s.until))
)
SELECT loser_id, root_id, since, until, steps FROM walk ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING
"""


def derive(leads: Iterable[int]) -> set[int]:
    """Derive the spans of a whole family anew. Returns the leads for which other facts count than before."""
    ids = sorted(set(leads))
    before = _of(ids)
    MergedSpan.objects.filter(bulk.among("lead_id", ids)).delete()
    with connection.cursor() as cursor:
        cursor.execute(_DERIVE.format(which="m.loser_id = ANY(%s)"), [ids])
    return {row[1] for row in before ^ _of(ids)}


def rebuild() -> int:
    """Derive every span from nothing but the facts. Returns how many."""
    MergedSpan.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(_DERIVE.format(which="true"))
        return cursor.rowcount


def roots(leads: Iterable[int]) -> set[int]:
    """The leads, besides themselves, for which facts of these count now."""
    return set(MergedSpan.objects.filter(bulk.among("lead_id", leads), until=None).values_list("root_id", flat=True))


def ever_roots(leads: Iterable[int]) -> set[int]:
    """The leads for which facts of these count, or once did."""
    return set(MergedSpan.objects.filter(bulk.among("lead_id", leads)).values_list("root_id", flat=True))


def holders(leads: Iterable[int]) -> dict[int, set[int]]:
    """Lead -> the leads for which its facts count now; those without any left out."""
    found: dict[int, set[int]] = {}
    rows = MergedSpan.objects.filter(bulk.among("lead_id", leads), until=None)
    for lead, root in rows.values_list("lead_id", "root_id"):
        found.setdefault(lead, set()).add(root)
    return found


def have_members(leads: Iterable[int]) -> bool:
    """Whether facts of other leads count for one of these now."""
    return MergedSpan.objects.filter(bulk.among("root_id", leads), until=None).exists()


def members_of(leads: Iterable[int]) -> dict[int, int]:
    """Merged lead -> the one of these for which its facts count now."""
    rows = MergedSpan.objects.filter(bulk.among("root_id", leads), until=None)
    return dict(rows.values_list("lead_id", "root_id"))


def members(lead: int) -> dict[int, int]:
    """Lead -> steps of those whose facts count for this one now, itself with 0 among them."""
    return {lead: 0} | dict(MergedSpan.objects.filter(root=lead, until=None).values_list("lead_id", "steps"))


def _of(ids: list[int]) -> set[tuple]:
    rows = MergedSpan.objects.filter(bulk.among("lead_id", ids))
    return set(rows.values_list("lead_id", "root_id", "since", "until", "steps"))
