"""Lines of a file that change nothing, kept as spans; keys name lead and source without a constraint (decision 13)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0020_mergedspan")]
    operations = [
        migrations.CreateModel(
            name="ImportSpan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first", models.IntegerField()),
                ("last", models.IntegerField()),
                (
                    "batch",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="spans",
                        to="leads.import",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["batch", "last"], name="import_span")]},
        ),
        migrations.AlterField(
            model_name="leadkey",
            name="lead",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="keys",
                to="leads.lead",
            ),
        ),
        migrations.AlterField(
            model_name="leadkey",
            name="source",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to="leads.source"
            ),
        ),
    ]
