"""Which leads need judging tonight: those with an edge (a step, a window's end, a birthday) at one of these midnights."""

from calendar import isleap
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from leads.scoring import company_days, days, program
from leads.scoring.conditions import current_value
from leads.scoring.sql import Params, fetch
from personas.criteria.edges import edges
from personas.definitions import queries
from personas.models import DefinitionVersion
from smarketing.rows import fence

from . import lines


def leads_due(midnights: Sequence[date], low: int, high: int) -> set[int]:
    """Leads low <= id < high for which time alone may change a judgement at one of these days' beginnings."""
    if not midnights:
        return set()
    here, found = days.here(), set()
    until = here.midnight(max(midnights))
    versions = {line[-1].version.pk: line[-1].version for line in lines.live(until).values()}
    versions |= {one.pk: one for one in lines.observed(until)}
    for version in versions.values():
        found |= _by_behaviour(version, midnights, low, high)
        found |= _by_field(version, midnights, low, high)
        if company_days.used(version.body):
            found |= company_days.leads_moved(midnights, low, high)
    return found


def leads_ahead(since: date, day: date, low: int, high: int) -> set[int]:
    """Leads low <= id < high with facts known before they occurred, on the days `since` … `day`, or known at the very
    midnight that begins `day`: what happens to them is no edge of a whole day."""
    here = days.here()
    start = here.midnight(since)
    sql = (
        "WITH x AS MATERIALIZED (SELECT b.lead_id FROM leads_behaviourday b WHERE b.occurred_day >= %(since)s"
        " AND b.occurred_day <= %(day)s AND b.known_day < b.occurred_day UNION ALL"
        " SELECT coalesce(e.lead_id, k.lead_id) FROM leads_event e"
        " LEFT JOIN leads_join k ON e.lead_id IS NULL AND k.visitor_id = e.visitor_id"
        " WHERE e.id >= %(first_id)s AND (e.occurred_at > e.known_at OR e.known_at = %(midnight)s)"
        " UNION ALL SELECT t.lead_id FROM leads_attempt t WHERE t.recorded_at >= %(start)s AND t.known_at = %(midnight)s)"
        " SELECT x.lead_id FROM x WHERE x.lead_id >= %(low)s AND x.lead_id < %(high)s"
        " UNION SELECT s.root_id FROM x JOIN leads_mergedspan s ON s.lead_id = x.lead_id"
        " WHERE s.root_id >= %(low)s AND s.root_id < %(high)s"
    )
    params = {"since": since, "day": day, "first_id": fence.id_floor(start), "start": start, "low": low, "high": high}
    return {row[0] for row in fetch(sql, params | {"midnight": here.midnight(day)})}


def _by_behaviour(version: DefinitionVersion, midnights: Sequence[date], low: int, high: int) -> set[int]:
    made = program.load(version)
    pairs = {
        (made.behaviours[one.key], day - timedelta(days=age))
        for one in edges(version.body)
        if one.source == "behaviour" and one.key in made.behaviours
        for age in one.days
        for day in midnights
    }
    sql = (
        "SELECT DISTINCT b.lead_id FROM leads_behaviourday b JOIN unnest(%(which)s::bigint[], %(days)s::date[])"
        " AS u(behaviour_id, day) ON b.behaviour_id = u.behaviour_id AND b.occurred_day = u.day"
        " WHERE b.lead_id >= %(low)s AND b.lead_id < %(high)s"
    )
    which, when = [one for one, _day in sorted(pairs)], [day for _one, day in sorted(pairs)]
    return {row[0] for row in fetch(sql, {"which": which, "days": when, "low": low, "high": high})}


def _by_field(version: DefinitionVersion, midnights: Sequence[date], low: int, high: int) -> set[int]:
    made, here, params = program.load(version), days.here(), Params(low=low, high=high)
    params.update(here.params())
    tests = [
        f"{current_value(made, one.key, here)} = ANY({params.add(sorted(_values(one, midnights)))}::date[])"
        for one in edges(version.body, queries.pinned(version.body))
        if one.source == "field" and one.key in made.columns
    ]
    if not tests:
        return set()
    sql = (
        "SELECT l.id FROM leads_lead l LEFT JOIN leads_company c ON c.id = l.company_id"
        f" WHERE l.id >= %(low)s AND l.id < %(high)s AND ({' OR '.join(tests)})"
    )
    return {row[0] for row in fetch(sql, params)}


def _values(edge, midnights: Iterable[date]) -> set[date]:
    """Values of a dated field for which an edge falls on one of these days."""
    found = set()
    for day in midnights:
        found |= {day - timedelta(days=days) for days in edge.days}
        for years in edge.years:
            if day.year > years:
                found |= _born(day, years)
    return found


def _born(day: date, years: int) -> set[date]:
    """Dates whose `years` are completed on a day; 1 March is also the birthday of 29 February in other years."""
    year = day.year - years
    found = {date(year, day.month, day.day)} if (day.month, day.day) != (2, 29) or isleap(year) else set()
    if (day.month, day.day) == (3, 1) and isleap(year) and not isleap(day.year):
        found.add(date(year, 2, 29))
    return found
