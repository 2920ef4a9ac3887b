"""The deals of a question with their ways: contacts, touches, milestones, first act of sales. Read in sets, as of its cut-off."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection

from leads.measures import populations
from leads.measures.dimensions import of_deals
from leads.measures.outcomes import WORKED
from leads.measures.values import CTES, not_corrected, number, value
from leads.models import Campaign
from leads.touches import read as touches
from reporting.attribution.journeys import Journey, Touch, journey
from smarketing.measures import statement
from smarketing.measures.numbers import COUNT
from smarketing.measures.question import Question
from smarketing.measures.registry import Measure
from smarketing.rows.days import Days

from .settings import Settings

# What is asked of each deal beside what makes it count.
_EXTRA = {
    "x_deal": "d.id", "x_cents": f"round({number(value('deal', 'amount'))} * 100)::bigint", "x_opened": "d.created_at",
    "x_opened_day": "d.day_only", "x_closed": "w.closed_at", "x_closed_day": "w.closed_day_only", "x_won": "w.is_won",
    "x_open": "w.is_open", "x_lead": "w.lead_id", "x_source": f"coalesce({value('lead', 'source')}, '')",
    "x_declared": "g.id",
}  # fmt: skip
CONTACTS = f"""
WITH merged AS {CTES["merged"]}, asked AS (SELECT * FROM unnest(%(deals)s::bigint[], %(primary)s::bigint[]) a(deal_id, lead_id)),
said AS (SELECT dc.deal_id, dc.lead_id, dc.role, row_number() OVER (PARTITION BY dc.deal_id, dc.lead_id ORDER BY dc.recorded_at DESC, dc.id DESC) AS n,
    bool_or(dc.role <> '') OVER (PARTITION BY dc.deal_id, dc.lead_id) AS ever
  FROM leads_dealcontact dc WHERE dc.deal_id = ANY(%(deals)s) AND dc.recorded_at <= %(cutoff)s
    AND {not_corrected("dealcontact", "dc")}),
person AS (SELECT deal_id, lead_id FROM asked WHERE lead_id IS NOT NULL
  UNION SELECT deal_id, lead_id FROM said WHERE n = 1 AND (role <> '' OR NOT ever)),
rooted AS (SELECT DISTINCT p.deal_id, coalesce(mg.root_id, p.lead_id) AS root_id FROM person p LEFT JOIN merged mg ON mg.loser_id = p.lead_id)
SELECT r.deal_id, r.root_id, m.id, l.created_at, l.day_only FROM rooted r JOIN leads_lead l ON l.id = r.root_id
  CROSS JOIN LATERAL (SELECT r.root_id AS id UNION ALL SELECT mg.loser_id FROM merged mg WHERE mg.root_id = r.root_id) m
"""
TRIED = f"""
SELECT a.lead_id, floor(extract(epoch FROM min(a.occurred_at)))::bigint FROM leads_attempt a
WHERE a.lead_id = ANY(%(leads)s) AND a.recorded_at <= %(cutoff)s AND {WORKED} AND {not_corrected("attempt", "a")}
GROUP BY a.lead_id
"""


@dataclass(frozen=True)
class Way:
    """A deal and its way. `cents` None: its amount is missing. `seen`: touches of merged campaigns stand under their root;
    `details`: touch key → (via, fact). `tried_at`: the first attempt of sales, None for none. `source`, `declared`: of its primary
    lead, and the campaign written on it. An open deal ends at the cut-off."""

    deal: int
    cents: int | None
    won: bool
    open: bool
    closed_at: int
    opened_at: int
    lead: int | None
    source: str = ""
    declared: int | None = None
    contacts: tuple[int, ...] = ()
    touches: tuple[Touch, ...] = ()
    oldest: int | None = None
    created_at: int | None = None
    tried_at: int | None = None
    details: Mapping[int, tuple[int, int]] = field(default_factory=dict)

    def journey(self, settings: Settings) -> Journey:
        """What counts of it by a version of the settings."""
        return journey(
            self.touches, won_at=self.closed_at, opened_at=self.opened_at, created_at=self.created_at, oldest=self.oldest,
            look_back=settings.look_back,
        )  # fmt: skip


def ways(question: Question, which: str = "true") -> list[Way]:
    """The ways of the deals that a question is about, by deal; `which`: SQL of a condition on them (w)."""
    built = asked(question, which)
    names = ", ".join(_EXTRA)
    rows = statement.run(f"WITH {built.counted} SELECT {names} FROM counted ORDER BY x_deal", built.params)
    local = Days(question.home)
    now = int(question.cutoff.timestamp() // 1)
    bare = [
        Way(
            deal, cents, won, is_open, now if is_open else second(closed, closed_day, local),
            second(opened, opened_day, local), lead, source, declared,
        )
        for deal, cents, opened, opened_day, closed, closed_day, won, is_open, lead, source, declared in rows
    ]  # fmt: skip
    return _walked(bare, question.cutoff, local)


def asked(question: Question, which: str) -> statement.Statement:
    """The counted deals with what a way is made of (x_…)."""
    measure = Measure("ways", "", "", COUNT, partial(populations.deals, which=which), dimensions=of_deals)
    return statement.build(measure, question, _EXTRA)


def _walked(bare: Sequence[Way], cutoff: datetime, local: Days) -> list[Way]:
    if not bare:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off" if connection.in_atomic_block else "SELECT 1")
        whose: dict[str, Any] = {
            "deals": [one.deal for one in bare],
            "primary": [one.lead for one in bare],
            "cutoff": cutoff,
        }
        cursor.execute(CONTACTS, whose)
        people = cursor.fetchall()
        members = {member: root for _deal, root, member, _at, _day in people}
        cursor.execute(TRIED, {"leads": sorted(members), "cutoff": cutoff})
        tried: dict[int, int] = {}
        for lead, at in cursor.fetchall():
            tried[members[lead]] = min(at, tried.get(members[lead], at))
    born = {root: second(at, day_only, local) for _deal, root, _member, at, day_only in people}
    contacts: dict[int, set[int]] = {}
    for deal, root, _member, _at, _day in people:
        contacts.setdefault(deal, set()).add(root)
    of_root, details = _touches(members, cutoff)
    return [_way(one, sorted(contacts.get(one.deal, ())), born, of_root, details, tried) for one in bare]


def _touches(members: Mapping[int, int], cutoff: datetime) -> tuple[dict[int, list[Touch]], dict[int, tuple[int, int]]]:
    """(touches by the contact who stands for whom was touched, what each is of)."""
    roots, standing = touches.roots(cutoff), set(Campaign.objects.standing().values_list("pk", flat=True))
    found: dict[int, list[Touch]] = {}
    details: dict[int, tuple[int, int]] = {}
    for one in touches.of_leads(list(members), cutoff):
        campaign = roots.get(one.campaign, one.campaign)
        if campaign in standing:
            root = members[one.lead]
            found.setdefault(root, []).append(Touch(one.at, one.key, campaign, root))
            details[one.key] = (one.via, one.fact)
    return found, details


def _way(one: Way, contacts: Sequence[int], born: Mapping[int, int], of_root, details, tried: Mapping[int, int]) -> Way:
    oldest = min(contacts, key=lambda root: (born[root], root), default=None)
    seen = tuple(sorted(touch for root in contacts for touch in of_root.get(root, ())))
    acts = [tried[root] for root in contacts if root in tried]
    return replace(
        one, contacts=tuple(contacts), touches=seen, oldest=oldest, created_at=None if oldest is None else born[oldest],
        tried_at=min(acts, default=None), details=details,
    )  # fmt: skip


def second(at: datetime, day_only: bool, local: Days) -> int:
    """The second of an instant; of a day without a time its last one, so that the day's own touches come before it."""
    if day_only:
        at = local.midnight(local.of(at) + timedelta(days=1)) - timedelta(seconds=1)
    return int(at.timestamp() // 1)


def campaigns(found: Iterable[Way]) -> dict[int, Campaign]:
    """The campaigns that touched somebody on these ways."""
    return Campaign.objects.in_bulk({touch.campaign for way in found for touch in way.touches})
