"""What a company's people come to, day by day: how many we know, how many were active lately and how often, how many became MQL.

A sum stands from one local midnight to the next: it counts what was *recorded* by that midnight, so that nothing learned later moves
it. A person counts on the days on which the lead stands for itself (not merged away), under the company that was then said of it.
Rows say where a sum changes; days ahead are what it will be if nothing more happens. Plain Python says the same in `oracle.py`.
"""

import time
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from leads.models import Company, CompanyDay, CompanySums
from personas.criteria import tree
from personas.definitions import queries
from personas.definitions.catalogue import COMPANY_SUMS
from personas.models import PersonaVersion
from smarketing.jobs import bell
from smarketing.rows import fence

from . import days
from .sql import Params, execute, fetch

# Field of a criterion -> column of the sums
COLUMNS = {
    "company.people": "people",
    "company.active_people": "active",
    "company.acts": "acts",
    "company.mql_people": "mqls",
}
assert set(COLUMNS) == {info.key for info in COMPANY_SUMS}
KINDS = ("page", "form", "track", "mail_click", "webinar", "download", "demo")  # what an active person does
WINDOW = 30  # days
_TICK = "'1 microsecond'"
CHUNK = 1_000  # companies that are counted together
WAITING = "SELECT EXISTS (SELECT FROM leads_companysums WHERE asked)"

_FIRST_JOIN = "NOT EXISTS (SELECT FROM leads_join f WHERE f.visitor_id = k.visitor_id AND f.id < k.id)"
_ROWS = """
INSERT INTO leads_companyday (company_id, day, people, active, acts, mqls)
WITH named AS MATERIALIZED (
  SELECT x.subject_id AS lead_id FROM leads_attributechange x
  WHERE x.subject = 'lead' AND x.field = 'company' AND x.value = ANY(%(values)s::jsonb[])),
roots AS MATERIALIZED (
  SELECT lead_id AS root FROM named UNION SELECT s.root_id FROM leads_mergedspan s JOIN named n ON n.lead_id = s.lead_id),
member AS MATERIALIZED (
  SELECT root, root AS lead_id, 0 AS steps, NULL::date AS since, NULL::date AS until FROM roots
  UNION ALL SELECT s.root_id, s.lead_id, s.steps, {since}, {until} FROM leads_mergedspan s JOIN roots r ON r.root = s.root_id),
alive AS (
  SELECT r.root, datemultirange(daterange({born}, NULL)) - coalesce((SELECT range_agg(daterange({since}, {until}))
    FROM leads_mergedspan s WHERE s.lead_id = r.root), '{{}}'::datemultirange) AS days
  FROM roots r JOIN leads_lead l ON l.id = r.root AND NOT l.erased),
said AS MATERIALIZED (
  SELECT * FROM (SELECT m.root, m.steps, x.occurred_at, x.recorded_at, x.id, (x.value #>> '{{}}')::bigint AS company,
    greatest({told}, m.since) AS a, least({back}, m.until) AS z
  FROM member m JOIN leads_attributechange x ON x.subject = 'lead' AND x.subject_id = m.lead_id AND x.field = 'company'
  LEFT JOIN leads_correction c ON c.subject = 'attributechange' AND c.subject_id = x.id) x WHERE z IS NULL OR a < z),
stretch AS (
  SELECT root, day, lead(day) OVER (PARTITION BY root ORDER BY day) AS until
  FROM (SELECT root, a AS day FROM said UNION SELECT root, z FROM said WHERE z IS NOT NULL) x),
held AS (
  SELECT DISTINCT ON (t.root, t.day) t.root, daterange(t.day, t.until) AS days, s.company
  FROM stretch t JOIN said s ON s.root = t.root AND s.a <= t.day AND (s.z IS NULL OR t.day < s.z)
  ORDER BY t.root, t.day, s.steps, s.occurred_at DESC, s.recorded_at DESC, s.id DESC),
belongs AS MATERIALIZED (
  SELECT h.root, h.company, range_agg(h.days) * a.days AS days FROM held h JOIN alive a ON a.root = h.root
  WHERE h.company = ANY(%(companies)s) GROUP BY h.root, h.company, a.days),
act AS MATERIALIZED (SELECT root, daterange(a, z) AS days FROM ({acts}) x WHERE a < z),
mql AS (
  SELECT root, daterange(a, z) AS days FROM (SELECT m.root, greatest({made}, m.since) AS a, least({back}, m.until) AS z
    FROM member m JOIN leads_handoff h ON h.lead_id = m.lead_id
    LEFT JOIN leads_correction c ON c.subject = 'handoff' AND c.subject_id = h.id) x WHERE z IS NULL OR a < z),
span AS (
  SELECT company, unnest(days) AS days, 1 AS people, 0 AS active, 0 AS acts, 0 AS mqls FROM belongs
  UNION ALL SELECT b.company, unnest(b.days * x.days), 0, 1, 0, 0 FROM belongs b JOIN (
    SELECT root, range_agg(days) AS days FROM act GROUP BY 1) x ON x.root = b.root
  UNION ALL SELECT b.company, unnest(b.days * datemultirange(x.days)), 0, 0, 1, 0 FROM belongs b JOIN act x ON x.root = b.root
  UNION ALL SELECT b.company, unnest(b.days * x.days), 0, 0, 0, 1 FROM belongs b JOIN (
    SELECT root, range_agg(days) AS days FROM mql GROUP BY 1) x ON x.root = b.root),
moved AS (
  SELECT company, lower(days) AS day, people, active, acts, mqls FROM span
  UNION ALL SELECT company, upper(days), -people, -active, -acts, -mqls FROM span WHERE NOT upper_inf(days)),
daily AS (
  SELECT company, day, sum(people) AS people, sum(active) AS active, sum(acts) AS acts, sum(mqls) AS mqls FROM moved
  GROUP BY 1, 2 HAVING (sum(people), sum(active), sum(acts), sum(mqls)) IS DISTINCT FROM (0, 0, 0, 0))
SELECT company, day, sum(people) OVER w, sum(active) OVER w, sum(acts) OVER w, sum(mqls) OVER w FROM daily
WINDOW w AS (PARTITION BY company ORDER BY day) ORDER BY 1, 2
"""
_ACTS = """
SELECT m.root, greatest({known}, m.since{joined}) AS a, least({day} + {kept}, {back}, m.until) AS z FROM member m JOIN {source}
LEFT JOIN leads_correction c ON c.subject = 'event' AND c.subject_id = e.id WHERE e.kind = ANY(%(kinds)s)
"""
_OWN = "leads_event e ON e.lead_id = m.lead_id"
_JOINED = f"leads_join k ON k.lead_id = m.lead_id AND {_FIRST_JOIN} JOIN leads_event e ON e.visitor_id = k.visitor_id AND e.lead_id IS NULL"
# Companies of which something was recorded since: of their people, or of who is merged with them.
_TOUCHED = """
WITH fact AS MATERIALIZED (
  SELECT subject_id AS lead_id FROM leads_attributechange WHERE subject = 'lead' AND field = 'company' AND recorded_at >= %(since)s
  UNION SELECT coalesce(e.lead_id, k.lead_id) FROM leads_event e
    LEFT JOIN leads_join k ON e.lead_id IS NULL AND k.visitor_id = e.visitor_id WHERE e.id >= %(first_id)s
  UNION SELECT lead_id FROM leads_join WHERE recorded_at >= %(since)s
  UNION SELECT lead_id FROM leads_handoff WHERE recorded_at >= %(since)s
  UNION SELECT lead_id FROM leads_erasure WHERE recorded_at >= %(since)s
  UNION SELECT unnest(ARRAY[loser_id, root_id]) FROM leads_merge WHERE recorded_at >= %(since)s
  UNION SELECT coalesce(x.subject_id, e.lead_id, k.lead_id, h.lead_id, m.loser_id, CASE WHEN c.subject = 'lead' THEN c.subject_id END)
    FROM leads_correction c
    LEFT JOIN leads_attributechange x ON c.subject = 'attributechange' AND x.id = c.subject_id AND x.subject = 'lead' AND x.field = 'company'
    LEFT JOIN leads_event e ON c.subject = 'event' AND e.id = c.subject_id
    LEFT JOIN leads_join k ON e.lead_id IS NULL AND k.visitor_id = e.visitor_id
    LEFT JOIN leads_handoff h ON c.subject = 'handoff' AND h.id = c.subject_id
    LEFT JOIN leads_merge m ON c.subject = 'merge' AND m.id = c.subject_id WHERE c.recorded_at >= %(since)s
), family AS (
  SELECT lead_id FROM fact UNION SELECT s.root_id FROM leads_mergedspan s JOIN fact f ON f.lead_id = s.lead_id
  UNION SELECT s.lead_id FROM leads_mergedspan s JOIN leads_mergedspan o ON o.root_id = s.root_id JOIN fact f ON f.lead_id = o.lead_id
  UNION SELECT s.lead_id FROM leads_mergedspan s JOIN fact f ON f.lead_id = s.root_id)
SELECT DISTINCT (x.value #>> '{}')::bigint FROM family f JOIN leads_attributechange x
  ON x.subject = 'lead' AND x.field = 'company' AND x.subject_id = f.lead_id WHERE jsonb_typeof(x.value) = 'number' ORDER BY 1
"""


def wanted(bodies: Iterable[Mapping[str, Any]]) -> bool:
    """Whether one of these definitions, or any persona, asks for such a sum."""
    asked = [cond for body in bodies for _path, cond in tree.conditions(body)]
    for rules in PersonaVersion.objects.exclude(rules={}).values_list("rules", flat=True):
        asked += [cond for _path, cond in tree.leaves(rules)]
    return any(cond.get("field") in COLUMNS for cond in asked)


def used(body: Mapping[str, Any]) -> bool:
    """Whether a definition, or a persona that it names, asks for such a sum."""
    found = [cond for _path, cond in tree.conditions(body)]
    for rules in queries.pinned(body).values():
        found += [cond for _path, cond in tree.leaves(rules)] if rules else []
    return any(cond.get("field") in COLUMNS for cond in found)


def ready(body: Mapping[str, Any], at: datetime) -> bool:
    """Whether a body can be judged at `at`: it asks for no sum, or the sums stand. Where they do not, they are asked for."""
    if not used(body) or standing(at):
        return True
    CompanySums.objects.update_or_create(pk=True, defaults={"asked": True})
    return False


def drain() -> int:
    """Count what was asked for, a turn long; the doorbell rings for it (`smarketing.jobs.bell`). How many companies."""
    return bring(fence.cutoff(), seconds=bell.TURN)


def bring(cutoff: datetime, *, seconds: float | None = None) -> int:
    """Bring the sums to the local day of `cutoff`, an instant before which everything is visible (`fence.cutoff`).

    Returns the companies counted: every one the first time, afterwards those of which something was recorded since. Whoever
    is cut off, or has worked for `seconds`, leaves the rest to the next one, who goes on there.
    """
    day, start, done = days.here().of(cutoff), time.monotonic(), 0
    CompanySums.objects.get_or_create(pk=True)
    touched: dict[date, list[int]] = {}  # since a day
    while (now := _portion(day, touched)) is not None:
        done += now
        if seconds is not None and time.monotonic() - start >= seconds:
            break
    return done


@transaction.atomic
def _portion(day: date, touched: dict[date, list[int]]) -> int | None:
    """Count the next companies on the way to a day. Returns how many; None once the sums stand for the day."""
    kept = CompanySums.objects.select_for_update().get(pk=True)
    if kept.day is not None and kept.day >= day:
        CompanySums.objects.filter(pk=True, asked=True).update(asked=False)
        return None
    last = kept.counted_to if kept.under_way == day else 0  # who set out for another day counted less
    if kept.day is None:
        ids = list(Company.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK])
    else:
        if kept.day not in touched:
            touched[kept.day] = _touched(kept.day)
        at = bisect_right(touched[kept.day], last)
        ids = touched[kept.day][at : at + CHUNK]
    if not ids:
        CompanySums.objects.filter(pk=True).update(day=day, asked=False, under_way=None, counted_to=0)
        return 0
    count(ids)
    CompanySums.objects.filter(pk=True).update(under_way=day, counted_to=ids[-1])
    return len(ids)


def standing(cutoff: datetime) -> bool:
    """Whether the sums stand for the local day of an instant."""
    return CompanySums.objects.filter(day__gte=days.here().of(cutoff)).exists()


def keep(cutoff: datetime) -> int:
    """`bring`, where somebody ever asked for sums."""
    return bring(cutoff) if CompanySums.objects.exists() else 0


def rebuild(cutoff: datetime) -> int:
    """Count every company anew, where somebody ever asked for sums. Returns the rows."""
    CompanyDay.objects.all().delete()
    if CompanySums.objects.update(day=None, under_way=None):
        bring(cutoff)
    return CompanyDay.objects.count()


def count(companies: Sequence[int]) -> int:
    """Count these companies anew, for all days. Returns the rows written."""
    CompanyDay.objects.filter(company__in=companies).delete()
    here, params = days.here(), Params(companies=list(companies), kinds=list(KINDS))
    params["values"] = [str(one) for one in companies]
    params.update(here.params())

    def first(instant: str) -> str:
        """The first day that begins at or after an instant."""
        return f"({here.sql(f'({instant} - interval {_TICK})')} + 1)"

    def acts(source: str, joined: str = "") -> str:
        return _ACTS.format(
            known=first("greatest(e.recorded_at, e.occurred_at)"), joined=joined, day=here.sql("e.occurred_at"),
            kept=WINDOW + 1, back=first("c.recorded_at"), source=source,
        )  # fmt: skip

    return execute(
        _ROWS.format(
            since=first("s.since"), until=first("s.until"), born=first("greatest(l.recorded_at, l.created_at)"),
            told=first("greatest(x.recorded_at, x.occurred_at)"), back=first("c.recorded_at"),
            made=first("greatest(h.recorded_at, h.occurred_at)"),
            acts=f"{acts(_OWN)} UNION ALL {acts(_JOINED, ', ' + first('k.recorded_at'))}",
        ),
        params,
    )  # fmt: skip


def leads_moved(midnights: Iterable[date], low: int, high: int) -> set[int]:
    """Leads low <= id < high of companies of which a sum changes on one of these days."""
    sql = (
        "SELECT l.id FROM leads_companyday k JOIN leads_lead l ON l.company_id = k.company_id"
        " WHERE k.day = ANY(%(days)s) AND l.id >= %(low)s AND l.id < %(high)s"
    )
    return {row[0] for row in fetch(sql, {"days": list(midnights), "low": low, "high": high})}


def _touched(since: date) -> list[int]:
    start = days.here().midnight(since)
    return [row[0] for row in fetch(_TOUCHED, {"since": start, "first_id": fence.id_floor(start)})]


# --- as a field of a program


def join(company: str) -> str:
    """A lateral join `k` with the sums that stand on the day `a.today` for a company (an SQL expression)."""
    return (
        f" LEFT JOIN LATERAL (SELECT * FROM leads_companyday k WHERE k.company_id = {company} AND k.day <= a.today"
        " ORDER BY k.day DESC LIMIT 1) k ON true"
    )


def value(key: str) -> str:
    """SQL of a sum as a field, over `join`: absent for a company of which nobody is known."""
    return f"CASE WHEN k.people > 0 THEN k.{COLUMNS[key]} END::numeric"
