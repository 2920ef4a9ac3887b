"""Lists of leads are attributes with a name of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("personas", "0009_written_and_proven"),
    ]

    operations = [
        migrations.AddField(
            model_name="fielddef",
            name="listing",
            field=models.CharField(blank=True, default="", max_length=60),
        ),
    ]
