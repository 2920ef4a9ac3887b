v AS (SELECT a.lead_id, a.t, a.today, a.cycle
  FROM asked a
  JOIN leads_lead l ON l.id = a.lead_id
  LEFT JOIN leads_company c ON c.id = l.company_id OFFSET 0),
points AS (SELECT v.lead_id, v.t, v.cycle, (true) AND NOT (false) AS allowed, (false) AS straight,
    CASE WHEN true THEN 10 ELSE 0 END AS c0,
    CASE WHEN false THEN 10 ELSE 0 END AS c1
  FROM v OFFSET 0),
grouped AS (SELECT *
  FROM points OFFSET 0),
bounded AS (SELECT *,
    greatest(0, least(100, (c0 + c1))) - (c0 + c1) AS c2, (c0 + c1) AS fit_raw,
    greatest(0, least(100, (0))) - (0) AS c3, (0) AS engagement_raw
  FROM grouped OFFSET 0),
totals AS (SELECT *, (fit_raw + c2)::int AS fit, (engagement_raw + c3)::int AS engagement
  FROM bounded OFFSET 0),
graded AS (SELECT *, substr('ABCDEF', 1 + (fit < 75)::int + (fit < 50)::int + (fit < 25)::int, 1) || substr('123456', 1 + (engagement < 75)::int + (engagement < 50)::int + (engagement < 25)::int, 1) AS grade
  FROM totals OFFSET 0),
scored AS (SELECT lead_id, t, cycle, fit, engagement, grade, ARRAY[c0, c1, c2, c3]::int[] AS contributions, allowed AND grade = ANY(%(p10)s::text[]) AS plain, allowed AND grade = ANY(%(p11)s::text[]) AS strict, allowed AND straight AS direct
  FROM graded)

-- {"p10": ["A1", "A2", "B1"], "p11": ["A1", "A2", "B1"]}
