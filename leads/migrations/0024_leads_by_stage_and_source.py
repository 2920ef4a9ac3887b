"""Leads sorted by stage, in the order of the funnel, and by source: each an index of (value, key)."""

from django.db import migrations, models

PLACE = (
    "array_position(ARRAY['subscriber', 'lead', 'mql', 'sal', 'sql', 'opportunity', 'customer', 'recycled',"
    " 'disqualified']::varchar[], stage)"
)


class Migration(migrations.Migration):
    dependencies = [("leads", "0023_own_attributes_found")]

    operations = [
        migrations.RunSQL(f"CREATE INDEX lead_by_stage ON leads_lead (({PLACE}), id)", "DROP INDEX lead_by_stage"),
        migrations.RemoveIndex("lead", "lead_source"),
        migrations.AddIndex("lead", models.Index(fields=["source", "id"], name="lead_source")),
    ]
