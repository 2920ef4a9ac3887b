"""Leads of a file in sets: which rows are new and which say nothing new, told by SQL; and new leads, made in few statements.

Only what is plain is judged here: a row that is odd, or that changes a lead, is left to `leads.classify`, row by row.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection

from leads.intake import columns, companies, companies_merged, hooks, suppression
from leads.models import Lead, Suppression
from smarketing.rows import clock
from smarketing.rows.fence import Fence

from . import consents, leads
from .context import CREATED, UNCHANGED, Action, Context, Raced, make_campaigns
from .leads_told import TABLE, Lot, Teller, Told
from .rows import Row

Rows = Sequence[tuple[int, Sequence[str]]]  # (line, cells)
BLANK = "''"  # in SQL
KEY_ONCE = "lead_key_once"  # of a source, each key names one lead
PAIRS = 45  # of one call of jsonb_build_object, which takes a hundred arguments
LOOK = "look"  # rows to be judged one by one
_OUTCOMES = """
SELECT t.line, CASE WHEN t.odd{twice} THEN 'look' WHEN l.id IS NULL THEN 'created'
  WHEN NOT (t.key <> '' AND k.lead_id IS NULL){same} THEN 'unchanged' ELSE 'look' END AS outcome
FROM import_told t
LEFT JOIN leads_leadkey k ON t.key <> '' AND k.source_id = %(source)s AND k.key = t.key
LEFT JOIN LATERAL (
  SELECT min(m.id) AS id FROM leads_lead m WHERE k.lead_id IS NULL AND t.mail <> '' AND lower(m.email) = t.mail
    AND NOT m.erased AND NOT EXISTS (
      SELECT FROM leads_leadkey o WHERE %(keyed)s AND o.lead_id = m.id AND o.source_id = %(source)s)) h ON true
LEFT JOIN leads_lead l ON l.id = coalesce(k.lead_id, h.id)
"""
_TWICE = """
 OR EXISTS (SELECT FROM import_twice w WHERE w.kind = 'k' AND w.name = t.key)
 OR EXISTS (SELECT FROM import_twice w WHERE w.kind = 'm' AND w.name = t.mail)
"""
_FIND_TWICE = """
CREATE TEMP TABLE import_twice AS
SELECT 'k'::text AS kind, key AS name FROM import_told WHERE key <> '' GROUP BY key HAVING count(*) > 1
UNION ALL SELECT 'm', mail FROM import_told WHERE mail <> '' GROUP BY mail HAVING count(*) > 1
"""
# A false that was said and a field nobody filled look alike in the column: the facts tell.
_DENIED = """
(SELECT c.value FROM leads_attributechange c, (SELECT smarketing_clock() AS t) clock
 WHERE c.subject = 'lead' AND c.subject_id = l.id AND c.field = '{field}'
   AND c.known_at <= clock.t AND c.occurred_at <= clock.t
   AND NOT EXISTS (SELECT FROM leads_correction x WHERE x.subject = 'attributechange' AND x.subject_id = c.id)
 ORDER BY c.occurred_at DESC, c.recorded_at DESC, c.id DESC LIMIT 1) = 'false'
"""
_HANDED = """
 AND (NOT t.mql OR EXISTS (SELECT FROM leads_handoff h LEFT JOIN leads_handoffstate s ON s.handoff_id = h.id
  WHERE h.lead_id = l.id AND h.line_id = %(line)s AND (h.gate = 'imported' OR s.is_open) AND NOT EXISTS (
    SELECT FROM leads_correction x WHERE x.subject = 'handoff' AND x.subject_id = h.id)))
"""
_RESTING = """
SELECT DISTINCT -t.{name} - 1 FROM import_told t JOIN import_found f USING (line) WHERE f.outcome = 'look' AND t.{name} < 0
"""
_LEAVE = """
UPDATE import_found f SET outcome = 'look' FROM import_told t
WHERE t.line = f.line AND f.outcome = 'created' AND t.{name} = ANY(%s)
"""
# What a lead takes over from one merged into it is not its own: the facts tell.
_ALONE = " AND NOT EXISTS (SELECT FROM leads_mergedspan s WHERE s.root_id = l.id AND s.until IS NULL)"
_STANDS = "coalesce((SELECT f.root_id FROM leads_company f WHERE f.id = t.company), t.company)"
_SPANS = """
INSERT INTO leads_importspan (batch_id, first, last)
SELECT %s, min(line), max(line) FROM (
  SELECT line, outcome, row_number() OVER (ORDER BY line) - row_number() OVER (PARTITION BY outcome ORDER BY line) AS island
  FROM import_found) s
WHERE outcome = 'unchanged' GROUP BY island
"""
# Where all rows change nothing: what else stands between them could not be read, and is settled as well.
_SPAN = "INSERT INTO leads_importspan (batch_id, first, last) SELECT %s, min(line), max(line) FROM import_found"
_BIRTHS = """
WITH born AS MATERIALIZED (
  SELECT nextval('leads_lead_id_seq') AS id, t.*, CASE WHEN t.company < 0 THEN (%(firms)s::bigint[])[-t.company]
    ELSE t.company END AS firm, CASE WHEN t.campaign < 0 THEN (%(campaigns)s::bigint[])[-t.campaign] ELSE t.campaign END AS called
  FROM import_told t JOIN import_found f USING (line) WHERE f.outcome = 'created' ORDER BY t.line
), leads AS (
  INSERT INTO leads_lead (id, created_at, day_only, recorded_at, declared, imported_by_id, attributes{names})
  SELECT id, coalesce(born, %(at)s), day, %(at)s, false, %(file)s, {attributes}{values} FROM born
), keys AS (
  INSERT INTO leads_leadkey (source_id, key, lead_id, created_at)
  SELECT %(source)s, key, id, %(at)s FROM born WHERE key <> '' ORDER BY key RETURNING id
), kept AS (
  INSERT INTO leads_importfact (batch_id, subject, ids)
  SELECT %(file)s, 'leadkey', array_agg(id) FROM keys HAVING count(*) > 0
), said AS (
  INSERT INTO leads_attributechange
    (subject, subject_id, field, value, occurred_at, recorded_at, known_at, day_only, by_id, imported_by_id, source)
  SELECT 'lead', b.id, b.field, b.value, coalesce(b.born, %(at)s), %(at)s, %(at)s, b.day, %(by)s, %(file)s, %(name)s
  FROM (SELECT id, born, day, unnest(ARRAY[{fields}]) AS field, unnest(ARRAY[{said}]) AS value FROM born b) b
  WHERE b.value IS NOT NULL
), marks AS (
  INSERT INTO leads_leaddirty (lead_id, since) SELECT id, %(at)s FROM born
)
SELECT (SELECT json_agg(json_build_array(id, line)) FROM born WHERE mql),
  (SELECT json_agg(json_build_array(id, mail, {opposed})) FROM born WHERE mail <> '' AND (%(listed)s OR {opposed}))
"""


def possible(ctx: Context) -> bool:
    """Whether this import may be judged in sets: declared history, consents and mappings that say odd things are not."""
    return not ctx.history and ctx.reader.sound and not ctx.mapping.targets() & set(consents.TARGETS)


def judge(teller: Teller, twice: bool) -> dict[str, int]:
    """Of the whole file, told before: how many rows of each outcome; the table import_found holds them. `twice`: whether
    a key or an address may stand on several rows."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS import_twice; DROP TABLE IF EXISTS import_found")
        if twice:
            cursor.execute(_FIND_TWICE)
            twice = cursor.rowcount > 0
        cursor.execute(f"ANALYZE {TABLE} (line, key, mail)")
        _find(cursor, teller, _TWICE if twice else "")
        cursor.execute("SELECT outcome, count(*) FROM import_found GROUP BY 1")
        return dict(cursor.fetchall())


def looked_at() -> list[int]:
    """Lines of the rows that are to be judged one by one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT line FROM import_found WHERE outcome = 'look' ORDER BY line")
        return [line for (line,) in cursor]


def settle(batch: int, found: Mapping[str, int]) -> None:
    """Keep which lines change nothing. `found`: what `judge` answered."""
    if found.get(UNCHANGED):
        with connection.cursor() as cursor:
            cursor.execute(_SPAN if len(found) == 1 else _SPANS, [batch])


def forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"DROP TABLE IF EXISTS {TABLE}; DROP TABLE IF EXISTS import_found; DROP TABLE IF EXISTS import_twice"
        )


class Plain:
    """The plain rows of a chunk: `counts` of what becomes of them; `rest`: the rows to be judged one by one."""

    def __init__(self, rows: Rows, ctx: Context, fence: Fence):
        self._teller, self._fence, self._rows = Teller(ctx), fence, dict(rows)
        self._teller.make("ON COMMIT DROP")
        self._lot = self._teller.tell([line for line, _cells in rows], [cells for _line, cells in rows])
        self.counts: dict[str, int] = {}
        if self._lot.newest and self._lot.newest > min(fence.recorded_at, clock.now()):  # some values do not hold yet
            self.rest = rows
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "DROP TABLE IF EXISTS import_found; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
            )
            _find(cursor, self._teller, "", "ON COMMIT DROP")
            cursor.execute("SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on")
            self._leave_shared(cursor)
            cursor.execute("SELECT outcome, array_agg(line) FROM import_found GROUP BY 1")
            found = dict(cursor.fetchall())
        rest = set(found.pop(LOOK, []))
        self.rest = [row for row in rows if row[0] in rest]
        self.counts = {name: len(lines) for name, lines in found.items()}

    def _leave_shared(self, cursor) -> None:
        """Who names a new company or campaign first speaks for it: rows that share one with the rest stay with the rest."""
        for name, words in (
            ("company", [companies.name_key(self._teller.company_of(said)) for said in self._lot.companies]),
            ("campaign", [word.lower() for word in self._lot.campaigns]),
        ):
            if not words:
                continue
            cursor.execute(_RESTING.format(name=name))
            rest = {words[n] for (n,) in cursor.fetchall()}
            if shared := [-n - 1 for n, word in enumerate(words) if word in rest]:
                cursor.execute(_LEAVE.format(name=name), [shared])

    def make(self) -> None:
        """Make the new leads. Raced when a key was taken meanwhile."""
        if self.counts.get(CREATED):
            with connection.cursor() as cursor:
                _make(cursor, self._teller, self._lot, self._rows, self._fence)


def _find(cursor, teller: Teller, twice: str, drop: str = "") -> None:
    ctx = teller.ctx
    same = "".join(f" AND coalesce({_same(one)}, false)" for one in teller.fields)
    firm = _STANDS if companies_merged.stand() else "t.company"
    same += f" AND (t.company IS NULL OR coalesce({firm} = l.company_id, false))"
    same += " AND (t.campaign IS NULL OR coalesce(t.campaign = l.campaign_id, false))"
    cursor.execute(
        f"CREATE TEMP TABLE import_found {drop} AS " + _OUTCOMES.format(twice=twice, same=same + _HANDED + _ALONE),
        {"source": ctx.source().pk, "keyed": "key" in ctx.mapping.targets(), "line": ctx.line_id},
    )


def _same(one: Told) -> str:
    """SQL: the row says nothing of this field, or what is known."""
    column = columns.TABLES["lead"][1].get(one.field)
    said = f"t.{one.name}"
    if column is None:
        value = f"{said}::jsonb" if one.json else f"to_jsonb({said})"
        return f"CASE WHEN {said} = '' THEN true ELSE l.attributes -> '{one.field}' = {value} END"
    if one.json:
        denied = _DENIED.format(field=one.field)
        return (
            f"CASE WHEN {said} = '' THEN true WHEN {said}::boolean THEN l.{column.name}"
            f" ELSE NOT l.{column.name} AND {denied} END"
        )
    return f"CASE WHEN {said} = '' THEN true ELSE l.{column.name} = {said}::{column.type} END"


def _make(cursor, teller: Teller, lot: Lot, rows: Mapping[int, Sequence[str]], fence: Fence) -> None:
    ctx = teller.ctx
    firms, campaigns = _companies(teller, lot, fence), _campaigns(lot, ctx, fence)
    opposed = next((f"{one.name} = 'true'" for one in teller.fields if one.field == "opted_out"), "false")
    sql, blank = _births_sql(teller)
    said = {
        "at": fence.recorded_at, "file": ctx.one.pk, "by": ctx.one.by_id, "name": ctx.mapping.source[:40],
        "source": ctx.source().pk, "firms": firms, "campaigns": campaigns, "listed": Suppression.objects.exists(),
    }  # fmt: skip
    try:
        cursor.execute(sql.replace("{opposed}", opposed), said | blank)
    except IntegrityError as problem:
        if getattr(problem.__cause__, "diag", None) and problem.__cause__.diag.constraint_name == KEY_ONCE:
            raise Raced from problem
        raise
    mql, mails = cursor.fetchone()
    cursor.execute("NOTIFY smarketing_bell")
    if companies_merged.stand():
        companies_merged.gather(fence)
    if mails:
        suppression.keep_said([tuple(one) for one in mails], ctx.origin, fence)
    if mql:
        _hand_over(mql, rows, ctx, fence)


def _births_sql(teller: Teller) -> tuple[str, dict[str, Any]]:
    """The statement, and the values of the columns that nothing is said of."""
    table = columns.TABLES["lead"][1]
    values = {
        table[one.field].name: f"coalesce(nullif({one.name}, '')::{table[one.field].type}, {table[one.field].empty})"
        for one in teller.fields
        if one.field in table
    }
    values |= {"company_id": "firm", "campaign_id": "called"}
    given = {*values, "id", "created_at", "day_only", "recorded_at", "declared", "imported_by_id", "attributes"}
    rest = {f.column: f for f in Lead._meta.concrete_fields if f.column not in given}
    values |= {name: f"%(rest_{name})s::{f.db_type(connection)}" for name, f in rest.items()}
    own = [one for one in teller.fields if one.field not in table]
    pairs = [f"'{one.field}', {_json(f'nullif({one.name}, {BLANK})', one)}" for one in own]
    parts = [", ".join(pairs[start : start + PAIRS]) for start in range(0, len(pairs), PAIRS)]
    attributes = " || ".join(f"jsonb_build_object({part})" for part in parts)
    said = {one.field: _json(f"nullif(b.{one.name}, {BLANK})", one) for one in teller.fields}
    said |= {"company": "to_jsonb(b.firm)", "campaign": "to_jsonb(b.called)"}
    return (
        _BIRTHS.replace("{names}", "".join(f", {name}" for name in values))
        .replace("{values}", "".join(f", {value}" for value in values.values()))
        .replace("{attributes}", f"jsonb_strip_nulls({attributes})" if own else "'{}'::jsonb")
        .replace("{fields}", ", ".join(f"'{name}'" for name in sorted(said)))
        .replace("{said}", ", ".join(said[name] for name in sorted(said))),
        {f"rest_{name}": f.get_default() for name, f in rest.items()},
    )


def _json(sql: str, one: Told) -> str:
    return f"{sql}::jsonb" if one.json else f"to_jsonb({sql})"


def _companies(teller: Teller, lot: Lot, fence: Fence) -> list[int | None]:
    """Companies that rows of new leads bring or fill, made: ids in the order in which the lot names them."""
    ctx = teller.ctx
    actions, at = _first("company", ctx, fence)
    for action in actions:
        said = teller.company_of(lot.companies[action.extra["nth"]])
        action.row.values = {f"company.{name}": value for name, value in said.items()}
    known = leads.companies_by_key(actions, ctx)
    for action in actions:
        leads.company(action, known, {})
    leads.make_companies(actions, at, ctx, fence)
    ids = {action.extra["nth"]: action.changes["company"] for action in actions}
    return [ids.get(n) for n in range(len(lot.companies))]


def _campaigns(lot: Lot, ctx: Context, fence: Fence) -> list[int | None]:
    """Campaigns that rows of new leads bring, made: ids in the order in which the lot names them."""
    actions, at = _first("campaign", ctx, fence)
    for action in actions:
        action.extra["campaign_word"] = lot.campaigns[action.extra["nth"]]
    ids = make_campaigns(actions, at, ctx, fence)
    made = {action.extra["nth"] for action in actions}
    return [ids[word.lower()] if n in made else None for n, word in enumerate(lot.campaigns)]


def _first(name: str, ctx: Context, fence: Fence) -> tuple[list[Action], dict[int, datetime]]:
    """An action for each thing to be made that new leads name, on the line of the first of them; and since when it is."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT ON ({name}) -{name} - 1, line, coalesce(born, %s) FROM import_told JOIN import_found USING (line)"
            f" WHERE {name} < 0 AND outcome = 'created' ORDER BY {name}, line",
            [fence.recorded_at],
        )
        found = sorted(cursor.fetchall(), key=lambda one: one[1])
    actions = [Action(Row(line, ()), CREATED, extra={"nth": nth}) for nth, line, _at in found]
    return actions, {line: at for _nth, line, at in found}


def _hand_over(rows: list[list[int]], told: Mapping[int, Sequence[str]], ctx: Context, fence: Fence) -> None:
    """Handoffs that the file says really happened to these (lead, line)."""
    moments = [(lead, ctx.reader.read(line, told[line]).values["mql"]) for lead, line in rows]
    handed = [hooks.Handed(lead, ctx.line_id, said.at, said.day_only) for lead, said in moments]
    for hook in hooks.handed:
        hook(handed, ctx.origin, fence)
