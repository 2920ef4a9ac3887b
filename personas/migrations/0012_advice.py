"""Whether advice may ask for a field, and for a kind of event."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("personas", "0011_glossary")]
    operations = [
        migrations.AddField("fielddef", "advised", models.BooleanField(default=True)),
        migrations.CreateModel(
            name="EventKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20, unique=True)),
                ("advised", models.BooleanField(default=True)),
            ],
            options={"abstract": False},
        ),
    ]
