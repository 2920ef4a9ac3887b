import django.db.models.deletion
from django.db import migrations, models

NOTE = {"on_delete": django.db.models.deletion.PROTECT, "primary_key": True, "serialize": False, "to": "leads.note"}
PROTECT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0034_company_days"),
        ("personas", "0008_agreement"),
    ]

    operations = [
        migrations.CreateModel(
            name="Disagreement",
            fields=[
                ("note", models.OneToOneField(related_name="disagreement", **NOTE)),
                ("criterion", models.CharField(default="", max_length=60)),
                ("reason", models.CharField(choices=[("wrong_fact", "the fact is wrong"), ("too_much", "counts too much"), ("too_little", "counts too little"), ("not_a_sign", "says nothing of a good lead"), ("missing", "something is missing")], max_length=10)),
                ("grade", models.CharField(max_length=2)),
                ("points", models.IntegerField()),
                ("line", models.ForeignKey(on_delete=PROTECT, related_name="disagreements", to="personas.definitionline")),
                ("version", models.ForeignKey(on_delete=PROTECT, related_name="+", to="personas.definitionversion")),
            ],
            options={"abstract": False, "indexes": [models.Index(fields=["line", "criterion"], name="disagreement_criterion")]},
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("note", models.OneToOneField(related_name="answer", **NOTE)),
                ("kind", models.CharField(choices=[("taken", "taken into the draft"), ("kept", "kept as it is")], max_length=5)),
                ("draft", models.IntegerField(null=True)),
                ("to", models.ForeignKey(on_delete=PROTECT, related_name="answers", to="leads.disagreement")),
            ],
            options={"abstract": False},
        ),
    ]  # fmt: skip
