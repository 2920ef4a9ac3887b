"""A meeting that was closed stays as it was: its page, people and agenda may not be written, nothing more is resolved or
believed there. The answers under the question lie in the table by their own key, so that no order tells who gave which."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION meeting_is_closed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE old_one bigint; new_one bigint;
BEGIN
  IF TG_TABLE_NAME = 'reporting_meeting' THEN
    old_one := OLD.id;
  ELSE
    IF TG_OP <> 'INSERT' THEN old_one := OLD.meeting_id; END IF;
    IF TG_OP <> 'DELETE' THEN new_one := NEW.meeting_id; END IF;
  END IF;
  IF EXISTS (SELECT FROM reporting_meetingclose WHERE meeting_id IN (old_one, new_one)) THEN
    RAISE EXCEPTION 'the meeting % is closed', coalesce(old_one, new_one) USING ERRCODE = 'check_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER meeting_closed BEFORE UPDATE OR DELETE ON reporting_meeting FOR EACH ROW EXECUTE FUNCTION meeting_is_closed();
CREATE TRIGGER meeting_closed BEFORE INSERT OR UPDATE OR DELETE ON reporting_attendee FOR EACH ROW EXECUTE FUNCTION meeting_is_closed();
CREATE TRIGGER meeting_closed BEFORE INSERT OR UPDATE OR DELETE ON reporting_agendaitem FOR EACH ROW EXECUTE FUNCTION meeting_is_closed();
CREATE TRIGGER meeting_closed BEFORE INSERT ON reporting_resolution FOR EACH ROW EXECUTE FUNCTION meeting_is_closed();
CREATE TRIGGER meeting_closed BEFORE INSERT ON reporting_answered FOR EACH ROW EXECUTE FUNCTION meeting_is_closed();
CREATE TRIGGER meeting_closed BEFORE INSERT ON reporting_estimate FOR EACH ROW EXECUTE FUNCTION meeting_is_closed();
"""
BACK = """
DROP TRIGGER meeting_closed ON reporting_meeting; DROP TRIGGER meeting_closed ON reporting_attendee;
DROP TRIGGER meeting_closed ON reporting_agendaitem; DROP TRIGGER meeting_closed ON reporting_resolution;
DROP TRIGGER meeting_closed ON reporting_answered; DROP TRIGGER meeting_closed ON reporting_estimate;
DROP FUNCTION meeting_is_closed();
"""


class Migration(migrations.Migration):
    dependencies = [("reporting", "0007_meetings")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
