"""What held the leads of a replay back over time: oppositions, missing mandatory fields, recyclings with the day a rep named."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from leads.evidence import values
from leads.intake.columns import OWN_WAY
from leads.scoring import days
from leads.scoring.sql import fetch
from leads.scoring.timeline.pull import is_id, us
from leads.scoring.timeline.walk import instant

from .passing import FREE, MANDATORY, OPPOSITION, Life

COMPANY = "company"
_CHANGES = """
SELECT subject_id, field, greatest(known_at, occurred_at) AS eff, value::text, occurred_at, recorded_at, id FROM leads_attributechange
WHERE subject = %(subject)s AND subject_id = ANY(%(ids)s) AND field = ANY(%(fields)s) AND greatest(known_at, occurred_at) <= %(until)s
ORDER BY 1, 3, 5, 6, 7
"""
_TANGLED = """
SELECT root_id FROM leads_mergedspan WHERE root_id = ANY(%(ids)s)
UNION SELECT x.subject_id FROM leads_correction c JOIN leads_attributechange x ON x.id = c.subject_id AND x.subject = 'lead'
WHERE c.subject = 'attributechange' AND x.subject_id = ANY(%(ids)s) AND x.field = ANY(%(fields)s)
"""
# A deal lost in the deed that recycled its lead: on that day, or dated back by whoever said so.
LOST_THEN = (
    "(o.handoff_id = r.handoff_id OR o.handoff_id IS NULL AND r.handoff_id IS NULL) AND o.closed_at <= r.occurred_at"
)
_RESETS = f"""
SELECT r.lead_id, greatest(r.known_at, r.occurred_at), greatest((SELECT max(d.return_on) FROM leads_decision d WHERE d.handoff_id = r.handoff_id
    AND NOT EXISTS (SELECT FROM leads_correction k WHERE k.subject = 'decision' AND k.subject_id = d.id)),
  (SELECT max(o.return_on) FROM leads_deal o WHERE o.lead_id = r.lead_id AND o.state = 'lost' AND {LOST_THEN}))
FROM leads_engagementreset r WHERE r.lead_id = ANY(%(ids)s) AND greatest(r.known_at, r.occurred_at) <= %(until)s
  AND NOT EXISTS (SELECT FROM leads_correction k WHERE k.subject = 'engagementreset' AND k.subject_id = r.id)
ORDER BY 1, 2
"""
Steps = Sequence[tuple[int, Any]]  # (instant, value from then on), ascending


Ended = Mapping[int, Sequence[tuple[int, int, int]]]


def read(
    ids: Sequence[int], mandatory: Iterable[str], until: datetime, lent: Ended = MappingProxyType({})
) -> dict[int, Life]:
    """The life of each lead, as known by `until`. `lent`: what ended for those merged into it (`became`)."""
    wanted = {"lead": {OWN_WAY}, "company": set[str]()}
    for key in mandatory:
        subject, _dot, name = key.partition(".")
        wanted[subject].add(name)
    mine = sorted(wanted["lead"] | ({COMPANY} if wanted["company"] else set()))
    own = _steps("lead", ids, mine, until)
    firms = {int(one) for held in own.values() for _at, one in held.get(COMPANY, ()) if is_id(one)}
    theirs = _steps("company", sorted(firms), sorted(wanted["company"]), until)
    resets = _resets(ids, until)
    odd = {pk for (pk,) in fetch(_TANGLED, {"ids": list(ids), "fields": mine})}
    odd |= _of_corrected(own, firms, wanted["company"])
    blocks = {pk: _blocks(own.get(pk, {}), theirs, wanted) for pk in ids if pk not in odd}
    blocks |= {pk: _asked(pk, own.get(pk, {}), wanted, until) for pk in odd}
    return {pk: Life(blocks[pk], resets.get(pk, ()), lent.get(pk, ())) for pk in ids}


def _steps(
    subject: str, ids: Sequence[int], fields: Sequence[str], until: datetime
) -> dict[int, dict[str, list[tuple[int, Any]]]]:
    """Subject -> field -> its values over time: a late older value never overwrites a newer one."""
    if not ids or not fields:
        return {}
    found: dict[int, dict[str, list[tuple[int, Any]]]] = {}
    newest: dict[tuple[int, str], list] = {}
    rows = fetch(_CHANGES, {"subject": subject, "ids": list(ids), "fields": list(fields), "until": until})
    for pk, field, at, value, *law in rows:
        if newest.get((pk, field), law) <= law:
            newest[pk, field] = law
            found.setdefault(pk, {}).setdefault(field, []).append((us(at), value))
    return found


def _resets(ids: Sequence[int], until: datetime) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {}
    here = days.here()
    for pk, at, named in fetch(_RESETS, {"ids": list(ids), "until": until}):
        found.setdefault(pk, []).append((us(at), us(here.midnight(named)) if named else 0))
    return found


def _of_corrected(own: Mapping[int, Mapping[str, Steps]], firms: set[int], fields: set[str]) -> set[int]:
    """Leads of companies of which such a value was taken back."""
    if not firms or not fields:
        return set()
    sql = _TANGLED.partition("UNION ")[2].replace("'lead'", "'company'")
    gone = {str(pk) for (pk,) in fetch(sql, {"ids": list(firms), "fields": list(fields)})}
    return {pk for pk, held in own.items() if any(str(one).strip('"') in gone for _at, one in held.get(COMPANY, ()))}


def _blocks(
    held: Mapping[str, Steps], firms: Mapping[int, Mapping[str, Steps]], wanted: Mapping[str, set[str]]
) -> Steps:
    """What blocks a lead from when on, from its values and its companies'."""
    marks = {at for steps in held.values() for at, _value in steps}
    for _at, one in held.get(COMPANY, ()) if wanted["company"] else ():
        marks |= {at for steps in firms.get(int(one), {}).values() for at, _value in steps} if is_id(one) else set()

    def now(at: int) -> int:
        if value_at(held.get(OWN_WAY, ()), at) == "true":
            return OPPOSITION
        firm = value_at(held.get(COMPANY, ()), at)
        theirs = firms.get(int(firm), {}) if is_id(firm) else {}
        empty = any(_blank(value_at(held.get(name, ()), at)) for name in wanted["lead"] - {OWN_WAY})
        return (
            MANDATORY
            if empty or any(_blank(value_at(theirs.get(name, ()), at)) for name in wanted["company"])
            else FREE
        )

    return _changes(sorted(marks | {0}), now)


def _asked(pk: int, held: Mapping[str, Steps], wanted: Mapping[str, set[str]], until: datetime) -> Steps:
    """The same of a lead of which values were taken back, or others were merged into: by the one law, instant by instant."""
    rows = fetch(_MARKS, {"pk": pk, "until": until})

    def now(at: int) -> int:
        mine = values.Held(pk, instant(at))
        if (one := mine.mine.get(OWN_WAY)) and one.value is True:
            return OPPOSITION
        said = [(mine.mine, wanted["lead"] - {OWN_WAY}), (mine.theirs, wanted["company"])]
        empty = any(name not in held or held[name].value in (None, "") for held, names in said for name in names)
        return MANDATORY if empty else FREE

    return _changes(sorted({0, *(us(at) for (at,) in rows)}), now)


_MARKS = """
WITH whose AS (SELECT %(pk)s::bigint AS id, NULL::timestamptz AS since UNION ALL
  SELECT lead_id, since FROM leads_mergedspan WHERE root_id = %(pk)s),
changes AS (
  SELECT x.id, greatest(x.known_at, x.occurred_at, w.since) AS at FROM whose w JOIN leads_attributechange x
    ON x.subject = 'lead' AND x.subject_id = w.id
  UNION ALL SELECT x.id, greatest(x.known_at, x.occurred_at) FROM leads_attributechange x WHERE x.subject = 'company'
    AND x.subject_id IN (SELECT (c.value #>> '{}')::bigint FROM whose w JOIN leads_attributechange c ON c.subject = 'lead'
      AND c.subject_id = w.id AND c.field = 'company' AND c.value <> 'null'::jsonb))
SELECT at FROM changes WHERE at <= %(until)s
UNION SELECT c.known_at FROM leads_correction c JOIN changes x ON x.id = c.subject_id WHERE c.subject = 'attributechange'
  AND c.known_at <= %(until)s
UNION SELECT until FROM leads_mergedspan WHERE root_id = %(pk)s AND until <= %(until)s
"""


def _changes(marks: Sequence[int], now) -> Steps:
    found: list[tuple[int, int]] = []
    for at in marks:
        if (why := now(at)) != (found[-1][1] if found else FREE):
            found.append((at, why))
    return found


def value_at(steps: Steps, at: int) -> str | None:
    return next((value for since, value in reversed(steps) if since <= at), None)


def _blank(text: str | None) -> bool:
    return text in (None, "null", '""')
