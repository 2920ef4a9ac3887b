"""A version taken up: every lead scored in one statement for a range of them, as of the instant from which it counts.

Who says yes there for the first time is told: the judge makes a qualification of it. Left alone is whom only a walk judges
rightly: leads with facts since, with declared history that says yes, known or begun anew at that very instant.
"""

from collections.abc import Iterator
from datetime import datetime

from personas.models import DefinitionVersion

from . import asks, compile, days, program
from .sql import Params, execute, fetch, roomy
from .store import LIVE, NAMES, VALUES
from .timeline.chain import Yes

_SAID = """
WITH {ctes},
said AS (SELECT lead_id, %(line)s::bigint AS line_id, %(track)s AS track, %(version)s::bigint AS version_id,
  t AS effective_at, fit, engagement, grade, contributions, plain AS mql, direct, strict, cycle FROM scored),
judged AS (SELECT s.*, c.lead_id IS NOT NULL AS known FROM said s LEFT JOIN leads_score c USING (lead_id, line_id, track)
  WHERE c.lead_id IS NULL OR (c.effective_at < s.effective_at AND
   (c.version_id, c.fit, c.engagement, c.grade, c.contributions, c.mql, c.direct) IS DISTINCT FROM
   (s.version_id, s.fit, s.engagement, s.grade, s.contributions, s.mql, s.direct)))
"""
# Ids are looked up in sets (`coalesce` keeps the planner from a join: it cannot know how many marks there are, and held each
# lead against every mark). Marked for the version and for nothing that was learned since. `begins`: a first version begins everybody's first cycle.
_TAKEN = """,
yes AS MATERIALIZED (SELECT j.lead_id, j.cycle, j.grade, j.direct, l.declared AND j.cycle = 0 AS odd
  FROM judged j JOIN leads_lead l ON l.id = j.lead_id
  WHERE (CASE WHEN %(begins)s THEN j.mql ELSE j.strict END OR j.direct) AND NOT EXISTS (SELECT FROM leads_qualification q
    WHERE q.lead_id = j.lead_id AND q.line_id = %(line)s AND q.cycle = j.cycle)),
odd_ones AS MATERIALIZED (SELECT lead_id FROM yes WHERE odd
  UNION ALL SELECT id FROM leads_lead WHERE id >= %(low)s AND id < %(high)s AND %(t)s IN (created_at, recorded_at)
  UNION ALL SELECT lead_id FROM leads_engagementreset WHERE %(t)s IN (known_at, occurred_at)),
changed AS MATERIALIZED (SELECT j.* FROM judged j WHERE j.lead_id NOT IN (SELECT lead_id FROM odd_ones)
  AND coalesce(j.lead_id IN (SELECT lead_id FROM leads_leaddirty WHERE since = %(t)s), false)),
history AS (INSERT INTO leads_scorehistory ({names}) SELECT {names} FROM changed ORDER BY lead_id),
moved AS (UPDATE leads_score s SET {set} FROM changed c WHERE c.known
  AND s.lead_id = c.lead_id AND s.line_id = c.line_id AND s.track = c.track),
new AS (INSERT INTO leads_score ({names}) SELECT {names} FROM changed WHERE NOT known ORDER BY lead_id),
done AS (DELETE FROM leads_leaddirty WHERE since = %(t)s AND coalesce(lead_id IN (SELECT lead_id FROM changed), false))
SELECT count(*), NULL, NULL, NULL FROM changed
UNION ALL SELECT lead_id, cycle, grade, direct FROM yes WHERE coalesce(lead_id IN (SELECT lead_id FROM changed), false)
"""
# Nobody else writes scores meanwhile: a row that is not there is inserted without asking once more.
_ALONE = "LOCK TABLE leads_score IN SHARE ROW EXCLUSIVE MODE"
_WRITE = _TAKEN.replace("{names}", ", ".join(NAMES)).replace("{set}", ", ".join(f"{one} = c.{one}" for one in VALUES))


def take_up(
    version: DefinitionVersion, t: datetime, low: int = 0, high: int = asks.EVERYBODY, begins: bool = False
) -> tuple[int, list[Yes]]:
    """Score the leads low <= id < high that are marked since `t`, from which on a version counts; their marks go.

    Returns how many, and who says yes there without a qualification in the cycle. Every moment before `t` was judged; the
    caller keeps other judges away from these leads.
    """
    sql, params = _said(version, t, low, high, LIVE)
    with roomy():
        execute(_ALONE)
        (count, *_none), *found = fetch(sql + _WRITE, params | {"begins": begins})
    yes = [Yes(lead, version.pk, cycle, t, grade, direct) for lead, cycle, grade, direct in found]
    return count, sorted(yes, key=lambda one: one.lead_id)


def lots(size: int) -> Iterator[tuple[int, int]]:
    """All leads in ranges of so many ids."""
    first, last = fetch("SELECT min(id), max(id) FROM leads_lead")[0]
    return ((low, low + size) for low in range(first, last + 1, size)) if first is not None else iter(())


def differences(
    version: DefinitionVersion, t: datetime, low: int = 0, high: int = asks.EVERYBODY, track: str = LIVE
) -> int:
    """How many leads a full count at `t` scores otherwise than their current rows say; 0 after the judge was there."""
    sql, params = _said(version, t, low, high, track)
    return fetch(f"{sql} SELECT count(*) FROM judged", params)[0][0]


def _said(version: DefinitionVersion, t: datetime, low: int, high: int, track: str) -> tuple[str, Params]:
    params = Params()
    ctes = compile.ctes(program.load(version), asks.whole(t, low, high), days.here(), params)
    params.update(line=version.line_id, version=version.pk, track=track, t=t)
    return _SAID.format(ctes=ctes), params
