"""Touches of people as known at a cut-off: those projected, and those of facts recorded since."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from leads.models import TouchMark

from .store import ARMS, COLUMNS, LINK, NEVER, VALUE, rules_at, written

# A visitor's first join that stands at the cut-off says whose its touches are.
_BROWSERS = """SELECT DISTINCT ON (j.visitor_id) j.visitor_id, j.lead_id FROM leads_join j
  WHERE j.recorded_at <= %(cutoff)s AND j.visitor_id IN (SELECT x.visitor_id FROM leads_join x JOIN member ON member.id = x.lead_id)
    AND NOT EXISTS (SELECT FROM leads_correction k WHERE k.subject = 'join' AND k.subject_id = j.id AND k.recorded_at <= %(cutoff)s)
  ORDER BY j.visitor_id, j.occurred_at, j.id"""
_STANDS = f"""NOT EXISTS (SELECT FROM leads_correction k WHERE k.subject_id = f.fact_id AND k.recorded_at <= %(cutoff)s
  AND k.subject = CASE WHEN f.via = {VALUE:d} THEN 'attributechange' ELSE 'event' END)"""
# The touches of one lead after the other, by the index: how many a lead has, the planner guesses wrong, and would sort all.
_READ = f"""
WITH member AS MATERIALIZED (SELECT unnest(%(leads)s::bigint[]) AS id),
browser AS MATERIALIZED ({_BROWSERS}),
found AS (
  SELECT t.* FROM member CROSS JOIN LATERAL (
    SELECT t.via, t.fact_id, t.lead_id, t.campaign_id, t.occurred_at FROM leads_touch t
    WHERE t.lead_id = member.id AND t.recorded_at <= %(through)s AND {{stored}} OFFSET 0) t
  UNION ALL
  SELECT t.via, t.fact_id, b.lead_id, t.campaign_id, t.occurred_at FROM browser b JOIN member ON member.id = b.lead_id
    CROSS JOIN LATERAL (
    SELECT t.via, t.fact_id, t.campaign_id, t.occurred_at FROM leads_touch t
    WHERE t.visitor_id = b.visitor_id AND t.lead_id IS NULL AND t.recorded_at <= %(through)s AND {{stored}} OFFSET 0) t
  {{fresh}})
SELECT f.lead_id, f.campaign_id, floor(extract(epoch FROM f.occurred_at))::bigint, f.via, f.fact_id FROM found f
WHERE f.occurred_at <= %(cutoff)s AND {_STANDS}
"""
_FRESH = f"""
  UNION ALL SELECT t.via, t.fact_id, coalesce(t.lead_id, b.lead_id), t.campaign_id, t.occurred_at
  FROM ({{arm}}) t ({COLUMNS}) LEFT JOIN browser b ON b.visitor_id = t.visitor_id
  WHERE coalesce(t.lead_id, b.lead_id) IN (SELECT id FROM member)"""


class Seen(NamedTuple):
    """A touch of a lead: `key` orders touches of one second (how it is known, then the fact's id)."""

    lead: int
    campaign: int
    at: int
    via: int
    fact: int

    @property
    def key(self) -> int:
        return (self.fact << 2) | self.via


def of_leads(leads: Sequence[int], cutoff: datetime) -> list[Seen]:
    """The touches of these leads (each by itself: merged ones are asked for by name) known at the cut-off.

    A campaign written on a lead in the same second as another touch of it by the same campaign is that touch.
    """
    if not leads:
        return []
    mark, rules = TouchMark.objects.first(), rules_at(cutoff)
    through = min(mark.through if mark else NEVER, cutoff)
    same = mark is not None and mark.rules == (rules.number if rules else 0)
    parts: list[str] = []
    params: dict[str, Any] = {
        "leads": sorted(set(leads)), "cutoff": cutoff, "through": through, "until": cutoff, "rules": written(rules),
    }  # fmt: skip
    for via, arm in ARMS.items():
        if via == LINK and not (rules and rules.body):
            continue
        name = "after_links" if via == LINK and not same else "after_mark"
        parts.append(_FRESH.format(arm=arm.replace("%(after)s", f"%({name})s")))
    params |= {"after_links": NEVER, "after_mark": through}
    stored = "true" if same else f"t.via <> {LINK:d}"
    with connection.cursor() as cursor:
        cursor.execute(_READ.format(stored=stored, fresh="".join(parts)), params)
        found = [Seen(*row) for row in cursor.fetchall()]
    said = {(one.lead, one.campaign, one.at) for one in found if one.via != VALUE}
    return [one for one in found if one.via != VALUE or (one.lead, one.campaign, one.at) not in said]


def roots(cutoff: datetime) -> dict[int, int]:
    """Merged campaign → the one it counts with, as known at a cut-off."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.loser_id, m.root_id FROM leads_campaignmerge m WHERE m.recorded_at <= %(cutoff)s AND NOT EXISTS ("
            " SELECT FROM leads_correction k WHERE k.subject = 'campaignmerge' AND k.subject_id = m.id"
            " AND k.recorded_at <= %(cutoff)s) ORDER BY m.id",
            {"cutoff": cutoff},
        )
        links = dict(cursor.fetchall())
    return {loser: _end(loser, links) for loser in links}


def _end(one: int, links: dict[int, int]) -> int:
    for _step in range(len(links) + 1):
        if one not in links:
            break
        one = links[one]
    return one
