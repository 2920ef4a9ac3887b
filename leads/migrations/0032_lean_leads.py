"""Indexes that cost each imported lead more than they tell: another one covers them, or ranges of pages do (decision 13)."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0031_replays")]
    operations = [
        migrations.RemoveIndex("lead", "lead_stage"),
        migrations.AlterField(
            "lead",
            "campaign",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leads",
                to="leads.campaign",
            ),
        ),
        migrations.AlterField(
            "lead",
            "imported_by",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="leads.import",
            ),
        ),
        migrations.AddIndex(
            "lead",
            django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["imported_by"], name="lead_imported", pages_per_range=32
            ),
        ),
    ]
