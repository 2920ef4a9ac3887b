v AS (SELECT a.lead_id, a.t, a.today, a.cycle
  FROM asked a CROSS
  JOIN LATERAL (SELECT a.company_id) l
  LEFT JOIN leads_company c ON c.id = l.company_id OFFSET 0),
points AS (SELECT v.lead_id, v.t, v.cycle, (true) AND NOT (false) AS allowed, (false) AS straight,
    CASE WHEN true THEN 10 ELSE 0 END AS c0,
    CASE WHEN false THEN 10 ELSE 0 END AS c1
  FROM v OFFSET 0),
grouped AS (SELECT *
  FROM points OFFSET 0),
bounded AS (SELECT *, (c0 + c1) AS fit_raw, (0) AS engagement_raw
  FROM grouped OFFSET 0),
totals AS (SELECT *,
    greatest(0, least(100, fit_raw)) AS fit,
    greatest(0, least(100, engagement_raw)) AS engagement
  FROM bounded OFFSET 0),
graded AS (SELECT *,
    CASE WHEN fit >= 75 THEN CASE WHEN engagement >= 75 THEN 'A1' WHEN engagement >= 50 THEN 'A2' WHEN engagement >= 25 THEN 'A3' ELSE 'A4' END WHEN fit >= 50 THEN CASE WHEN engagement >= 75 THEN 'B1' WHEN engagement >= 50 THEN 'B2' WHEN engagement >= 25 THEN 'B3' ELSE 'B4' END WHEN fit >= 25 THEN CASE WHEN engagement >= 75 THEN 'C1' WHEN engagement >= 50 THEN 'C2' WHEN engagement >= 25 THEN 'C3' ELSE 'C4' END ELSE CASE WHEN engagement >= 75 THEN 'D1' WHEN engagement >= 50 THEN 'D2' WHEN engagement >= 25 THEN 'D3' ELSE 'D4' END END AS grade,
    CASE WHEN fit >= 75 THEN CASE WHEN engagement >= 75 THEN true WHEN engagement >= 50 THEN true WHEN engagement >= 25 THEN false ELSE false END WHEN fit >= 50 THEN CASE WHEN engagement >= 75 THEN true WHEN engagement >= 50 THEN false WHEN engagement >= 25 THEN false ELSE false END WHEN fit >= 25 THEN CASE WHEN engagement >= 75 THEN false WHEN engagement >= 50 THEN false WHEN engagement >= 25 THEN false ELSE false END ELSE CASE WHEN engagement >= 75 THEN false WHEN engagement >= 50 THEN false WHEN engagement >= 25 THEN false ELSE false END END AS inside
  FROM totals OFFSET 0),
scored AS (SELECT lead_id, t, cycle, fit, engagement, grade, ARRAY[c0, c1, fit - fit_raw, engagement - engagement_raw]::int[] AS contributions, allowed AND inside AS plain, allowed AND inside AS strict, allowed AND straight AS direct
  FROM graded)

-- {}
