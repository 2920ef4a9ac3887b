"""Clocks keep how long the first attempt took; those written before are derived again by the sweep."""

from django.db import migrations, models

MARK = """
INSERT INTO sla_sladirty (handoff_id, since) SELECT DISTINCT handoff_id, clock_timestamp() FROM sla_clock
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("sla", "0002_spans")]
    operations = [
        migrations.AddField(model_name="clock", name="took", field=models.BigIntegerField(null=True)),
        migrations.RunSQL(MARK, migrations.RunSQL.noop, elidable=True),
    ]
