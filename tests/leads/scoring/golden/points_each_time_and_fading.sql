d AS (SELECT a.lead_id, a.t, b.behaviour_id, a.today - b.occurred_day AS age, b.n
  FROM asked a
  JOIN leads_behaviourday b ON b.lead_id = a.lead_id AND b.known_day < a.today AND b.occurred_day < a.today AND b.behaviour_id = ANY(%(behaviours)s)
  WHERE NOT a.tangled AND (a.reset_day IS NULL OR b.occurred_day > a.reset_day)
  UNION ALL SELECT x.lead_id, x.t, b.behaviour_id, x.today - (date '1970-01-01' + floor((date_part('epoch', x.occurred_at) + (%(zone_offsets)s::float8[])[width_bucket(date_part('epoch', x.occurred_at), (%(zone_changes)s::float8[])) + 1]) / 86400)::int), 1
  FROM (SELECT e.id, e.occurred_at, e.kind, nullif(translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS name, nullif(translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS page, nullif(translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS form, e.campaign_id, NULL::jsonb AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN leads_event e ON e.lead_id = a.lead_id
  WHERE NOT a.tangled AND e.known_at <= a.t AND e.occurred_at <= a.t AND (e.known_at >= a.midnight OR e.occurred_at >= a.midnight) AND e.recorded_at >= %(first_midnight)s AND e.id >= %(first_id)s
  UNION ALL SELECT e.id, e.occurred_at, e.kind, nullif(translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS name, nullif(translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS page, nullif(translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS form, e.campaign_id, NULL::jsonb AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN leads_event e ON e.lead_id = a.lead_id
  WHERE NOT a.tangled AND e.known_at <= a.t AND e.occurred_at <= a.t AND (e.known_at >= a.midnight OR e.occurred_at >= a.midnight) AND e.recorded_at < %(first_midnight)s AND e.occurred_at >= %(first_midnight)s AND e.lead_id IN (SELECT lead_id
  FROM leads_behaviourday
  WHERE occurred_day >= %(today)s AND known_day < %(today)s)
  UNION ALL SELECT e.id, e.occurred_at, e.kind, nullif(translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS name, nullif(translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS page, nullif(translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS form, e.campaign_id, NULL::jsonb AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN leads_event e ON e.lead_id = a.lead_id
  WHERE a.tangled AND e.known_at <= a.t AND e.occurred_at <= a.t AND NOT EXISTS (SELECT
  FROM leads_correction c
  WHERE c.subject = 'event' AND c.subject_id = e.id AND c.known_at <= a.t)
  UNION ALL SELECT e.id, e.occurred_at, e.kind, nullif(translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS name, nullif(translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS page, nullif(translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS form, e.campaign_id, NULL::jsonb AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN lent m ON m.lead_id = a.lead_id AND m.t = a.t
  JOIN leads_event e ON e.lead_id = m.member
  WHERE e.known_at <= a.t AND e.occurred_at <= a.t AND (NOT a.tangled AND (e.known_at >= a.midnight OR e.occurred_at >= a.midnight) OR (a.tangled AND NOT EXISTS (SELECT
  FROM leads_correction c
  WHERE c.subject = 'event' AND c.subject_id = e.id AND c.known_at <= a.t)))
  UNION ALL SELECT e.id, e.occurred_at, e.kind, nullif(translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS name, nullif(translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS page, nullif(translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS form, e.campaign_id, NULL::jsonb AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN leads_join k ON k.lead_id = a.lead_id AND k.known_at <= a.t
  JOIN leads_event e ON e.visitor_id = k.visitor_id AND e.lead_id IS NULL
  WHERE a.tangled AND e.known_at <= a.t AND e.occurred_at <= a.t AND NOT EXISTS (SELECT
  FROM leads_correction c
  WHERE c.subject = 'event' AND c.subject_id = e.id AND c.known_at <= a.t) AND NOT EXISTS (SELECT
  FROM leads_join f
  WHERE f.visitor_id = k.visitor_id AND f.id < k.id)
  UNION ALL SELECT e.id, e.occurred_at, e.kind, nullif(translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS name, nullif(translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS page, nullif(translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS form, e.campaign_id, NULL::jsonb AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN lent m ON m.lead_id = a.lead_id AND m.t = a.t
  JOIN leads_join k ON k.lead_id = m.member AND k.known_at <= a.t
  JOIN leads_event e ON e.visitor_id = k.visitor_id AND e.lead_id IS NULL
  WHERE a.tangled AND e.known_at <= a.t AND e.occurred_at <= a.t AND NOT EXISTS (SELECT
  FROM leads_correction c
  WHERE c.subject = 'event' AND c.subject_id = e.id AND c.known_at <= a.t) AND NOT EXISTS (SELECT
  FROM leads_join f
  WHERE f.visitor_id = k.visitor_id AND f.id < k.id)) x, unnest(array_remove(ARRAY[CASE WHEN (x.kind = %(p11)s) THEN 1 END,
    CASE WHEN (x.kind = %(p12)s) THEN 2 END,
    CASE WHEN (x.kind = %(p13)s) THEN 3 END,
    CASE WHEN (x.kind = %(p14)s) THEN 4 END,
    CASE WHEN (x.kind = %(p15)s) THEN 5 END,
    CASE WHEN (x.kind = %(p16)s) THEN 6 END]::bigint[], NULL)) AS b(behaviour_id)
  WHERE x.reset_day IS NULL OR (date '1970-01-01' + floor((date_part('epoch', x.occurred_at) + (%(zone_offsets)s::float8[])[width_bucket(date_part('epoch', x.occurred_at), (%(zone_changes)s::float8[])) + 1]) / 86400)::int) > x.reset_day),
w(behaviour_id, atom, tab, tail, young, most) AS MATERIALIZED (VALUES (1::bigint, 0, %(p18)s::float8[], 0::float8, False, NULL::int), (3::bigint, 1, %(p19)s::float8[], 0::float8, False, 2::int), (2::bigint, 2, %(p20)s::float8[], 0::float8, True, NULL::int), (2::bigint, 3, %(p21)s::float8[], 1::float8, False, NULL::int), (6::bigint, 4, %(p22)s::float8[], 0::float8, False, NULL::int), (5::bigint, 5, %(p23)s::float8[], 0::float8, True, NULL::int), (5::bigint, 6, %(p24)s::float8[], 1::float8, False, NULL::int), (4::bigint, 7, %(p25)s::float8[], 250000::float8, False, NULL::int)),
s AS (SELECT d.lead_id, d.t, sum(least(d.n, w.most) * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 0) AS a0, sum(least(d.n, w.most) * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 1) AS a1, sum(least(d.n, w.most) * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 3) AS a3, sum(least(d.n, w.most) * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 4) AS a4, sum(least(d.n, w.most) * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 6) AS a6, sum(least(d.n, w.most) * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 7) AS a7
  FROM (SELECT lead_id, t, behaviour_id, age, sum(n) AS n
  FROM d
  GROUP BY 1, 2, 3, 4) d
  JOIN w ON w.behaviour_id = d.behaviour_id AND NOT w.young
  WHERE d.age >= 0
  GROUP BY 1, 2),
y AS (SELECT d.lead_id, d.t, max(coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 2) AS a2, max(coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 5) AS a5
  FROM (SELECT lead_id, t, behaviour_id, age
  FROM d
  WHERE age >= 0 AND behaviour_id = ANY(%(young)s)
  GROUP BY 1, 2, 3, 4 HAVING sum(n) > 0) d
  JOIN w ON w.behaviour_id = d.behaviour_id AND w.young
  GROUP BY 1, 2),
v AS (SELECT a.lead_id, a.t, a.today, a.cycle, s.a0, s.a1, s.a3, s.a4, s.a6, s.a7, y.a2, y.a5
  FROM asked a
  JOIN leads_lead l ON l.id = a.lead_id
  LEFT JOIN leads_company c ON c.id = l.company_id
  LEFT JOIN s ON s.lead_id = a.lead_id AND s.t = a.t
  LEFT JOIN y ON y.lead_id = a.lead_id AND y.t = a.t
  WHERE NOT a.moved
  UNION ALL SELECT a.lead_id, a.t, a.today, a.cycle, s.a0, s.a1, s.a3, s.a4, s.a6, s.a7, y.a2, y.a5
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

  LEFT JOIN s ON s.lead_id = a.lead_id AND s.t = a.t
  LEFT JOIN y ON y.lead_id = a.lead_id AND y.t = a.t
  WHERE a.moved),
points AS (SELECT v.lead_id, v.t, v.cycle, (true) AND NOT (false) AS allowed, (false) AS straight,
    trunc(greatest(-20, least(20,
    coalesce(v.a0, 0) * 5)))::int AS c1,
    trunc(greatest(-2000, least(2000,
    coalesce(v.a1, 0) * 5)))::int AS c2,
    CASE WHEN (coalesce(v.a3, 0) >= %(p27)s) THEN trunc(greatest(-2000, least(2000,
    coalesce(v.a2, 0) * 10 / 1000000::float8)))::int ELSE 0 END AS c3,
    trunc(greatest(-2000, least(2000,
    coalesce(v.a4, 0) * 10 / 1000000::float8)))::int AS c4,
    CASE WHEN (coalesce(v.a6, 0) >= %(p28)s) THEN trunc(greatest(-2000, least(2000,
    coalesce(v.a5, 0) * 10)))::int ELSE 0 END AS c5,
    trunc(greatest(-30, least(30,
    coalesce(v.a7, 0) * -10 / 1000000::float8)))::int AS c6
  FROM v OFFSET 0),
grouped AS (SELECT *
  FROM points OFFSET 0),
bounded AS (SELECT *,
    greatest(0, least(100, (0))) - (0) AS c0, (0) AS fit_raw,
    greatest(0, least(100, (c1 + c2 + c3 + c4 + c5 + c6))) - (c1 + c2 + c3 + c4 + c5 + c6) AS c7, (c1 + c2 + c3 + c4 + c5 + c6) AS engagement_raw
  FROM grouped OFFSET 0),
totals AS (SELECT *, (fit_raw + c0)::int AS fit, (engagement_raw + c7)::int AS engagement
  FROM bounded OFFSET 0),
graded AS (SELECT *, substr('ABCDEF', 1 + (fit < 75)::int + (fit < 50)::int + (fit < 25)::int, 1) || substr('123456', 1 + (engagement < 75)::int + (engagement < 50)::int + (engagement < 25)::int, 1) AS grade
  FROM totals OFFSET 0),
scored AS (SELECT lead_id, t, cycle, fit, engagement, grade, ARRAY[c0, c1, c2, c3, c4, c5, c6, c7]::int[] AS contributions, allowed AND grade = ANY(%(p29)s::text[]) AS plain, allowed AND grade = ANY(%(p30)s::text[]) AS strict, allowed AND straight AS direct
  FROM graded)

-- {"behaviours": [1, 2, 3, 4, 5, 6], "lasting": [], "p11": "page", "p12": "form", "p13": "mail_click", "p14": "unsubscribe", "p15": "webinar", "p16": "demo", "p18": "{1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1}", "p19": "{1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1}", "p20": "{1000000,750000,500000,250000}", "p21": "{}", "p22": "{1000000,500000,250000}", "p23": "{1,1,1}", "p24": "{}", "p25": "{1000000,1000000,1000000,1000000,1000000,1000000,1000000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000,500000}", "p27": 1, "p28": 1, "p29": ["A1", "A2", "B1"], "p30": ["A1", "A2", "B1"], "young": [2, 5]}
