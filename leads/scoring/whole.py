"""A version taken up: every lead scored in one statement for a range of them, as of the instant from which it counts.

Who says yes there for the first time is told: the judge makes a qualification of it. Left alone is whom only a walk judges
rightly: leads with facts since, with declared history that says yes, known or begun anew at that very instant.
"""

from collections.abc import Iterator
from datetime import datetime

from personas.models import DefinitionVersion

from . import asks, compile, days, program
from .sql import Params, fetch, roomy
from .store import LIVE, NAMES, VALUES
from .timeline.chain import Yes

_SAID = """
WITH {ctes},
said AS (SELECT lead_id, %(line)s::bigint AS line_id, %(track)s AS track, %(version)s::bigint AS version_id,
  t AS effective_at, fit, engagement, grade, contributions, plain AS mql, direct, strict, cycle FROM scored)
"""
# Those whose current row says otherwise. `begins`: a first version begins everybody's first cycle.
_DIFFERS = """,
judged AS (SELECT s.*, c.lead_id IS NOT NULL AS known FROM said s LEFT JOIN leads_score c ON c.lead_id = s.lead_id
   AND c.line_id = s.line_id AND c.track = s.track AND c.lead_id >= %(low)s AND c.lead_id < %(high)s
  WHERE c.lead_id IS NULL OR (c.effective_at < s.effective_at AND
   (c.version_id, c.fit, c.engagement, c.grade, c.contributions, c.mql, c.direct) IS DISTINCT FROM
   (s.version_id, s.fit, s.engagement, s.grade, s.contributions, s.mql, s.direct)))
"""
_FRESH = """,
judged AS (SELECT s.*, false AS known FROM said s)
"""
_KNOWN = """
SELECT EXISTS (SELECT FROM leads_score WHERE line_id = %(line)s AND track = %(track)s AND lead_id >= %(low)s AND lead_id < %(high)s)
"""
# Whom this statement leaves alone: marked by themselves, not there yet, or known or begun anew at that very instant; then, with a yes
# of declared history. They are marked, if they are not.
_TAKEN = """,
apart AS MATERIALIZED (SELECT lead_id FROM leads_leaddirty WHERE lead_id >= %(low)s AND lead_id < %(high)s
  UNION ALL SELECT l.id FROM leads_lead l WHERE l.id >= %(low)s AND l.id < %(high)s AND (l.created_at >= %(t)s OR l.recorded_at >= %(t)s)
   AND (%(t)s IN (l.created_at, l.recorded_at) OR (l.root_id IS NULL AND NOT l.erased AND NOT ({there})))
  UNION ALL SELECT lead_id FROM leads_engagementreset WHERE %(t)s IN (known_at, occurred_at)
   AND lead_id >= %(low)s AND lead_id < %(high)s),
told AS MATERIALIZED (SELECT j.*, (CASE WHEN %(begins)s THEN j.mql ELSE j.strict END OR j.direct) AND NOT EXISTS (
    SELECT FROM leads_qualification q WHERE q.lead_id = j.lead_id AND q.line_id = %(line)s AND q.cycle = j.cycle) AS yes
  FROM judged j WHERE j.lead_id NOT IN (SELECT lead_id FROM apart)),
declared AS MATERIALIZED (SELECT lead_id FROM told JOIN leads_lead l ON l.id = lead_id AND l.declared WHERE yes AND cycle = 0),
marked AS (INSERT INTO leads_leaddirty (lead_id, since) SELECT lead_id, %(t)s FROM declared UNION SELECT lead_id, %(t)s FROM apart
  ORDER BY 1 ON CONFLICT DO NOTHING),
history AS (INSERT INTO leads_scorehistory ({names}) SELECT {names} FROM told WHERE lead_id NOT IN (SELECT lead_id FROM declared)),
{moved}new AS (INSERT INTO leads_score ({names}) SELECT {names} FROM told WHERE NOT known AND lead_id NOT IN (SELECT lead_id FROM declared))
SELECT count(*), NULL, NULL, NULL FROM told WHERE lead_id NOT IN (SELECT lead_id FROM declared)
UNION ALL SELECT lead_id, cycle, grade, direct FROM told WHERE yes AND lead_id NOT IN (SELECT lead_id FROM declared)
"""
_MOVED = """moved AS (UPDATE leads_score s SET {set} FROM told c WHERE c.known AND c.lead_id NOT IN (SELECT lead_id FROM declared)
  AND s.lead_id = c.lead_id AND s.line_id = c.line_id AND s.track = c.track AND s.lead_id >= %(low)s AND s.lead_id < %(high)s),
""".replace("{set}", ", ".join(f"{one} = c.{one}" for one in VALUES))
_WRITE = _TAKEN.replace("{names}", ", ".join(NAMES)).replace("{there}", asks.THERE.format(t="%(t)s"))


def take_up(
    version: DefinitionVersion, t: datetime, low: int = 0, high: int = asks.EVERYBODY, begins: bool = False
) -> tuple[int, list[Yes]]:
    """Score the leads low <= id < high at `t`, from which on a version counts, but for those that have marks of their own.

    Returns how many, and who says yes there without a qualification in the cycle. Every moment before `t` was judged; the
    caller keeps other judges away from these leads (`locks.judge_all`): a row that is not there is inserted without asking.
    """
    sql, params = _said(version, t, low, high, LIVE)
    known = fetch(_KNOWN, params)[0][0]
    sql += (_DIFFERS if known else _FRESH) + _WRITE.replace("{moved}", _MOVED if known else "")
    with roomy():
        (count, *_none), *found = fetch(sql, params | {"begins": begins})
    yes = [Yes(lead, version.pk, cycle, t, grade, direct) for lead, cycle, grade, direct in found]
    return count, sorted(yes, key=lambda one: one.lead_id)


def lots(size: int) -> Iterator[tuple[int, int]]:
    """All leads in ranges of so many ids, the first of which is 1."""
    first, last = fetch("SELECT min(id), max(id) FROM leads_lead")[0]
    if first is None:
        return iter(())
    return ((low, low + size) for low in range(first - (first - 1) % size, last + 1, size))


def differences(
    version: DefinitionVersion, t: datetime, low: int = 0, high: int = asks.EVERYBODY, track: str = LIVE
) -> int:
    """How many leads a full count at `t` scores otherwise than their current rows say; 0 after the judge was there."""
    sql, params = _said(version, t, low, high, track)
    return fetch(f"{sql} {_DIFFERS} SELECT count(*) FROM judged", params)[0][0]


def _said(version: DefinitionVersion, t: datetime, low: int, high: int, track: str) -> tuple[str, Params]:
    params = Params()
    ctes = compile.ctes(program.load(version), asks.whole(t, low, high), days.here(), params)
    params.update(line=version.line_id, version=version.pk, track=track, t=t)
    return _SAID.format(ctes=ctes), params
