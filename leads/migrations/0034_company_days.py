"""Sums over the people of a company, by local day."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0033_lean_leads"),
    ]

    operations = [
        migrations.CreateModel(
            name="CompanyDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "company_id", "day", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField()),
                ("people", models.IntegerField()),
                ("active", models.IntegerField()),
                ("acts", models.IntegerField()),
                ("mqls", models.IntegerField()),
                (
                    "company",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="leads.company",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["day", "company"], name="company_day_moved")]},
        ),
        migrations.CreateModel(
            name="CompanySums",
            fields=[
                ("one", models.BooleanField(default=True, primary_key=True, serialize=False)),
                ("day", models.DateField(null=True)),
                ("asked", models.BooleanField(default=False)),
            ],
            options={"abstract": False},
        ),
        migrations.AddIndex(
            model_name="attributechange",
            index=models.Index(
                fields=["value"], name="change_company", condition=models.Q(subject="lead", field="company")
            ),
        ),
    ]
