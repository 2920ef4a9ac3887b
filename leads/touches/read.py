"""Touches of people as known at a cut-off: those projected, and those of facts recorded since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from leads.intake.bulk import array
from leads.models import TouchMark
from smarketing.rows import bulk

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
WITH member AS MATERIALIZED (SELECT m.id, to_timestamp(m.since) AS since, to_timestamp(m.until) AS until
  FROM unnest(%(leads)s::bigint[], %(from)s::float8[], %(to)s::float8[]) m(id, since, until)),
browser AS MATERIALIZED ({_BROWSERS}),
found AS (
  SELECT t.* FROM member CROSS JOIN LATERAL (
    SELECT t.via, t.fact_id, t.lead_id, t.campaign_id, t.occurred_at FROM leads_touch t
    WHERE t.lead_id = member.id AND t.occurred_at >= member.since AND t.occurred_at < member.until
      AND t.recorded_at <= %(through)s AND {{stored}} OFFSET 0) t
  UNION ALL
  SELECT t.via, t.fact_id, b.lead_id, t.campaign_id, t.occurred_at FROM browser b JOIN member ON member.id = b.lead_id
    CROSS JOIN LATERAL (
    SELECT t.via, t.fact_id, t.campaign_id, t.occurred_at FROM leads_touch t
    WHERE t.visitor_id = b.visitor_id AND t.lead_id IS NULL AND t.occurred_at >= member.since AND t.occurred_at < member.until
      AND t.recorded_at <= %(through)s AND {{stored}} OFFSET 0) t
  {{fresh}})
SELECT f.lead_id, f.campaign_id, floor(extract(epoch FROM f.occurred_at))::bigint, f.via::bigint, f.fact_id FROM found f
WHERE f.occurred_at <= %(cutoff)s AND {_STANDS}
"""
_FRESH = f"""
  UNION ALL SELECT t.via, t.fact_id, coalesce(t.lead_id, b.lead_id), t.campaign_id, t.occurred_at
  FROM ({{arm}}) t ({COLUMNS}) LEFT JOIN browser b ON b.visitor_id = t.visitor_id
  WHERE coalesce(t.lead_id, b.lead_id) IN (SELECT id FROM member)"""

Ints = NDArray[np.int64]


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


@dataclass(frozen=True)
class Columns:
    """Touches as arrays, in the order of their leads: what `Seen` says of each."""

    lead: Ints
    campaign: Ints
    at: Ints
    via: Ints
    fact: Ints

    def only(self, marks: NDArray) -> "Columns":
        return Columns(*(column[marks] for column in vars(self).values()))


def of_leads(leads: Sequence[int], cutoff: datetime) -> list[Seen]:
    """The touches of these leads (each by itself: merged ones are asked for by name) known at the cut-off.

    A campaign written on a lead in the same second as another touch of it by the same campaign is that touch.
    """
    found = columns(np.unique(np.array(leads, np.int64)), cutoff)
    return list(map(Seen, *(column.tolist() for column in vars(found).values())))


def columns(
    leads: Ints, cutoff: datetime, since: NDArray[np.float64] | None = None, until: NDArray[np.float64] | None = None
) -> Columns:
    """The same as arrays; `leads`: sorted, each once. `since`, `until`: seconds since 1970, one a lead; touches before, or at
    or after them may be left out."""
    if not len(leads):
        return Columns(*(np.zeros(0, np.int64) for _column in range(5)))
    mark, rules = TouchMark.objects.first(), rules_at(cutoff)
    through = min(mark.through if mark else NEVER, cutoff)
    same = mark is not None and mark.rules == (rules.number if rules else 0)
    parts: list[str] = []
    params: dict[str, Any] = {
        "leads": array(leads.tolist()), "cutoff": cutoff, "through": through, "until": cutoff, "rules": written(rules),
    }  # fmt: skip
    for via, arm in ARMS.items():
        if via == LINK and not (rules and rules.body):
            continue
        name = "after_links" if via == LINK and not same else "after_mark"
        parts.append(_FRESH.format(arm=arm.replace("%(after)s", f"%({name})s")))
    params |= {"after_links": NEVER, "after_mark": through}
    params["from"] = array((np.full(len(leads), -np.inf) if since is None else since).tolist())
    params["to"] = array((np.full(len(leads), np.inf) if until is None else until).tolist())
    stored = "true" if same else f"t.via <> {LINK:d}"
    found = Columns(*bulk.columns(_READ.format(stored=stored, fresh="".join(parts)), params, 5))
    if (np.diff(found.lead) < 0).any():
        found = found.only(np.argsort(found.lead, kind="stable"))
    return found.only(~_said(found)) if (found.via == VALUE).any() else found


def _said(found: Columns) -> NDArray[np.bool_]:
    """Campaigns written on a lead that another touch of the same second says too."""
    alike = (found.lead * 1_000_003 + found.campaign) * 1_000_003 + found.at  # may wrap around: a first sieve
    written_, out = found.via == VALUE, np.zeros(len(alike), bool)
    others = found.only(~written_ & np.isin(alike, alike[written_]))
    said = set(zip(others.lead.tolist(), others.campaign.tolist(), others.at.tolist(), strict=True))
    for place in np.flatnonzero(written_ & np.isin(alike, alike[~written_])):
        out[place] = (int(found.lead[place]), int(found.campaign[place]), int(found.at[place])) in said
    return out


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
