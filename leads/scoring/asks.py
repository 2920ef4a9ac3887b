"""What is asked: leads at moments; and the facts about them that decide how the answer is computed.

Three shapes: one moment for a range of leads (`whole`) or for many (`some`), or a list of (lead, moment). Relation `asked`: lead_id, t, today,
midnight, cycle, reset_day, moved (values changed after t: read them as of t), tangled (joins, merges or corrections became
known on the day of t: count from raw events). Merged and erased leads, and leads not yet known at t, are left out.
Relation `lent`: lead_id, t, member, steps: the leads merged into one that is asked about, whose facts count for it at t. A
reset of theirs holds for it, but begins no cycle of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from smarketing.rows import fence

from .days import Days
from .sql import Params

EVERYBODY = 2**62  # above every id
_LATE = """
SELECT x.subject, x.subject_id, max(greatest(x.known_at, x.occurred_at)) AS at FROM ({which}) x GROUP BY 1, 2
UNION ALL
SELECT x.subject, x.subject_id, max(k.known_at) FROM leads_correction k
JOIN leads_attributechange x ON x.id = k.subject_id
WHERE k.subject = 'attributechange' AND k.recorded_at > %(first)s GROUP BY 1, 2
"""
_LATE_OF_LISTED = """
SELECT x.subject, x.subject_id, x.known_at, x.occurred_at FROM leads_attributechange x
WHERE ((x.subject = 'lead' AND x.subject_id IN (SELECT lead_id FROM q UNION ALL SELECT lead_id FROM span))
  OR (x.subject = 'company' AND x.subject_id IN (SELECT company_id FROM q)))
  AND greatest(x.known_at, x.occurred_at) > %(first)s
"""
_LATE_OF_ALL = """
SELECT x.subject, x.subject_id, x.known_at, x.occurred_at FROM leads_attributechange x
WHERE x.subject IN ('lead', 'company') AND x.recorded_at > %(first)s
UNION ALL
SELECT x.subject, x.subject_id, x.known_at, x.occurred_at FROM leads_attributechange x
WHERE x.subject IN ('lead', 'company') AND x.occurred_at > x.recorded_at AND x.occurred_at > %(first)s AND x.recorded_at <= %(first)s
"""
_TANGLES = """
SELECT k.lead_id, k.known_at AS at FROM leads_join k WHERE k.recorded_at >= %(first_midnight)s {of_leads}
UNION ALL
SELECT coalesce(e.lead_id, k.lead_id), c.known_at FROM leads_correction c
JOIN leads_event e ON c.subject = 'event' AND e.id = c.subject_id
LEFT JOIN leads_join k ON e.lead_id IS NULL AND k.visitor_id = e.visitor_id
WHERE c.recorded_at >= %(first_midnight)s
UNION ALL
SELECT a.lead_id, c.known_at FROM leads_correction c JOIN leads_attempt a ON c.subject = 'attempt' AND a.id = c.subject_id
WHERE c.recorded_at >= %(first_midnight)s
"""
_OF_LISTED = "AND k.lead_id IN (SELECT lead_id FROM q UNION ALL SELECT lead_id FROM span)"
_NO_TANGLES = "SELECT 0::bigint AS lead_id, NULL::timestamptz AS at WHERE false"
_LATER = """
own_late AS MATERIALIZED ({late}),
late AS MATERIALIZED (
  SELECT * FROM own_late
  UNION ALL SELECT 'lead', s.root_id, o.at FROM own_late o JOIN span s ON o.subject = 'lead' AND s.lead_id = o.subject_id
  UNION ALL SELECT 'lead', root_id, greatest(since, until) FROM span WHERE greatest(since, until) > %(first)s),
own_tangle AS MATERIALIZED ({tangles}),
tangle AS MATERIALIZED (
  SELECT * FROM own_tangle
  UNION ALL SELECT s.root_id, o.at FROM own_tangle o JOIN span s ON s.lead_id = o.lead_id
  UNION ALL SELECT root_id, since FROM span WHERE since >= %(first_midnight)s
  UNION ALL SELECT root_id, until FROM span WHERE until >= %(first_midnight)s)"""
_STANDS = """NOT EXISTS (SELECT FROM leads_correction c WHERE c.subject = 'engagementreset' AND c.subject_id = r.id
    AND c.known_at <= {t})"""
_ASKED = f"""
q AS MATERIALIZED ({{q}}),
span AS MATERIALIZED (SELECT s.* FROM leads_mergedspan s WHERE s.root_id IN (SELECT lead_id FROM q)),
lent AS MATERIALIZED (
  SELECT q.lead_id, q.t, s.lead_id AS member, s.steps FROM q JOIN span s ON s.root_id = q.lead_id AND s.since <= q.t
    AND (s.until IS NULL OR q.t < s.until)),{_LATER},
reset AS MATERIALIZED (
  SELECT q.lead_id, q.t, max({{reset_day}}) AS reset_day, count(*) FILTER (WHERE r.lead_id = q.lead_id)::int AS cycle
  FROM (SELECT lead_id, t, lead_id AS member FROM q UNION ALL SELECT lead_id, t, member FROM lent) q
  JOIN leads_engagementreset r ON r.lead_id = q.member AND r.known_at <= q.t AND r.occurred_at <= q.t
  WHERE {_STANDS.format(t="q.t")}
  GROUP BY 1, 2),
asked AS MATERIALIZED (
  SELECT q.lead_id, q.t, q.today, q.midnight, coalesce(reset.cycle, 0) AS cycle, reset.reset_day, {{moved}} AS moved, {{tangled}} AS tangled
  FROM q LEFT JOIN reset ON reset.lead_id = q.lead_id AND reset.t = q.t)
"""
# A range of leads at one moment: read once, with the columns of theirs that are wanted further on.
_ASKED_IN_RANGE = f"""
span AS MATERIALIZED (SELECT s.* FROM leads_mergedspan s WHERE true{{of_root}}),
lent AS MATERIALIZED (
  SELECT s.root_id AS lead_id, %(t)s::timestamptz AS t, s.lead_id AS member, s.steps FROM span s WHERE s.since <= %(t)s
    AND (s.until IS NULL OR %(t)s < s.until)),{_LATER},
reset AS MATERIALIZED (
  SELECT m.lead_id, max({{reset_day}}) AS reset_day, count(*) FILTER (WHERE r.lead_id = m.lead_id)::int AS cycle
  FROM (SELECT x.lead_id, x.lead_id AS member FROM leads_engagementreset x WHERE true{{of_reset}} UNION SELECT lead_id, member FROM lent) m
  JOIN leads_engagementreset r ON r.lead_id = m.member AND r.known_at <= %(t)s AND r.occurred_at <= %(t)s
  WHERE {_STANDS.format(t="%(t)s")}
  GROUP BY 1),
asked AS MATERIALIZED (
  SELECT q.*, coalesce(reset.cycle, 0) AS cycle, reset.reset_day, {{moved}} AS moved, {{tangled}} AS tangled
  FROM ({{q}}) q LEFT JOIN reset ON reset.lead_id = q.lead_id)
"""
# Who is there at an instant: no merged and no erased lead, and none that was not known yet.
THERE = """
l.root_id IS NULL AND NOT l.erased AND l.created_at <= {t}
AND (CASE WHEN l.declared THEN l.created_at ELSE l.recorded_at END) <= {t}
"""
_MOVED = """
(q.lead_id, q.t) IN (
  SELECT q.lead_id, q.t FROM q JOIN late ON late.subject = 'lead' AND late.subject_id = q.lead_id AND late.at > q.t
  UNION ALL SELECT q.lead_id, q.t FROM q JOIN late ON late.subject = 'company' AND late.subject_id = q.company_id AND late.at > q.t)
"""
_TANGLED = """
(q.lead_id, q.t) IN (
  SELECT q.lead_id, q.t FROM q JOIN tangle ON tangle.lead_id = q.lead_id AND tangle.at BETWEEN q.midnight AND q.t)
"""
# The same where all are asked about one moment: sets of ids are told apart by a look-up.
_ALL_MOVED = """
(q.lead_id IN (SELECT subject_id FROM late WHERE subject = 'lead' AND at > %(t)s)
 OR coalesce(q.company_id IN (SELECT subject_id FROM late WHERE subject = 'company' AND at > %(t)s), false))
"""
_ALL_TANGLED = "q.lead_id IN (SELECT lead_id FROM tangle WHERE at BETWEEN %(midnight)s AND %(t)s)"


@dataclass(frozen=True)
class Asks:
    """`ids`/`moments` of equal length, or one moment for the leads low <= id < high, or (`many`) for the `ids`.
    `raw`: count every event anew, without the ledger (it has not counted each behaviour yet)."""

    moments: Sequence[datetime]
    ids: Sequence[int] | None = None
    low: int = 0
    high: int = EVERYBODY
    raw: bool = False
    many: bool = False

    @property
    def listed(self) -> bool:
        """Whether each lead is asked about at moments of its own."""
        return self.ids is not None and not self.many

    def within(self, lead: str) -> str:
        """SQL that begins with AND: a lead's id (an expression) lies in the range asked about; "" for the whole range."""
        bounded = self.ids is None and (self.low, self.high) != (0, EVERYBODY)
        return f" AND {lead} >= %(low)s AND {lead} < %(high)s" if bounded else ""

    @property
    def ranged(self) -> bool:
        """Whether a range of leads is asked about, not leads by name."""
        return self.ids is None

    def sql(self, here: Days, params: Params, acts: bool = True, along: Sequence[str] = ()) -> str:
        """CTEs span, lent, late, tangle, reset, asked (without WITH). Without `acts` nobody asks what tangles them.

        `along`: columns of the leads of a range that `asked` brings along, as `l_…`.
        """
        first = min(self.moments)
        midnight = here.midnight(here.of(first))
        params.update(first=first, first_midnight=midnight, first_id=fence.id_floor(midnight))
        params.update(here.params())
        tangled = _TANGLED if self.listed else _ALL_TANGLED
        return (_ASKED_IN_RANGE if self.ranged else _ASKED).format(
            q=self._listed(here, params) if self.listed else self._whole(here, params, along),
            of_root=self.within("s.root_id"),
            of_reset=self.within("x.lead_id"),
            late=_LATE.format(which=_LATE_OF_LISTED if self.listed else _LATE_OF_ALL),
            tangles=_TANGLES.format(of_leads=_OF_LISTED if self.listed else "") if acts else _NO_TANGLES,
            reset_day=here.sql("r.occurred_at"),
            moved=_MOVED if self.listed else _ALL_MOVED,
            tangled="true" if self.raw else tangled,
        )

    def _listed(self, here: Days, params: Params) -> str:
        todays = [here.of(at) for at in self.moments]
        params.update(
            ids=list(self.ids or ()),
            moments=list(self.moments),
            todays=todays,
            midnights=[here.midnight(day) for day in todays],
        )
        return (
            "SELECT DISTINCT u.*, l.company_id FROM unnest(%(ids)s::bigint[], %(moments)s::timestamptz[], %(todays)s::date[],"
            " %(midnights)s::timestamptz[]) u(lead_id, t, today, midnight) JOIN leads_lead l ON l.id = u.lead_id"
            f" WHERE {THERE.format(t='u.t')}"
        )

    def _whole(self, here: Days, params: Params, along: Sequence[str]) -> str:
        today = here.of(self.moments[0])
        params.update(t=self.moments[0], today=today, midnight=here.midnight(today), low=self.low, high=self.high)
        source = f"leads_lead l WHERE true{self.within('l.id')}"
        if self.many:
            params["ids"] = list(self.ids or ())
            each = "SELECT * FROM leads_lead WHERE id = u.id OFFSET 0"  # looked up: a join reads the whole table
            source = f"unnest(%(ids)s::bigint[]) u(id) JOIN LATERAL ({each}) l ON true WHERE true"
        return (
            "SELECT l.id AS lead_id, %(t)s::timestamptz AS t, %(today)s::date AS today, %(midnight)s::timestamptz AS midnight,"
            f" l.company_id{''.join(f', l.{name} AS l_{name}' for name in along)} FROM {source} AND {THERE.format(t='%(t)s')}"
        )


def listed(pairs: Sequence[tuple[int, datetime]], *, raw: bool = False) -> Asks:
    """Ask for these (lead, moment) pairs."""
    return Asks([at for _lead, at in pairs], [lead for lead, _at in pairs], raw=raw)


def whole(at: datetime, low: int = 0, high: int = EVERYBODY, *, raw: bool = False) -> Asks:
    """Ask for every lead low <= id < high at one moment."""
    return Asks([at], None, low, high, raw)


def some(at: datetime, ids: Sequence[int]) -> Asks:
    """Ask for many leads, each named once, at one moment."""
    return Asks([at], ids, many=True)
