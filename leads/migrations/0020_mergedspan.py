"""A merge counts: from when to when the facts of a merged lead count for the one that stands for it.

An older company keeps its merges: their spans are derived here, values are taken over, the behaviours are counted anew by
the worker, and whoever others were merged into is judged anew from the facts.
"""

import django.db.models.deletion
from django.db import migrations, models

SPANS = """
INSERT INTO leads_mergedspan (lead_id, root_id, since, until, steps)
WITH RECURSIVE step AS (
  SELECT m.loser_id, m.root_id, greatest(m.known_at, m.occurred_at) AS since, c.known_at AS until
  FROM leads_merge m LEFT JOIN leads_correction c ON c.subject = 'merge' AND c.subject_id = m.id
  WHERE c.known_at IS NULL OR c.known_at > greatest(m.known_at, m.occurred_at)
), walk AS (
  SELECT loser_id, root_id, since, until, 1 AS steps, ARRAY[loser_id, root_id] AS path FROM step
  UNION ALL
  SELECT w.loser_id, s.root_id, greatest(w.since, s.since), least(w.until, s.until), w.steps + 1, w.path || s.root_id
  FROM walk w JOIN step s ON s.loser_id = w.root_id
  WHERE s.root_id <> ALL(w.path)
    AND (least(w.until, s.until) IS NULL OR greatest(w.since, s.since) < least(w.until, s.until))
)
SELECT loser_id, root_id, since, until, steps FROM walk ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING
"""
# What a lead never said itself, as the nearest lead merged into it says it.
VALUES = """
WITH said AS (
  SELECT DISTINCT ON (s.root_id, c.field) s.root_id, c.field, c.value FROM leads_mergedspan s
  JOIN leads_attributechange c ON c.subject = 'lead' AND c.subject_id = s.lead_id AND c.field <> 'opted_out'
  WHERE s.until IS NULL
    AND NOT EXISTS (SELECT FROM leads_correction k WHERE k.subject = 'attributechange' AND k.subject_id = c.id)
    AND NOT EXISTS (SELECT FROM leads_attributechange o WHERE o.subject = 'lead' AND o.subject_id = s.root_id
      AND o.field = c.field AND NOT EXISTS (
        SELECT FROM leads_correction k WHERE k.subject = 'attributechange' AND k.subject_id = o.id))
  ORDER BY s.root_id, c.field, s.steps, c.occurred_at DESC, c.recorded_at DESC, c.id DESC
), a AS (SELECT root_id, jsonb_object_agg(field, value) AS j FROM said WHERE value IS NOT NULL GROUP BY 1)
UPDATE leads_lead l SET
  email = coalesce(a.j ->> 'email', l.email), first_name = coalesce(a.j ->> 'first_name', l.first_name),
  last_name = coalesce(a.j ->> 'last_name', l.last_name), phone = coalesce(a.j ->> 'phone', l.phone),
  function = coalesce(a.j ->> 'function', l.function), country = coalesce(a.j ->> 'country', l.country),
  source = coalesce(a.j ->> 'source', l.source), birth_date = coalesce((a.j ->> 'birth_date')::date, l.birth_date),
  company_id = coalesce((a.j ->> 'company')::bigint, l.company_id),
  campaign_id = coalesce((a.j ->> 'campaign')::bigint, l.campaign_id),
  attributes = l.attributes || (SELECT coalesce(jsonb_object_agg(e.key, e.value), '{}') FROM jsonb_each(a.j) e
    WHERE starts_with(e.key, 'x_'))
FROM a WHERE a.root_id = l.id AND NOT l.erased
"""
JUDGED = """
UPDATE leads_behaviour SET backfilled_at = NULL WHERE EXISTS (SELECT FROM leads_mergedspan);
DELETE FROM leads_rawsum WHERE EXISTS (SELECT FROM leads_mergedspan);
DELETE FROM leads_rawsumday WHERE EXISTS (SELECT FROM leads_mergedspan);
DELETE FROM leads_scorehistory WHERE lead_id IN (SELECT root_id FROM leads_mergedspan);
DELETE FROM leads_score WHERE lead_id IN (SELECT root_id FROM leads_mergedspan);
INSERT INTO leads_leaddirty (lead_id, since) SELECT DISTINCT root_id, max(since) FROM leads_mergedspan GROUP BY 1
  ON CONFLICT DO NOTHING;
"""
NOTHING = migrations.RunSQL.noop


def points() -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="leads.lead"
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0019_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="MergedSpan",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "lead_id", "root_id", "since", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("steps", models.SmallIntegerField()),
                ("lead", points()),
                ("root", points()),
            ],
            options={"indexes": [models.Index(fields=["root", "lead"], name="span_root")]},
        ),
        migrations.RunSQL([SPANS, VALUES, JUDGED], NOTHING),
    ]
