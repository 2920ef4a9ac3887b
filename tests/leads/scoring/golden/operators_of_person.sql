past AS MATERIALIZED (SELECT a.lead_id, a.t, nullif(translate(CASE WHEN jsonb_typeof((lv.j -> 'x_person')) IN ('string', 'number', 'boolean') THEN (lv.j -> 'x_person') #>> '{}' END, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS f0
  FROM asked a
  JOIN leads_lead l ON l.id = a.lead_id 
LEFT
  JOIN LATERAL (SELECT jsonb_object_agg(field, value) AS j
  FROM (
  SELECT DISTINCT ON (x.field) x.field, x.value
  FROM 
(SELECT a.lead_id AS id, 0 AS steps
  UNION ALL SELECT k.member, k.steps
  FROM lent k
  WHERE k.lead_id = a.lead_id AND k.t = a.t) m
 
  JOIN leads_attributechange x ON x.subject_id = m.id AND (m.steps = 0 OR x.field <> 'opted_out')
 
  WHERE x.subject = 'lead' AND x.known_at <= a.t AND x.occurred_at <= a.t
    AND NOT EXISTS (SELECT
  FROM leads_correction k
  WHERE k.subject = 'attributechange' AND k.subject_id = x.id
      AND k.known_at <= a.t)
  ORDER BY x.field, m.steps, x.occurred_at DESC, x.recorded_at DESC, x.id DESC) d) lv ON true

LEFT
  JOIN LATERAL (SELECT jsonb_object_agg(field, value) AS j
  FROM (
  SELECT DISTINCT ON (x.field) x.field, x.value
  FROM (SELECT (lv.j ->> 'company')::bigint AS id) m
  JOIN leads_attributechange x ON x.subject_id = m.id
 
  WHERE x.subject = 'company' AND x.known_at <= a.t AND x.occurred_at <= a.t
    AND NOT EXISTS (SELECT
  FROM leads_correction k
  WHERE k.subject = 'attributechange' AND k.subject_id = x.id
      AND k.known_at <= a.t)
  ORDER BY x.field, x.occurred_at DESC, x.recorded_at DESC, x.id DESC) d) cv ON true

  WHERE a.moved),
v AS (SELECT a.lead_id, a.t, a.today, a.cycle,
    CASE WHEN a.moved THEN p.f0 ELSE nullif(translate(CASE WHEN jsonb_typeof((l.attributes -> 'x_person')) IN ('string', 'number', 'boolean') THEN (l.attributes -> 'x_person') #>> '{}' END, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') END AS f0
  FROM asked a
  JOIN leads_lead l ON l.id = a.lead_id
  LEFT JOIN leads_company c ON c.id = l.company_id
  LEFT JOIN past p ON p.lead_id = a.lead_id AND p.t = a.t OFFSET 0),
points AS (SELECT v.lead_id, v.t, v.cycle, (true) AND NOT (false) AS allowed, (false) AS straight,
    CASE WHEN coalesce(v.f0 = %(p10)s, false) THEN 10 ELSE 0 END AS c0,
    CASE WHEN coalesce(v.f0 <> %(p11)s, false) THEN 10 ELSE 0 END AS c1,
    CASE WHEN coalesce(v.f0 = ANY(%(p12)s), false) THEN 10 ELSE 0 END AS c2,
    CASE WHEN coalesce(v.f0 <> ALL(%(p13)s), false) THEN 10 ELSE 0 END AS c3,
    CASE WHEN coalesce(v.f0 IS NOT NULL, false) THEN 10 ELSE 0 END AS c4,
    CASE WHEN coalesce(v.f0 IS NULL, false) THEN 10 ELSE 0 END AS c5
  FROM v OFFSET 0),
grouped AS (SELECT *
  FROM points OFFSET 0),
bounded AS (SELECT *,
    greatest(0, least(100, (c0 + c1 + c2 + c3 + c4 + c5))) - (c0 + c1 + c2 + c3 + c4 + c5) AS c6, (c0 + c1 + c2 + c3 + c4 + c5) AS fit_raw,
    greatest(0, least(100, (0))) - (0) AS c7, (0) AS engagement_raw
  FROM grouped OFFSET 0),
totals AS (SELECT *, (fit_raw + c6)::int AS fit, (engagement_raw + c7)::int AS engagement
  FROM bounded OFFSET 0),
graded AS (SELECT *, substr('ABCDEF', 1 + (fit < 75)::int + (fit < 50)::int + (fit < 25)::int, 1) || substr('123456', 1 + (engagement < 75)::int + (engagement < 50)::int + (engagement < 25)::int, 1) AS grade
  FROM totals OFFSET 0),
scored AS (SELECT lead_id, t, cycle, fit, engagement, grade, ARRAY[c0, c1, c2, c3, c4, c5, c6, c7]::int[] AS contributions, allowed AND grade = ANY(%(p14)s::text[]) AS plain, allowed AND grade = ANY(%(p15)s::text[]) AS strict, allowed AND straight AS direct
  FROM graded)

-- {"p10": "ann", "p11": "ann", "p12": ["ann", "bob"], "p13": ["ann", "bob"], "p14": ["A1", "A2", "B1"], "p15": ["A1", "A2", "B1"]}
