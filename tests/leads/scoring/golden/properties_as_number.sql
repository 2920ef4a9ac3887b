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
  WHERE f.visitor_id = k.visitor_id AND f.id < k.id)) x, unnest(array_remove(ARRAY[CASE WHEN (x.kind = %(p11)s AND coalesce(CASE jsonb_typeof((x.props -> %(p12)s)) WHEN 'number' THEN ((x.props -> %(p12)s) #>> '{}')::numeric WHEN 'string' THEN CASE WHEN ((x.props -> %(p12)s) #>> '{}') ~ '^-?[0-9]{1,15}(\.[0-9]{1,6})?$' THEN ((x.props -> %(p12)s) #>> '{}')::numeric END END BETWEEN %(p13)s AND %(p14)s, false)) THEN 1 END,
    CASE WHEN (x.kind = %(p15)s AND coalesce(CASE jsonb_typeof((x.props -> %(p16)s)) WHEN 'number' THEN ((x.props -> %(p16)s) #>> '{}')::numeric WHEN 'string' THEN CASE WHEN ((x.props -> %(p16)s) #>> '{}') ~ '^-?[0-9]{1,15}(\.[0-9]{1,6})?$' THEN ((x.props -> %(p16)s) #>> '{}')::numeric END END <= %(p17)s, false)) THEN 2 END,
    CASE WHEN (x.kind = %(p18)s AND coalesce(CASE jsonb_typeof((x.props -> %(p19)s)) WHEN 'number' THEN ((x.props -> %(p19)s) #>> '{}')::numeric WHEN 'string' THEN CASE WHEN ((x.props -> %(p19)s) #>> '{}') ~ '^-?[0-9]{1,15}(\.[0-9]{1,6})?$' THEN ((x.props -> %(p19)s) #>> '{}')::numeric END END = %(p20)s, false)) THEN 3 END,
    CASE WHEN (x.kind = %(p21)s AND coalesce(CASE jsonb_typeof((x.props -> %(p22)s)) WHEN 'number' THEN ((x.props -> %(p22)s) #>> '{}')::numeric WHEN 'string' THEN CASE WHEN ((x.props -> %(p22)s) #>> '{}') ~ '^-?[0-9]{1,15}(\.[0-9]{1,6})?$' THEN ((x.props -> %(p22)s) #>> '{}')::numeric END END >= %(p23)s, false)) THEN 4 END,
    CASE WHEN (x.kind = %(p24)s AND coalesce(CASE jsonb_typeof((x.props -> %(p25)s)) WHEN 'number' THEN ((x.props -> %(p25)s) #>> '{}')::numeric WHEN 'string' THEN CASE WHEN ((x.props -> %(p25)s) #>> '{}') ~ '^-?[0-9]{1,15}(\.[0-9]{1,6})?$' THEN ((x.props -> %(p25)s) #>> '{}')::numeric END END = ANY(%(p26)s), false)) THEN 5 END,
    CASE WHEN (x.kind = %(p27)s AND coalesce(CASE jsonb_typeof((x.props -> %(p28)s)) WHEN 'number' THEN ((x.props -> %(p28)s) #>> '{}')::numeric WHEN 'string' THEN CASE WHEN ((x.props -> %(p28)s) #>> '{}') ~ '^-?[0-9]{1,15}(\.[0-9]{1,6})?$' THEN ((x.props -> %(p28)s) #>> '{}')::numeric END END <> ALL(%(p29)s), false)) THEN 6 END,
    CASE WHEN (x.kind = %(p30)s AND coalesce(jsonb_typeof((x.props -> %(p31)s)) IN ('string', 'number', 'boolean') AND (x.props -> %(p31)s) <> '""', false)) THEN 7 END,
    CASE WHEN (x.kind = %(p32)s AND coalesce(CASE jsonb_typeof((x.props -> %(p33)s)) WHEN 'number' THEN ((x.props -> %(p33)s) #>> '{}')::numeric WHEN 'string' THEN CASE WHEN ((x.props -> %(p33)s) #>> '{}') ~ '^-?[0-9]{1,15}(\.[0-9]{1,6})?$' THEN ((x.props -> %(p33)s) #>> '{}')::numeric END END <> %(p34)s, false)) THEN 8 END,
    CASE WHEN (x.kind = %(p35)s AND NOT coalesce(jsonb_typeof((x.props -> %(p36)s)) IN ('string', 'number', 'boolean') AND (x.props -> %(p36)s) <> '""', false)) THEN 9 END]::bigint[], NULL)) AS b(behaviour_id)
  WHERE x.reset_day IS NULL OR (date '1970-01-01' + floor((date_part('epoch', x.occurred_at) + (%(zone_offsets)s::float8[])[width_bucket(date_part('epoch', x.occurred_at), (%(zone_changes)s::float8[])) + 1]) / 86400)::int) > x.reset_day),
w(behaviour_id, atom, tab, tail, young, most) AS MATERIALIZED (VALUES (3::bigint, 0, %(p38)s::float8[], 1::float8, False, NULL::int), (8::bigint, 1, %(p39)s::float8[], 1::float8, False, NULL::int), (5::bigint, 2, %(p40)s::float8[], 1::float8, False, NULL::int), (6::bigint, 3, %(p41)s::float8[], 1::float8, False, NULL::int), (1::bigint, 4, %(p42)s::float8[], 1::float8, False, NULL::int), (4::bigint, 5, %(p43)s::float8[], 1::float8, False, NULL::int), (2::bigint, 6, %(p44)s::float8[], 1::float8, False, NULL::int), (7::bigint, 7, %(p45)s::float8[], 1::float8, False, NULL::int), (9::bigint, 8, %(p46)s::float8[], 1::float8, False, NULL::int)),
s AS (SELECT d.lead_id, d.t, sum(d.n * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 0) AS a0, sum(d.n * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 1) AS a1, sum(d.n * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 2) AS a2, sum(d.n * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 3) AS a3, sum(d.n * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 4) AS a4, sum(d.n * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 5) AS a5, sum(d.n * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 6) AS a6, sum(d.n * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 7) AS a7, sum(d.n * coalesce(w.tab[d.age + 1], w.tail)) FILTER (WHERE w.atom = 8) AS a8
  FROM d
  JOIN w ON w.behaviour_id = d.behaviour_id AND NOT w.young
  WHERE d.age >= 0
  GROUP BY 1, 2),
v AS (SELECT a.lead_id, a.t, a.today, a.cycle, s.a0, s.a1, s.a2, s.a3, s.a4, s.a5, s.a6, s.a7, s.a8
  FROM asked a
  JOIN leads_lead l ON l.id = a.lead_id
  LEFT JOIN leads_company c ON c.id = l.company_id
  LEFT JOIN s ON s.lead_id = a.lead_id AND s.t = a.t
  WHERE NOT a.moved
  UNION ALL SELECT a.lead_id, a.t, a.today, a.cycle, s.a0, s.a1, s.a2, s.a3, s.a4, s.a5, s.a6, s.a7, s.a8
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
    CASE WHEN (coalesce(v.a0, 0) >= %(p47)s) THEN 10 ELSE 0 END AS c1,
    CASE WHEN (coalesce(v.a1, 0) >= %(p48)s) THEN 10 ELSE 0 END AS c2,
    CASE WHEN (coalesce(v.a2, 0) >= %(p49)s) THEN 10 ELSE 0 END AS c3,
    CASE WHEN (coalesce(v.a3, 0) >= %(p50)s) THEN 10 ELSE 0 END AS c4,
    CASE WHEN (coalesce(v.a4, 0) >= %(p51)s) THEN 10 ELSE 0 END AS c5,
    CASE WHEN (coalesce(v.a5, 0) >= %(p52)s) THEN 10 ELSE 0 END AS c6,
    CASE WHEN (coalesce(v.a6, 0) >= %(p53)s) THEN 10 ELSE 0 END AS c7,
    CASE WHEN (coalesce(v.a7, 0) >= %(p54)s) THEN 10 ELSE 0 END AS c8,
    CASE WHEN (coalesce(v.a8, 0) >= %(p55)s) THEN 10 ELSE 0 END AS c9
  FROM v OFFSET 0),
grouped AS (SELECT *
  FROM points OFFSET 0),
bounded AS (SELECT *,
    greatest(0, least(100, (0))) - (0) AS c0, (0) AS fit_raw,
    greatest(0, least(100, (c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9))) - (c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9) AS c10, (c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9) AS engagement_raw
  FROM grouped OFFSET 0),
totals AS (SELECT *, (fit_raw + c0)::int AS fit, (engagement_raw + c10)::int AS engagement
  FROM bounded OFFSET 0),
graded AS (SELECT *, substr('ABCDEF', 1 + (fit < 75)::int + (fit < 50)::int + (fit < 25)::int, 1) || substr('123456', 1 + (engagement < 75)::int + (engagement < 50)::int + (engagement < 25)::int, 1) AS grade
  FROM totals OFFSET 0),
scored AS (SELECT lead_id, t, cycle, fit, engagement, grade, ARRAY[c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10]::int[] AS contributions, allowed AND grade = ANY(%(p56)s::text[]) AS plain, allowed AND grade = ANY(%(p57)s::text[]) AS strict, allowed AND straight AS direct
  FROM graded)

-- {"behaviours": [1, 2, 3, 4, 5, 6, 7, 8, 9], "lasting": [], "p11": "form", "p12": "it's 50 %", "p13": "12", "p14": "50", "p15": "form", "p16": "it's 50 %", "p17": "12", "p18": "form", "p19": "it's 50 %", "p20": "12", "p21": "form", "p22": "it's 50 %", "p23": "12", "p24": "form", "p25": "it's 50 %", "p26": ["12", "50"], "p27": "form", "p28": "it's 50 %", "p29": ["12", "50"], "p30": "form", "p31": "it's 50 %", "p32": "form", "p33": "it's 50 %", "p34": "12", "p35": "form", "p36": "it's 50 %", "p38": "{}", "p39": "{}", "p40": "{}", "p41": "{}", "p42": "{}", "p43": "{}", "p44": "{}", "p45": "{}", "p46": "{}", "p47": 1, "p48": 1, "p49": 1, "p50": 1, "p51": 1, "p52": 1, "p53": 1, "p54": 1, "p55": 1, "p56": ["A1", "A2", "B1"], "p57": ["A1", "A2", "B1"]}
