"""Writing scores: history where it differs, the current row, the personas that match. All derived, rebuilt at will.

History is kept for `KEPT` days (and the last row before them); older moments are judged again from the facts when
somebody asks.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

import numpy as np

from leads.models import PersonaMatch, Score, ScoreHistory
from personas.criteria import tree
from personas.criteria.grade import DIGITS, LETTERS
from personas.definitions.persona_services import current_versions
from personas.models import DefinitionVersion

from . import asks, compile, days, program
from .conditions import Conditions
from .sql import Params, execute, fetch
from .timeline.pull import us
from .timeline.walk import Walk, grade_text

LIVE, OBSERVED = "live", "observed"
KEPT = 35
NAMES = (
    "lead_id", "line_id", "track", "version_id", "effective_at", "fit", "engagement", "grade", "contributions", "mql",
    "direct",
)  # fmt: skip
VALUES = [name for name in NAMES if name not in ("lead_id", "line_id", "track")]
_ON_CONFLICT = "ON CONFLICT (lead_id, line_id, track) DO UPDATE SET {} WHERE leads_score.effective_at < excluded.effective_at".format(
    ", ".join(f"{name} = excluded.{name}" for name in VALUES)
)
_BATCH = 10_000
# Rows of one walk, sorted by lead and moment: all go into the history, the last one of each lead is its current row. What is the same
# for all of them is said once; points stand one after the other in one array, `width` of them a row.
_WRITE = """
WITH said AS MATERIALIZED (
  SELECT u.lead_id, %(line)s::bigint AS line_id, %(track)s::text AS track, %(version)s::bigint AS version_id,
    timestamptz 'epoch' + u.at * interval '1 microsecond' AS effective_at, u.fit, u.engagement,
    (%(grades)s::text[])[u.grade + 1] AS grade, (%(points)s::int[])[(u.nth - 1) * %(width)s + 1 : u.nth * %(width)s] AS contributions,
    u.mql::bool AS mql, u.direct::bool AS direct
  FROM unnest(%(lead)s::bigint[], %(at)s::bigint[], %(fit)s::int[], %(engagement)s::int[], %(grade)s::int[], %(mql)s::int[],
    %(direct)s::int[]) WITH ORDINALITY AS u(lead_id, at, fit, engagement, grade, mql, direct, nth)),
history AS (INSERT INTO leads_scorehistory ({names}) SELECT {names} FROM said ORDER BY lead_id, effective_at ON CONFLICT DO NOTHING)
INSERT INTO leads_score ({names}) SELECT DISTINCT ON (lead_id) {names} FROM said ORDER BY lead_id, effective_at DESC {conflict}
""".format(names=", ".join(NAMES), conflict=_ON_CONFLICT)
_GRADES = [grade_text(number) for number in range(len(LETTERS) * len(DIGITS))]

# By raw sums: only who stands there since before; who is to be judged moment by moment is told, not written.
_KEPT = """
WITH {ctes},
judged AS MATERIALIZED (SELECT s.lead_id, %(line)s::bigint AS line_id, %(track)s AS track, %(version)s::bigint AS version_id,
  s.t AS effective_at, s.fit, s.engagement, s.grade, s.contributions, s.plain AS mql, s.direct,
  (c.fit, c.engagement, c.grade, c.contributions, c.mql, c.direct) IS DISTINCT FROM
  (s.fit, s.engagement, s.grade, s.contributions, s.plain, s.direct) AS differs,
  c.version_id IS DISTINCT FROM %(version)s OR s.lead_id IN (SELECT lead_id FROM asked WHERE tangled)
  OR (%(track)s = 'live' AND (s.strict OR s.direct) AND NOT EXISTS (SELECT FROM leads_qualification q
    WHERE q.lead_id = s.lead_id AND q.line_id = %(line)s AND q.cycle = s.cycle)) AS odd
  FROM scored s LEFT JOIN LATERAL (SELECT * FROM leads_score c
    WHERE c.lead_id = s.lead_id AND c.line_id = %(line)s AND c.track = %(track)s OFFSET 0) c ON true
  WHERE c.effective_at IS NULL OR c.effective_at < s.t),
changed AS (SELECT * FROM judged WHERE differs AND NOT odd),
history AS (INSERT INTO leads_scorehistory ({names}) SELECT {names} FROM changed ORDER BY lead_id ON CONFLICT DO NOTHING),
now AS (INSERT INTO leads_score ({names}) SELECT {names} FROM changed ORDER BY lead_id {conflict})
SELECT lead_id FROM judged WHERE odd
"""


def write(found: Sequence[Walk], line_id: int, track: str = LIVE, keep_from: datetime | None = None) -> int:
    """Write what walks of one line found (in the order of its versions). Returns the history rows written.

    The current row only ever moves forward. `keep_from`: of older moments only each lead's last one is kept.
    """
    written = 0
    for one, wanted in zip(found, _wanted(found, keep_from), strict=True):
        mine = wanted.nonzero()[0]
        for start in range(0, len(mine), _BATCH):
            _write(one, mine[start : start + _BATCH], line_id, track)
        written += len(mine)
    return written


def _write(one: Walk, rows: np.ndarray, line_id: int, track: str) -> None:
    columns = {
        "lead": one.lead, "at": one.at, "fit": one.fit, "engagement": one.engagement, "grade": one.grade, "mql": one.plain,
        "direct": one.direct,
    }  # fmt: skip
    params = Params({name: column[rows].astype(np.int64).tolist() for name, column in columns.items()})
    params.update(line=line_id, track=track, version=one.version_id, grades=_GRADES)
    params.update(points=one.contributions[rows].ravel().tolist(), width=one.contributions.shape[1])
    execute(_WRITE, params)


def _wanted(found: Sequence[Walk], keep_from: datetime | None) -> list[np.ndarray]:
    """Rows to be written, by walk: those that differ; before `keep_from` only each lead's last one."""
    wanted = [one.differs for one in found]
    if keep_from and found:
        lead, at = np.concatenate([one.lead for one in found]), np.concatenate([one.at for one in found])
        places = np.concatenate(wanted).nonzero()[0]
        order = places[np.lexsort((at[places], lead[places]))]
        kept = np.ones(len(order), bool)
        kept[:-1] = (lead[order][1:] != lead[order][:-1]) | (at[order][1:] >= us(keep_from))
        flags = np.zeros(len(lead), bool)
        flags[order[kept]] = True
        wanted = np.split(flags, np.cumsum([len(one) for one in found])[:-1])
    return wanted


def score_kept(version: DefinitionVersion, midnight: datetime, ids: Sequence[int], track: str = LIVE) -> set[int]:
    """Score leads at a midnight from the raw sums that stand there, where every earlier moment was judged.

    Returns those left alone, whom only a walk judges rightly: a first yes, another version, facts of that very instant.
    """
    params = Params(line=version.line_id, version=version.pk, track=track)
    made = program.load(version)
    ctes = compile.ctes(made, asks.some(midnight, ids), days.here(), params, kept=True)
    sql = _KEPT.format(ctes=ctes, names=", ".join(NAMES), conflict=_ON_CONFLICT)
    return {row[0] for row in fetch(sql, params)}


def judged_until(line_id: int, lead_ids: Iterable[int], track: str = LIVE) -> dict[int, datetime]:
    """Lead -> the moment at which its current score came to be."""
    sql = (
        "SELECT lead_id, effective_at FROM leads_score WHERE line_id = %(line)s AND track = %(track)s"
        " AND lead_id = ANY(%(ids)s)"
    )
    return dict(fetch(sql, {"line": line_id, "track": track, "ids": list(lead_ids)}))


def wipe(line_id: int, lead_ids: Iterable[int], track: str = LIVE) -> None:
    """Forget every score of these leads on a line."""
    for table in ("leads_score", "leads_scorehistory"):
        sql = f"DELETE FROM {table} WHERE line_id = %(line)s AND track = %(track)s AND lead_id = ANY(%(ids)s)"
        execute(sql, {"line": line_id, "track": track, "ids": list(lead_ids)})


def keep_from(at: datetime) -> datetime:
    """The instant from which every row of history is kept."""
    here = days.here()
    return here.midnight(here.of(at) - timedelta(days=KEPT))


def prune(at: datetime, low: int = 0, high: int = asks.EVERYBODY) -> int:
    """Forget history older than `KEPT` days, save the last row before them. Returns the rows gone."""
    return execute(
        "DELETE FROM leads_scorehistory h WHERE lead_id >= %(low)s AND lead_id < %(high)s AND effective_at < %(from)s"
        " AND EXISTS (SELECT FROM leads_scorehistory n WHERE n.lead_id = h.lead_id AND n.line_id = h.line_id"
        " AND n.track = h.track AND n.effective_at > h.effective_at AND n.effective_at < %(from)s)",
        {"low": low, "high": high, "from": keep_from(at)},
    )


def forget(lead_ids: Iterable[int]) -> None:
    """Scores of leads that were merged or erased go."""
    sql = "SELECT id FROM leads_lead WHERE id = ANY(%(ids)s) AND (root_id IS NOT NULL OR erased)"
    gone = [lead for (lead,) in fetch(sql, {"ids": list(lead_ids)})]
    for table in (Score, ScoreHistory, PersonaMatch) if gone else ():
        execute(f"DELETE FROM {table._meta.db_table} WHERE lead_id = ANY(%(ids)s)", {"ids": gone})


# --- personas

# (lead ids): of leads that were handed over, those whose personas were written anew; a hook only leaves a mark.
rematched: list[Callable[[Sequence[int]], None]] = []


def match_personas(which: asks.Asks) -> int:
    """Say which personas each lead asked about resembles at that moment, by the newest versions. Returns rows changed."""
    versions = [one for one in current_versions() if one.rules]
    params = Params()
    body = tree.empty_body() | {"direct": [{"persona": one.pk} for one in versions]}
    made = program.build(0, 0, body)
    ctes = compile.ctes(made, which, days.here(), params)
    conditions = Conditions(made, params)
    hits = [f"CASE WHEN {conditions.sql({'persona': one.pk})} THEN {int(one.pk)} END" for one in versions]
    params["personas"] = [one.persona_id for one in versions]
    params["versions"] = [one.pk for one in versions]
    mine = "m.lead_id = ANY(ARRAY(SELECT lead_id FROM asked))" if which.ids is not None else "true"
    found = fetch(
        f"WITH {ctes}, now AS MATERIALIZED (SELECT v.lead_id, u.persona_id, u.version_id FROM v,"
        " unnest(%(personas)s::bigint[], %(versions)s::bigint[]) u(persona_id, version_id)"
        f" WHERE u.version_id = ANY(ARRAY[{', '.join(hits)}]::bigint[])),"
        f" gone AS (DELETE FROM leads_personamatch m USING asked a WHERE m.lead_id = a.lead_id AND {mine} AND NOT EXISTS"
        " (SELECT FROM now n WHERE n.lead_id = m.lead_id AND n.persona_id = m.persona_id)"
        " RETURNING m.lead_id),"
        " put AS (INSERT INTO leads_personamatch (lead_id, persona_id, version_id)"
        " SELECT lead_id, persona_id, version_id FROM now ORDER BY 1, 2"
        " ON CONFLICT (lead_id, persona_id) DO UPDATE SET version_id = excluded.version_id"
        " WHERE leads_personamatch.version_id <> excluded.version_id RETURNING lead_id)"
        " SELECT 0, count(*), array_agg(DISTINCT lead_id ORDER BY lead_id) FILTER (WHERE EXISTS"
        " (SELECT FROM leads_handoff h WHERE h.lead_id = put.lead_id)) FROM put"
        " UNION ALL SELECT 1, count(*), array_agg(DISTINCT lead_id ORDER BY lead_id) FILTER (WHERE EXISTS"
        " (SELECT FROM leads_handoff h WHERE h.lead_id = gone.lead_id)) FROM gone ORDER BY 1",
        params,
    )
    handed = sorted({lead for _which, _n, leads in found for lead in leads or ()})
    for tell in rematched if handed else ():
        tell(handed)
    return found[0][1]
