"""One lead's story: everything that happened to it, in one order, read page by page.

The order is (at, rank, id), newest first; `rank` puts what happened at one instant in the order of cause and effect. The
same thing done several times on a local day is one line with its count. What was taken back stays, marked.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from leads.intake import spans
from leads.models import Deal, Join, Lead
from leads.scoring.days import here

from .values import members

PER_PAGE = 40
Place = tuple[datetime, int, int]

_BACK = "LEFT JOIN leads_correction k ON k.subject = '{0}' AND k.subject_id = {1}.id AND k.known_at <= %(t)s"
_KNOWN = "{0}.known_at <= %(t)s AND {0}.occurred_at <= %(t)s"
_LATE = "{0}.known_at < {0}.recorded_at"
_OWNER = (
    "coalesce(e.lead_id, (SELECT f.lead_id FROM leads_join f WHERE f.visitor_id = e.visitor_id ORDER BY f.id LIMIT 1))"
)
# Each part: at, rank, id, kind, recorded_at, day_only, declared, by, n, first_at, correction, body, lead.
_CHANGES = f"""
SELECT c.occurred_at, 1, max(c.id), 'change', c.recorded_at, bool_or(c.day_only), {_LATE.format("c")}, c.by_id, count(*),
  c.occurred_at, max(k.id), jsonb_build_object('subject', c.subject, 'subject_id', c.subject_id,
  'import', c.imported_by_id, 'source', c.source, 'values', jsonb_agg(jsonb_build_array(c.field, c.value) ORDER BY c.id)),
  CASE WHEN c.subject = 'lead' THEN c.subject_id END
FROM leads_attributechange c {_BACK.format("attributechange", "c")}
WHERE c.subject = '{{0}}' AND c.subject_id = ANY(%({{0}}s)s) AND {_KNOWN.format("c")}
GROUP BY c.subject, c.subject_id, c.occurred_at, c.recorded_at, c.known_at, c.by_id, c.imported_by_id, c.source, k.id IS NULL
"""
PARTS: dict[str, str] = {
    "born": """
SELECT l.created_at, 0, l.id, 'born', l.recorded_at, l.day_only, l.declared, NULL::bigint, 1, l.created_at, NULL::bigint,
  jsonb_build_object('import', l.imported_by_id), l.id
FROM leads_lead l WHERE l.id = ANY(%(leads)s) AND l.created_at <= %(t)s AND (l.declared OR l.recorded_at <= %(t)s)""",
    "change": _CHANGES.format("lead"),
    "sold": _CHANGES.format("deal"),
    "join": f"""
SELECT j.occurred_at, 2, j.id, 'join', j.recorded_at, false, false, NULL::bigint, 1, j.occurred_at, k.id, '{{}}'::jsonb, j.lead_id
FROM leads_join j {_BACK.format("join", "j")} WHERE j.lead_id = ANY(%(leads)s) AND {_KNOWN.format("j")}""",
    "event": f"""
SELECT max(e.occurred_at), 3, max(e.id), 'event', max(e.recorded_at), bool_or(e.day_only), bool_or({_LATE.format("e")}), NULL::bigint,
  count(*), min(e.occurred_at), max(k.id),
  jsonb_build_object('kind', e.kind, 'name', e.name, 'page', e.page, 'form', e.form, 'campaign', e.campaign_id), {{owner}}
FROM leads_event e {_BACK.format("event", "e")}
WHERE (e.lead_id = ANY(%(leads)s) OR e.lead_id IS NULL AND e.visitor_id = ANY(%(visitors)s)) AND {_KNOWN.format("e")}
GROUP BY {{occurred_day}}, CASE WHEN {{recorded_day}} > {{occurred_day}} THEN {{recorded_day}} END,
  e.kind, e.name, e.page, e.form, e.campaign_id, k.id IS NULL, {{owner}}""",
    "qualification": """
SELECT q.effective_at, 4, q.id, 'qualification', q.recorded_at, false, false, NULL::bigint, 1, q.effective_at, NULL::bigint,
  jsonb_build_object('grade', q.grade, 'cause', q.cause, 'version', v.number, 'line', n.name), q.lead_id
FROM leads_qualification q JOIN personas_definitionversion v ON v.id = q.version_id
JOIN personas_definitionline n ON n.id = q.line_id
WHERE q.lead_id = ANY(%(leads)s) AND q.recorded_at <= %(t)s AND q.effective_at <= %(t)s""",
    "hold": """
SELECT h.occurred_at, 5, h.id, 'hold', h.recorded_at, false, false, NULL::bigint, 1, h.occurred_at, NULL::bigint,
  jsonb_build_object('reason', h.reason), q.lead_id
FROM leads_hold h JOIN leads_qualification q ON q.id = h.qualification_id
WHERE q.lead_id = ANY(%(leads)s) AND h.recorded_at <= %(t)s AND h.occurred_at <= %(t)s""",
    "handoff": f"""
SELECT h.occurred_at, 6, h.id, 'handoff', h.recorded_at, h.day_only, {_LATE.format("h")}, h.by_id, 1, h.occurred_at, k.id,
  jsonb_build_object('gate', h.gate, 'grade', h.grade, 'version', v.number, 'line', n.name, 'import', h.imported_by_id), h.lead_id
FROM leads_handoff h {_BACK.format("handoff", "h")} JOIN personas_definitionline n ON n.id = h.line_id
LEFT JOIN personas_definitionversion v ON v.id = h.version_id
WHERE h.lead_id = ANY(%(leads)s) AND {_KNOWN.format("h")}""",
    "move": f"""
SELECT m.occurred_at, 7, m.id, 'move', m.recorded_at, false, {_LATE.format("m")}, m.by_id, 1, m.occurred_at, NULL::bigint,
  jsonb_build_object('from', m.from_stage, 'to', m.to_stage, 'cause', m.cause), m.lead_id
FROM leads_stagemove m WHERE m.lead_id = ANY(%(leads)s) AND {_KNOWN.format("m")}""",
    "assignment": f"""
SELECT a.occurred_at, 8, a.id, 'assignment', a.recorded_at, false, {_LATE.format("a")}, a.by_id, 1, a.occurred_at, k.id,
  jsonb_build_object('rep', a.rep_id, 'pool', p.name, 'how', a.how, 'reason', a.reason), h.lead_id
FROM leads_assignment a {_BACK.format("assignment", "a")} JOIN leads_handoff h ON h.id = a.handoff_id LEFT JOIN leads_pool p ON p.id = a.pool_id
WHERE h.lead_id = ANY(%(leads)s) AND {_KNOWN.format("a")}""",
    "attempt": f"""
SELECT a.occurred_at, 9, a.id, 'attempt', a.recorded_at, false, {_LATE.format("a")}, a.rep_id, 1, a.occurred_at, k.id,
  jsonb_build_object('channel', a.channel, 'outcome', a.outcome, 'minutes', a.minutes, 'step', a.next_step, 'next', a.next_step_on, 'note', n.text,
    'outside', o.reason), a.lead_id
FROM leads_attempt a {_BACK.format("attempt", "a")} LEFT JOIN leads_attemptnote n ON n.attempt_id = a.id
LEFT JOIN leads_outsidecall o ON o.attempt_id = a.id
WHERE a.lead_id = ANY(%(leads)s) AND {_KNOWN.format("a")}""",
    "snooze": """
SELECT s.occurred_at, 17, s.id, 'snooze', s.recorded_at, false, false, s.by_id, 1, s.occurred_at, NULL::bigint,
  jsonb_build_object('reason', s.reason, 'until', s.until), h.lead_id
FROM leads_snooze s JOIN leads_handoff h ON h.id = s.handoff_id
WHERE h.lead_id = ANY(%(leads)s) AND s.known_at <= %(t)s AND s.occurred_at <= %(t)s""",
    "skip": """
SELECT s.occurred_at, 18, s.id, 'skip', s.recorded_at, false, false, s.by_id, 1, s.occurred_at, NULL::bigint,
  jsonb_build_object('reason', s.reason), h.lead_id
FROM leads_skip s JOIN leads_handoff h ON h.id = s.handoff_id
WHERE h.lead_id = ANY(%(leads)s) AND s.known_at <= %(t)s AND s.occurred_at <= %(t)s""",
    "decision": f"""
SELECT d.occurred_at, 10, d.id, 'decision', d.recorded_at, false, {_LATE.format("d")}, d.by_id, 1, d.occurred_at, k.id,
  jsonb_build_object('kind', d.kind, 'reason', d.reason, 'evidence', d.evidence, 'return_on', d.return_on, 'under', d.version_id), h.lead_id
FROM leads_decision d JOIN leads_handoff h ON h.id = d.handoff_id {_BACK.format("decision", "d")}
WHERE h.lead_id = ANY(%(leads)s) AND {_KNOWN.format("d")}""",
    "deal": f"""
SELECT d.created_at, 11, d.id, 'deal', d.recorded_at, d.day_only, d.declared, NULL::bigint, 1, d.created_at, k.id,
  jsonb_build_object('title', d.title, 'key', d.key, 'import', d.imported_by_id), d.lead_id
FROM leads_deal d {_BACK.format("deal", "d")} WHERE d.id = ANY(%(deals)s) AND d.created_at <= %(t)s AND (d.declared OR d.recorded_at <= %(t)s)""",
    "contact": f"""
SELECT c.occurred_at, 12, c.id, 'contact', c.recorded_at, false, {_LATE.format("c")}, c.by_id, 1, c.occurred_at, k.id,
  jsonb_build_object('role', c.role), c.lead_id
FROM leads_dealcontact c {_BACK.format("dealcontact", "c")} WHERE c.lead_id = ANY(%(leads)s) AND {_KNOWN.format("c")}""",
    "reset": f"""
SELECT r.occurred_at, 13, r.id, 'reset', r.recorded_at, false, {_LATE.format("r")}, NULL::bigint, 1, r.occurred_at, k.id, '{{}}'::jsonb, r.lead_id
FROM leads_engagementreset r {_BACK.format("engagementreset", "r")}
WHERE r.lead_id = ANY(%(leads)s) AND {_KNOWN.format("r")}""",
    "merge": f"""
SELECT m.occurred_at, 14, m.id, 'merge', m.recorded_at, false, {_LATE.format("m")}, m.by_id, 1, m.occurred_at, k.id,
  jsonb_build_object('loser', m.loser_id, 'root', m.root_id), NULL::bigint
FROM leads_merge m {_BACK.format("merge", "m")}
WHERE (m.root_id = ANY(%(leads)s) OR m.loser_id = ANY(%(leads)s)) AND {_KNOWN.format("m")}""",
    "consent": f"""
SELECT c.occurred_at, 15, c.id, 'consent', c.recorded_at, c.day_only, {_LATE.format("c")}, c.by_id, 1, c.occurred_at, k.id,
  jsonb_build_object('kind', c.kind, 'purpose', c.purpose, 'channel', c.channel, 'basis', c.basis, 'from', p.source, 'note', p.text), c.lead_id
FROM leads_consent c {_BACK.format("consent", "c")} LEFT JOIN leads_consentproof p ON p.consent_id = c.id
WHERE c.lead_id = ANY(%(leads)s) AND {_KNOWN.format("c")}""",
    "note": f"""
SELECT n.occurred_at, 16, n.id, 'note', n.recorded_at, false, {_LATE.format("n")}, n.by_id, 1, n.occurred_at, k.id,
  jsonb_build_object('note', w.text, 'remark', r.kind, 'side', r.side, 'praised', r.to_id, 'reason', d.reason,
  'against', d.criterion, 'version', d.version_id, 'answer', a.kind, 'draft', a.draft, 'contested', x.decision_id,
  'decision', xd.kind, 'code', xd.reason, 'ruling', g.kind), n.lead_id
FROM leads_note n {_BACK.format("note", "n")} LEFT JOIN leads_notetext w ON w.note_id = n.id
LEFT JOIN leads_remark r ON r.note_id = n.id LEFT JOIN leads_disagreement d ON d.note_id = n.id
LEFT JOIN leads_answer a ON a.note_id = n.id LEFT JOIN leads_contest x ON x.note_id = n.id
LEFT JOIN leads_decision xd ON xd.id = x.decision_id LEFT JOIN leads_ruling g ON g.note_id = n.id
WHERE n.lead_id = ANY(%(leads)s) AND {_KNOWN.format("n")}""",
}
_MAIL = "body ->> 'kind' LIKE 'mail%%' OR body ->> 'kind' = 'unsubscribe'"
_CALL = "body ->> 'channel' <> 'mail'"
# Filter of the page -> {part: condition on it}.
FILTERS: dict[str, dict[str, str]] = {
    "all": dict.fromkeys(PARTS, "true"),
    "mail": {"event": _MAIL, "attempt": f"NOT ({_CALL})"},
    "web": {"event": f"NOT ({_MAIL})", "join": "true"},
    "calls": {"attempt": _CALL},
    "stages": dict.fromkeys(
        ("born", "qualification", "hold", "handoff", "move", "assignment", "decision", "snooze", "skip", "deal", "sold", "reset", "merge"), "true"
    ),
    "notes": {"note": "true", "consent": "true", "attempt": "body ->> 'note' <> ''"},
    "values": {"change": "true", "sold": "true"},
}  # fmt: skip
_COLUMNS = "at, rank, id, kind, recorded_at, day_only, declared, by_id, n, first_at, correction_id, body, lead_id"


@dataclass(frozen=True)
class Entry:
    """One line of the story; `body` by kind as in PARTS. `n` deeds from `first_at` to `at`; `lead_id`: whose fact it is."""

    at: datetime
    rank: int
    id: int
    kind: str
    recorded_at: datetime
    day_only: bool
    declared: bool
    by_id: int | None
    n: int
    first_at: datetime
    correction_id: int | None
    body: dict[str, Any]
    lead_id: int | None = None

    @property
    def place(self) -> Place:
        return self.at, self.rank, self.id


def page(
    lead: Lead,
    t: datetime,
    *,
    only: str = "all",
    before: Place | None = None,
    size: int = PER_PAGE,
    whose: Iterable[int] | None = None,
) -> tuple[list[Entry], Place | None]:
    """(up to `size` entries known at t, newest first, from `before` on; the place to go on from, None at the end).

    `whose`: the lead and those merged into it at t, where they were read already.
    """
    days = here()
    params: dict[str, Any] = _subjects(list(whose or members(lead.pk, t))) | days.params() | {"t": t, "most": size + 1}
    if before is not None:
        params |= dict(zip(("at", "rank", "id"), before, strict=True))
    parts = {part: f"SELECT * FROM ({_sql(part)}) p({_COLUMNS}) WHERE {on}" for part, on in FILTERS[only].items()}
    events = [parts.pop("event")] if "event" in parts else []  # planned apart: together it takes twice as long
    rows = [row for some in (events, list(parts.values())) if some for row in _newest(some, params, before is not None)]
    rows.sort(key=lambda one: one.place, reverse=True)
    return rows[:size], rows[size - 1].place if len(rows) > size else None


def _sql(part: str) -> str:
    days = here()
    if part != "event":
        return PARTS[part]
    return PARTS[part].format(
        occurred_day=days.sql("e.occurred_at"), recorded_day=days.sql("e.recorded_at"), owner=_OWNER
    )


def _newest(parts: Sequence[str], params: Mapping[str, Any], further: bool) -> list[Entry]:
    """The newest `most` entries of these parts; `further`: of those that come before a place."""
    start = "WHERE (at, rank, id) < (%(at)s, %(rank)s, %(id)s)" if further else ""
    sql = f"SELECT {_COLUMNS} FROM ({' UNION ALL '.join(parts)}) s {start} ORDER BY at DESC, rank DESC, id DESC LIMIT %(most)s"
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [Entry(*(*row[:-2], _json(row[-2]), row[-1])) for row in cursor.fetchall()]


def of_deal(deal: Deal, t: datetime, size: int = PER_PAGE) -> list[Entry]:
    """What was written of one deal as known at t, the newest first: its opening, its values, its contacts."""
    contact = PARTS["contact"].replace("c.lead_id = ANY(%(leads)s)", "c.deal_id = ANY(%(deals)s)")
    parts = [f"SELECT * FROM ({sql}) p({_COLUMNS})" for sql in (PARTS["deal"], PARTS["sold"], contact)]
    sql = f"SELECT {_COLUMNS} FROM ({' UNION ALL '.join(parts)}) s ORDER BY at DESC, rank DESC, id DESC LIMIT %(most)s"
    with connection.cursor() as cursor:
        cursor.execute(sql, {"deals": [deal.pk], "t": t, "most": size})
        return [Entry(*(*row[:-2], _json(row[-2]), row[-1])) for row in cursor.fetchall()]


def _subjects(leads: list[int]) -> dict[str, Any]:
    """These leads, the ids of their deals, and of the visitors that are them."""
    deals = list(Deal.objects.filter(lead__in=leads).values_list("pk", flat=True))
    mine = Join.objects.filter(lead__in=leads).values("visitor")
    first: dict[int, int] = {}
    for visitor, owner in Join.objects.filter(visitor__in=mine).order_by("pk").values_list("visitor", "lead"):
        first.setdefault(visitor, owner)
    return {"leads": leads, "deals": deals, "visitors": [one for one, owner in first.items() if owner in leads]}


def merged(lead: Lead) -> list[int]:
    """Ids of a lead and of those merged into it, by however many steps."""
    return [lead.pk] if lead.root_id else list(spans.members(lead.pk))


def _json(value: Any) -> dict[str, Any]:
    return json.loads(value) if isinstance(value, str) else value
