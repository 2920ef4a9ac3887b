"""Very many handoffs for the bench, drawn inside the database: leads with a source, an e-mail address and a persona, qualified, handed over,
assigned, tried, decided, paused and waived, with the states that follow. Nobody is judged for it: that would take hours.
"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from leads.handoffs import rules
from leads.models import Handoff
from personas.models import DefinitionLine, Persona
from sla.models import Contract
from smarketing.accounts.models import User
from smarketing.calendars import services as calendars

# Promised on top of the demo's three clauses.
CLAUSES: tuple[dict[str, Any], ...] = (
    {"key": "5.2", "side": "marketing", "kind": "acceptance", "target": "60", "share": None, "params": {}},
    {"key": "5.3", "side": "marketing", "kind": "sql_rate", "target": "20", "share": None, "params": {}},
    {"key": "5.4", "side": "marketing", "kind": "mandatory_fields", "target": "90", "share": None, "params": {"fields": ["email"]}},
    {"key": "5.5", "side": "marketing", "kind": "hand_over", "target": "2", "share": "95", "params": {}},
    {"key": "6.3", "side": "sales", "kind": "decision", "target": "2", "share": "90", "params": {}},
    {"key": "6.4", "side": "sales", "kind": "reasons", "target": "100", "share": None, "params": {}},
    {"key": "6.5", "side": "sales", "kind": "outcome", "target": "20", "share": "90", "params": {}},
)  # fmt: skip
SOURCES = ("organic search", "paid search", "fair", "webinar", "referral", "social", "mail", "")
GRADES = ("A1", "A2", "B1", "B2", "C1")
_DRAWN = """
CREATE TEMP TABLE drawn AS
SELECT n, nextval('leads_lead_id_seq') AS lead, nextval('leads_qualification_id_seq') AS qualified, nextval('leads_handoff_id_seq') AS handoff,
  %(begun)s::timestamptz + (%(end)s::timestamptz - %(begun)s::timestamptz) * ((n - 0.5) / %(count)s) AS at,
  (%(reps)s::bigint[])[1 + dice %% cardinality(%(reps)s::bigint[])] AS rep,
  (%(sources)s::text[])[1 + (dice / 7) %% cardinality(%(sources)s::text[])] AS source,
  (%(grades)s::text[])[1 + (dice / 11) %% cardinality(%(grades)s::text[])] AS grade,
  (dice / 13) %% 4 AS tries, interval '1 hour' * (1 + (dice / 17) %% 59) AS pause, n %% 12 = 0 AS refused,
  CASE WHEN n %% 12 = 0 THEN '' WHEN n %% 5 = 1 THEN 'qualify' WHEN n %% 2 = 0 THEN 'return' ELSE 'expire' END AS fate
FROM (SELECT n, (hashint8extended(n, 7) & 2147483647)::int AS dice FROM generate_series(1, %(count)s) n) d ORDER BY n;
ANALYZE drawn
"""
_STAMPS = "occurred_at, recorded_at, known_at"
_ENDS = "at + interval '1 day' * CASE fate WHEN 'qualify' THEN 15 WHEN 'return' THEN 20 ELSE 45 END"
# Table: the rows that it gets of what was drawn, in the order of recording.
_ROWS = (
    """leads_lead (id, created_at, recorded_at, day_only, declared, attributes, email, first_name, last_name, phone, function, country,
      source, opted_out, erased, stage)
    SELECT lead, at - interval '9 days', at - interval '9 days', false, false, '{}', 'p' || n || '@bench.example', 'P', n::text, '', '', 'FR', source,
      false, false, 'mql' FROM drawn""",
    *(
        f"""leads_attributechange (subject, subject_id, field, value, source, day_only, {_STAMPS})
    SELECT 'lead', lead, '{field}', to_jsonb({value}), '', false, at - interval '9 days', at - interval '9 days', at - interval '9 days'
    FROM drawn WHERE {value} <> ''"""
        for field, value in (("source", "source"), ("email", "CASE WHEN n % 20 <> 3 THEN 'p' || n || '@bench.example' ELSE '' END"))
    ),
    """leads_personamatch (lead_id, persona_id, version_id)
    SELECT lead, p.id, p.version FROM drawn JOIN unnest(%(personas)s::bigint[], %(versions)s::bigint[]) WITH ORDINALITY p(id, version, place)
      ON p.place = 1 + n % (1 + cardinality(%(personas)s::bigint[]))""",
    """leads_qualification (id, lead_id, line_id, version_id, cycle, effective_at, recorded_at, cause, grade)
    SELECT qualified, lead, %(line)s, %(version)s, 0, since, since, 'grade', grade
    FROM (SELECT *, at - CASE WHEN n % 20 = 4 THEN interval '9 hours' ELSE interval '30 seconds' END AS since FROM drawn) d""",
    f"""leads_handoff (id, lead_id, line_id, qualification_id, version_id, rules_id, gate, day_only, grade, {_STAMPS})
    SELECT handoff, lead, %(line)s, qualified, %(version)s, %(rules)s, 'immediate', false, grade, at, at, at FROM drawn""",
    f"""leads_assignment (handoff_id, rep_id, how, reason, {_STAMPS}) SELECT handoff, rep, 'turn', '', at, at, at FROM drawn""",
    f"""leads_attempt (handoff_id, lead_id, rep_id, channel, outcome, {_STAMPS})
    SELECT handoff, lead, rep, 'call', 'no_answer', t, t, t
    FROM (SELECT *, at + k * pause AS t FROM drawn, generate_series(1, 3) k WHERE k <= tries) d WHERE t < %(end)s ORDER BY t""",
    f"""leads_decision (handoff_id, kind, reason, evidence, {_STAMPS})
    SELECT handoff, kind, reason, '', t, t, t FROM (
      SELECT handoff, 'refuse' AS kind, 'FIT-IND' AS reason, at + interval '1 hour' AS t FROM drawn WHERE refused
      UNION ALL SELECT handoff, fate, CASE fate WHEN 'return' THEN 'TIME-LATER' ELSE '' END, {_ENDS} FROM drawn WHERE fate <> '') d
    WHERE t < %(end)s ORDER BY t""",
    """sla_pause (handoff_id, reason, occurred_at, recorded_at, until)
    SELECT handoff, 'prospect', at + interval '1 hour', at + interval '1 hour', at + interval '49 hours' FROM drawn
    WHERE n % 50 = 1 AND at + interval '1 hour' < %(end)s""",
    f"""leads_handoffstate (handoff_id, lead_id, line_id, state, is_open, rep_id, first, assigned_at, attempts, first_attempt_at, tried, accepted_at,
      implicit, decided_at, first_decision, reason, sql_at, closed_at, grade_rank, effective_at, due_label)
    SELECT handoff, lead, %(line)s, state, state IN ('assigned', 'accepted'), rep, true, at, cardinality(tried), tried[1], tried,
      CASE WHEN state <> 'refused' THEN coalesce(tried[1], CASE WHEN state IN ('returned', 'converted') THEN ended END) END, state <> 'refused' AND (tried[1] IS NOT NULL OR state = 'returned'),
      coalesce(CASE WHEN refused THEN ended END, tried[1], CASE WHEN fate IN ('return', 'qualify') THEN ended END),
      CASE WHEN state = 'refused' THEN 'refuse' WHEN tried[1] IS NOT NULL OR state IN ('returned', 'converted') THEN 'accept' ELSE '' END,
      CASE state WHEN 'refused' THEN 'FIT-IND' WHEN 'returned' THEN 'TIME-LATER' ELSE '' END,
      CASE WHEN state = 'converted' THEN ended END, CASE WHEN state NOT IN ('assigned', 'accepted') THEN ended END, 99, at, ''
    FROM (SELECT *, CASE WHEN ended IS NULL THEN CASE WHEN tried[1] IS NULL THEN 'assigned' ELSE 'accepted' END WHEN refused THEN 'refused'
        ELSE CASE fate WHEN 'return' THEN 'returned' WHEN 'qualify' THEN 'converted' ELSE 'expired' END END AS state
      FROM (SELECT *, CASE WHEN refused AND at + interval '1 hour' < %(end)s THEN at + interval '1 hour' WHEN NOT refused AND {_ENDS} < %(end)s THEN {_ENDS} END AS ended,
          ARRAY(SELECT at + k * pause FROM generate_series(1, tries) k WHERE at + k * pause < %(end)s ORDER BY 1) AS tried
        FROM drawn) d) s""",
)  # fmt: skip
_WAIVED = """
WITH chosen AS (SELECT nextval('sla_waiver_id_seq') AS id, handoff, at + interval '1 hour' AS t FROM drawn
  WHERE n %% 200 = 2 AND at + interval '2 hours' < %(end)s),
asked AS (INSERT INTO sla_waiver (id, handoff_id, clause_key, side, reason, occurred_at, recorded_at)
  SELECT id, handoff, '6.1', 'sales', 'incident', t, t FROM chosen)
INSERT INTO sla_waiveranswer (waiver_id, kind, by_id, occurred_at, recorded_at) SELECT id, 'consent', %(manager)s, t, t FROM chosen
"""


def grow(count: int, at: datetime) -> int:
    """Hand over leads of their own until there are `count` handoffs since the contract began. Returns how many there are."""
    wanted = count - Handoff.objects.count()
    if wanted > 0:
        given = _given(wanted, at)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_DRAWN, given)
            for rows in _ROWS:
                cursor.execute(f"INSERT INTO {rows.replace(' % ', ' %% ')}", given)
            cursor.execute(_WAIVED, given)
            cursor.execute("DROP TABLE drawn")
    return Handoff.objects.count()


def _given(count: int, at: datetime) -> dict[str, Any]:
    contract = Contract.objects.order_by("pk")[0]
    first = contract.terms.select_related("calendar").order_by("starts_on")[0]
    line = DefinitionLine.objects.order_by("pk")[0]
    personas = [
        (one.pk, one.versions.latest("pk").pk) for one in Persona.objects.filter(retired=False).order_by("place")
    ]
    manager = User.objects.filter(role="manager", side="marketing").order_by("pk")[0]
    return {
        "count": count, "begun": calendars.axis(first.calendar).day_starts(first.starts_on), "end": at, "line": line.pk,
        "version": line.versions.latest("pk").pk, "rules": rules.in_force(line, at).pk, "manager": manager.pk,
        "reps": list(User.objects.filter(role="rep").order_by("pk").values_list("pk", flat=True)), "sources": list(SOURCES),
        "grades": list(GRADES), "personas": [one for one, _version in personas], "versions": [one for _persona, one in personas],
    }  # fmt: skip
