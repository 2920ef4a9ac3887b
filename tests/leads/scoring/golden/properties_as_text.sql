d AS (SELECT a.lead_id, a.t, b.behaviour_id, a.today - b.occurred_day AS age, b.n
  FROM asked a
  JOIN leads_behaviourday b ON b.lead_id = a.lead_id AND b.known_day < a.today AND b.occurred_day < a.today AND b.behaviour_id = ANY(%(behaviours)s)
  WHERE NOT a.tangled AND (a.reset_day IS NULL OR b.occurred_day > a.reset_day)
  UNION ALL SELECT x.lead_id, x.t, b.behaviour_id, x.today - (date '1970-01-01' + floor((date_part('epoch', x.occurred_at) + (%(zone_offsets)s::float8[])[width_bucket(date_part('epoch', x.occurred_at), (%(zone_changes)s::float8[])) + 1]) / 86400)::int), 1
  FROM (SELECT e.id, e.occurred_at, e.kind, nullif(translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS name, nullif(translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS page, nullif(translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS form, e.campaign_id, y.properties AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN leads_event e ON e.lead_id = a.lead_id
  LEFT JOIN leads_eventpayload y ON y.event_id = e.id
  WHERE NOT a.tangled AND e.known_at <= a.t AND e.occurred_at <= a.t AND (e.known_at >= a.midnight OR e.occurred_at >= a.midnight) AND e.recorded_at >= %(first_midnight)s AND e.id >= %(first_id)s
  UNION ALL SELECT e.id, e.occurred_at, e.kind, nullif(translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS name, nullif(translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS page, nullif(translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS form, e.campaign_id, y.properties AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN leads_event e ON e.lead_id = a.lead_id
  LEFT JOIN leads_eventpayload y ON y.event_id = e.id
  WHERE NOT a.tangled AND e.known_at <= a.t AND e.occurred_at <= a.t AND (e.known_at >= a.midnight OR e.occurred_at >= a.midnight) AND e.recorded_at < %(first_midnight)s AND e.occurred_at >= %(first_midnight)s AND e.lead_id IN (SELECT lead_id
  FROM leads_behaviourday
  WHERE occurred_day >= %(today)s AND known_day < %(today)s)
  UNION ALL SELECT e.id, e.occurred_at, e.kind, nullif(translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS name, nullif(translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS page, nullif(translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS form, e.campaign_id, y.properties AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN leads_event e ON e.lead_id = a.lead_id
  LEFT JOIN leads_eventpayload y ON y.event_id = e.id
  WHERE a.tangled AND e.known_at <= a.t AND e.occurred_at <= a.t AND NOT EXISTS (SELECT
  FROM leads_correction c
  WHERE c.subject = 'event' AND c.subject_id = e.id AND c.known_at <= a.t)
  UNION ALL SELECT e.id, e.occurred_at, e.kind, nullif(translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS name, nullif(translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS page, nullif(translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS form, e.campaign_id, y.properties AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN lent m ON m.lead_id = a.lead_id AND m.t = a.t
  JOIN leads_event e ON e.lead_id = m.member
  LEFT JOIN leads_eventpayload y ON y.event_id = e.id
  WHERE e.known_at <= a.t AND e.occurred_at <= a.t AND (NOT a.tangled AND (e.known_at >= a.midnight OR e.occurred_at >= a.midnight) OR (a.tangled AND NOT EXISTS (SELECT
  FROM leads_correction c
  WHERE c.subject = 'event' AND c.subject_id = e.id AND c.known_at <= a.t)))
  UNION ALL SELECT e.id, e.occurred_at, e.kind, nullif(translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS name, nullif(translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS page, nullif(translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS form, e.campaign_id, y.properties AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN leads_join k ON k.lead_id = a.lead_id AND k.known_at <= a.t
  JOIN leads_event e ON e.visitor_id = k.visitor_id AND e.lead_id IS NULL
  LEFT JOIN leads_eventpayload y ON y.event_id = e.id
  WHERE a.tangled AND e.known_at <= a.t AND e.occurred_at <= a.t AND NOT EXISTS (SELECT
  FROM leads_correction c
  WHERE c.subject = 'event' AND c.subject_id = e.id AND c.known_at <= a.t) AND NOT EXISTS (SELECT
  FROM leads_join f
  WHERE f.visitor_id = k.visitor_id AND f.id < k.id)
  UNION ALL SELECT e.id, e.occurred_at, e.kind, nullif(translate(e.name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS name, nullif(translate(e.page, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS page, nullif(translate(e.form, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') AS form, e.campaign_id, y.properties AS props, a.lead_id, a.t, a.today, a.reset_day
  FROM asked a
  JOIN lent m ON m.lead_id = a.lead_id AND m.t = a.t
  JOIN leads_join k ON k.lead_id = m.member AND k.known_at <= a.t
  JOIN leads_event e ON e.visitor_id = k.visitor_id AND e.lead_id IS NULL
  LEFT JOIN leads_eventpayload y ON y.event_id = e.id
  WHERE a.tangled AND e.known_at <= a.t AND e.occurred_at <= a.t AND NOT EXISTS (SELECT
  FROM leads_correction c
  WHERE c.subject = 'event' AND c.subject_id = e.id AND c.known_at <= a.t) AND NOT EXISTS (SELECT
  FROM leads_join f
  WHERE f.visitor_id = k.visitor_id AND f.id < k.id)) x, unnest(array_remove(ARRAY[CASE WHEN (x.kind = %(p11)s AND coalesce(position(%(p13)s IN nullif(translate(CASE WHEN jsonb_typeof((x.props -> %(p12)s)) IN ('string', 'number', 'boolean') THEN (x.props -> %(p12)s) #>> '{}' END, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '')) > 0, false)) THEN 1 END,
    CASE WHEN (x.kind = %(p14)s AND coalesce(jsonb_typeof((x.props -> %(p15)s)) IN ('string', 'number', 'boolean') AND (x.props -> %(p15)s) <> '""', false)) THEN 2 END,
    CASE WHEN (x.kind = %(p16)s AND coalesce(nullif(translate(CASE WHEN jsonb_typeof((x.props -> %(p17)s)) IN ('string', 'number', 'boolean') THEN (x.props -> %(p17)s) #>> '{}' END, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') <> ALL(%(p18)s), false)) THEN 3 END,
    CASE WHEN (x.kind = %(p19)s AND coalesce(starts_with(nullif(translate(CASE WHEN jsonb_typeof((x.props -> %(p20)s)) IN ('string', 'number', 'boolean') THEN (x.props -> %(p20)s) #>> '{}' END, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), ''), %(p21)s), false)) THEN 4 END,
    CASE WHEN (x.kind = %(p22)s AND NOT coalesce(jsonb_typeof((x.props -> %(p23)s)) IN ('string', 'number', 'boolean') AND (x.props -> %(p23)s) <> '""', false)) THEN 5 END,
    CASE WHEN (x.kind = %(p24)s AND coalesce(nullif(translate(CASE WHEN jsonb_typeof((x.props -> %(p25)s)) IN ('string', 'number', 'boolean') THEN (x.props -> %(p25)s) #>> '{}' END, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') = ANY(%(p26)s), false)) THEN 6 END,
    CASE WHEN (x.kind = %(p27)s AND coalesce(nullif(translate(CASE WHEN jsonb_typeof((x.props -> %(p28)s)) IN ('string', 'number', 'boolean') THEN (x.props -> %(p28)s) #>> '{}' END, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') = %(p29)s, false)) THEN 7 END,
    CASE WHEN (x.kind = %(p30)s AND coalesce(nullif(translate(CASE WHEN jsonb_typeof((x.props -> %(p31)s)) IN ('string', 'number', 'boolean') THEN (x.props -> %(p31)s) #>> '{}' END, 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ', 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ'), '') <> %(p32)s, false)) THEN 8 END]::bigint[], NULL)) AS b(behaviour_id)
  WHERE x.reset_day IS NULL OR (date '1970-01-01' + floor((date_part('epoch', x.occurred_at) + (%(zone_offsets)s::float8[])[width_bucket(date_part('epoch', x.occurred_at), (%(zone_changes)s::float8[])) + 1]) / 86400)::int) > x.reset_day),
w(behaviour_id, atom, tab, tail, young, most) AS MATERIALIZED (VALUES (7::bigint, 0, %(p34)s::float8[], 1::float8, False, NULL::int), (8::bigint, 1, %(p35)s::float8[], 1::float8, False, NULL::int), (6::bigint, 2, %(p36)s::float8[], 1::float8, False, NULL::int), (3::bigint, 3, %(p37)s::float8[], 1::float8, False, NULL::int), (1::bigint, 4, %(p38)s::float8[], 1::float8, False, NULL::int), (4::bigint, 5, %(p39)s::float8[], 1::float8, False, NULL::int), (2::bigint, 6, %(p40)s::float8[], 1::float8, False, NULL::int), (5::bigint, 7, %(p41)s::float8[], 1::float8, False, NULL::int)),
s AS (SELECT d.lead_id, d.t, sum(d.n * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 0) AS a0, sum(d.n * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 1) AS a1, sum(d.n * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 2) AS a2, sum(d.n * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 3) AS a3, sum(d.n * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 4) AS a4, sum(d.n * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 5) AS a5, sum(d.n * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 6) AS a6, sum(d.n * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 7) AS a7
  FROM d
  JOIN w ON w.behaviour_id = d.behaviour_id AND NOT w.young
  WHERE d.age >= 0
  GROUP BY 1, 2),
v AS (SELECT a.lead_id, a.t, a.today, a.cycle, s.a0, s.a1, s.a2, s.a3, s.a4, s.a5, s.a6, s.a7
  FROM asked a
  JOIN leads_lead l ON l.id = a.lead_id
  LEFT JOIN leads_company c ON c.id = l.company_id
  LEFT JOIN s ON s.lead_id = a.lead_id AND s.t = a.t
  WHERE NOT a.moved
  UNION ALL SELECT a.lead_id, a.t, a.today, a.cycle, s.a0, s.a1, s.a2, s.a3, s.a4, s.a5, s.a6, s.a7
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
  WHERE a.moved),
points AS (SELECT v.lead_id, v.t, v.cycle, (true) AND NOT (false) AS allowed, (false) AS straight,
    CASE WHEN (coalesce(v.a0, 0) >= %(p42)s) THEN 10 ELSE 0 END AS c1,
    CASE WHEN (coalesce(v.a1, 0) >= %(p43)s) THEN 10 ELSE 0 END AS c2,
    CASE WHEN (coalesce(v.a2, 0) >= %(p44)s) THEN 10 ELSE 0 END AS c3,
    CASE WHEN (coalesce(v.a3, 0) >= %(p45)s) THEN 10 ELSE 0 END AS c4,
    CASE WHEN (coalesce(v.a4, 0) >= %(p46)s) THEN 10 ELSE 0 END AS c5,
    CASE WHEN (coalesce(v.a5, 0) >= %(p47)s) THEN 10 ELSE 0 END AS c6,
    CASE WHEN (coalesce(v.a6, 0) >= %(p48)s) THEN 10 ELSE 0 END AS c7,
    CASE WHEN (coalesce(v.a7, 0) >= %(p49)s) THEN 10 ELSE 0 END AS c8
  FROM v OFFSET 0),
grouped AS (SELECT *
  FROM points OFFSET 0),
bounded AS (SELECT *,
    greatest(0, least(100, (0))) - (0) AS c0, (0) AS fit_raw,
    greatest(0, least(100, (c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8))) - (c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8) AS c9, (c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8) AS engagement_raw
  FROM grouped OFFSET 0),
totals AS (SELECT *, (fit_raw + c0)::int AS fit, (engagement_raw + c9)::int AS engagement
  FROM bounded OFFSET 0),
graded AS (SELECT *, substr('ABCDEF', 1 + (fit < 75)::int + (fit < 50)::int + (fit < 25)::int, 1) || substr('123456', 1 + (engagement < 75)::int + (engagement < 50)::int + (engagement < 25)::int, 1) AS grade
  FROM totals OFFSET 0),
scored AS (SELECT lead_id, t, cycle, fit, engagement, grade, ARRAY[c0, c1, c2, c3, c4, c5, c6, c7, c8, c9]::int[] AS contributions, allowed AND grade = ANY(%(p50)s::text[]) AS plain, allowed AND grade = ANY(%(p51)s::text[]) AS strict, allowed AND straight AS direct
  FROM graded)

-- {"behaviours": [1, 2, 3, 4, 5, 6, 7, 8], "lasting": [], "p11": "form", "p12": "it's 50 %", "p13": "élan", "p14": "form", "p15": "it's 50 %", "p16": "form", "p17": "it's 50 %", "p18": ["l'été 50 %", "élan"], "p19": "form", "p20": "it's 50 %", "p21": "élan", "p22": "form", "p23": "it's 50 %", "p24": "form", "p25": "it's 50 %", "p26": ["l'été 50 %", "élan"], "p27": "form", "p28": "it's 50 %", "p29": "élan", "p30": "form", "p31": "it's 50 %", "p32": "élan", "p34": "{}", "p35": "{}", "p36": "{}", "p37": "{}", "p38": "{}", "p39": "{}", "p40": "{}", "p41": "{}", "p42": 1, "p43": 1, "p44": 1, "p45": 1, "p46": 1, "p47": 1, "p48": 1, "p49": 1, "p50": ["A1", "A2", "B1"], "p51": ["A1", "A2", "B1"]}
