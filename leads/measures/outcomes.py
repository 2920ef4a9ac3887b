"""What became of each handoff, as known at a cut-off, in SQL: by first decision, each counted once.

Where the period tells which leads count (those handed over in it, or decided, or whose deal closed), only their handoffs
and deals are followed, all of them: whether a handoff is the first one hangs on every other one of its lead.

The law is that of `leads.handoffs.story`: accepted when said so, tried, given back or succeeded; refused when refused
before that; undecided until it expires, is withdrawn or merged. A need confirmed or a deal makes it SQL.
"""

import json
from datetime import timedelta

from leads.handoffs import reasons
from smarketing.measures.question import Question

from .values import CTES, not_corrected, value

COUNTED = ("h.recorded_at <= %(cutoff)s", not_corrected("handoff", "h"))
CLOSED = f"coalesce(({value('deal', 'closed_at')})::timestamptz, d.created_at)"
CLOSED_DAY_ONLY = (
    f"({value('deal', 'closed_day_only')} = 'true' OR (d.day_only AND {value('deal', 'closed_at')} IS NULL))"
)
# The earliest handoff of each lead (its root) on each definition line is the first one; later ones are repeated.
NUMBERED = f"""(SELECT h.id, coalesce(mg.root_id, h.lead_id) AS lead_id, h.occurred_at, h.day_only, row_number() OVER (
    PARTITION BY coalesce(mg.root_id, h.lead_id), h.line_id ORDER BY h.occurred_at, h.id) = 1 AS is_first
  FROM {{handoffs}} h LEFT JOIN merged mg ON mg.loser_id = h.lead_id WHERE {" AND ".join(COUNTED)}{{whose}})"""
# The handoff with which a lead's story with sales began, whatever the line.
BEGUN = """(SELECT DISTINCT ON (lead_id) lead_id, id AS handoff_id, occurred_at, day_only FROM numbered
  ORDER BY lead_id, occurred_at, id)"""
# Rep in charge of each handoff.
CHARGED = f"""(SELECT DISTINCT ON (a.handoff_id) a.handoff_id, a.rep_id FROM {{assignments}} a
  WHERE a.recorded_at <= %(cutoff)s AND {not_corrected("assignment", "a")}{{followed}}
  ORDER BY a.handoff_id, a.occurred_at DESC, a.id DESC)"""
# The primary lead of a deal: the one it was opened on, else (deals that a file brought without one) its first contact.
PRIMARY = f"""coalesce(d.lead_id, (SELECT dc.lead_id FROM leads_dealcontact dc WHERE dc.deal_id = d.id AND dc.role <> ''
  AND dc.recorded_at <= %(cutoff)s AND {not_corrected("dealcontact", "dc")} ORDER BY dc.occurred_at, dc.id LIMIT 1))"""
DEALS = f"""MATERIALIZED (SELECT d.id, coalesce(mg.root_id, p.lead_id) AS lead_id, p.lead_id AS declared_id, d.handoff_id,
    d.created_at, {value("deal", "state")} = 'won' AS is_won, {value("deal", "state")} = 'open' AS is_open, {CLOSED} AS closed_at, {CLOSED_DAY_ONLY} AS closed_day_only
  FROM {{deals}} d CROSS JOIN LATERAL (SELECT {PRIMARY} AS lead_id) p LEFT JOIN merged mg ON mg.loser_id = p.lead_id
  WHERE d.recorded_at <= %(cutoff)s AND {not_corrected("deal", "d")}{{whose}})"""
FIRST_WIN = """(SELECT DISTINCT ON (lead_id) lead_id, id, closed_at, closed_day_only FROM dealt WHERE is_won
  ORDER BY lead_id, closed_at, id)"""
# What sales themselves did: neither the lead's own reply nor a mail that went by itself.
WORKED = "a.outcome <> 'replied' AND a.channel <> 'auto_mail'"
TRIED = f"""(SELECT a.handoff_id, min(a.occurred_at) AS at, bool_or(a.outcome = 'reached') AS is_reached FROM {{attempts}} a
  WHERE a.recorded_at <= %(cutoff)s AND {WORKED}
    AND {not_corrected("attempt", "a")}{{followed}} GROUP BY a.handoff_id)"""
SAID = f"""(SELECT v.handoff_id,
    min(v.occurred_at) FILTER (WHERE v.kind = 'accept') AS accepted,
    min(v.occurred_at) FILTER (WHERE v.kind = 'refuse') AS refused,
    min(v.occurred_at) FILTER (WHERE v.kind = 'return') AS returned,
    min(v.occurred_at) FILTER (WHERE v.kind = 'qualify') AS qualified,
    min(v.occurred_at) FILTER (WHERE v.kind = 'expire') AS expired,
    min(v.occurred_at) FILTER (WHERE v.kind = 'withdraw') AS withdrawn,
    (array_agg(v.reason ORDER BY v.occurred_at, v.id) FILTER (WHERE v.kind IN ('refuse', 'return')))[1] AS reason
  FROM {{decisions}} v WHERE v.recorded_at <= %(cutoff)s AND {not_corrected("decision", "v")}{{followed}} GROUP BY v.handoff_id)"""
# What of a handoff was sold: the first deal opened on it, and the first one won.
SOLD = """(SELECT id, min(at) AS at, min(won_at) AS won_at FROM (
    SELECT o.handoff_id AS id, o.created_at AS at, CASE WHEN o.is_won THEN o.closed_at END AS won_at FROM dealt o WHERE o.handoff_id IS NOT NULL
    UNION ALL SELECT h.id, o.closed_at, o.closed_at FROM dealt o JOIN leads_handoff h ON h.lead_id = o.declared_id
      AND h.gate = 'imported' WHERE o.handoff_id IS NULL AND o.is_won
      AND NOT EXISTS (SELECT FROM dealt own WHERE own.handoff_id = h.id)) s GROUP BY id)"""
# `accepted_how`, `sql_how`: said, shown by what was done (tried, given back), or skipped and inferred from the next step.
OUTCOME = """MATERIALIZED (SELECT n.id, s.reason, s.returned, sql_at, least(best, s.refused) AS decided_at, o.at AS deal_at, o.won_at,
    CASE WHEN s.refused IS NULL OR s.refused >= best THEN best END AS accepted_at,
    CASE WHEN best = s.accepted THEN 'said' WHEN best = least(t.at, s.returned) THEN 'shown' ELSE 'skipped' END AS accepted_how,
    CASE WHEN sql_at = s.qualified THEN 'said' ELSE 'skipped' END AS sql_how,
    least(s.refused, s.returned, s.expired, s.withdrawn) IS NOT NULL AS ended, CASE
    WHEN s.refused IS NOT NULL AND s.refused < coalesce(best, 'infinity') THEN 'refused'
    WHEN best IS NOT NULL THEN 'accepted'
    WHEN least(s.withdrawn, s.expired) = s.withdrawn THEN 'withdrawn'
    WHEN s.expired IS NOT NULL THEN 'expired'
    WHEN EXISTS (SELECT FROM merged mg JOIN leads_handoff h ON h.id = n.id WHERE mg.loser_id = h.lead_id) THEN 'merged'
    ELSE 'undecided' END AS decided
  FROM numbered n LEFT JOIN said s ON s.handoff_id = n.id LEFT JOIN tried t ON t.handoff_id = n.id
    LEFT JOIN sold o ON o.id = n.id
    CROSS JOIN LATERAL (SELECT least(s.qualified, o.at) AS sql_at) q
    CROSS JOIN LATERAL (SELECT least(s.accepted, t.at, s.returned, sql_at) AS best) b)"""

_NEAR = """MATERIALIZED (SELECT DISTINCT coalesce(mg.root_id, x.lead_id) AS lead_id
  FROM ({rows}) x LEFT JOIN merged mg ON mg.loser_id = x.lead_id)"""
# Rows read whole; or, of few leads or handoffs, looked up: a step that planners take for too many rows reads whole tables.
_TABLES = ("handoffs", "assignments", "attempts", "decisions", "deals")
_WHOLE = {name: f"leads_{name[:-1]}" for name in _TABLES}
_FAMILY = "(SELECT x.lead_id FROM near x UNION SELECT m.loser_id FROM merged m WHERE m.root_id IN (SELECT x.lead_id FROM near x))"
_LOOKED_UP = (
    "(SELECT r.* FROM {among} o CROSS JOIN LATERAL (SELECT * FROM leads_{table} r WHERE r.{by} = o.{by} OFFSET 0) r)"
)
_DEALS = f"""(SELECT DISTINCT r.id FROM {_FAMILY} o CROSS JOIN LATERAL (SELECT f.id FROM leads_deal f WHERE f.lead_id = o.lead_id
  UNION ALL SELECT f.deal_id FROM leads_dealcontact f WHERE f.lead_id = o.lead_id OFFSET 0) r)"""
_OF_IT = "CROSS JOIN LATERAL (SELECT lead_id FROM leads_handoff WHERE id = {}.handoff_id OFFSET 0) h"  # its handoff, looked up
# Whose handoffs and deals count in a period: by the date that dates a row; {0} says of an instant that it is about then.
_BY = {
    "handed": ("SELECT h.lead_id FROM leads_handoff h WHERE {0}", ("h.occurred_at",)),
    "decided": (
        f"SELECT h.lead_id FROM leads_decision v {_OF_IT.format('v')} WHERE {{0}}"
        " UNION ALL SELECT a.lead_id FROM leads_attempt a WHERE {1}"
        f" UNION ALL SELECT h.lead_id FROM leads_deal d {_OF_IT.format('d')} WHERE {{2}}"
        " UNION ALL SELECT h.lead_id FROM leads_handoff h WHERE h.gate = 'imported'",
        ("v.occurred_at", "a.occurred_at", "d.created_at"),
    ),
    "won": ("SELECT w.lead_id FROM dealt w WHERE {0}", ("w.closed_at",)),
    "opened": (
        "SELECT w.lead_id FROM dealt w WHERE {0} OR {1}",
        ("w.created_at", "w.closed_at"),
    ),  # of an imported handoff: closed
}
SHORT = timedelta(days=200)  # beyond it nearly everybody counts
FEW = timedelta(days=70)  # up to it so few count that each is looked up
_BY["reached"] = _BY["decided"]


def _among(handoffs: str) -> dict[str, str]:
    """Where what was done about these handoffs is read (SQL of a set with their `handoff_id`)."""
    return {
        f"{table}s": _LOOKED_UP.format(among=handoffs, table=table, by="handoff_id")
        for table in ("assignment", "attempt", "decision")
    }


def _read(of_deals: bool) -> dict[str, str]:
    """Where each table is read when few leads count: their handoffs, what was done about these, and their deals."""
    deals = _LOOKED_UP.format(among=_DEALS, table="deal", by="id")
    own = {
        "handoffs": _LOOKED_UP.format(among=_FAMILY, table="handoff", by="lead_id"),
        **({} if of_deals else {"deals": deals}),
    }
    return _WHOLE | _among("(SELECT n.id AS handoff_id FROM numbered n)") | own


def _steps(near: str = "", of_deals: bool = False, few: bool = False) -> dict[str, str]:
    """The named steps. `near`: SQL of the leads that count, `few` of all; `of_deals`: it reads the deals, which are all read then."""
    whose = " AND coalesce(mg.root_id, {}) IN (SELECT x.lead_id FROM near x)" if near else ""
    followed = " AND {}.handoff_id IN (SELECT n.id FROM numbered n)" if near and not few else ""
    tables = _read(of_deals) if few else _WHOLE

    def only(sql: str, lead: str = "", handoff: str = "") -> str:
        for name, table in tables.items():
            sql = sql.replace(f"{{{name}}}", table)
        return sql.replace("{whose}", whose.format(lead) if lead else "").replace(
            "{followed}", followed.format(handoff)
        )

    first = {"near": _NEAR.format(rows=near)} if near else {}
    dealt = {"dealt": only(DEALS, "" if of_deals else "p.lead_id")}
    return {
        **CTES, **(dealt | first if of_deals else first | dealt), "numbered": only(NUMBERED, "h.lead_id"), "begun": BEGUN,
        "charged": only(CHARGED, handoff="a"), "first_win": FIRST_WIN, "tried": only(TRIED, handoff="a"),
        "said": only(SAID, handoff="v"), "sold": SOLD, "outcome": OUTCOME,
    }  # fmt: skip


ALL = _steps()


def left_out() -> str:
    """SQL: whether the rules that a handoff h names leave the reason of its outcome o out of the acceptance rate."""
    usual = json.dumps(list(reasons.excluded()))
    agreed = (
        "(SELECT nullif(hr.body -> 'excluded_reasons', 'null') FROM leads_handoffrules hr WHERE hr.id = h.rules_id)"
    )
    return f"jsonb_exists(coalesce({agreed}, '{usual}'::jsonb), coalesce(o.reason, ''))"


def of_handoffs(rows: str, few: bool) -> dict[str, str]:
    """The steps for rows of certain handoffs (SQL of their ids, in brackets): only their reps in charge are looked for. `few`: of
    so few that each is looked up."""
    if few:
        among = _among(f"(SELECT DISTINCT f.id AS handoff_id FROM {rows} f(id))")["assignments"]
        return {**ALL, "charged": CHARGED.replace("{followed}", "").replace("{assignments}", among)}
    whole = CHARGED.replace("{assignments}", _WHOLE["assignments"])
    return {**ALL, "charged": whole.replace("{followed}", f" AND a.handoff_id IN {rows}")}


def of_leads(rows: str) -> dict[str, str]:
    """The steps for rows of few leads (SQL that selects their ids)."""
    return _steps(rows, few=True)


def about(question: Question) -> dict[str, str]:
    """The steps for rows that are dated as the question says: only the leads are followed that count in its period."""
    if question.date not in _BY or question.until - question.first > SHORT:
        return ALL
    rows, instants = _BY[question.date]
    near = rows.format(*map(question.around, instants))
    return _steps(near, question.date in ("won", "opened"), question.until - question.first <= FEW)
