"""A version may say which one it replaces before that begins."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("personas", "0012_advice")]
    operations = [
        migrations.AddField(
            "definitionversion",
            "replaces",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="personas.definitionversion",
            ),
        ),
    ]
