import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


def points_to(model: str) -> models.ForeignKey:
    return models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, to=model)


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0005_imports"),
        ("personas", "0002_catalogue"),
    ]

    operations = [
        migrations.DeleteModel(name="RawSum"),  # nothing ever wrote to it
        migrations.CreateModel(
            name="RawSum",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "lead_id", "version_id", "atom", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("atom", models.SmallIntegerField()),
                ("value", models.FloatField()),
                ("lead", points_to("leads.lead")),
                ("version", points_to("personas.definitionversion")),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="RawSumDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "version_id", "low", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("low", models.BigIntegerField()),
                ("day", models.DateField()),
                ("version", points_to("personas.definitionversion")),
            ],
            options={"abstract": False},
        ),
        migrations.RemoveIndex(model_name="behaviourday", name="ledger_edge"),
        migrations.AddIndex(
            model_name="behaviourday",
            index=models.Index(fields=["occurred_day", "behaviour", "lead"], name="ledger_edge"),
        ),
        migrations.AddIndex(
            model_name="behaviourday",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["known_day"], name="ledger_known", pages_per_range=16
            ),
        ),
    ]
