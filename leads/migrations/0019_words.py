"""Leads are found by whole words and beginnings of words: indexes of words in place of indexes of letters.

`leads_leadwords` holds the words of each living lead and, marked by =, those of its company; triggers keep it, statement
by statement, so that whoever writes a lead needs to know nothing of it. `leads_word` is the dictionary in which mistyped
words are looked up. Two writers may add a word twice, rather than wait for each other: the night tidies up.
"""

import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

SPLIT = """
CREATE FUNCTION leads_parts(said text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_remove(string_to_array(
    regexp_replace(public.leads_plain(left(said, 500)), '[^[:alnum:]]+', ' ', 'g'), ' '), '')
$$;
CREATE FUNCTION leads_stems(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN said ~ '[0-9]' THEN left(said, 240) || ' ' || translate(left(said, 240), '0123456789', '') ELSE said END
$$;
CREATE FUNCTION leads_words(own text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_to_tsvector(public.leads_parts(public.leads_stems(own)))
$$;
CREATE FUNCTION leads_firm_words(firm text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_to_tsvector(array_remove(string_to_array('=' || regexp_replace(
    public.leads_plain(left(public.leads_stems(firm), 500)), '[^[:alnum:]]+', ' =', 'g'), ' '), '='))
$$;
ALTER TABLE leads_company ADD COLUMN words tsvector
  GENERATED ALWAYS AS (public.leads_firm_words(name || ' ' || domain)) STORED;
"""
_KEPT = """kept AS (
    INSERT INTO leads_leadwords (lead_id, words)
    SELECT l.id, leads_words(l.first_name || ' ' || l.last_name || ' ' || l.email) || coalesce(c.words, '')
    FROM these l LEFT JOIN leads_company c ON c.id = l.company_id ORDER BY l.id"""
_LEARN = """INSERT INTO leads_word (word) SELECT d.word FROM (
    SELECT DISTINCT u.word FROM kept k, unnest(tsvector_to_array(k.words)) u(word) WHERE u.word NOT LIKE '=%' OFFSET 0) d
  WHERE d.word ~ '^.{2,39}[^0-9]$' AND NOT EXISTS (SELECT FROM leads_word w WHERE w.word = d.word) ORDER BY 1"""
KEEP = """
CREATE FUNCTION leads_keep_words(ids bigint[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  wrong bigint[]; mended bigint;
BEGIN
  wrong := array(SELECT w.lead_id FROM leads_leadwords w JOIN leads_lead l ON l.id = w.lead_id
    WHERE w.lead_id = ANY(ids) AND (l.erased OR l.root_id IS NOT NULL) ORDER BY 1);
  DELETE FROM leads_leadwords WHERE lead_id = ANY(wrong);
  WITH these AS MATERIALIZED (
    SELECT * FROM leads_lead WHERE id = ANY(ids) AND NOT erased AND root_id IS NULL),
  {kept} ON CONFLICT (lead_id) DO UPDATE SET words = excluded.words WHERE leads_leadwords.words <> excluded.words
    RETURNING words),
  learnt AS ({learn} RETURNING 1)
  SELECT count(*) INTO mended FROM kept;
  RETURN mended + cardinality(wrong);
END $$;
CREATE FUNCTION leads_lead_born() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  WITH these AS NOT MATERIALIZED (SELECT * FROM born WHERE NOT erased AND root_id IS NULL),
  {kept} RETURNING words)
  {learn};
  RETURN NULL;
END $$;
CREATE FUNCTION leads_learn_firms(ids bigint[]) RETURNS void LANGUAGE sql AS $$
  WITH kept AS (SELECT leads_words(name || ' ' || domain) AS words FROM leads_company WHERE id = ANY(ids)),
  learnt AS ({learn} RETURNING 1)
  SELECT count(*) FROM learnt
$$;
CREATE FUNCTION leads_lead_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ids bigint[];
BEGIN
  ids := array(SELECT n.id FROM after n JOIN before o ON o.id = n.id
    WHERE n.first_name <> o.first_name OR n.last_name <> o.last_name OR n.email <> o.email OR n.erased <> o.erased
      OR n.company_id IS DISTINCT FROM o.company_id OR n.root_id IS DISTINCT FROM o.root_id);
  IF ids <> '{}' THEN
    PERFORM leads_keep_words(ids);
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION leads_company_born() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM leads_learn_firms(array(SELECT id FROM born));
  RETURN NULL;
END $$;
CREATE FUNCTION leads_company_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ids bigint[];
BEGIN
  ids := array(SELECT n.id FROM after n JOIN before o ON o.id = n.id WHERE n.name <> o.name OR n.domain <> o.domain);
  IF ids <> '{}' THEN
    PERFORM leads_learn_firms(ids);
    PERFORM leads_keep_words(array(SELECT id FROM leads_lead WHERE company_id = ANY(ids)));
  END IF;
  RETURN NULL;
END $$;
"""
FILL = """
WITH these AS NOT MATERIALIZED (SELECT * FROM leads_lead WHERE NOT erased AND root_id IS NULL),
{kept})
SELECT 1;
INSERT INTO leads_word (word)
SELECT word FROM (
  SELECT ltrim(word, '=') AS word FROM ts_stat('SELECT words FROM leads_leadwords')
  UNION SELECT ltrim(word, '=') FROM ts_stat('SELECT words FROM leads_company')) d
WHERE word ~ '^.{2,39}[^0-9]$' ORDER BY word;
CREATE INDEX lead_words ON leads_leadwords USING gin (words) WITH (gin_pending_list_limit = 1024);
CREATE INDEX company_words ON leads_company USING gin (words) WITH (gin_pending_list_limit = 1024);
CREATE INDEX word_near ON leads_word USING gin (word gin_trgm_ops) WITH (gin_pending_list_limit = 256);
DROP INDEX lead_search;
DROP INDEX company_search;
CREATE TRIGGER lead_born AFTER INSERT ON leads_lead REFERENCING NEW TABLE AS born
  FOR EACH STATEMENT EXECUTE FUNCTION leads_lead_born();
CREATE TRIGGER lead_renamed AFTER UPDATE ON leads_lead REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION leads_lead_renamed();
CREATE TRIGGER company_born AFTER INSERT ON leads_company REFERENCING NEW TABLE AS born
  FOR EACH STATEMENT EXECUTE FUNCTION leads_company_born();
CREATE TRIGGER company_renamed AFTER UPDATE ON leads_company REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION leads_company_renamed();
"""
BACK = """
DROP TRIGGER company_renamed ON leads_company;
DROP TRIGGER company_born ON leads_company;
DROP TRIGGER lead_renamed ON leads_lead;
DROP TRIGGER lead_born ON leads_lead;
ALTER TABLE leads_company DROP COLUMN words;
CREATE INDEX lead_search ON leads_lead USING gin
  (leads_plain(first_name || ' ' || last_name || ' ' || email) gin_trgm_ops);
CREATE INDEX company_search ON leads_company USING gin (leads_plain(name || ' ' || domain) gin_trgm_ops);
DROP FUNCTION leads_company_renamed(), leads_company_born(), leads_lead_renamed(), leads_lead_born();
DROP FUNCTION leads_keep_words(bigint[]), leads_learn_firms(bigint[]), leads_words(text), leads_firm_words(text);
DROP FUNCTION leads_stems(text), leads_parts(text);
"""


def _sql(text: str) -> str:
    return text.replace("{kept}", _KEPT).replace("{learn}", _LEARN)


class Migration(migrations.Migration):
    dependencies = [("leads", "0018_rights_of_the_erased")]
    operations = [
        migrations.CreateModel(
            name="LeadWords",
            fields=[
                (
                    "lead",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="leads.lead",
                    ),
                ),
                ("words", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="Word",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.TextField(db_collation="C")),
            ],
            options={"indexes": [models.Index(fields=["word"], name="word_plain")]},
        ),
        migrations.RunSQL([SPLIT, _sql(KEEP), _sql(FILL)], [BACK]),
    ]
