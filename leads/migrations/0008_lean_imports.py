"""Constraints and indexes that cost each imported value more than they tell; companies are found by name and domain."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0007_what_clocks_read"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.AlterField(
            model_name="attributechange",
            name="by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="attributechange",
            name="imported_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="leads.import",
            ),
        ),
        migrations.AlterField(
            model_name="campaign",
            name="imported_by",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="leads.import",
            ),
        ),
        migrations.AlterField(
            model_name="company",
            name="imported_by",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="leads.import",
            ),
        ),
        migrations.AlterField(
            model_name="deal",
            name="imported_by",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="leads.import",
            ),
        ),
        migrations.AlterField(
            model_name="lead",
            name="imported_by",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="leads.import",
            ),
        ),
        migrations.AlterField(
            model_name="importrow",
            name="batch",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rows",
                to="leads.import",
            ),
        ),
        migrations.AlterField(
            model_name="leadkey",
            name="source",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="leads.source"),
        ),
        migrations.AddIndex(
            model_name="attributechange",
            index=django.contrib.postgres.indexes.BrinIndex(
                fields=["imported_by"], name="change_imported", pages_per_range=32
            ),
        ),
        migrations.AddIndex(
            model_name="attributechange",
            index=models.Index(condition=models.Q(("by__isnull", False)), fields=["by"], name="change_by"),
        ),
        migrations.AddIndex(
            model_name="company",
            index=models.Index(django.db.models.functions.text.Lower("domain"), name="company_domain"),
        ),
        migrations.AddIndex(
            model_name="company",
            index=models.Index(django.db.models.functions.text.Lower("name"), name="company_name"),
        ),
    ]
