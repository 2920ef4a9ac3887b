"""What came since a cut-off, on top of figures counted then: handoffs, deals won, revenue, refusals.

Each is the exact difference of two answers, of a period now and as known then; only the rows are looked up that something learned since
may have moved. Which deals: recorded, changed or taken back since, of a contact named since, or of leads handed over or merged since
(a deal follows the cohort of its lead). Which refusals: of handoffs that something was said, tried or sold about since.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db import connection

from smarketing.measures import engine, registry
from smarketing.measures.registry import Measure

from . import changes, outcomes

Narrowing = Callable[[Measure, Sequence[int]], Measure]
HANDED, WON, REVENUE, REFUSED = "handoffs", "won", "revenue", "turned_down"
_TAKEN_BACK = "SELECT subject_id FROM leads_correction WHERE subject = '{}' AND recorded_at > %(then)s"
# Handoffs recorded or taken back since; numbers follow the order of recording, so that the newest tell whether older ones have to be
# looked through.
_HANDOFFS = f"""
WITH newest AS MATERIALIZED (SELECT id, recorded_at FROM leads_handoff ORDER BY id DESC LIMIT 1000)
SELECT id FROM newest WHERE recorded_at > %(then)s
UNION SELECT id FROM leads_handoff WHERE (SELECT min(recorded_at) > %(then)s FROM newest) AND recorded_at > %(then)s
UNION {_TAKEN_BACK.format("handoff")}
"""
_DEALS = f"""
WITH RECURSIVE related AS (
  (SELECT lead_id FROM leads_handoff WHERE id = ANY(%(handoffs)s::bigint[])
  UNION SELECT unnest(ARRAY[loser_id, root_id]) FROM leads_merge
    WHERE recorded_at > %(then)s OR id IN ({_TAKEN_BACK.format("merge")}))
  UNION SELECT o.lead_id FROM related r CROSS JOIN LATERAL (
    SELECT m.loser_id AS lead_id FROM leads_merge m WHERE m.root_id = r.lead_id
    UNION ALL SELECT m.root_id FROM leads_merge m WHERE m.loser_id = r.lead_id) o)
SELECT id FROM leads_deal WHERE recorded_at > %(then)s
UNION {_TAKEN_BACK.format("deal")}
UNION SELECT subject_id FROM leads_attributechange WHERE subject = 'deal' AND recorded_at > %(then)s
UNION SELECT subject_id FROM leads_attributechange WHERE subject = 'deal' AND id IN ({_TAKEN_BACK.format("attributechange")})
UNION SELECT deal_id FROM leads_dealcontact WHERE recorded_at > %(then)s
  UNION SELECT deal_id FROM leads_dealcontact WHERE id IN ({_TAKEN_BACK.format("dealcontact")})
UNION SELECT d.id FROM related r JOIN leads_deal d ON d.lead_id = r.lead_id
UNION SELECT c.deal_id FROM related r JOIN leads_dealcontact c ON c.lead_id = r.lead_id
"""
# Only what sales once refused or gave back can be among the refusals.
_REFUSALS = f"""
WITH moved AS MATERIALIZED (
  SELECT unnest(%(handoffs)s::bigint[]) AS id
  UNION SELECT handoff_id FROM leads_decision WHERE recorded_at > %(then)s
  UNION SELECT handoff_id FROM leads_decision WHERE id IN ({_TAKEN_BACK.format("decision")})
  UNION SELECT handoff_id FROM leads_attempt WHERE recorded_at > %(then)s
  UNION SELECT handoff_id FROM leads_attempt WHERE id IN ({_TAKEN_BACK.format("attempt")})
  UNION SELECT handoff_id FROM leads_deal WHERE id = ANY(%(deals)s::bigint[])
  UNION SELECT h.id FROM leads_handoff h WHERE h.gate = 'imported' AND h.lead_id IN (
    SELECT lead_id FROM leads_deal WHERE id = ANY(%(deals)s::bigint[]) UNION SELECT lead_id FROM leads_dealcontact WHERE deal_id = ANY(%(deals)s::bigint[])))
SELECT s.id FROM moved s WHERE EXISTS (
  SELECT FROM leads_decision v WHERE v.handoff_id = s.id AND v.kind IN ('refuse', 'return'))
"""
_WHOSE = (
    "SELECT x.lead_id FROM leads_deal x WHERE x.id = ANY(%(some)s::bigint[]) AND x.lead_id IS NOT NULL"
    " UNION ALL SELECT x.lead_id FROM leads_dealcontact x WHERE x.deal_id = ANY(%(some)s::bigint[])"
)


def moved(then: datetime, dates: dict[str, str], **asked: Any) -> dict[str, Fraction]:
    """By how much each number of a period differs from what was known at a cut-off `then`, below 0 where more went than came.

    `dates`: what dates each of WON, REVENUE and REFUSED; handoffs are dated as handed over. Keywords of `engine.ask` but `date`.
    """
    handoffs = _ids(_HANDOFFS, then=then)
    deals = _ids(_DEALS, then=then, handoffs=handoffs)
    refusals = _ids(_REFUSALS, then=then, handoffs=handoffs, deals=deals)
    few: dict[str, tuple[Sequence[int], Narrowing]] = {
        HANDED: (handoffs, changes.of_handoffs), WON: (deals, of_deals), REVENUE: (deals, of_deals), REFUSED: (refusals, changes.of_handoffs),
    }  # fmt: skip
    dated = {HANDED: "handed", **dates}
    return {
        key: _difference(key, *few[key], then, {"date": dated[key], **asked}) if few[key][0] else Fraction(0)
        for key in few
    }


def _difference(key: str, some: Sequence[int], narrow: Narrowing, then: datetime, asked: dict[str, Any]) -> Fraction:
    measure, now = narrow(registry.find(key), some), engine.ask(key, **asked)
    after, before = (Fraction(engine.figures(measure, one)[1].value or 0) for one in (now, replace(now, cutoff=then)))
    return after - before


def of_deals(measure: Measure, some: Sequence[int]) -> Measure:
    """A measure whose rows are deals, of these few alone: they and the handoffs of their leads are looked up."""
    own = "(SELECT x.* FROM leads_deal x WHERE x.id = ANY(%(some)s::bigint[]))"
    steps = outcomes.of_leads(_WHOSE) | {"dealt": outcomes.DEALS.replace("{deals}", own).replace("{whose}", "")}
    return changes.among(measure, some, steps)


def _ids(sql: str, **params: Any) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall() if row[0] is not None]
