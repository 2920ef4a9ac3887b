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
    CASE WHEN (x.kind = %(p13)s) THEN 2 END,
    CASE WHEN (x.kind = %(p14)s) THEN 3 END,
    CASE WHEN (x.kind = %(p15)s) THEN 4 END,
    CASE WHEN (x.kind = %(p16)s) THEN 5 END,
    CASE WHEN (x.kind = %(p17)s) THEN 6 END]::bigint[], NULL)) AS b(behaviour_id)
  WHERE x.reset_day IS NULL OR (date '1970-01-01' + floor((date_part('epoch', x.occurred_at) + (%(zone_offsets)s::float8[])[width_bucket(date_part('epoch', x.occurred_at), (%(zone_changes)s::float8[])) + 1]) / 86400)::int) > x.reset_day),
s AS (SELECT d.lead_id, %(t)s::timestamptz AS t, sum(d.n * coalesce((%(p18)s::float8[])[d.age + 1], 0::float8)) FILTER (WHERE d.behaviour_id = 1) AS a0, sum(least(d.n, 2) * coalesce((%(p19)s::float8[])[d.age + 1], 0::float8)) FILTER (WHERE d.behaviour_id = 3) AS a1, max(coalesce((%(p20)s::float8[])[d.age + 1], 0::float8)) FILTER (WHERE d.behaviour_id = 2 AND d.n > 0) AS a2, sum(d.n * coalesce((%(p21)s::float8[])[d.age + 1], 0::float8)) FILTER (WHERE d.behaviour_id = 6) AS a4, max(coalesce((%(p22)s::float8[])[d.age + 1], 0::float8)) FILTER (WHERE d.behaviour_id = 5 AND d.n > 0) AS a5, sum(d.n * coalesce((%(p23)s::float8[])[d.age + 1], 250000::float8)) FILTER (WHERE d.behaviour_id = 4) AS a7
  FROM (SELECT lead_id, t, behaviour_id, age, sum(n) AS n
  FROM d
  GROUP BY 1, 2, 3, 4) d
  WHERE d.age >= 0
  GROUP BY 1),
v AS (SELECT a.lead_id, a.t, a.today, a.cycle, s.a0, s.a1, s.a2, s.a4, s.a5, s.a7
  FROM asked a CROSS
  JOIN LATERAL (SELECT a.company_id) l
  LEFT JOIN leads_company c ON c.id = l.company_id
  LEFT JOIN s ON s.lead_id = a.lead_id OFFSET 0),
points AS (SELECT v.lead_id, v.t, v.cycle, (true) AND NOT (false) AS allowed, (false) AS straight,
    trunc(greatest(-20, least(20,
    coalesce(v.a0, 0) * 5)))::int AS c1,
    trunc(greatest(-2000, least(2000,
    coalesce(v.a1, 0) * 5)))::int AS c2,
    trunc(greatest(-2000, least(2000,
    coalesce(v.a2, 0) * 10 / 1000000::float8)))::int AS c3,
    trunc(greatest(-2000, least(2000,
    coalesce(v.a4, 0) * 10 / 1000000::float8)))::int AS c4,
    trunc(greatest(-2000, least(2000,
    coalesce(v.a5, 0) * 10)))::int AS c5,
    trunc(greatest(-30, least(30,
    coalesce(v.a7, 0) * -10 / 1000000::float8)))::int AS c6
  FROM v OFFSET 0),
grouped AS (SELECT *
  FROM points OFFSET 0),
bounded AS (SELECT *, (0) AS fit_raw, (c1 + c2 + c3 + c4 + c5 + c6) AS engagement_raw
  FROM grouped OFFSET 0),
totals AS (SELECT *,
    greatest(0, least(100, fit_raw)) AS fit,
    greatest(0, least(100, engagement_raw)) AS engagement
  FROM bounded OFFSET 0),
graded AS (SELECT *,
    CASE WHEN fit >= 75 THEN CASE WHEN engagement >= 75 THEN 'A1' WHEN engagement >= 50 THEN 'A2' WHEN engagement >= 25 THEN 'A3' ELSE 'A4' END WHEN fit >= 50 THEN CASE WHEN engagement >= 75 THEN 'B1' WHEN engagement >= 50 THEN 'B2' WHEN engagement >= 25 THEN 'B3' ELSE 'B4' END WHEN fit >= 25 THEN CASE WHEN engagement >= 75 THEN 'C1' WHEN engagement >= 50 THEN 'C2' WHEN engagement >= 25 THEN 'C3' ELSE 'C4' END ELSE CASE WHEN engagement >= 75 THEN 'D1' WHEN engagement >= 50 THEN 'D2' WHEN engagement >= 25 THEN 'D3' ELSE 'D4' END END AS grade,
    CASE WHEN fit >= 75 THEN CASE WHEN engagement >= 75 THEN true WHEN engagement >= 50 THEN true WHEN engagement >= 25 THEN false ELSE false END WHEN fit >= 50 THEN CASE WHEN engagement >= 75 THEN true WHEN engagement >= 50 THEN false WHEN engagement >= 25 THEN false ELSE false END WHEN fit >= 25 THEN CASE WHEN engagement >= 75 THEN false WHEN engagement >= 50 THEN false WHEN engagement >= 25 THEN false ELSE false END ELSE CASE WHEN engagement >= 75 THEN false WHEN engagement >= 50 THEN false WHEN engagement >= 25 THEN false ELSE false END END AS inside
  FROM totals OFFSET 0),
scored AS (SELECT lead_id, t, cycle, fit, engagement, grade, ARRAY[fit - fit_raw, c1, c2, c3, c4, c5, c6, engagement - engagement_raw]::int[] AS contributions, allowed AND inside AS plain, allowed AND inside AS strict, allowed AND straight AS direct
  FROM graded)

-- {"behaviours": [1, 2, 3, 4, 5, 6], "lasting": [], "p12": "page", "p13": "form", "p14": "mail_click", "p15": "unsubscribe", "p16": "webinar", "p17": "demo", "p18": "{1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1}", "p19": "{1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1}", "p20": "{1000000,750000,500000,250000}", "p21": "{1000000,500000,250000}", "p22": "{1,1,1}", "p23": "{1000000,1000000,1000000,1000000,1000000,1000000,1000000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000}"}
