"""An erasure forgets the reasons of every correction about a person: the owner's function beside `leads_erase_person`."""

from django.db import migrations

REASONS = """
CREATE FUNCTION leads_erase_reasons(people bigint[], sold bigint[]) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM set_config('smarketing.erasing', 'on', true);
  UPDATE leads_correction SET reason = '' WHERE reason <> '' AND (
    (subject = 'dealcontact' AND subject_id IN (
      SELECT id FROM leads_dealcontact WHERE lead_id = ANY(people) OR deal_id = ANY(sold)))
    OR (subject = 'engagementreset' AND subject_id IN (SELECT id FROM leads_engagementreset WHERE lead_id = ANY(people)))
    OR (subject = 'join' AND subject_id IN (SELECT id FROM leads_join WHERE lead_id = ANY(people)))
    OR (subject = 'lead' AND subject_id = ANY(people))
    OR (subject = 'assignment' AND subject_id IN (
      SELECT a.id FROM leads_assignment a JOIN leads_handoff h ON h.id = a.handoff_id WHERE h.lead_id = ANY(people))));
  PERFORM set_config('smarketing.erasing', 'off', true);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0012_rep_and_lead")]
    operations = [migrations.RunSQL(REASONS, "DROP FUNCTION leads_erase_reasons(bigint[], bigint[])")]
