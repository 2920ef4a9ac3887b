"""Companies merged: the fact, the company that stands for one, pairs that the night suggests; and what an erasure takes of copies."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What companies have of own attributes from companies merged into them, deleted where one of these was a person's alone; what
# still follows from other merges is written again.
COPIES = """
CREATE FUNCTION leads_erase_copies(firms bigint[]) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM set_config('smarketing.erasing', 'on', true);
  DELETE FROM leads_attributechange
    WHERE subject = 'company' AND subject_id = ANY(firms) AND source = 'companymerge' AND starts_with(field, 'x_');
  PERFORM set_config('smarketing.erasing', 'off', true);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0071_account_reps"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CompanyMerge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("known_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CompanyPair",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), size=None),
                ),
                ("weight", models.IntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("dismissed", "dismissed")], default="open", max_length=9
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="company",
            name="root_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="company",
            index=models.Index(
                condition=models.Q(("root_id__isnull", False)), fields=["root_id"], name="company_merged"
            ),
        ),
        migrations.AddField(
            model_name="companymerge",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="companymerge",
            name="loser",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="merged_into", to="leads.company"
            ),
        ),
        migrations.AddField(
            model_name="companymerge",
            name="root",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="merged_from", to="leads.company"
            ),
        ),
        migrations.AddField(
            model_name="companypair",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="companypair",
            name="first",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="leads.company"),
        ),
        migrations.AddField(
            model_name="companypair",
            name="second",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="leads.company"),
        ),
        migrations.AddIndex(
            model_name="companypair",
            index=models.Index(fields=["state", "-weight", "id"], name="company_pair_order"),
        ),
        migrations.AddConstraint(
            model_name="companypair",
            constraint=models.UniqueConstraint(fields=("first", "second"), name="pair_suggested_once"),
        ),
        migrations.RunSQL(COPIES, "DROP FUNCTION leads_erase_copies(bigint[])"),
    ]
