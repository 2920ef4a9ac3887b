"""Event partitioned by its time-ordered id; the stage log's guard; the owner's partition upkeep.

Deletion and partitions belong to the owner: `leads_keep_partitions` is SECURITY DEFINER and the application's role may
execute it (docs/architecture.md lists every such function).
"""

from django.db import migrations

PARTITION = """
ALTER TABLE leads_event RENAME TO leads_event_plain;
CREATE TABLE leads_event (LIKE leads_event_plain INCLUDING DEFAULTS) PARTITION BY RANGE (id);
DROP TABLE leads_event_plain;
ALTER TABLE leads_event ADD CONSTRAINT leads_event_pkey PRIMARY KEY (id);
CREATE INDEX event_lead ON leads_event (lead_id, occurred_at);
CREATE INDEX event_visitor ON leads_event (visitor_id) WHERE visitor_id IS NOT NULL;
CREATE INDEX event_recorded ON leads_event (recorded_at);
CREATE TABLE leads_event_rest PARTITION OF leads_event DEFAULT;

CREATE FUNCTION leads_event_floor(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT (round(date_part('epoch', at) * 1000)::bigint - 1577836800000) << 22 $$;

CREATE FUNCTION leads_keep_partitions(first_month date, months int) RETURNS int LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  start timestamptz; stop timestamptz; part text; made int := 0;
BEGIN
  FOR i IN 0 .. months - 1 LOOP
    start := (date_trunc('month', first_month) + make_interval(months => i)) AT TIME ZONE 'UTC';
    stop := (date_trunc('month', first_month) + make_interval(months => i + 1)) AT TIME ZONE 'UTC';
    part := 'leads_event_' || to_char(start AT TIME ZONE 'UTC', 'YYYYMM');
    IF to_regclass(part) IS NULL THEN
      EXECUTE format('CREATE TABLE %I (LIKE leads_event INCLUDING ALL)', part);
      PERFORM set_config('smarketing.erasing', 'on', true);
      EXECUTE format(
        'WITH moved AS (DELETE FROM leads_event_rest WHERE id >= %s AND id < %s RETURNING *) INSERT INTO %I SELECT * FROM moved',
        leads_event_floor(start), leads_event_floor(stop), part);
      PERFORM set_config('smarketing.erasing', 'off', true);
      EXECUTE format('ALTER TABLE leads_event ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
        part, leads_event_floor(start), leads_event_floor(stop));
      made := made + 1;
    END IF;
  END LOOP;
  RETURN made;
END $$;
"""

UNPARTITION = """
DROP FUNCTION leads_keep_partitions(date, int);
DROP FUNCTION leads_event_floor(timestamptz);
ALTER TABLE leads_event RENAME TO leads_event_parts;
CREATE TABLE leads_event (LIKE leads_event_parts INCLUDING DEFAULTS);
INSERT INTO leads_event SELECT * FROM leads_event_parts;
DROP TABLE leads_event_parts;
ALTER TABLE leads_event ADD CONSTRAINT leads_event_pkey PRIMARY KEY (id);
CREATE INDEX event_lead ON leads_event (lead_id, occurred_at);
CREATE INDEX event_visitor ON leads_event (visitor_id) WHERE visitor_id IS NOT NULL;
CREATE INDEX event_recorded ON leads_event (recorded_at);
"""

STAGES = """
CREATE FUNCTION leads_stage_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last_number int; last_stage text;
BEGIN
  SELECT number, to_stage INTO last_number, last_stage FROM leads_stagemove
   WHERE lead_id = NEW.lead_id ORDER BY number DESC LIMIT 1;
  IF NEW.number <> coalesce(last_number, 0) + 1 OR NEW.from_stage <> coalesce(last_stage, '') THEN
    RAISE EXCEPTION 'stage move % of lead % does not follow move % (%)',
      NEW.number, NEW.lead_id, coalesce(last_number, 0), coalesce(last_stage, '') USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER stage_follows BEFORE INSERT ON leads_stagemove
  FOR EACH ROW EXECUTE FUNCTION leads_stage_follows();
CREATE INDEX lead_search ON leads_lead USING gin
  (lower(first_name || ' ' || last_name || ' ' || email) gin_trgm_ops);
CREATE INDEX company_search ON leads_company USING gin (lower(name) gin_trgm_ops);
"""
UNSTAGES = """
DROP INDEX company_search;
DROP INDEX lead_search;
DROP TRIGGER stage_follows ON leads_stagemove;
DROP FUNCTION leads_stage_follows();
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_initial"), ("rows", "0001_initial")]
    operations = [migrations.RunSQL(PARTITION, UNPARTITION), migrations.RunSQL(STAGES, UNSTAGES)]
