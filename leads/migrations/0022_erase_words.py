"""An erasure cuts the person's address, number and name out of what others wrote: the owner's function `leads_erase_words`.

Texts are found by their trigrams: no erasure reads a whole table. `words`: what finds the person in a text; `listed`: entries of the
suppression list that stand for their addresses; `said`: values of other people of their company, and of its deals, that
hold one of the words.
"""

from django.db import migrations

WORDS = r"""
CREATE FUNCTION leads_erase_words(words text[], listed bigint[], said bigint[]) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  found text[]; wanted text;
BEGIN
  PERFORM set_config('smarketing.erasing', 'on', true);
  UPDATE leads_correction SET reason = '' WHERE reason <> '' AND subject = 'suppression' AND subject_id = ANY(listed);
  SELECT array_agg('%' || regexp_replace(lower(word), '([\\%_])', '\\\1', 'g') || '%'),
    string_agg(regexp_replace(word, '([][\\.*+?^${}()|])', '\\\1', 'g'), '|')
    INTO found, wanted FROM unnest(words) word WHERE word <> '';
  IF found IS NOT NULL THEN
    UPDATE leads_attemptnote SET text = regexp_replace(text, wanted, '[…]', 'gi') WHERE lower(text) LIKE ANY(found);
    UPDATE leads_notetext SET text = regexp_replace(text, wanted, '[…]', 'gi') WHERE lower(text) LIKE ANY(found);
    UPDATE leads_consentproof SET text = regexp_replace(text, wanted, '[…]', 'gi'),
      source = regexp_replace(source, wanted, '[…]', 'gi') WHERE lower(source || ' ' || text) LIKE ANY(found);
    UPDATE leads_correction SET reason = regexp_replace(reason, wanted, '[…]', 'gi')
      WHERE reason <> '' AND lower(reason) LIKE ANY(found);
    UPDATE leads_assignment SET reason = regexp_replace(reason, wanted, '[…]', 'gi')
      WHERE reason <> '' AND lower(reason) LIKE ANY(found);
    UPDATE leads_attributechange SET value = to_jsonb(regexp_replace(value #>> '{}', wanted, '[…]', 'gi'))
      WHERE id = ANY(said) AND jsonb_typeof(value) = 'string';
    UPDATE accounts_auditentry SET detail = '{}' WHERE detail <> '{}' AND lower(detail::text) LIKE ANY(found);
  END IF;
  PERFORM set_config('smarketing.erasing', 'off', true);
END $$;
"""
# Index -> on what: the texts of the function above, each as its condition asks.
INDEXES = {
    "attemptnote_words": "leads_attemptnote USING gin (lower(text) gin_trgm_ops)",
    "notetext_words": "leads_notetext USING gin (lower(text) gin_trgm_ops)",
    "consentproof_words": "leads_consentproof USING gin (lower(source || ' ' || text) gin_trgm_ops)",
    "correction_words": "leads_correction USING gin (lower(reason) gin_trgm_ops) WHERE reason <> ''",
    "assignment_words": "leads_assignment USING gin (lower(reason) gin_trgm_ops) WHERE reason <> ''",
    "audit_words": "accounts_auditentry USING gin (lower(detail::text) gin_trgm_ops) WHERE detail <> '{}'",
}


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_audit_by_verb"), ("leads", "0021_spans_of_imports")]
    operations = [
        migrations.RunSQL(WORDS, "DROP FUNCTION leads_erase_words(text[], bigint[], bigint[])"),
        *(migrations.RunSQL(f"CREATE INDEX {name} ON {on}", f"DROP INDEX {name}") for name, on in INDEXES.items()),
    ]
