"""Event filters in SQL: the twin of `personas.criteria.behaviours.matches`.

Filters are read over a relation `x` with id, kind, name, page, form (folded), campaign_id, props (jsonb).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from personas.criteria.behaviours import ATTEMPT, property_type
from personas.criteria.operators import NONE, OPERATORS, fold

from .sql import Params, all_of
from .values import folded, of_json, test

# Attempts of sales as events: channel under `name`, outcome under `form`; those of erased leads count no more, and
# what came from the prospect is none.
ATTEMPTS = (
    f"(SELECT t.id, t.lead_id, NULL::bigint AS visitor_id, '{ATTEMPT}' AS kind, t.channel AS name, '' AS page, t.outcome AS form,"
    " NULL::bigint AS campaign_id, t.occurred_at, t.recorded_at, t.known_at FROM leads_attempt t"
    " WHERE t.outcome <> 'replied' AND NOT EXISTS (SELECT FROM leads_lead z WHERE z.id = t.lead_id AND z.erased)) e"
)
COLUMNS = (
    f"e.id, e.occurred_at, e.kind, {folded('e.name')} AS name, {folded('e.page')} AS page, {folded('e.form')} AS form,"
    " e.campaign_id"
)


def events(filters: Iterable[Mapping[str, Any]], extra: str, source: str, where: str) -> str:
    """SELECT of the relation `x`, with `extra` columns beside; payloads are joined only when a filter looks at them.

    `source` holds leads_event, or ATTEMPTS, under the name e.
    """
    if any(one.get("props") for one in filters):
        source += " LEFT JOIN leads_eventpayload y ON y.event_id = e.id"
        return f"SELECT {COLUMNS}, y.properties AS props, {extra} FROM {source} WHERE {where}"
    return f"SELECT {COLUMNS}, NULL::jsonb AS props, {extra} FROM {source} WHERE {where}"


def has_attempts(filters: Iterable[Mapping[str, Any]]) -> bool:
    """Whether some of these behaviours are attempts of sales."""
    return any(one["kind"] == ATTEMPT for one in filters)


def hit(filter_: Mapping[str, Any], params: Params) -> str:
    """SQL that is true where `x` is an event of this behaviour, false or NULL where not."""
    tests = [f"x.kind = {params.add(filter_['kind'])}"]
    named = {
        "name": filter_.get("name") or filter_.get("channel"),
        "form": filter_.get("form") or filter_.get("outcome"),
    }
    tests += [f"x.{part} = {params.add(fold(value))}" for part, value in named.items() if value]
    if filter_.get("campaign") not in (None, ""):
        tests.append(_campaign(filter_["campaign"], params))
    if filter_.get("page"):
        wanted = params.add(fold(filter_["page"]["value"]))
        tests.append(f"position({wanted} IN x.page) > 0" if filter_["page"]["op"] == "like" else f"x.page = {wanted}")
    tests += [_property(one, params) for one in filter_.get("props") or ()]
    return all_of(tests)


def _campaign(campaign: int | str, params: Params) -> str:
    """A campaign by id, or by its key in our own records."""
    wanted = params.add(campaign)
    if isinstance(campaign, int):
        return f"x.campaign_id = {wanted}"
    return f"x.campaign_id IN (SELECT id FROM leads_campaign WHERE key = {wanted})"


def _property(cond: Mapping[str, Any], params: Params) -> str:
    value = f"(x.props -> {params.add(cond['key'])})"
    if OPERATORS[cond["op"]].operand == NONE:
        present = f"coalesce(jsonb_typeof({value}) IN ('string', 'number', 'boolean') AND {value} <> '\"\"', false)"
        return present if cond["op"] == "is_set" else f"NOT {present}"
    kind = property_type(cond)
    return test(cond["op"], kind, of_json(kind, value), cond["value"], "NULL::date", params)


def behaviours_hit(behaviours: Mapping[int, Mapping[str, Any]], params: Params) -> str:
    """SQL array of the ids of the behaviours that `x` is an event of (behaviour id -> filter)."""
    tests = [f"CASE WHEN {hit(filter_, params)} THEN {int(pk)} END" for pk, filter_ in behaviours.items()]
    return f"array_remove(ARRAY[{', '.join(tests)}]::bigint[], NULL)"
