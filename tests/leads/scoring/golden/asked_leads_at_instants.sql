
q AS MATERIALIZED (SELECT DISTINCT u.*, l.company_id
  FROM unnest(%(ids)s::bigint[], %(moments)s::timestamptz[], %(todays)s::date[], %(midnights)s::timestamptz[]) u(lead_id, t, today, midnight)
  JOIN leads_lead l ON l.id = u.lead_id
  WHERE 
l.root_id IS NULL AND NOT l.erased AND l.created_at <= u.t
AND (CASE WHEN l.declared THEN l.created_at ELSE l.recorded_at END) <= u.t
),
span AS MATERIALIZED (SELECT s.*
  FROM leads_mergedspan s
  WHERE s.root_id IN (SELECT lead_id
  FROM q)),
lent AS MATERIALIZED (
  SELECT q.lead_id, q.t, s.lead_id AS member, s.steps
  FROM q
  JOIN span s ON s.root_id = q.lead_id AND s.since <= q.t
    AND (s.until IS NULL OR q.t < s.until)),
own_late AS MATERIALIZED (
SELECT x.subject, x.subject_id, max(greatest(x.known_at, x.occurred_at)) AS at
  FROM (
SELECT x.subject, x.subject_id, x.known_at, x.occurred_at
  FROM leads_attributechange x
WHERE ((x.subject = 'lead' AND x.subject_id IN (SELECT lead_id
  FROM q
  UNION ALL SELECT lead_id
  FROM span))
  OR (x.subject = 'company' AND x.subject_id IN (SELECT company_id
  FROM q)))
  AND greatest(x.known_at, x.occurred_at) > %(first)s
) x
  GROUP BY 1, 2
UNION ALL
SELECT x.subject, x.subject_id, max(k.known_at)
  FROM leads_correction k
JOIN leads_attributechange x ON x.id = k.subject_id
WHERE k.subject = 'attributechange' AND k.recorded_at > %(first)s
  GROUP BY 1, 2
),
late AS MATERIALIZED (
  SELECT *
  FROM own_late
 
  UNION ALL SELECT 'lead', s.root_id, o.at
  FROM own_late o
  JOIN span s ON o.subject = 'lead' AND s.lead_id = o.subject_id
 
  UNION ALL SELECT 'lead', root_id,
    greatest(since, until)
  FROM span
  WHERE greatest(since, until) > %(first)s),
own_tangle AS MATERIALIZED (
SELECT k.lead_id, k.known_at AS at
  FROM leads_join k
  WHERE k.recorded_at >= %(first_midnight)s AND k.lead_id IN (SELECT lead_id
  FROM q
  UNION ALL SELECT lead_id
  FROM span)
UNION ALL
SELECT coalesce(e.lead_id, k.lead_id), c.known_at
  FROM leads_correction c
JOIN leads_event e ON c.subject = 'event' AND e.id = c.subject_id
LEFT
  JOIN leads_join k ON e.lead_id IS NULL AND k.visitor_id = e.visitor_id
WHERE c.recorded_at >= %(first_midnight)s
UNION ALL
SELECT a.lead_id, c.known_at
  FROM leads_correction c
  JOIN leads_attempt a ON c.subject = 'attempt' AND a.id = c.subject_id
WHERE c.recorded_at >= %(first_midnight)s
),
tangle AS MATERIALIZED (
  SELECT *
  FROM own_tangle
 
  UNION ALL SELECT s.root_id, o.at
  FROM own_tangle o
  JOIN span s ON s.lead_id = o.lead_id
 
  UNION ALL SELECT root_id, since
  FROM span
  WHERE since >= %(first_midnight)s
 
  UNION ALL SELECT root_id, until
  FROM span
  WHERE until >= %(first_midnight)s),
reset AS MATERIALIZED (
  SELECT q.lead_id, q.t, max((date '1970-01-01' + floor((date_part('epoch', r.occurred_at) + (%(zone_offsets)s::float8[])[width_bucket(date_part('epoch', r.occurred_at), (%(zone_changes)s::float8[])) + 1]) / 86400)::int)) AS reset_day, count(*) FILTER (WHERE r.lead_id = q.lead_id)::int AS cycle
 
  FROM (SELECT lead_id, t, lead_id AS member
  FROM q
  UNION ALL SELECT lead_id, t, member
  FROM lent) q
 
  JOIN leads_engagementreset r ON r.lead_id = q.member AND r.known_at <= q.t AND r.occurred_at <= q.t
 
  WHERE NOT EXISTS (SELECT
  FROM leads_correction c
  WHERE c.subject = 'engagementreset' AND c.subject_id = r.id
    AND c.known_at <= q.t)
 
  GROUP BY 1, 2),
asked AS MATERIALIZED (
  SELECT q.lead_id, q.t, q.today, q.midnight,
    coalesce(reset.cycle, 0) AS cycle, reset.reset_day, 
(q.lead_id, q.t) IN (
  SELECT q.lead_id, q.t
  FROM q
  JOIN late ON late.subject = 'lead' AND late.subject_id = q.lead_id AND late.at > q.t
 
  UNION ALL SELECT q.lead_id, q.t
  FROM q
  JOIN late ON late.subject = 'company' AND late.subject_id = q.company_id AND late.at > q.t)
 AS moved, 
(q.lead_id, q.t) IN (
  SELECT q.lead_id, q.t
  FROM q
  JOIN tangle ON tangle.lead_id = q.lead_id AND tangle.at BETWEEN q.midnight AND q.t)
 AS tangled
 
  FROM q
  LEFT JOIN reset ON reset.lead_id = q.lead_id AND reset.t = q.t)


-- {}
