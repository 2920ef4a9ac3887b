import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0061_deal_steps"),
        ("personas", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LotDirty",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "version_id", "low", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("low", models.BigIntegerField()),
                ("high", models.BigIntegerField()),
                ("since", models.DateTimeField()),
                (
                    "version",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="personas.definitionversion",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
    ]
