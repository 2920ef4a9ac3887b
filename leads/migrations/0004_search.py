"""Names are found and sorted without case and accents: Éloïse, œuvre, Ça and d’Artagnan among e, oe, c and '."""

from django.db import migrations

PLAIN = """
CREATE FUNCTION leads_plain(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT lower(public.unaccent('public.unaccent', words)) $$;
DROP INDEX company_search;
DROP INDEX lead_search;
CREATE INDEX lead_search ON leads_lead USING gin
  (leads_plain(first_name || ' ' || last_name || ' ' || email) gin_trgm_ops);
CREATE INDEX company_search ON leads_company USING gin (leads_plain(name || ' ' || domain) gin_trgm_ops);
CREATE INDEX lead_by_name ON leads_lead (leads_plain(last_name || ' ' || first_name), id);
"""
UNPLAIN = """
DROP INDEX lead_by_name;
DROP INDEX company_search;
DROP INDEX lead_search;
CREATE INDEX lead_search ON leads_lead USING gin
  (lower(first_name || ' ' || last_name || ' ' || email) gin_trgm_ops);
CREATE INDEX company_search ON leads_company USING gin (lower(name) gin_trgm_ops);
DROP FUNCTION leads_plain(text);
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0003_changes_by_recording")]
    operations = [migrations.RunSQL(PLAIN, UNPLAIN)]
