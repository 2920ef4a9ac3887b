"""Which values came in only after sales had made contact: they say who was called, not who is good."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from .sql import fetch

SAMPLE = 5_000  # leads last called: enough to tell, and quick at any size
_LATE = """
WITH called AS (
  SELECT a.lead_id, min(a.occurred_at) AS at FROM leads_attempt a
  WHERE a.recorded_at <= %(cutoff)s AND NOT EXISTS (
    SELECT FROM leads_correction k WHERE k.subject = 'attempt' AND k.subject_id = a.id AND k.recorded_at <= %(cutoff)s)
  GROUP BY 1 ORDER BY 2 DESC LIMIT %(sample)s
), owners AS (
  SELECT c.at, c.lead_id AS id FROM called c WHERE %(subject)s = 'lead'
  UNION ALL SELECT c.at, l.company_id FROM called c JOIN leads_lead l ON l.id = c.lead_id
  WHERE %(subject)s = 'company' AND l.company_id IS NOT NULL
)
SELECT f.field, count(*) FILTER (WHERE f.known > o.at), count(*) FROM owners o JOIN LATERAL (
  SELECT v.field, min(v.known_at) AS known FROM leads_attributechange v
  WHERE v.subject = %(subject)s AND v.subject_id = o.id AND v.field = ANY(%(names)s) AND v.recorded_at <= %(cutoff)s
    AND v.value IS NOT NULL AND v.value NOT IN ('null', '""') AND NOT EXISTS (
      SELECT FROM leads_correction k WHERE k.subject = 'attributechange' AND k.subject_id = v.id
        AND k.recorded_at <= %(cutoff)s)
  GROUP BY 1) f ON true
GROUP BY 1
"""


def filled(fields: Iterable[str], cutoff: datetime) -> dict[str, tuple[int, int]]:
    """Field -> (values first known after the first attempt, values) among the leads last called. Fields of leads and companies
    that nobody called has are left out."""
    names: dict[str, list[str]] = defaultdict(list)
    for key in fields:
        subject, _dot, name = key.partition(".")
        names[subject].append(name)
    found = {}
    for subject, mine in names.items():
        params = {"cutoff": cutoff, "sample": SAMPLE, "subject": subject, "names": mine}
        found |= {f"{subject}.{name}": (late, of) for name, late, of in fetch(_LATE, params)}
    return found
