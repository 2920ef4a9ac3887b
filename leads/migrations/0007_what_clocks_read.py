"""What clocks read of a handoff stands on its state: the instants of its attempts that count, and the promise's calendar."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


def derive(apps, schema_editor):
    """Fill the instants of the handoffs that are there already."""
    attempts, corrections, states = (
        apps.get_model("leads", name).objects.using(schema_editor.connection.alias)
        for name in ("Attempt", "Correction", "HandoffState")
    )
    worked = states.filter(attempts__gt=0).select_related("handoff__rules")
    if not worked.exists():
        return
    from leads.handoffs.rules import STARTER
    from leads.handoffs.story import counted
    from smarketing.rows import clock

    zone, back = clock.zone(), corrections.filter(subject="attempt").values("subject_id")
    for state in worked.iterator(1000):
        rules = STARTER | (state.handoff.rules.body if state.handoff.rules_id else {})
        made = attempts.filter(handoff=state.handoff_id).exclude(pk__in=back)
        states.filter(pk=state.pk).update(tried=counted(made, rules, zone))


class Migration(migrations.Migration):
    dependencies = [("calendars", "0001_initial"), ("leads", "0006_raw_sums")]
    operations = [
        migrations.AddField(
            model_name="handoffstate",
            name="calendar",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="calendars.calendarversion",
            ),
        ),
        migrations.AddField(
            model_name="handoffstate",
            name="tried",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.DateTimeField(), default=list, size=None),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=django.contrib.postgres.indexes.BrinIndex(
                fields=["recorded_at"], name="attempt_recorded", pages_per_range=32
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=django.contrib.postgres.indexes.BrinIndex(
                fields=["recorded_at"], name="decision_recorded", pages_per_range=32
            ),
        ),
        migrations.RunPython(derive, migrations.RunPython.noop, elidable=True),
    ]
