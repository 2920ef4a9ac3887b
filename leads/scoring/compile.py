"""A definition version as one SQL statement: relation `scored`, one row per (lead, moment) asked.

Columns: lead_id, t, cycle, fit, engagement, grade, contributions (slot order), plain (cells, musts, nevers say yes),
strict (the same past the band edges + hysteresis, for who said no before), direct. Sums are float8: whole numbers, exact
below 2^53; counted from ledger and facts, or taken from those kept (`sums.py`). The pure twin is `personas.criteria.evaluate`; the tests hold them equal.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from leads.intake.columns import OWN_WAY
from personas.criteria import tree
from personas.criteria.decay import MILLION
from personas.criteria.evaluate import cap_of
from personas.criteria.grade import DIGITS, LETTERS

from . import acts, company_days, sums
from .asks import Asks
from .conditions import Conditions, column_of, current_value, value_as_of
from .days import Days
from .program import Program
from .sql import Params, all_of, any_of

_AS_OF = """
LEFT JOIN LATERAL (SELECT jsonb_object_agg(field, value) AS j FROM (
  SELECT DISTINCT ON (x.field) x.field, x.value FROM {which}
  WHERE x.subject = '{subject}' AND x.known_at <= a.t AND x.occurred_at <= a.t
    AND NOT EXISTS (SELECT FROM leads_correction k WHERE k.subject = 'attributechange' AND k.subject_id = x.id
      AND k.known_at <= a.t)
  ORDER BY x.field{nearest}, x.occurred_at DESC, x.recorded_at DESC, x.id DESC) d) {subject[0]}v ON true
"""
# A lead's own values before those of leads merged into it, the nearest first (`intake.columns`).
_OF_LEAD = f"""
(SELECT a.lead_id AS id, 0 AS steps UNION ALL SELECT k.member, k.steps FROM lent k WHERE k.lead_id = a.lead_id AND k.t = a.t) m
  JOIN leads_attributechange x ON x.subject_id = m.id AND (m.steps = 0 OR x.field <> '{OWN_WAY}')"""
_OF_COMPANY = "(SELECT (lv.j ->> 'company')::bigint AS id) m JOIN leads_attributechange x ON x.subject_id = m.id"


def ctes(program: Program, asks: Asks, here: Days, params: Params, kept: bool = False) -> str:
    """All CTEs up to `scored`, without WITH. `kept`: the raw sums stand at the midnight that is asked about.

    Then facts of that very instant do not count: who has any (`tangled` among them) is judged otherwise.
    """
    parts = [asked(program, asks, here, params)]
    if program.atoms and kept:
        parts.append(sums.kept(program, params))
    elif program.atoms:
        parts += [acts.days(program, asks, here, params), acts.atoms(program, asks, params)]
    parts.append(_values(program, here, asks))
    return ",\n".join([*parts, _scored(program, params)])


def asked(program: Program, asks: Asks, here: Days, params: Params) -> str:
    """The CTEs that say who is asked about, when, and what is special about them."""
    return asks.sql(here, params, acts=bool(program.atoms), along=_along(program) if asks.ranged else ())


# --- values


def _along(program: Program) -> list[str]:
    """The columns of a lead from which its fields are read."""
    return sorted({column_of(program, key) for key in program.fields if key.startswith("lead.")})


def _values(program: Program, here: Days, asks: Asks) -> str:
    """Relations past (the fields as of t of whose values changed since) and v: what is asked, the fields, the atoms.

    Leads that are named are looked up one by one: a join reads all there are. Those of a range bring along what is read.
    """
    atoms = "".join(f", s.a{n}" for n in sorted(program.asked))
    same = "{0}.lead_id = a.lead_id" + (" AND {0}.t = a.t" if asks.listed else "")
    joins = f" LEFT JOIN s ON {same.format('s')}" if atoms else ""
    then = "".join(f", {value_as_of(program, key, here)} AS f{i}" for i, key in enumerate(program.fields))
    now = "".join(
        f", CASE WHEN a.moved THEN p.f{i} ELSE {current_value(program, key, here)} END AS f{i}"
        for i, key in enumerate(program.fields)
    )
    as_of = _AS_OF.format(subject="lead", which=_OF_LEAD, nearest=", m.steps")
    as_of += _AS_OF.format(subject="company", which=_OF_COMPANY, nearest="")
    one = "LATERAL (SELECT * FROM leads_lead WHERE id = a.lead_id OFFSET 0) l ON true"
    lead = lead_then = f"FROM asked a JOIN {one}"
    if asks.ranged:
        along = ", ".join(["a.company_id", *(f"a.l_{name} AS {name}" for name in _along(program))])
        lead = f"FROM asked a CROSS JOIN LATERAL (SELECT {along}) l"
    firm, firm_then = "", ""
    if set(program.fields) & set(company_days.COLUMNS):
        firm, firm_then = company_days.join("l.company_id"), company_days.join("(lv.j ->> 'company')::bigint")
    past = (
        f"past AS MATERIALIZED (SELECT a.lead_id, a.t{then} {lead_then} {as_of}{firm_then} WHERE a.moved),\n"
        if then
        else ""
    )
    joins += f" LEFT JOIN past p ON {same.format('p')}" if then else ""
    return (
        f"{past}v AS (SELECT a.lead_id, a.t, a.today, a.cycle{now}{atoms} {lead}"
        f" LEFT JOIN leads_company c ON c.id = l.company_id{firm}{joins} OFFSET 0)"
    )


# --- points


def _scored(program: Program, params: Params) -> str:
    """The layers: points per criterion, then bites of groups, then axes and their bounds, then the grade. OFFSET 0 keeps each
    layer computed once."""
    conditions, body = Conditions(program, params), program.body
    criteria, groups, order = _slots(conditions, body)
    verdicts = (
        f"{all_of(map(conditions.sql, body.get('must') or ()))} AND NOT {any_of(map(conditions.sql, body.get('never') or ()))}"
        f" AS allowed, {any_of(map(conditions.sql, body.get('direct') or ()))} AS straight"
    )
    points = "".join(f", {sql} AS c{slot}" for slot, sql in criteria.items())
    bites = "".join(f", {_bite(members, -cap, cap)} AS c{slot}" for slot, (members, cap) in groups.items())
    axes = "".join(f", {_total(members)} AS {axis}_raw" for axis, (_slot, members) in order.items())
    scores = ", ".join(f"{_bounded(f'{axis}_raw', 0, body[axis].get('cap', 100))} AS {axis}" for axis in order)
    bitten = {slot: f"{axis} - {axis}_raw" for axis, (slot, _members) in order.items()}
    slots = ", ".join(bitten.get(slot, f"c{slot}") for slot in range(len(tree.slots(body))))
    mql = set(body.get("mql") or ())
    grade, inside = _by_cell(body, "'{}'".format), _by_cell(body, lambda cell: str(cell in mql).lower())
    past = f" AND {_past(body, body['hysteresis'])}" if body.get("hysteresis") else ""
    return (
        f"points AS (SELECT v.lead_id, v.t, v.cycle, {verdicts}{points} FROM v OFFSET 0),\n"
        f"grouped AS (SELECT *{bites} FROM points OFFSET 0),\n"
        f"bounded AS (SELECT *{axes} FROM grouped OFFSET 0),\n"
        f"totals AS (SELECT *, {scores} FROM bounded OFFSET 0),\n"
        f"graded AS (SELECT *, {grade} AS grade, {inside} AS inside FROM totals OFFSET 0),\n"
        "scored AS (SELECT lead_id, t, cycle, fit, engagement, grade,"
        f" ARRAY[{slots}]::int[] AS contributions, allowed AND inside AS plain, allowed AND inside{past} AS strict,"
        " allowed AND straight AS direct FROM graded)"
    )


def _slots(conditions: Conditions, body: Mapping[str, Any]) -> tuple[dict, dict, dict]:
    """({slot: SQL of a criterion}, {slot of a group: (its slots, cap)}, {axis: (slot, slots before it)})."""
    criteria: dict[int, str] = {}
    groups: dict[int, tuple[list[int], int]] = {}
    axes: dict[str, tuple[int, list[int]]] = {}
    slot = 0
    for axis in tree.AXES:
        start = slot
        for entry in body[axis]["items"]:
            first = slot
            for item in entry.get("items", (entry,)):
                criteria[slot] = _points(conditions, item)
                slot += 1
            if tree.is_group(entry):
                groups[slot] = (list(range(first, slot)), entry["cap"])
                slot += 1
        axes[axis] = (slot, list(range(start, slot)))
        slot += 1
    return criteria, groups, axes


def _points(conditions: Conditions, item: Mapping[str, Any]) -> str:
    """Whole points of a criterion: millionths, bounded to ±cap, truncated towards zero."""
    points, cap = int(item["points"]), int(cap_of(item))
    carried = conditions.program.points_atom(item) if tree.is_event_item(item) else None
    if carried is None:
        return f"CASE WHEN {conditions.sql(item['when'])} THEN {max(-cap, min(cap, points))} ELSE 0 END"
    atom, unit = carried
    raw = f"coalesce(v.a{atom}, 0) * {points}" + ("" if unit == MILLION else f" / {MILLION}::float8")
    bounded = f"trunc(greatest(-{cap}, least({cap}, {raw})))::int"
    if item.get("each") or conditions.program.says_all(item):
        return bounded
    return f"CASE WHEN {conditions.sql(item['when'])} THEN {bounded} ELSE 0 END"


def _total(slots: list[int]) -> str:
    return "(" + (" + ".join(f"c{slot}" for slot in slots) or "0") + ")"


def _bite(slots: list[int], low: int, high: int) -> str:
    """The signed points by which a bound bites."""
    total = _total(slots)
    return f"{_bounded(total, low, high)} - {total}"


def _bounded(total: str, low: int, high: int) -> str:
    return f"greatest({int(low)}, least({int(high)}, {total}))"


def _by_cell(body: Mapping[str, Any], said: Callable[[str], str]) -> str:
    """An expression for each cell of the matrix, found by whole numbers alone."""
    by_fit, by_engagement = (sorted(body[axis]["bands"], reverse=True) for axis in tree.AXES)

    def lines(axis: str, edges: Sequence[int], each: Sequence[str]) -> str:
        whens = "".join(f" WHEN {axis} >= {int(edge)} THEN {one}" for edge, one in zip(edges, each, strict=False))
        return f"CASE{whens} ELSE {each[len(edges)]} END" if edges else each[0]

    rows = [
        lines("engagement", by_engagement, [said(letter + digit) for digit in DIGITS[: len(by_engagement) + 1]])
        for letter in LETTERS[: len(by_fit) + 1]
    ]
    return lines("fit", by_fit, rows)


def _past(body: Mapping[str, Any], extra: int) -> str:
    """Past the band edges + extra of one cell of the MQL set (`grade.reaches`)."""
    return any_of(
        all_of(
            f"{axis} >= {min(100, body[axis]['bands'][index] + int(extra))}"
            for axis, index in (("fit", LETTERS.index(cell[0])), ("engagement", DIGITS.index(cell[1])))
            if index < len(body[axis]["bands"])
        )
        for cell in body["mql"]
    )
