"""Leads are found by their own attributes; the words of new leads are learnt from their own, read once.

Before, each word of a new lead was looked at again beside those of its company, by a pattern: two fifths of the work.
"""

import django.contrib.postgres.indexes
from django.db import migrations, models

BEFORE = """
CREATE OR REPLACE FUNCTION leads_lead_born() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  WITH these AS NOT MATERIALIZED (SELECT * FROM born WHERE NOT erased AND root_id IS NULL),
  kept AS (
    INSERT INTO leads_leadwords (lead_id, words)
    SELECT l.id, leads_words(l.first_name || ' ' || l.last_name || ' ' || l.email) || coalesce(c.words, '')
    FROM these l LEFT JOIN leads_company c ON c.id = l.company_id ORDER BY l.id RETURNING words)
  INSERT INTO leads_word (word) SELECT d.word FROM (
    SELECT DISTINCT u.word FROM kept k, unnest(tsvector_to_array(k.words)) u(word) WHERE u.word NOT LIKE '=%' OFFSET 0) d
  WHERE d.word ~ '^.{2,39}[^0-9]$' AND NOT EXISTS (SELECT FROM leads_word w WHERE w.word = d.word) ORDER BY 1;
  RETURN NULL;
END $$;
"""
AFTER = """
CREATE OR REPLACE FUNCTION leads_lead_born() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  WITH said AS MATERIALIZED (
    SELECT id, company_id, leads_words(first_name || ' ' || last_name || ' ' || email) AS own
    FROM born WHERE NOT erased AND root_id IS NULL ORDER BY id),
  kept AS (
    INSERT INTO leads_leadwords (lead_id, words)
    SELECT s.id, s.own || coalesce(c.words, '') FROM said s LEFT JOIN leads_company c ON c.id = s.company_id)
  INSERT INTO leads_word (word) SELECT d.word FROM (
    SELECT DISTINCT u.word FROM said s, unnest(tsvector_to_array(s.own)) u(word)
    WHERE length(u.word) BETWEEN 3 AND 40 AND strpos('0123456789', right(u.word, 1)) = 0 OFFSET 0) d
  WHERE NOT EXISTS (SELECT FROM leads_word w WHERE w.word = d.word) ORDER BY 1;
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0022_erase_words")]
    operations = [
        migrations.AddIndex(
            model_name="lead",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("attributes", {}), _negated=True),
                fields=["attributes"],
                name="lead_own",
                opclasses=["jsonb_path_ops"],
            ),
        ),
        migrations.RunSQL([AFTER], [BEFORE]),
    ]
