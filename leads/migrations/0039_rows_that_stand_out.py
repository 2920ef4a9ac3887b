from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0036_replayed_handoffs")]

    operations = [
        migrations.AddIndex(
            model_name="attributechange",
            index=models.Index(
                fields=["occurred_at"],
                name="change_ahead",
                condition=models.Q(occurred_at__gt=models.F("recorded_at")),
            ),
        ),
        migrations.AddIndex(
            model_name="behaviourday",
            index=models.Index(fields=["lead"], name="ledger_taken_back", condition=models.Q(n__lt=0)),
        ),
    ]
