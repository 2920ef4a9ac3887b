"""Why a handoff got its rep, who is away, what is contested, what was found out of a need; turns that are kept, not counted again."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

PROTECT = django.db.models.deletion.PROTECT
NOTE = {"on_delete": PROTECT, "primary_key": True, "serialize": False, "to": "leads.note"}
CALENDAR = {
    "null": True,
    "on_delete": django.db.models.deletion.SET_NULL,
    "related_name": "+",
    "to": "calendars.calendar",
}
USER = {"on_delete": PROTECT, "to": settings.AUTH_USER_MODEL}
ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
STAMPS = [(name, models.DateTimeField()) for name in ("occurred_at", "recorded_at", "known_at")]
# Whoever had turns in the last 28 days stands where they brought them; the whole round is leads.handoffs.turns.ROUND.
TURNS = """
UPDATE leads_poolmember m SET waits = false, turn = coalesce((SELECT count(*) FROM leads_assignment a WHERE a.pool_id = m.pool_id
  AND a.rep_id = m.rep_id AND a.how = 'turn' AND a.occurred_at > now() - interval '28 days'), 0) * (5354228880 / greatest(m.weight, 1))
"""


class Migration(migrations.Migration):
    dependencies = [
        ("calendars", "0001_initial"),
        ("leads", "0046_setting_aside"),
        ("personas", "0011_glossary"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("deal", "step", models.TextField(blank=True, default="")),
        migrations.AddField("decision", "version", models.ForeignKey(db_index=False, null=True, on_delete=PROTECT, related_name="+", to="personas.definitionversion")),
        migrations.AddField("pool", "calendar", models.ForeignKey(**CALENDAR)),
        migrations.AddField("poolmember", "calendar", models.ForeignKey(**CALENDAR)),
        migrations.AddField("poolmember", "turn", models.BigIntegerField(default=0)),
        migrations.AddField("poolmember", "waits", models.BooleanField(default=True)),
        migrations.RunSQL(TURNS, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Contest",
            fields=[
                ("note", models.OneToOneField(related_name="contest", **NOTE)),
                ("evidence", models.CharField(blank=True, default="", max_length=80)),
                ("due_on", models.DateField()),
                ("decision", models.ForeignKey(on_delete=PROTECT, related_name="contests", to="leads.decision")),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="Ruling",
            fields=[
                ("note", models.OneToOneField(related_name="ruling", **NOTE)),
                ("kind", models.CharField(choices=[("upheld", "upheld: back to sales"), ("stays", "rejected: the decision stays")], max_length=6)),
                ("to", models.ForeignKey(on_delete=PROTECT, related_name="rulings", to="leads.contest")),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="Need",
            fields=[
                ("decision", models.OneToOneField(on_delete=PROTECT, primary_key=True, related_name="need", serialize=False, to="leads.decision")),
                ("need", models.BooleanField()),
                ("budget", models.BooleanField()),
                ("authority", models.BooleanField()),
                ("timing", models.BooleanField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("decides_on", models.DateField(null=True)),
                ("note", models.ForeignKey(null=True, on_delete=PROTECT, related_name="+", to="leads.note")),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="Routing",
            fields=[
                ID, *STAMPS,
                ("how", models.CharField(max_length=10)),
                ("cause", models.CharField(choices=[("handed", "handed over"), ("freed", "somebody became free"), ("given_on", "a promise was broken"), ("relieved", "the rep is away or leaves"), ("contested", "a refusal was contested with success")], max_length=10)),
                ("considered", models.JSONField()),
                ("by", models.ForeignKey(null=True, related_name="+", **USER)),
                ("handoff", models.ForeignKey(on_delete=PROTECT, related_name="routings", to="leads.handoff")),
                ("pool", models.ForeignKey(null=True, on_delete=PROTECT, related_name="+", to="leads.pool")),
                ("rep", models.ForeignKey(null=True, related_name="+", **USER)),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                ID, *STAMPS,
                ("first", models.DateField()),
                ("last", models.DateField()),
                ("by", models.ForeignKey(related_name="+", **USER)),
                ("rep", models.ForeignKey(related_name="absences", **USER)),
            ],
            options={
                "indexes": [models.Index(fields=["rep", "last"], name="absence_of_rep")],
                "constraints": [models.CheckConstraint(condition=models.Q(first__lte=models.F("last")), name="absence_has_days")],
            },
        ),
    ]  # fmt: skip
