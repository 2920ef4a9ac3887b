"""What was recorded between two cut-offs that can move a figure counted by day: which days of which facts, and what moves all.

A figure of a day hangs on the handoffs of that day, on what was done about them, and on the other handoffs of their leads, merged
ones with them. What cannot be told by days (a merge, a fact taken back with its handoff, an erasure, for what is dated by the close
of a deal the deal, or a handoff of somebody who bought without one) is told as a word instead: whoever counts such things counts
them anew.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from smarketing.rows import clock
from smarketing.rows.days import Days

HANDOFF, ATTEMPT, DECISION, DEAL, ALL = "handoff", "attempt", "decision", "deal", "all"
NAMED = "named"  # in whose hands a handoff is, where its lead came from, whom it resembles
_LATE = "recorded_at > %(since)s AND recorded_at <= %(cutoff)s"
# What cannot be told by days.
_ANEW = f"""EXISTS (SELECT FROM leads_merge WHERE {_LATE}) OR EXISTS (SELECT FROM leads_erasure WHERE {_LATE})
  OR EXISTS (SELECT FROM leads_correction WHERE {_LATE} AND subject NOT IN ('attempt', 'decision', 'deal', 'assignment', 'note'))"""
# Numbers of handoffs follow the order of recording: the newest tell whether older ones have to be looked through.
_NEWS = f"""
WITH back AS MATERIALIZED (SELECT subject, subject_id FROM leads_correction WHERE {_LATE}),
newest AS MATERIALIZED (SELECT id, recorded_at FROM leads_handoff ORDER BY id DESC LIMIT 1000),
made AS (
  SELECT id FROM newest WHERE {_LATE}
  UNION SELECT id FROM leads_handoff WHERE (SELECT min(recorded_at) > %(since)s FROM newest) AND {_LATE}),
-- The leads that count with one of these, and on which line it was handed over.
rooted AS (SELECT DISTINCT coalesce(l.root_id, l.id) AS root, h.line_id FROM made m JOIN leads_handoff h ON h.id = m.id
  JOIN leads_lead l ON l.id = h.lead_id),
family AS MATERIALIZED (
  SELECT root AS id, line_id FROM rooted
  UNION SELECT s.lead_id, r.line_id FROM rooted r JOIN leads_mergedspan s ON s.root_id = r.root),
dealt AS MATERIALIZED (
  SELECT id FROM leads_deal WHERE {_LATE}
  UNION SELECT subject_id FROM leads_attributechange WHERE subject = 'deal' AND {_LATE}
  UNION SELECT deal_id FROM leads_dealcontact WHERE {_LATE}
  UNION SELECT subject_id FROM back WHERE subject = 'deal'
  UNION SELECT c.subject_id FROM back k JOIN leads_attributechange c ON c.id = k.subject_id AND c.subject = 'deal'
    WHERE k.subject = 'attributechange'),
touched AS (
  SELECT 'handoff' AS kind, o.id AS handoff_id, o.occurred_at AS at FROM family f
    JOIN leads_handoff o ON o.lead_id = f.id AND o.line_id = f.line_id
  UNION ALL SELECT 'attempt', handoff_id, occurred_at FROM leads_attempt WHERE {_LATE}
  UNION ALL SELECT 'decision', handoff_id, occurred_at FROM leads_decision WHERE {_LATE}
  UNION ALL SELECT 'attempt', a.handoff_id, a.occurred_at FROM back k JOIN leads_attempt a
    ON k.subject = 'attempt' AND a.id = k.subject_id
  UNION ALL SELECT 'decision', v.handoff_id, v.occurred_at FROM back k JOIN leads_decision v
    ON k.subject = 'decision' AND v.id = k.subject_id
  UNION ALL SELECT 'deal', h.id, h.occurred_at FROM leads_deal d JOIN leads_handoff h
    ON h.id = d.handoff_id OR h.lead_id = d.lead_id WHERE d.id IN (SELECT id FROM dealt)
  UNION ALL SELECT 'deal', h.id, h.occurred_at FROM dealt x JOIN leads_dealcontact c ON c.deal_id = x.id
    JOIN leads_handoff h ON h.lead_id = c.lead_id)
SELECT DISTINCT t.kind, h.id, {{handed}}, {{own}} FROM touched t JOIN leads_handoff h ON h.id = t.handoff_id WHERE h.line_id = %(line)s
UNION ALL SELECT 'deal', NULL, NULL, NULL WHERE EXISTS (SELECT FROM dealt)
  OR EXISTS (SELECT FROM family f JOIN leads_deal d ON d.lead_id = f.id WHERE d.handoff_id IS NULL)
  OR EXISTS (SELECT FROM family f JOIN leads_dealcontact c ON c.lead_id = f.id JOIN leads_deal d ON d.id = c.deal_id
    WHERE d.handoff_id IS NULL)
UNION ALL SELECT 'all', NULL, NULL, NULL WHERE {_ANEW}
"""
# Handoffs of which other names are told since; assignments by their numbers, as above. Of whoever is rematched a mark says when it
# was begun: one that was written while the others were counted is seen by the slack.
_NAMES = f"""
WITH given AS MATERIALIZED (SELECT handoff_id, recorded_at FROM leads_assignment ORDER BY id DESC LIMIT %(most)s),
sourced AS (
  SELECT subject_id AS id FROM leads_attributechange WHERE subject = 'lead' AND field = 'source' AND {_LATE}
  UNION SELECT subject_id FROM leads_attributechange WHERE subject = 'lead' AND field = 'source'
    AND occurred_at > recorded_at AND occurred_at > %(since)s AND occurred_at <= %(cutoff)s
  UNION SELECT lead_id FROM sla_rematched WHERE since > %(since)s - interval '5 minutes'),
rooted AS (SELECT DISTINCT coalesce(l.root_id, l.id) AS root FROM sourced s JOIN leads_lead l ON l.id = s.id),
family AS MATERIALIZED (
  SELECT root AS id FROM rooted UNION SELECT m.lead_id FROM rooted r JOIN leads_mergedspan m ON m.root_id = r.root),
touched AS (
  SELECT handoff_id FROM given WHERE {_LATE}
  UNION SELECT a.handoff_id FROM leads_correction k JOIN leads_assignment a ON a.id = k.subject_id
    WHERE k.subject = 'assignment' AND k.recorded_at > %(since)s AND k.recorded_at <= %(cutoff)s
  UNION SELECT h.id FROM family f JOIN leads_handoff h ON h.lead_id = f.id)
SELECT '{NAMED}', h.id, {{handed}}, {{handed}} FROM touched t JOIN leads_handoff h ON h.id = t.handoff_id WHERE h.line_id = %(line)s
UNION ALL SELECT 'all', NULL, NULL, NULL FROM given HAVING count(*) = %(most)s AND min(recorded_at) > %(since)s
"""
MOST = 5000  # assignments looked through; were there more, all may have moved


@dataclass(frozen=True)
class News:
    """Kind of fact -> local days of the handoffs that it is about, and days of the facts themselves; `words`: kinds (or ALL)
    of what cannot be told by days; `handoffs`: all of them."""

    handed: dict[str, set[date]] = field(default_factory=lambda: defaultdict(set))
    own: dict[str, set[date]] = field(default_factory=lambda: defaultdict(set))
    words: set[str] = field(default_factory=set)
    handoffs: set[int] = field(default_factory=set)


def between(line: int, since: datetime, cutoff: datetime, zone: ZoneInfo) -> News:
    """What was recorded after `since` and by `cutoff` about a definition line, in local days of `zone`."""
    return _told(_NEWS, line, since, cutoff, zone)


def anew(since: datetime, cutoff: datetime) -> bool:
    """Whether something was recorded after `since` and by `cutoff` that cannot be told by days: of kind ALL."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_ANEW}", {"since": since, "cutoff": cutoff})
        return cursor.fetchone()[0]


def names(line: int, since: datetime, cutoff: datetime, zone: ZoneInfo) -> News:
    """The handoffs of a definition line that are counted under another rep, source or persona since: of kind NAMED."""
    return _told(_NAMES, line, since, cutoff, zone)


def _told(sql: str, line: int, since: datetime, cutoff: datetime, zone: ZoneInfo) -> News:
    days, home = Days(zone), Days(clock.zone(), "home")
    handed = days.sql("h.occurred_at")
    if home.zone.key != zone.key:
        handed = f"(CASE WHEN h.day_only THEN {home.sql('h.occurred_at')} ELSE {handed} END)"
    given: dict[str, Any] = {
        **days.params(),
        **home.params(),
        "line": line,
        "since": since,
        "cutoff": cutoff,
        "most": MOST,
    }
    found = News()
    with connection.cursor() as cursor:
        cursor.execute(sql.format(handed=handed, own=days.sql("t.at")), given)
        for kind, handoff, handed_on, own in cursor.fetchall():
            if handoff is None:
                found.words.add(kind)
            else:
                found.handoffs.add(handoff)
                found.handed[kind].add(handed_on)
                found.own[kind].add(own)
    return found
