"""Raw sums: the atoms of a version kept for every lead, moved from one midnight to the next instead of counted anew.

Kept is what is known when a local day begins: ledger rows of earlier days (known and occurred), aged to that day, since the
last reset of the lead or of one merged into it then. A move adds n × (weight then − weight before) over the rows with an edge
in between, and n × weight of the rows that came into sight. Leads whose past was rewritten since (resets, merges, declared
history, erasures) are counted anew, and those with such a row of a behaviour that counts so many a day at most. Of an atom of the youngest kind the day's number is kept: time alone never changes it.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import F

from leads.models import RawSum, RawSumDay
from personas.models import DefinitionVersion
from smarketing.rows import fence

from . import days
from .program import Atom, Program, load
from .sql import Params, execute, fetch

SIZE = 100_000  # ids of a block, the first of which is 1; sums of blocks of another size are forgotten (`fit`)

_RESET = """
reset AS MATERIALIZED (SELECT m.root_id AS lead_id, max({day}) AS day FROM leads_engagementreset r JOIN (
    SELECT lead_id, root_id FROM leads_mergedspan WHERE root_id >= %(low)s AND root_id < %(high)s
      AND since <= %(midnight)s AND (until IS NULL OR until > %(midnight)s)
    UNION SELECT lead_id, lead_id FROM leads_engagementreset WHERE lead_id >= %(low)s AND lead_id < %(high)s
  ) m ON m.lead_id = r.lead_id
  WHERE r.known_at <= %(midnight)s AND r.occurred_at <= %(midnight)s
    AND NOT EXISTS (SELECT FROM leads_correction c WHERE c.subject = 'engagementreset' AND c.subject_id = r.id
      AND c.known_at <= %(midnight)s) GROUP BY 1)
"""
_ROWS = """
SELECT b.lead_id, b.behaviour_id, b.occurred_day, b.n FROM leads_behaviourday b LEFT JOIN reset r ON r.lead_id = b.lead_id
WHERE b.lead_id >= %(low)s AND b.lead_id < %(high)s AND b.behaviour_id = ANY(%(behaviours)s)
  AND (r.day IS NULL OR b.occurred_day > r.day OR b.behaviour_id = ANY(%(lasting)s)) AND {which}
"""
_FRESH = (
    "b.known_day >= %(before)s AND b.known_day < %(day)s AND b.occurred_day < %(day)s",
    "b.known_day < %(before)s AND b.occurred_day >= %(before)s AND b.occurred_day < %(day)s",
)
_SEEN = "b.known_day < %(day)s AND b.occurred_day < %(day)s"
_WEIGHT = "coalesce(w.tab[%(day)s::date - b.occurred_day + 1], w.tail)"
_NUMBER = "(b.occurred_day - date '1970-01-01')"

# Every lead's atoms counted anew from the ledger.
_COUNT = f"""
counted AS (
  SELECT b.lead_id, w.atom, sum(b.n * {_WEIGHT}) AS value FROM seen b JOIN w ON w.behaviour_id = b.behaviour_id
  WHERE NOT w.young AND w.most IS NULL GROUP BY 1, 2 HAVING sum(b.n * {_WEIGHT}) <> 0
  UNION ALL
  SELECT b.lead_id, w.atom, sum(least(b.n, w.most) * {_WEIGHT}) FROM (SELECT lead_id, behaviour_id, occurred_day, sum(n) AS n
    FROM seen WHERE behaviour_id IN (SELECT behaviour_id FROM w WHERE most IS NOT NULL) GROUP BY 1, 2, 3) b
  JOIN w ON w.behaviour_id = b.behaviour_id WHERE w.most IS NOT NULL GROUP BY 1, 2 HAVING sum(least(b.n, w.most) * {_WEIGHT}) <> 0
  UNION ALL
  SELECT b.lead_id, w.atom, max({_NUMBER})::float8 FROM (SELECT lead_id, behaviour_id, occurred_day FROM seen
    GROUP BY 1, 2, 3 HAVING sum(n) > 0) b JOIN w ON w.behaviour_id = b.behaviour_id WHERE w.young GROUP BY 1, 2)
"""
_INSERT = "INSERT INTO leads_rawsum (lead_id, version_id, atom, value)"
_SUMS = f"""
moved AS (
  SELECT b.lead_id, u.atom, b.n * u.delta AS value FROM unnest(%(which)s::bigint[], %(days)s::date[], %(atoms)s::int[],
    %(deltas)s::float8[]) u(behaviour_id, day, atom, delta) JOIN leads_behaviourday b
    ON b.behaviour_id = u.behaviour_id AND b.occurred_day = u.day AND b.lead_id >= %(low)s AND b.lead_id < %(high)s
    AND b.known_day < %(before)s LEFT JOIN reset r ON r.lead_id = b.lead_id
    WHERE r.day IS NULL OR b.occurred_day > r.day OR b.behaviour_id = ANY(%(lasting)s)
  UNION ALL
  SELECT b.lead_id, w.atom, b.n * {_WEIGHT} FROM fresh b JOIN w ON w.behaviour_id = b.behaviour_id WHERE NOT w.young),
total AS MATERIALIZED (SELECT m.lead_id, m.atom::smallint AS atom, sum(m.value) AS value FROM moved m
  WHERE m.lead_id <> ALL(%(rewritten)s) GROUP BY 1, 2 HAVING sum(m.value) <> 0),
stood AS MATERIALIZED (SELECT t.lead_id, t.atom, coalesce(s.value, 0) + t.value AS value FROM total t LEFT JOIN leads_rawsum s
  ON s.lead_id = t.lead_id AND s.version_id = %(version)s AND s.atom = t.atom),
gone AS (DELETE FROM leads_rawsum s USING stood t WHERE t.value = 0 AND s.lead_id = t.lead_id AND s.version_id = %(version)s
  AND s.atom = t.atom)
{_INSERT} SELECT lead_id, %(version)s, atom, value FROM stood WHERE value <> 0 ORDER BY 1, 3
ON CONFLICT (lead_id, version_id, atom) DO UPDATE SET value = excluded.value
"""
_YOUNG = f"""
{_INSERT} SELECT b.lead_id, %(version)s, w.atom, max({_NUMBER}) FROM fresh b JOIN w ON w.behaviour_id = b.behaviour_id
WHERE w.young AND b.lead_id <> ALL(%(rewritten)s) GROUP BY 1, 3 ORDER BY 1, 3
ON CONFLICT (lead_id, version_id, atom) DO UPDATE SET value = excluded.value WHERE leads_rawsum.value < excluded.value
"""
# Leads whose rows of days already counted changed since, or whose reset did; and those that such leads were merged into.
_REWRITTEN = """
, x AS MATERIALIZED (
  SELECT r.lead_id FROM leads_engagementreset r
   WHERE r.recorded_at >= %(since)s OR (greatest(r.known_at, r.occurred_at) > %(since)s AND r.occurred_at <= %(midnight)s)
  UNION ALL SELECT r.lead_id FROM leads_correction c JOIN leads_engagementreset r ON r.id = c.subject_id
   WHERE c.subject = 'engagementreset' AND (c.recorded_at >= %(since)s OR c.known_at > %(since)s)
  UNION ALL SELECT coalesce(e.lead_id, k.lead_id) FROM leads_event e
   LEFT JOIN leads_join k ON e.lead_id IS NULL AND k.visitor_id = e.visitor_id
   WHERE e.id >= %(first_id)s AND e.known_at < %(since)s
  UNION ALL SELECT k.lead_id FROM leads_join k WHERE k.recorded_at >= %(since)s AND k.known_at < %(since)s
  UNION ALL SELECT coalesce(e.lead_id, k.lead_id) FROM leads_correction c JOIN leads_event e ON e.id = c.subject_id
   LEFT JOIN leads_join k ON e.lead_id IS NULL AND k.visitor_id = e.visitor_id
   WHERE c.subject = 'event' AND c.recorded_at >= %(since)s AND c.known_at < %(since)s
  UNION ALL SELECT lead_id FROM leads_attempt WHERE recorded_at >= %(since)s AND known_at < %(since)s
  UNION ALL SELECT a.lead_id FROM leads_correction c JOIN leads_attempt a ON a.id = c.subject_id
   WHERE c.subject = 'attempt' AND c.recorded_at >= %(since)s AND c.known_at < %(since)s
  UNION ALL SELECT lead_id FROM leads_erasure WHERE recorded_at >= %(since)s
  UNION ALL SELECT b.lead_id FROM fresh b WHERE b.n <= 0 AND b.behaviour_id = ANY(%(young)s)
  UNION ALL SELECT b.lead_id FROM fresh b WHERE b.behaviour_id = ANY(%(capped)s)
  UNION ALL SELECT b.lead_id FROM unnest(%(capped_which)s::bigint[], %(capped_days)s::date[]) u(behaviour_id, day)
   JOIN leads_behaviourday b ON b.behaviour_id = u.behaviour_id AND b.occurred_day = u.day
   WHERE b.lead_id >= %(low)s AND b.lead_id < %(high)s
), whose AS (
  SELECT lead_id FROM x UNION ALL SELECT s.root_id FROM leads_mergedspan s JOIN x ON x.lead_id = s.lead_id
  UNION ALL SELECT root_id FROM leads_mergedspan WHERE since >= %(since)s OR until >= %(since)s
) SELECT lead_id FROM whose WHERE lead_id >= %(low)s AND lead_id < %(high)s
"""


def keepable(program: Program) -> bool:
    """Whether sums can stand for a version: no criterion of the youngest kind gains with age."""
    return all(atom.kind == "sum" or _only_fades(atom) for atom in program.atoms)


def block_of(lead_id: int) -> int:
    """The lowest id of a lead's block."""
    return lead_id - (lead_id - 1) % SIZE


def fit() -> bool:
    """Forget all sums where some were kept in blocks that begin elsewhere. Returns whether there were any."""
    odd = RawSumDay.objects.annotate(beyond=(F("low") - 1) % SIZE).exclude(beyond=0).exists()
    for table in (RawSum, RawSumDay) if odd else ():
        execute(f"DELETE FROM {table._meta.db_table}")
    return odd


def day_of(version_id: int, low: int, high: int) -> date | None:
    """The day to whose beginning the sums of the leads low <= id < high stand; None unless it is one for all."""
    blocks = range(block_of(low), high, SIZE)
    rows = RawSumDay.objects.filter(version=version_id, low__gte=blocks.start, low__lt=high).values_list(
        "day", flat=True
    )
    found = set(rows)
    return found.pop() if len(found) == 1 and len(rows) == len(blocks) else None


def bring(version: DefinitionVersion, low: int, day: date) -> int:
    """Bring the block of leads from id `low` on to the beginning of `day`; counted anew where nothing stands yet.

    Returns the rows written; 0 for a block that stands there or later. Within the caller's transaction.
    """
    program = load(version)
    stands = day_of(version.pk, low, low + 1)
    if not keepable(program) or (stands and stands >= day):
        return 0
    written = recount(version, low, day) if stands is None else _move(program, low, stands, day)
    RawSumDay.objects.filter(version=version, low=low).delete()
    RawSumDay.objects.create(version=version, low=low, day=day)
    return written


def recount(version: DefinitionVersion, low: int, day: date) -> int:
    """Count the sums of a block anew, as of the beginning of `day`. Returns the rows written."""
    return _recount(load(version), _params(load(version), low, low + SIZE, day))


def differences(version: DefinitionVersion, low: int, high: int, day: date) -> int:
    """How many sums of the leads low <= id < high differ from a full recount at the beginning of `day`, where they stand."""
    program = load(version)
    if not program.atoms:
        return 0
    params = _params(program, low, high, day)
    sql = (
        f"WITH {_counted(program, params)} SELECT count(*) FROM counted c FULL JOIN (SELECT lead_id, atom, value"
        " FROM leads_rawsum WHERE version_id = %(version)s AND lead_id >= %(low)s AND lead_id < %(high)s) s"
        " ON s.lead_id = c.lead_id AND s.atom = c.atom WHERE c.value IS DISTINCT FROM s.value"
    )
    return fetch(sql, params)[0][0]


def prune(kept: Iterable[int], low: int) -> int:
    """Forget the sums of a block of every version but those `kept`. Returns how many versions went."""
    old = RawSumDay.objects.filter(low=low).exclude(version__in=list(kept))
    gone = list(old.values_list("version_id", flat=True))
    if gone:
        execute(
            "DELETE FROM leads_rawsum WHERE version_id = ANY(%(gone)s) AND lead_id >= %(low)s AND lead_id < %(high)s",
            {"gone": gone, "low": low, "high": low + SIZE},
        )
        RawSumDay.objects.filter(low=low, version__in=gone).delete()
    return len(gone)


# --- in SQL


def weights(program: Program, params: Params) -> str:
    """CTE w: behaviour_id, atom, tab (weight by age), tail (of every later age), young, most (events of a day that count)."""
    rows = ", ".join(
        f"({program.behaviours[atom.behaviour]}::bigint, {number}, {params.array(atom.table, 'float8')},"
        f" {atom.tail}::float8, {atom.kind == 'young'}, {'NULL' if atom.most is None else int(atom.most)}::int)"
        for number, atom in enumerate(program.atoms)
    )
    return f"w(behaviour_id, atom, tab, tail, young, most) AS MATERIALIZED (VALUES {rows})"


def kept(program: Program, params: Params) -> str:
    """CTEs w and s: an `a…` column per atom of each (lead, t) asked, from the sums that stand at that midnight."""
    params["kept"] = program.version_id
    age = "a.today - date '1970-01-01' - r.value::int"
    value = f"CASE WHEN w.young THEN coalesce(w.tab[{age} + 1], w.tail) ELSE r.value END"
    atoms = ", ".join(f"max({value}) FILTER (WHERE w.atom = {n}) AS a{n}" for n in range(len(program.atoms)))
    return (
        f"{weights(program, params)},\ns AS (SELECT a.lead_id, a.t, {atoms} FROM asked a JOIN leads_rawsum r"
        " ON r.lead_id = a.lead_id AND r.version_id = %(kept)s JOIN w ON w.atom = r.atom GROUP BY 1, 2)"
    )


def _params(program: Program, low: int, high: int, day: date) -> Params:
    here = days.here()
    params = Params(low=low, high=high, day=day, midnight=here.midnight(day), version=program.version_id)
    params["behaviours"] = sorted(set(program.behaviours[atom.behaviour] for atom in program.atoms))
    params["young"] = sorted({program.behaviours[atom.behaviour] for atom in program.atoms if atom.kind == "young"})
    params["capped"], params["lasting"] = sorted(program.capped), sorted(program.lasting)
    params.update(here.params())
    return params


def _counted(program: Program, params: Params, which: str = "true") -> str:
    seen = f"seen AS MATERIALIZED ({_ROWS.format(which=f'{_SEEN} AND {which}')})"
    return ",\n".join([weights(program, params), _RESET.format(day=days.here().sql("r.occurred_at")), seen, _COUNT])


def _recount(program: Program, params: Params, which: str = "true") -> int:
    """Count anew the leads of the parameters' range of which `which` (over b.lead_id) is true."""
    execute(
        "DELETE FROM leads_rawsum b WHERE b.lead_id >= %(low)s AND b.lead_id < %(high)s AND b.version_id = %(version)s"
        f" AND {which}",
        params,
    )
    if not program.atoms:
        return 0
    counted = _counted(program, params, which)
    return execute(
        f"WITH {counted} {_INSERT} SELECT lead_id, %(version)s, atom, value FROM counted ORDER BY 1, 3", params
    )


def _move(program: Program, low: int, before: date, day: date) -> int:
    if not program.atoms:
        return 0
    params, since = _params(program, low, low + SIZE, day), days.here().midnight(before)
    params.update(before=before, since=since, first_id=fence.id_floor(since), **_edges(program, before, day))
    fresh = " UNION ALL ".join(_ROWS.format(which=which) for which in _FRESH)
    reset = _RESET.format(day=days.here().sql("r.occurred_at"))
    execute(f"CREATE TEMP TABLE raw_fresh AS WITH {reset} {fresh}", params)  # found once: no index leads to them alone
    rows = f"WITH {weights(program, params)},\n{reset},\nfresh AS MATERIALIZED (SELECT * FROM raw_fresh)"
    params["rewritten"] = sorted({row[0] for row in fetch(f"{rows} {_REWRITTEN}", params)})
    written = execute(f"{rows},\n{_SUMS}", params)
    if params["young"]:
        written += execute(f"{rows} {_YOUNG}", params)
    execute("DROP TABLE raw_fresh")
    if params["rewritten"]:
        written += _recount(program, params, "b.lead_id = ANY(%(rewritten)s)")
    return written


def _edges(program: Program, before: date, day: date) -> dict[str, list]:
    """Which (behaviour, day of occurrence) weigh otherwise in which atom, and by how much, since `before`; of atoms that
    count so many a day, only which."""
    found: dict[str, list] = {"which": [], "days": [], "atoms": [], "deltas": [], "capped_which": [], "capped_days": []}
    for number, atom in enumerate(program.atoms):
        for age in range(1, len(atom.table) + 1) if atom.kind == "sum" else ():
            delta = _weight(atom, age + (day - before).days) - _weight(atom, age)
            if delta and atom.most is not None:
                found["capped_which"].append(program.behaviours[atom.behaviour])
                found["capped_days"].append(before - timedelta(days=age))
            elif delta:
                found["which"].append(program.behaviours[atom.behaviour])
                found["days"].append(before - timedelta(days=age))
                found["atoms"].append(number)
                found["deltas"].append(delta)
    return found


def _weight(atom: Atom, age: int) -> int:
    return atom.table[age] if age < len(atom.table) else atom.tail


def _only_fades(atom: Atom) -> bool:
    return all(later <= weight for weight, later in zip(atom.table, (*atom.table[1:], atom.tail), strict=True))
