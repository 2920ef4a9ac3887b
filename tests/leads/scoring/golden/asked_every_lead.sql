
span AS MATERIALIZED (SELECT s.*
  FROM leads_mergedspan s
  WHERE true),
lent AS MATERIALIZED (
  SELECT s.root_id AS lead_id, %(t)s::timestamptz AS t, s.lead_id AS member, s.steps
  FROM span s
  WHERE s.since <= %(t)s
    AND (s.until IS NULL OR %(t)s < s.until)),
own_late AS MATERIALIZED (
SELECT x.subject, x.subject_id, max(greatest(x.known_at, x.occurred_at)) AS at
  FROM (
SELECT x.subject, x.subject_id, x.known_at, x.occurred_at
  FROM leads_attributechange x
WHERE x.subject IN ('lead', 'company') AND x.recorded_at > %(first)s
UNION ALL
SELECT x.subject, x.subject_id, x.known_at, x.occurred_at
  FROM leads_attributechange x
WHERE x.subject IN ('lead', 'company') AND x.occurred_at > x.recorded_at AND x.occurred_at > %(first)s AND x.recorded_at <= %(first)s
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
  WHERE k.recorded_at >= %(first_midnight)s 
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
  SELECT m.lead_id, max((date '1970-01-01' + floor((date_part('epoch', r.occurred_at) + (%(zone_offsets)s::float8[])[width_bucket(date_part('epoch', r.occurred_at), (%(zone_changes)s::float8[])) + 1]) / 86400)::int)) AS reset_day, count(*) FILTER (WHERE r.lead_id = m.lead_id)::int AS cycle
 
  FROM (SELECT x.lead_id, x.lead_id AS member
  FROM leads_engagementreset x
  WHERE true UNION SELECT lead_id, member
  FROM lent) m
 
  JOIN leads_engagementreset r ON r.lead_id = m.member AND r.known_at <= %(t)s AND r.occurred_at <= %(t)s
 
  WHERE NOT EXISTS (SELECT
  FROM leads_correction c
  WHERE c.subject = 'engagementreset' AND c.subject_id = r.id
    AND c.known_at <= %(t)s)
 
  GROUP BY 1),
asked AS MATERIALIZED (
  SELECT q.*,
    coalesce(reset.cycle, 0) AS cycle, reset.reset_day, 
(q.lead_id IN (SELECT subject_id
  FROM late
  WHERE subject = 'lead' AND at > %(t)s)
 OR coalesce(q.company_id IN (SELECT subject_id
  FROM late
  WHERE subject = 'company' AND at > %(t)s), false))
 AS moved, q.lead_id IN (SELECT lead_id
  FROM tangle
  WHERE at BETWEEN %(midnight)s AND %(t)s) AS tangled
 
  FROM (SELECT l.id AS lead_id, %(t)s::timestamptz AS t, %(today)s::date AS today, %(midnight)s::timestamptz AS midnight, l.company_id
  FROM leads_lead l
  WHERE true AND 
l.root_id IS NULL AND NOT l.erased AND l.created_at <= %(t)s
AND (CASE WHEN l.declared THEN l.created_at ELSE l.recorded_at END) <= %(t)s
) q
  LEFT JOIN reset ON reset.lead_id = q.lead_id)


-- {}
