"""Industries and countries of companies are offered in forms: found by walking an index, not by reading every company."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0075_calling_rules"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="company",
            index=models.Index(
                condition=models.Q(("industry", ""), _negated=True), fields=["industry"], name="company_industry"
            ),
        ),
        migrations.AddIndex(
            model_name="company",
            index=models.Index(
                condition=models.Q(("country", ""), _negated=True), fields=["country"], name="company_country"
            ),
        ),
    ]
