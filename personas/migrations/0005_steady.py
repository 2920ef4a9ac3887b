"""Which fields stay as they are once they are known."""

from django.db import migrations, models


def fill(apps, schema_editor):
    from personas.catalogue import ensure_catalogue

    ensure_catalogue(apps.get_model("personas", "FieldDef"), schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("personas", "0004_retired_attributes")]
    operations = [
        migrations.AddField("fielddef", "steady", models.BooleanField(default=False)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
