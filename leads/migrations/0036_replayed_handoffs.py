"""When a draft would have passed its MQLs to sales, and what holds the others; texts that are observed are worked off like drafts."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0035_disagreements"),
    ]

    operations = [
        migrations.AddField(
            model_name="replay",
            name="kind",
            field=models.CharField(default="months", max_length=8),
        ),
        migrations.AddField(
            model_name="replay",
            name="at_once",
            field=django.contrib.postgres.fields.ArrayField(models.BigIntegerField(), default=list, size=None),
        ),
        migrations.AddField(
            model_name="replay",
            name="draft_handed",
            field=django.contrib.postgres.fields.ArrayField(models.BigIntegerField(), default=list, size=None),
        ),
        migrations.AddField(
            model_name="replay",
            name="draft_holds",
            field=django.contrib.postgres.fields.ArrayField(models.SmallIntegerField(), default=list, size=None),
        ),
    ]
