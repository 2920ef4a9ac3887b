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
CREATE FUNCTION leads_words(own text, firm text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_to_tsvector(array_remove(array_remove(string_to_array(
    regexp_replace(public.leads_plain(left(public.leads_stems(own), 500)), '[^[:alnum:]]+', ' ', 'g')
    || coalesce(' =' || regexp_replace(public.leads_plain(left(public.leads_stems(firm), 500)), '[^[:alnum:]]+', ' =', 'g'), ''),
    ' '), ''), '='))
$$;
"""
KEEP = """
CREATE FUNCTION leads_learn_words(said tsvector[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO leads_word (word) SELECT d.word FROM (
    SELECT DISTINCT ltrim(w.word, '=') AS word FROM unnest(said) s(words), unnest(tsvector_to_array(s.words)) w(word)) d
  WHERE d.word ~ '^.{2,39}[^0-9]$' AND NOT EXISTS (SELECT FROM leads_word k WHERE k.word = d.word) ORDER BY d.word
$$;
CREATE FUNCTION leads_keep_words(ids bigint[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  said tsvector[]; wrong bigint[];
BEGIN
  wrong := array(SELECT w.lead_id FROM leads_leadwords w JOIN leads_lead l ON l.id = w.lead_id
    WHERE w.lead_id = ANY(ids) AND (l.erased OR l.root_id IS NOT NULL) ORDER BY 1);
  DELETE FROM leads_leadwords WHERE lead_id = ANY(wrong);
  WITH kept AS (
    INSERT INTO leads_leadwords (lead_id, words)
    SELECT l.id, leads_words(l.first_name || ' ' || l.last_name || ' ' || l.email, c.name || ' ' || c.domain)
    FROM leads_lead l LEFT JOIN leads_company c ON c.id = l.company_id
    WHERE l.id = ANY(ids) AND NOT l.erased AND l.root_id IS NULL ORDER BY l.id
    ON CONFLICT (lead_id) DO UPDATE SET words = excluded.words WHERE leads_leadwords.words <> excluded.words
    RETURNING words)
  SELECT array_agg(words) INTO said FROM kept;
  PERFORM leads_learn_words(said);
  RETURN coalesce(cardinality(said), 0) + cardinality(wrong);
END $$;
CREATE FUNCTION leads_lead_born() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  said tsvector[];
BEGIN
  WITH kept AS (
    INSERT INTO leads_leadwords (lead_id, words)
    SELECT l.id, leads_words(l.first_name || ' ' || l.last_name || ' ' || l.email, c.name || ' ' || c.domain)
    FROM born l LEFT JOIN leads_company c ON c.id = l.company_id
    WHERE NOT l.erased AND l.root_id IS NULL ORDER BY l.id RETURNING words)
  SELECT array_agg(words) INTO said FROM kept;
  PERFORM leads_learn_words(said);
  RETURN NULL;
END $$;
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
  PERFORM leads_learn_words(array(SELECT leads_words(name || ' ' || domain, NULL) FROM born));
  RETURN NULL;
END $$;
CREATE FUNCTION leads_company_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ids bigint[];
BEGIN
  ids := array(SELECT n.id FROM after n JOIN before o ON o.id = n.id WHERE n.name <> o.name OR n.domain <> o.domain);
  IF ids <> '{}' THEN
    PERFORM leads_learn_words(array(SELECT leads_words(name || ' ' || domain, NULL) FROM after WHERE id = ANY(ids)));
    PERFORM leads_keep_words(array(SELECT id FROM leads_lead WHERE company_id = ANY(ids)));
  END IF;
  RETURN NULL;
END $$;
"""
FILL = """
INSERT INTO leads_leadwords (lead_id, words)
SELECT l.id, leads_words(l.first_name || ' ' || l.last_name || ' ' || l.email, c.name || ' ' || c.domain)
FROM leads_lead l LEFT JOIN leads_company c ON c.id = l.company_id
WHERE NOT l.erased AND l.root_id IS NULL ORDER BY l.id;
INSERT INTO leads_word (word)
SELECT word FROM (
  SELECT ltrim(word, '=') AS word FROM ts_stat('SELECT words FROM leads_leadwords')
  UNION SELECT unnest(leads_parts(leads_stems(name || ' ' || domain))) FROM leads_company) d
WHERE word ~ '^.{2,39}[^0-9]$' ORDER BY word;
CREATE INDEX lead_words ON leads_leadwords USING gin (words) WITH (gin_pending_list_limit = 1024);
CREATE INDEX company_words ON leads_company USING gin (array_to_tsvector(leads_parts(leads_stems(name || ' ' || domain))))
  WITH (gin_pending_list_limit = 1024);
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
DROP INDEX company_words;
CREATE INDEX lead_search ON leads_lead USING gin
  (leads_plain(first_name || ' ' || last_name || ' ' || email) gin_trgm_ops);
CREATE INDEX company_search ON leads_company USING gin (leads_plain(name || ' ' || domain) gin_trgm_ops);
DROP FUNCTION leads_company_renamed(), leads_company_born(), leads_lead_renamed(), leads_lead_born();
DROP FUNCTION leads_keep_words(bigint[]), leads_learn_words(tsvector[]), leads_words(text, text), leads_stems(text), leads_parts(text);
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0016_remarks")]
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
        migrations.RunSQL([SPLIT, KEEP, FILL], [BACK]),
    ]
