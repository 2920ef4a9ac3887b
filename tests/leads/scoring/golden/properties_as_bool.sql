odd AS MATERIALIZED (SELECT lead_id
  FROM asked
  WHERE tangled OR reset_day IS NOT NULL
 UNION SELECT b.lead_id
  FROM leads_behaviourday b
  JOIN asked a ON a.lead_id = b.lead_id
 
  WHERE b.n < 0 AND b.behaviour_id = ANY(%(behaviours)s)),
d(lead_id, t, behaviour_id, age, n) AS (SELECT b.lead_id, %(t)s::timestamptz, b.behaviour_id, %(today)s::date - b.occurred_day, b.n
  FROM leads_behaviourday b
  WHERE b.known_day < %(today)s::date AND b.occurred_day < %(today)s::date AND b.behaviour_id = ANY(%(behaviours)s) AND b.lead_id NOT IN (SELECT lead_id
  FROM odd)
  UNION ALL SELECT a.lead_id, a.t, b.behaviour_id, a.today - b.occurred_day, sum(b.n)
  FROM odd
  JOIN asked a ON a.lead_id = odd.lead_id
  JOIN LATERAL (SELECT *
  FROM leads_behaviourday b
  WHERE b.lead_id = odd.lead_id AND b.known_day < a.today AND b.occurred_day < a.today AND b.behaviour_id = ANY(%(behaviours)s) OFFSET 0) b ON true
  WHERE NOT a.tangled AND (a.reset_day IS NULL OR b.occurred_day > a.reset_day)
  GROUP BY 1, 2, 3, 4 HAVING sum(b.n) <> 0
  UNION ALL SELECT x.lead_id, x.t, b.behaviour_id, x.today - (date '1970-01-01' + floor((date_part('epoch', x.occurred_at) + (%(zone_offsets)s::float8[])[width_bucket(date_part('epoch', x.occurred_at), (%(zone_changes)s::float8[])) + 1]) / 86400)::int), 1
  FROM (SELECT e.id, e.occurred_at, e.kind, nullif(CASE WHEN octet_length(e.name) = length(e.name) THEN lower(e.name COLLATE "C") ELSE translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS name, nullif(CASE WHEN octet_length(e.page) = length(e.page) THEN lower(e.page COLLATE "C") ELSE translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS page, nullif(CASE WHEN octet_length(e.form) = length(e.form) THEN lower(e.form COLLATE "C") ELSE translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS form, e.campaign_id, y.properties AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN leads_event e ON e.lead_id = a.lead_id
  LEFT JOIN leads_eventpayload y ON y.event_id = e.id
  WHERE NOT a.tangled AND e.known_at <= a.t AND e.occurred_at <= a.t AND (e.known_at >= a.midnight OR e.occurred_at >= a.midnight) AND e.recorded_at >= %(first_midnight)s AND e.id >= %(first_id)s
  UNION ALL SELECT e.id, e.occurred_at, e.kind, nullif(CASE WHEN octet_length(e.name) = length(e.name) THEN lower(e.name COLLATE "C") ELSE translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS name, nullif(CASE WHEN octet_length(e.page) = length(e.page) THEN lower(e.page COLLATE "C") ELSE translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS page, nullif(CASE WHEN octet_length(e.form) = length(e.form) THEN lower(e.form COLLATE "C") ELSE translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS form, e.campaign_id, y.properties AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM (SELECT DISTINCT lead_id
  FROM leads_behaviourday
  WHERE occurred_day >= %(today)s AND known_day < %(today)s) h
  JOIN asked a ON a.lead_id = h.lead_id
  JOIN LATERAL (SELECT *
  FROM leads_event e
  WHERE e.lead_id = a.lead_id OFFSET 0) e ON true
  LEFT JOIN leads_eventpayload y ON y.event_id = e.id
  WHERE NOT a.tangled AND e.known_at <= a.t AND e.occurred_at <= a.t AND (e.known_at >= a.midnight OR e.occurred_at >= a.midnight) AND e.recorded_at < %(first_midnight)s AND e.occurred_at >= %(first_midnight)s
  UNION ALL SELECT e.id, e.occurred_at, e.kind, nullif(CASE WHEN octet_length(e.name) = length(e.name) THEN lower(e.name COLLATE "C") ELSE translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS name, nullif(CASE WHEN octet_length(e.page) = length(e.page) THEN lower(e.page COLLATE "C") ELSE translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS page, nullif(CASE WHEN octet_length(e.form) = length(e.form) THEN lower(e.form COLLATE "C") ELSE translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS form, e.campaign_id, y.properties AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN LATERAL (SELECT *
  FROM leads_event e
  WHERE e.lead_id = a.lead_id OFFSET 0) e ON true
  LEFT JOIN leads_eventpayload y ON y.event_id = e.id
  WHERE a.tangled AND e.known_at <= a.t AND e.occurred_at <= a.t AND NOT EXISTS (SELECT
  FROM leads_correction c
  WHERE c.subject = 'event' AND c.subject_id = e.id AND c.known_at <= a.t)
  UNION ALL SELECT e.id, e.occurred_at, e.kind, nullif(CASE WHEN octet_length(e.name) = length(e.name) THEN lower(e.name COLLATE "C") ELSE translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS name, nullif(CASE WHEN octet_length(e.page) = length(e.page) THEN lower(e.page COLLATE "C") ELSE translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS page, nullif(CASE WHEN octet_length(e.form) = length(e.form) THEN lower(e.form COLLATE "C") ELSE translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS form, e.campaign_id, y.properties AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN lent m ON m.lead_id = a.lead_id AND m.t = a.t
  JOIN LATERAL (SELECT *
  FROM leads_event e
  WHERE e.lead_id = m.member OFFSET 0) e ON true
  LEFT JOIN leads_eventpayload y ON y.event_id = e.id
  WHERE e.known_at <= a.t AND e.occurred_at <= a.t AND (NOT a.tangled AND (e.known_at >= a.midnight OR e.occurred_at >= a.midnight) OR (a.tangled AND NOT EXISTS (SELECT
  FROM leads_correction c
  WHERE c.subject = 'event' AND c.subject_id = e.id AND c.known_at <= a.t)))
  UNION ALL SELECT e.id, e.occurred_at, e.kind, nullif(CASE WHEN octet_length(e.name) = length(e.name) THEN lower(e.name COLLATE "C") ELSE translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS name, nullif(CASE WHEN octet_length(e.page) = length(e.page) THEN lower(e.page COLLATE "C") ELSE translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS page, nullif(CASE WHEN octet_length(e.form) = length(e.form) THEN lower(e.form COLLATE "C") ELSE translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS form, e.campaign_id, y.properties AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN leads_join k ON k.lead_id = a.lead_id AND a.tangled AND k.known_at <= a.t
  JOIN LATERAL (SELECT *
  FROM leads_event e
  WHERE e.visitor_id = k.visitor_id AND e.lead_id IS NULL OFFSET 0) e ON true
  LEFT JOIN leads_eventpayload y ON y.event_id = e.id
  WHERE e.known_at <= a.t AND e.occurred_at <= a.t AND NOT EXISTS (SELECT
  FROM leads_correction c
  WHERE c.subject = 'event' AND c.subject_id = e.id AND c.known_at <= a.t) AND NOT EXISTS (SELECT
  FROM leads_join f
  WHERE f.visitor_id = k.visitor_id AND f.id < k.id)
  UNION ALL SELECT e.id, e.occurred_at, e.kind, nullif(CASE WHEN octet_length(e.name) = length(e.name) THEN lower(e.name COLLATE "C") ELSE translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS name, nullif(CASE WHEN octet_length(e.page) = length(e.page) THEN lower(e.page COLLATE "C") ELSE translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS page, nullif(CASE WHEN octet_length(e.form) = length(e.form) THEN lower(e.form COLLATE "C") ELSE translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ') END, '') AS form, e.campaign_id, y.properties AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN lent m ON m.lead_id = a.lead_id AND m.t = a.t
  JOIN leads_join k ON k.lead_id = m.member AND a.tangled AND k.known_at <= a.t
  JOIN LATERAL (SELECT *
  FROM leads_event e
  WHERE e.visitor_id = k.visitor_id AND e.lead_id IS NULL OFFSET 0) e ON true
  LEFT JOIN leads_eventpayload y ON y.event_id = e.id
  WHERE e.known_at <= a.t AND e.occurred_at <= a.t AND NOT EXISTS (SELECT
  FROM leads_correction c
  WHERE c.subject = 'event' AND c.subject_id = e.id AND c.known_at <= a.t) AND NOT EXISTS (SELECT
  FROM leads_join f
  WHERE f.visitor_id = k.visitor_id AND f.id < k.id)) x, unnest(array_remove(ARRAY[CASE WHEN (x.kind = %(p12)s AND coalesce(jsonb_typeof((x.props -> %(p13)s)) IN ('string', 'number', 'boolean') AND (x.props -> %(p13)s) <> '""', false)) THEN 1 END,
    CASE WHEN (x.kind = %(p14)s AND coalesce(CASE WHEN jsonb_typeof((x.props -> %(p15)s)) = 'boolean' OR ((x.props -> %(p15)s) #>> '{}') IN ('true', 'false') THEN ((x.props -> %(p15)s) #>> '{}')::boolean END = %(p16)s, false)) THEN 2 END,
    CASE WHEN (x.kind = %(p17)s AND NOT coalesce(jsonb_typeof((x.props -> %(p18)s)) IN ('string', 'number', 'boolean') AND (x.props -> %(p18)s) <> '""', false)) THEN 3 END,
    CASE WHEN (x.kind = %(p19)s AND coalesce(CASE WHEN jsonb_typeof((x.props -> %(p20)s)) = 'boolean' OR ((x.props -> %(p20)s) #>> '{}') IN ('true', 'false') THEN ((x.props -> %(p20)s) #>> '{}')::boolean END <> %(p21)s, false)) THEN 4 END]::bigint[], NULL)) AS b(behaviour_id)
  WHERE x.reset_day IS NULL OR (date '1970-01-01' + floor((date_part('epoch', x.occurred_at) + (%(zone_offsets)s::float8[])[width_bucket(date_part('epoch', x.occurred_at), (%(zone_changes)s::float8[])) + 1]) / 86400)::int) > x.reset_day),
s AS (SELECT d.lead_id, %(t)s::timestamptz AS t, sum(d.n * 1::float8) FILTER (WHERE d.behaviour_id = 2) AS a0, sum(d.n * 1::float8) FILTER (WHERE d.behaviour_id = 4) AS a1, sum(d.n * 1::float8) FILTER (WHERE d.behaviour_id = 1) AS a2, sum(d.n * 1::float8) FILTER (WHERE d.behaviour_id = 3) AS a3
  FROM d
  WHERE d.age >= 0
  GROUP BY 1),
v AS (SELECT a.lead_id, a.t, a.today, a.cycle, s.a0, s.a1, s.a2, s.a3
  FROM asked a CROSS
  JOIN LATERAL (SELECT a.company_id) l
  LEFT JOIN leads_company c ON c.id = l.company_id
  LEFT JOIN s ON s.lead_id = a.lead_id OFFSET 0),
points AS (SELECT v.lead_id, v.t, v.cycle, (true) AND NOT (false) AS allowed, (false) AS straight,
    CASE WHEN (coalesce(v.a0, 0) >= %(p22)s) THEN 10 ELSE 0 END AS c1,
    CASE WHEN (coalesce(v.a1, 0) >= %(p23)s) THEN 10 ELSE 0 END AS c2,
    CASE WHEN (coalesce(v.a2, 0) >= %(p24)s) THEN 10 ELSE 0 END AS c3,
    CASE WHEN (coalesce(v.a3, 0) >= %(p25)s) THEN 10 ELSE 0 END AS c4
  FROM v OFFSET 0),
grouped AS (SELECT *
  FROM points OFFSET 0),
bounded AS (SELECT *, (0) AS fit_raw, (c1 + c2 + c3 + c4) AS engagement_raw
  FROM grouped OFFSET 0),
totals AS (SELECT *,
    greatest(0, least(100, fit_raw)) AS fit,
    greatest(0, least(100, engagement_raw)) AS engagement
  FROM bounded OFFSET 0),
graded AS (SELECT *,
    CASE WHEN fit >= 75 THEN CASE WHEN engagement >= 75 THEN 'A1' WHEN engagement >= 50 THEN 'A2' WHEN engagement >= 25 THEN 'A3' ELSE 'A4' END WHEN fit >= 50 THEN CASE WHEN engagement >= 75 THEN 'B1' WHEN engagement >= 50 THEN 'B2' WHEN engagement >= 25 THEN 'B3' ELSE 'B4' END WHEN fit >= 25 THEN CASE WHEN engagement >= 75 THEN 'C1' WHEN engagement >= 50 THEN 'C2' WHEN engagement >= 25 THEN 'C3' ELSE 'C4' END ELSE CASE WHEN engagement >= 75 THEN 'D1' WHEN engagement >= 50 THEN 'D2' WHEN engagement >= 25 THEN 'D3' ELSE 'D4' END END AS grade,
    CASE WHEN fit >= 75 THEN CASE WHEN engagement >= 75 THEN true WHEN engagement >= 50 THEN true WHEN engagement >= 25 THEN false ELSE false END WHEN fit >= 50 THEN CASE WHEN engagement >= 75 THEN true WHEN engagement >= 50 THEN false WHEN engagement >= 25 THEN false ELSE false END WHEN fit >= 25 THEN CASE WHEN engagement >= 75 THEN false WHEN engagement >= 50 THEN false WHEN engagement >= 25 THEN false ELSE false END ELSE CASE WHEN engagement >= 75 THEN false WHEN engagement >= 50 THEN false WHEN engagement >= 25 THEN false ELSE false END END AS inside
  FROM totals OFFSET 0),
scored AS (SELECT lead_id, t, cycle, fit, engagement, grade, ARRAY[fit - fit_raw, c1, c2, c3, c4, engagement - engagement_raw]::int[] AS contributions, allowed AND inside AS plain, allowed AND inside AS strict, allowed AND straight AS direct
  FROM graded)

-- {"behaviours": [1, 2, 3, 4], "lasting": [], "p12": "form", "p13": "it's 50 %", "p14": "form", "p15": "it's 50 %", "p16": true, "p17": "form", "p18": "it's 50 %", "p19": "form", "p20": "it's 50 %", "p21": true, "p22": 1, "p23": 1, "p24": 1, "p25": 1}
