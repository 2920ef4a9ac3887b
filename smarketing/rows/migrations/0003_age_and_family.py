"""Whether personas may speak of age and family: off until a company wants it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rows", "0002_languages_off")]
    operations = [migrations.AddField("installation", "age_and_family", models.BooleanField(default=False))]
