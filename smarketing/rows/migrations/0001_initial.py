"""Installation, the clock, the fence's sequence and the guard function of facts and acts."""

import django.contrib.postgres.operations
from django.db import migrations, models

FUNCTIONS = """
CREATE SEQUENCE rows_event_block INCREMENT 1000;
CREATE FUNCTION smarketing_clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS
$$ SELECT clock_timestamp() + coalesce((SELECT clock_offset FROM rows_installation), interval '0') $$;
CREATE FUNCTION rows_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('smarketing.erasing', true) = 'on' AND current_user = (
       SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  RAISE EXCEPTION '% on % is refused: facts and acts are added, never edited', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
"""
DROP = """
DROP FUNCTION rows_refuse();
DROP FUNCTION smarketing_clock();
DROP SEQUENCE rows_event_block;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        django.contrib.postgres.operations.TrigramExtension(),
        django.contrib.postgres.operations.UnaccentExtension(),
        django.contrib.postgres.operations.BtreeGistExtension(),
        migrations.CreateModel(
            name="Installation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("singleton", models.BooleanField(default=True, unique=True)),
                ("kind", models.CharField(choices=[("live", "live"), ("demo", "demo")], default="live", max_length=4)),
                ("company", models.CharField(max_length=120)),
                ("zone", models.CharField(default="Europe/Paris", max_length=60)),
                ("currency", models.CharField(default="EUR", max_length=3)),
                ("country", models.CharField(default="FR", max_length=2)),
                ("language", models.CharField(default="fr", max_length=2)),
                ("clock_offset", models.DurationField(default="0")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("singleton", True)), name="installation_one_row"),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "demo"), ("clock_offset", "0"), _connector="OR"),
                        name="installation_live_has_no_offset",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FUNCTIONS, DROP),
    ]
