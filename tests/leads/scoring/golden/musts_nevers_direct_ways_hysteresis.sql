odd AS MATERIALIZED (SELECT lead_id
  FROM asked
  WHERE tangled OR reset_day IS NOT NULL
 UNION SELECT b.lead_id
  FROM leads_behaviourday b
  JOIN asked a ON a.lead_id = b.lead_id
 
  WHERE b.n < 0 AND b.behaviour_id = ANY(%(behaviours)s)),
d(lead_id, t, behaviour_id, age, n) AS (SELECT b.lead_id, %(t)s::timestamptz, b.behaviour_id, %(today)s::date - b.occurred_day, b.n
  FROM leads_behaviourday b
  WHERE b.known_day < %(today)s::date AND b.occurred_day < %(today)s::date AND b.occurred_day > %(today)s::date - 90 AND b.behaviour_id = ANY(%(behaviours)s) AND b.lead_id NOT IN (SELECT lead_id
  FROM odd)
  UNION ALL SELECT a.lead_id, a.t, b.behaviour_id, a.today - b.occurred_day, sum(b.n)
  FROM odd
  JOIN asked a ON a.lead_id = odd.lead_id
  JOIN LATERAL (SELECT *
  FROM leads_behaviourday b
  WHERE b.lead_id = odd.lead_id AND b.known_day < a.today AND b.occurred_day < a.today AND b.occurred_day > a.today - 90 AND b.behaviour_id = ANY(%(behaviours)s) OFFSET 0) b ON true
  WHERE NOT a.tangled AND (a.reset_day IS NULL OR b.occurred_day > a.reset_day)
  GROUP BY 1, 2, 3, 4 HAVING sum(b.n) <> 0
  UNION ALL SELECT x.lead_id, x.t, b.behaviour_id, x.today - (date '1970-01-01' + floor((date_part('epoch', x.occurred_at) + (%(zone_offsets)s::float8[])[width_bucket(date_part('epoch', x.occurred_at), (%(zone_changes)s::float8[])) + 1]) / 86400)::int), 1
  FROM (SELECT e.id, e.occurred_at, e.kind, nullif(CASE WHEN octet_length(e.name) = length(e.name) THEN lower(e.name COLLATE "C") ELSE translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS name, nullif(CASE WHEN octet_length(e.page) = length(e.page) THEN lower(e.page COLLATE "C") ELSE translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS page, nullif(CASE WHEN octet_length(e.form) = length(e.form) THEN lower(e.form COLLATE "C") ELSE translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS form, e.campaign_id, NULL::jsonb AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN leads_event e ON e.lead_id = a.lead_id
  WHERE NOT a.tangled AND e.known_at <= a.t AND e.occurred_at <= a.t AND (e.known_at >= a.midnight OR e.occurred_at >= a.midnight) AND e.recorded_at >= %(first_midnight)s AND e.id >= %(first_id)s
  UNION ALL SELECT e.id, e.occurred_at, e.kind, nullif(CASE WHEN octet_length(e.name) = length(e.name) THEN lower(e.name COLLATE "C") ELSE translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS name, nullif(CASE WHEN octet_length(e.page) = length(e.page) THEN lower(e.page COLLATE "C") ELSE translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS page, nullif(CASE WHEN octet_length(e.form) = length(e.form) THEN lower(e.form COLLATE "C") ELSE translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS form, e.campaign_id, NULL::jsonb AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM (SELECT DISTINCT lead_id
  FROM leads_behaviourday
  WHERE occurred_day >= %(today)s AND known_day < %(today)s) h
  JOIN asked a ON a.lead_id = h.lead_id
  JOIN LATERAL (SELECT *
  FROM leads_event e
  WHERE e.lead_id = a.lead_id OFFSET 0) e ON true
  WHERE NOT a.tangled AND e.known_at <= a.t AND e.occurred_at <= a.t AND (e.known_at >= a.midnight OR e.occurred_at >= a.midnight) AND e.recorded_at < %(first_midnight)s AND e.occurred_at >= %(first_midnight)s
  UNION ALL SELECT e.id, e.occurred_at, e.kind, nullif(CASE WHEN octet_length(e.name) = length(e.name) THEN lower(e.name COLLATE "C") ELSE translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS name, nullif(CASE WHEN octet_length(e.page) = length(e.page) THEN lower(e.page COLLATE "C") ELSE translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS page, nullif(CASE WHEN octet_length(e.form) = length(e.form) THEN lower(e.form COLLATE "C") ELSE translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS form, e.campaign_id, NULL::jsonb AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN LATERAL (SELECT *
  FROM leads_event e
  WHERE e.lead_id = a.lead_id OFFSET 0) e ON true
  WHERE a.tangled AND e.known_at <= a.t AND e.occurred_at <= a.t AND NOT EXISTS (SELECT
  FROM leads_correction c
  WHERE c.subject = 'event' AND c.subject_id = e.id AND c.known_at <= a.t)
  UNION ALL SELECT e.id, e.occurred_at, e.kind, nullif(CASE WHEN octet_length(e.name) = length(e.name) THEN lower(e.name COLLATE "C") ELSE translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS name, nullif(CASE WHEN octet_length(e.page) = length(e.page) THEN lower(e.page COLLATE "C") ELSE translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS page, nullif(CASE WHEN octet_length(e.form) = length(e.form) THEN lower(e.form COLLATE "C") ELSE translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS form, e.campaign_id, NULL::jsonb AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN lent m ON m.lead_id = a.lead_id AND m.t = a.t
  JOIN LATERAL (SELECT *
  FROM leads_event e
  WHERE e.lead_id = m.member OFFSET 0) e ON true
  WHERE e.known_at <= a.t AND e.occurred_at <= a.t AND (NOT a.tangled AND (e.known_at >= a.midnight OR e.occurred_at >= a.midnight) OR (a.tangled AND NOT EXISTS (SELECT
  FROM leads_correction c
  WHERE c.subject = 'event' AND c.subject_id = e.id AND c.known_at <= a.t)))
  UNION ALL SELECT e.id, e.occurred_at, e.kind, nullif(CASE WHEN octet_length(e.name) = length(e.name) THEN lower(e.name COLLATE "C") ELSE translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS name, nullif(CASE WHEN octet_length(e.page) = length(e.page) THEN lower(e.page COLLATE "C") ELSE translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS page, nullif(CASE WHEN octet_length(e.form) = length(e.form) THEN lower(e.form COLLATE "C") ELSE translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS form, e.campaign_id, NULL::jsonb AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN leads_join k ON k.lead_id = a.lead_id AND a.tangled AND k.known_at <= a.t
  JOIN LATERAL (SELECT *
  FROM leads_event e
  WHERE e.visitor_id = k.visitor_id AND e.lead_id IS NULL OFFSET 0) e ON true
  WHERE e.known_at <= a.t AND e.occurred_at <= a.t AND NOT EXISTS (SELECT
  FROM leads_correction c
  WHERE c.subject = 'event' AND c.subject_id = e.id AND c.known_at <= a.t) AND NOT EXISTS (SELECT
  FROM leads_join f
  WHERE f.visitor_id = k.visitor_id AND f.id < k.id)
  UNION ALL SELECT e.id, e.occurred_at, e.kind, nullif(CASE WHEN octet_length(e.name) = length(e.name) THEN lower(e.name COLLATE "C") ELSE translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS name, nullif(CASE WHEN octet_length(e.page) = length(e.page) THEN lower(e.page COLLATE "C") ELSE translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS page, nullif(CASE WHEN octet_length(e.form) = length(e.form) THEN lower(e.form COLLATE "C") ELSE translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS form, e.campaign_id, NULL::jsonb AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN lent m ON m.lead_id = a.lead_id AND m.t = a.t
  JOIN leads_join k ON k.lead_id = m.member AND a.tangled AND k.known_at <= a.t
  JOIN LATERAL (SELECT *
  FROM leads_event e
  WHERE e.visitor_id = k.visitor_id AND e.lead_id IS NULL OFFSET 0) e ON true
  WHERE e.known_at <= a.t AND e.occurred_at <= a.t AND NOT EXISTS (SELECT
  FROM leads_correction c
  WHERE c.subject = 'event' AND c.subject_id = e.id AND c.known_at <= a.t) AND NOT EXISTS (SELECT
  FROM leads_join f
  WHERE f.visitor_id = k.visitor_id AND f.id < k.id)) x, unnest(array_remove(ARRAY[CASE WHEN (x.kind = %(p12)s) THEN 1 END,
    CASE WHEN (x.kind = %(p13)s) THEN 2 END]::bigint[], NULL)) AS b(behaviour_id)
  WHERE x.reset_day IS NULL OR (date '1970-01-01' + floor((date_part('epoch', x.occurred_at) + (%(zone_offsets)s::float8[])[width_bucket(date_part('epoch', x.occurred_at), (%(zone_changes)s::float8[])) + 1]) / 86400)::int) > x.reset_day),
s AS (SELECT d.lead_id, %(t)s::timestamptz AS t, sum(d.n * coalesce((%(p14)s::float8[])[d.age + 1], 0::float8)) FILTER (WHERE d.behaviour_id = 1) AS a0, sum(d.n * coalesce((%(p15)s::float8[])[d.age + 1], 0::float8)) FILTER (WHERE d.behaviour_id = 2) AS a1
  FROM d
  WHERE d.age >= 0
  GROUP BY 1),
past AS MATERIALIZED (SELECT a.lead_id, a.t, nullif(translate(CASE WHEN jsonb_typeof((lv.j -> 'country')) IN ('string', 'number', 'boolean') THEN (lv.j -> 'country') #>> '{}' END, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS f0,
    coalesce(CASE WHEN jsonb_typeof((lv.j -> 'opted_out')) = 'boolean' OR ((lv.j -> 'opted_out') #>> '{}') IN ('true', 'false') THEN ((lv.j -> 'opted_out') #>> '{}')::boolean END, false) AS f1
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
    CASE WHEN a.moved THEN p.f0 ELSE nullif(CASE WHEN octet_length(l.country) = length(l.country) THEN lower(l.country COLLATE "C") ELSE translate(l.country, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') END AS f0,
    CASE WHEN a.moved THEN p.f1 ELSE l.opted_out END AS f1, s.a0, s.a1
  FROM asked a CROSS
  JOIN LATERAL (SELECT a.company_id, a.l_country AS country, a.l_opted_out AS opted_out) l
  LEFT JOIN leads_company c ON c.id = l.company_id
  LEFT JOIN s ON s.lead_id = a.lead_id
  LEFT JOIN past p ON p.lead_id = a.lead_id OFFSET 0),
points AS (SELECT v.lead_id, v.t, v.cycle, (coalesce(v.f0 = %(p16)s, false) AND (coalesce(v.a0, 0) >= %(p17)s)) AND NOT (coalesce(v.f1 = %(p18)s, false)) AS allowed, ((coalesce(v.a1, 0) >= %(p19)s)) AS straight
  FROM v OFFSET 0),
grouped AS (SELECT *
  FROM points OFFSET 0),
bounded AS (SELECT *, (0) AS fit_raw, (0) AS engagement_raw
  FROM grouped OFFSET 0),
totals AS (SELECT *,
    greatest(0, least(100, fit_raw)) AS fit,
    greatest(0, least(100, engagement_raw)) AS engagement
  FROM bounded OFFSET 0),
graded AS (SELECT *,
    CASE WHEN fit >= 75 THEN CASE WHEN engagement >= 75 THEN 'A1' WHEN engagement >= 50 THEN 'A2' WHEN engagement >= 25 THEN 'A3' ELSE 'A4' END WHEN fit >= 50 THEN CASE WHEN engagement >= 75 THEN 'B1' WHEN engagement >= 50 THEN 'B2' WHEN engagement >= 25 THEN 'B3' ELSE 'B4' END WHEN fit >= 25 THEN CASE WHEN engagement >= 75 THEN 'C1' WHEN engagement >= 50 THEN 'C2' WHEN engagement >= 25 THEN 'C3' ELSE 'C4' END ELSE CASE WHEN engagement >= 75 THEN 'D1' WHEN engagement >= 50 THEN 'D2' WHEN engagement >= 25 THEN 'D3' ELSE 'D4' END END AS grade,
    CASE WHEN fit >= 75 THEN CASE WHEN engagement >= 75 THEN true WHEN engagement >= 50 THEN true WHEN engagement >= 25 THEN false ELSE false END WHEN fit >= 50 THEN CASE WHEN engagement >= 75 THEN true WHEN engagement >= 50 THEN false WHEN engagement >= 25 THEN false ELSE false END WHEN fit >= 25 THEN CASE WHEN engagement >= 75 THEN false WHEN engagement >= 50 THEN false WHEN engagement >= 25 THEN false ELSE false END ELSE CASE WHEN engagement >= 75 THEN false WHEN engagement >= 50 THEN false WHEN engagement >= 25 THEN false ELSE true END END AS inside
  FROM totals OFFSET 0),
scored AS (SELECT lead_id, t, cycle, fit, engagement, grade, ARRAY[fit - fit_raw, engagement - engagement_raw]::int[] AS contributions, allowed AND inside AS plain, allowed AND inside AND ((fit >= 80 AND engagement >= 80) OR (fit >= 55 AND engagement >= 80) OR (fit >= 80 AND engagement >= 55) OR (true)) AS strict, allowed AND straight AS direct
  FROM graded)

-- {"behaviours": [1, 2], "lasting": [], "p12": "page", "p13": "demo", "p14": "{1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1}", "p15": "{1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1}", "p16": "fr", "p17": 1, "p18": true, "p19": 1}
