"""Beside the words of a lead stand what it is mostly sorted by: its name as names are sorted, and when it was created.

So a list of very many leads that hold a word is sorted by reading their words alone. The rows are written anew.
"""

from django.db import migrations, models

COLUMNS = """
TRUNCATE leads_leadwords;
DROP INDEX lead_words;
ALTER TABLE leads_leadwords ADD COLUMN name text NOT NULL, ADD COLUMN created_at timestamp with time zone NOT NULL;
"""
COLUMNS_BEFORE = """
TRUNCATE leads_leadwords;
DROP INDEX lead_words;
ALTER TABLE leads_leadwords DROP COLUMN name, DROP COLUMN created_at;
"""
KEEP = """
CREATE OR REPLACE FUNCTION leads_keep_words(ids bigint[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  wrong bigint[]; mended bigint;
BEGIN
  wrong := array(SELECT w.lead_id FROM leads_leadwords w JOIN leads_lead l ON l.id = w.lead_id
    WHERE w.lead_id = ANY(ids) AND (l.erased OR l.root_id IS NOT NULL) ORDER BY 1);
  DELETE FROM leads_leadwords WHERE lead_id = ANY(wrong);
  WITH these AS MATERIALIZED (
    SELECT * FROM leads_lead WHERE id = ANY(ids) AND NOT erased AND root_id IS NULL),
  kept AS (
    INSERT INTO leads_leadwords (lead_id, words{columns})
    SELECT l.id, leads_words(l.first_name || ' ' || l.last_name || ' ' || l.email) || coalesce(c.words, ''){values}
    FROM these l LEFT JOIN leads_company c ON c.id = l.company_id ORDER BY l.id
    ON CONFLICT (lead_id) DO UPDATE SET words = excluded.words{sets}
      WHERE {other}
    RETURNING words),
  learnt AS (
    INSERT INTO leads_word (word) SELECT d.word FROM (
      SELECT DISTINCT u.word FROM kept k, unnest(tsvector_to_array(k.words)) u(word) WHERE u.word NOT LIKE '=%' OFFSET 0) d
    WHERE d.word ~ '^.{2,39}[^0-9]$' AND NOT EXISTS (SELECT FROM leads_word w WHERE w.word = d.word) ORDER BY 1
    RETURNING 1)
  SELECT count(*) INTO mended FROM kept;
  RETURN mended + cardinality(wrong);
END $$;
"""
BORN = """
CREATE OR REPLACE FUNCTION leads_lead_born() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM leads_refuse_unknown(array(SELECT DISTINCT company_id FROM born WHERE company_id IS NOT NULL),
    array(SELECT DISTINCT campaign_id FROM born WHERE campaign_id IS NOT NULL));
  WITH said AS MATERIALIZED (
    SELECT id, company_id, leads_words(first_name || ' ' || last_name || ' ' || email) AS own{read}
    FROM born WHERE NOT erased AND root_id IS NULL ORDER BY id),
  kept AS (
    INSERT INTO leads_leadwords (lead_id, words{columns})
    SELECT s.id, s.own || coalesce(c.words, ''){said} FROM said s LEFT JOIN leads_company c ON c.id = s.company_id)
  INSERT INTO leads_word (word) SELECT d.word FROM (
    SELECT DISTINCT u.word FROM (SELECT unnest(tsvector_to_array(own)) AS word FROM said) u
    WHERE length(u.word) BETWEEN 3 AND 40 AND strpos('0123456789', right(u.word, 1)) = 0 OFFSET 0) d
  WHERE NOT EXISTS (SELECT FROM leads_word w WHERE w.word = d.word) ORDER BY 1;
  RETURN NULL;
END $$;
"""
FILL = """
SELECT leads_keep_words(array(SELECT id FROM leads_lead));
CREATE INDEX lead_words ON leads_leadwords USING gin (words) WITH (gin_pending_list_limit = 1024);
"""
_NAME = "lower(public.unaccent('public.unaccent', {0}last_name || ' ' || {0}first_name))"
BEFORE = dict.fromkeys(("columns", "values", "sets", "read", "said"), "")
BEFORE |= {"other": "leads_leadwords.words <> excluded.words"}
NOW = {
    "columns": ", name, created_at",
    "values": f", {_NAME.format('l.')}, l.created_at",
    "sets": ", name = excluded.name, created_at = excluded.created_at",
    "other": """(leads_leadwords.words, leads_leadwords.name, leads_leadwords.created_at)
        <> (excluded.words, excluded.name, excluded.created_at)""",
    "read": f", {_NAME.format('')} AS name, created_at",
    "said": ", s.name, s.created_at",
}


def _functions(parts: dict[str, str]) -> str:
    text = KEEP + BORN
    for name, part in parts.items():
        text = text.replace(f"{{{name}}}", part)
    return text


class Migration(migrations.Migration):
    dependencies = [("leads", "0069_hot_pulse")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField("leadwords", "name", models.TextField()),
                migrations.AddField("leadwords", "created_at", models.DateTimeField()),
            ],
            database_operations=[
                migrations.RunSQL([COLUMNS, _functions(NOW), FILL], [COLUMNS_BEFORE, _functions(BEFORE), FILL])
            ],
        )
    ]
