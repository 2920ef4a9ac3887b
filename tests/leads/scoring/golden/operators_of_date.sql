past AS MATERIALIZED (SELECT a.lead_id, a.t,
    CASE WHEN jsonb_typeof((lv.j -> 'birth_date')) = 'string' AND ((lv.j -> 'birth_date') #>> '{}') ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' THEN CASE WHEN substr(((lv.j -> 'birth_date') #>> '{}'), 1, 4)::int >= 1 AND substr(((lv.j -> 'birth_date') #>> '{}'), 6, 2)::int BETWEEN 1 AND 12 AND substr(((lv.j -> 'birth_date') #>> '{}'), 9, 2)::int >= 1 THEN CASE WHEN substr(((lv.j -> 'birth_date') #>> '{}'), 9, 2)::int <= date_part('day', make_date(substr(((lv.j -> 'birth_date') #>> '{}'), 1, 4)::int, substr(((lv.j -> 'birth_date') #>> '{}'), 6, 2)::int, 1) + interval '1 month' - interval '1 day') THEN make_date(substr(((lv.j -> 'birth_date') #>> '{}'), 1, 4)::int, substr(((lv.j -> 'birth_date') #>> '{}'), 6, 2)::int, substr(((lv.j -> 'birth_date') #>> '{}'), 9, 2)::int) END END END AS f0
  FROM asked a
  JOIN LATERAL (SELECT *
  FROM leads_lead
  WHERE id = a.lead_id OFFSET 0) l ON true 
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
    CASE WHEN a.moved THEN p.f0 ELSE l.birth_date END AS f0
  FROM asked a CROSS
  JOIN LATERAL (SELECT a.company_id, a.l_birth_date AS birth_date) l
  LEFT JOIN leads_company c ON c.id = l.company_id
  LEFT JOIN past p ON p.lead_id = a.lead_id OFFSET 0),
points AS (SELECT v.lead_id, v.t, v.cycle, (true) AND NOT (false) AS allowed, (false) AS straight,
    CASE WHEN coalesce(v.f0 = %(p10)s, false) THEN 10 ELSE 0 END AS c0,
    CASE WHEN coalesce(v.f0 <> %(p11)s, false) THEN 10 ELSE 0 END AS c1,
    CASE WHEN coalesce(v.f0 BETWEEN %(p12)s AND %(p13)s, false) THEN 10 ELSE 0 END AS c2,
    CASE WHEN coalesce(v.f0 < %(p14)s, false) THEN 10 ELSE 0 END AS c3,
    CASE WHEN coalesce(v.f0 > %(p15)s, false) THEN 10 ELSE 0 END AS c4,
    CASE WHEN coalesce(v.f0 IS NOT NULL, false) THEN 10 ELSE 0 END AS c5,
    CASE WHEN coalesce(v.f0 IS NULL, false) THEN 10 ELSE 0 END AS c6,
    CASE WHEN coalesce((date_part('year', v.today) - date_part('year', v.f0) - ((date_part('month', v.today), date_part('day', v.today)) < (date_part('month', v.f0), date_part('day', v.f0)))::int) BETWEEN %(p16)s AND %(p17)s, false) THEN 10 ELSE 0 END AS c7,
    CASE WHEN coalesce(v.today - v.f0 BETWEEN 0 AND %(p18)s, false) THEN 10 ELSE 0 END AS c8,
    CASE WHEN coalesce(v.today - v.f0 >= %(p19)s, false) THEN 10 ELSE 0 END AS c9,
    CASE WHEN coalesce(v.f0 - v.today BETWEEN 0 AND %(p20)s, false) THEN 10 ELSE 0 END AS c10
  FROM v OFFSET 0),
grouped AS (SELECT *
  FROM points OFFSET 0),
bounded AS (SELECT *, (c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10) AS fit_raw, (0) AS engagement_raw
  FROM grouped OFFSET 0),
totals AS (SELECT *,
    greatest(0, least(100, fit_raw)) AS fit,
    greatest(0, least(100, engagement_raw)) AS engagement
  FROM bounded OFFSET 0),
graded AS (SELECT *,
    CASE WHEN fit >= 75 THEN CASE WHEN engagement >= 75 THEN 'A1' WHEN engagement >= 50 THEN 'A2' WHEN engagement >= 25 THEN 'A3' ELSE 'A4' END WHEN fit >= 50 THEN CASE WHEN engagement >= 75 THEN 'B1' WHEN engagement >= 50 THEN 'B2' WHEN engagement >= 25 THEN 'B3' ELSE 'B4' END WHEN fit >= 25 THEN CASE WHEN engagement >= 75 THEN 'C1' WHEN engagement >= 50 THEN 'C2' WHEN engagement >= 25 THEN 'C3' ELSE 'C4' END ELSE CASE WHEN engagement >= 75 THEN 'D1' WHEN engagement >= 50 THEN 'D2' WHEN engagement >= 25 THEN 'D3' ELSE 'D4' END END AS grade,
    CASE WHEN fit >= 75 THEN CASE WHEN engagement >= 75 THEN true WHEN engagement >= 50 THEN true WHEN engagement >= 25 THEN false ELSE false END WHEN fit >= 50 THEN CASE WHEN engagement >= 75 THEN true WHEN engagement >= 50 THEN false WHEN engagement >= 25 THEN false ELSE false END WHEN fit >= 25 THEN CASE WHEN engagement >= 75 THEN false WHEN engagement >= 50 THEN false WHEN engagement >= 25 THEN false ELSE false END ELSE CASE WHEN engagement >= 75 THEN false WHEN engagement >= 50 THEN false WHEN engagement >= 25 THEN false ELSE false END END AS inside
  FROM totals OFFSET 0),
scored AS (SELECT lead_id, t, cycle, fit, engagement, grade, ARRAY[c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, fit - fit_raw, engagement - engagement_raw]::int[] AS contributions, allowed AND inside AS plain, allowed AND inside AS strict, allowed AND straight AS direct
  FROM graded)

-- {"p10": "2026-03-29", "p11": "2026-03-29", "p12": "2026-03-29", "p13": "2026-04-01", "p14": "2026-03-29", "p15": "2026-03-29", "p16": 30, "p17": 45, "p18": 30, "p19": 30, "p20": 30}
