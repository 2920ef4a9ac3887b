"""Scores recomputed on NumPy arrays from the ledger and the columns: a second implementation, equal by checksum.

Written for definitions whose fit is made of plain conditions on columns and whose engagement follows events, each or by
decay, as the demo's; it shares no code with the SQL.
"""

import numpy as np
from django.db import connection

from leads.models import Behaviour
from personas.criteria import decay, tree
from personas.criteria.behaviours import key_of
from personas.criteria.evaluate import cap_of
from personas.criteria.operators import fold
from personas.models import DefinitionVersion, PersonaVersion

MILLION = 1_000_000
PRIME = (1 << 31) - 1
PIECE = 100_000  # rows


def columns(sql: str, params: list | None = None) -> list[np.ndarray]:
    """A statement's columns as arrays, fetched piece by piece: fifteen million rows of Python's own would take gigabytes."""
    pieces = []
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, params)
        while rows := cursor.fetchmany(PIECE):
            pieces.append([np.array(column) for column in zip(*rows, strict=True)])
    return [np.concatenate(column) for column in zip(*pieces, strict=True)]


def checksum(lead: np.ndarray, slots: np.ndarray) -> int:
    """One number of all contributions: Σ lead × (slot + 1) × points, modulo a prime."""
    weights = np.arange(1, slots.shape[1] + 1)
    row = (slots * weights).sum(axis=1) % PRIME
    return int((((lead % PRIME) * row) % PRIME).sum() % PRIME)


def written(version: DefinitionVersion) -> tuple[int, int]:
    """(checksum, leads) of the scores in the database."""
    lead, slots = columns(
        "SELECT lead_id, contributions FROM leads_score WHERE line_id = %s AND track = 'live' ORDER BY 1",
        [version.line_id],
    )
    return checksum(lead, np.stack(list(slots)) if slots.dtype == object else slots), len(lead)


def pull(version: DefinitionVersion, moment, day) -> dict:
    """Ledger and columns as arrays, as known at the midnight `moment` that begins `day`: read once before the recompute."""
    lead, behaviour, age, n = columns(
        "SELECT b.lead_id, b.behaviour_id, %s - b.occurred_day, b.n FROM leads_behaviourday b"
        " JOIN leads_lead l ON l.id = b.lead_id"
        " WHERE b.occurred_day < %s AND b.known_day < %s AND l.recorded_at <= %s AND l.created_at <= %s",
        [day, day, day, moment, moment],
    )
    people = columns(
        "SELECT l.id, l.function, l.country, l.email, coalesce(c.industry, ''), coalesce(c.employees, -1), l.opted_out"
        " FROM leads_lead l LEFT JOIN leads_company c ON c.id = l.company_id"
        " WHERE l.recorded_at <= %s AND l.created_at <= %s ORDER BY 1",
        [moment, moment],
    )
    names = (
        "id",
        "lead.function",
        "lead.country",
        "lead.email",
        "company.industry",
        "company.employees",
        "lead.opted_out",
    )
    return {
        "ledger": (lead, behaviour, age.astype(np.int64), n.astype(np.int64)),
        "behaviours": dict(Behaviour.objects.values_list("key", "pk")),
        "people": dict(zip(names, people, strict=True)),
        "personas": dict(PersonaVersion.objects.values_list("pk", "rules")),
    }


def recompute(version: DefinitionVersion, held: dict) -> tuple[int, int]:
    """(checksum, leads) of the scores counted on the arrays."""
    people, body = held["people"], version.body
    slots = []
    for axis in tree.AXES:
        mine = []
        for item in body[axis]["items"]:
            mine.append(_engagement(item, held) if "event" in item["when"] else _fit(item, held))
        total = np.sum(mine, axis=0)
        mine.append(np.clip(total, 0, body[axis].get("cap", 100)) - total)
        slots += mine
    return checksum(people["id"], np.stack(slots, axis=1)), len(people["id"])


def _fit(item: dict, held: dict) -> np.ndarray:
    return np.where(_holds(item["when"], held), item["points"], 0).astype(np.int64)


def _holds(cond: dict, held: dict) -> np.ndarray:
    if "persona" in cond:
        return _holds(held["personas"][cond["persona"]], held)
    values = held["people"][cond["field"]]
    if cond["op"] == "one_of":
        wanted = {fold(str(one)) for one in cond["value"]}
        kinds, index = np.unique(values, return_inverse=True)
        return np.array([fold(str(one)) in wanted for one in kinds])[index]
    if cond["op"] == "between":
        return (values >= cond["value"][0]) & (values <= cond["value"][1])
    raise ValueError(f"the bench's recompute does not know {cond['op']}")


def _engagement(item: dict, held: dict) -> np.ndarray:
    """Points that follow events: each adds its weight, or the youngest one decides; capped, cut to whole points."""
    lead, behaviour, age, n = held["ledger"]
    ids, points, cap = held["people"]["id"], item["points"], int(cap_of(item))
    length, tail = decay.span(item)
    table = np.array([*decay.weight_table(item, max(length - 1, 0)), tail], dtype=np.int64)
    mine = behaviour == held["behaviours"].get(key_of(item["when"]["event"]), 0)
    within = item["when"].get("within")
    if within is not None:
        mine &= age < within
    weight = table[np.minimum(age[mine], len(table) - 1)]
    where = np.searchsorted(ids, lead[mine])
    raw = np.zeros(len(ids), dtype=np.int64)
    if item.get("each"):
        np.add.at(raw, where, n[mine] * weight)
    elif item.get("decay"):
        np.maximum.at(raw, where, weight)
    else:
        np.maximum.at(raw, where, np.full(len(where), MILLION))
    bounded = np.clip(raw * points, -cap * MILLION, cap * MILLION)
    return np.sign(bounded) * (np.abs(bounded) // MILLION)
