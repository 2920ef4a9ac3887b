"""A headcount that is known is nothing to wait for."""

from django.db import migrations


def fill(apps, schema_editor):
    from personas.catalogue import ensure_catalogue

    ensure_catalogue(apps.get_model("personas", "FieldDef"), schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("personas", "0005_steady")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
