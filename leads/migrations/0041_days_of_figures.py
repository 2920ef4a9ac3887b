"""A figure of a day or a month finds what happened then, instead of reading every attempt, decision, handoff and deal."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0040_births_in_fewer_steps")]
    operations = [
        migrations.AddIndex("attempt", models.Index(fields=["occurred_at"], name="attempt_happened")),
        migrations.AddIndex("decision", models.Index(fields=["occurred_at"], name="decision_happened")),
        migrations.AddIndex("deal", models.Index(fields=["created_at"], name="deal_opened")),
        migrations.AddIndex("handoff", models.Index(fields=["occurred_at"], name="handoff_happened")),
        migrations.AddIndex(
            "handoff",
            models.Index(fields=["lead"], condition=models.Q(gate="imported"), name="handoff_brought"),
        ),
    ]
