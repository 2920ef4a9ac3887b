import json

import django.db.models.deletion
from django.db import migrations, models

SHOWN = ("figure", "parts", "days")


def show(apps, schema_editor) -> None:
    """What pages show of the books there are."""
    books, shown = (
        apps.get_model("reporting", name).objects.using(schema_editor.connection.alias)
        for name in ("BookClose", "BookShown")
    )
    for book in books.order_by("pk").iterator(20):
        clauses = json.loads(book.figures)["clauses"].items()
        said = {key: {name: one[name] for name in SHOWN if name in one} for key, one in clauses}
        shown.create(book=book, clauses=said)


class Migration(migrations.Migration):
    dependencies = [("reporting", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="BookShown",
            fields=[
                (
                    "book",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="shown",
                        serialize=False,
                        to="reporting.bookclose",
                    ),
                ),
                ("clauses", models.JSONField()),
            ],
            options={"abstract": False},
        ),
        migrations.RunPython(show, migrations.RunPython.noop),
    ]
