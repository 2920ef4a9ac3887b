import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sla", "0009_terms_review")]

    operations = [
        migrations.CreateModel(
            name="MonthSum",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "contract_id", "month", "what", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("month", models.DateField()),
                ("what", models.CharField(max_length=200)),
                ("basis", models.BigIntegerField()),
                ("cutoff", models.DateTimeField()),
                ("days", models.JSONField()),
                (
                    "contract",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="sla.contract",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="ClockBlock",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "contract_id", "block", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("block", models.BigIntegerField()),
                ("basis", models.BigIntegerField()),
                ("cutoff", models.DateTimeField()),
                ("first", models.DateField()),
                ("last", models.DateField()),
                ("counts", models.JSONField()),
                (
                    "contract",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="sla.contract",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
    ]
