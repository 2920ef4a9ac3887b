from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0062_lots"),
    ]

    operations = [
        migrations.AddField(
            model_name="handoffstate",
            name="step_at",
            field=models.DateTimeField(null=True),
        ),
    ]
