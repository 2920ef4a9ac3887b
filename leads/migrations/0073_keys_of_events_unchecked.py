"""Each key of an event asked whether its source is there, and stood in an index of sources beside its own: sources are never
deleted, and whoever looks for the keys of one has them in the key's own order (decision 92)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0072_companies_merged")]
    operations = [
        migrations.AlterField(
            "eventkey",
            "source",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="leads.source",
            ),
        ),
    ]
