"""A signature belongs to a side, and one person never signs a paper for both."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agreements", "0001_initial")]
    operations = [
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(fields=("paper", "signer"), name="signature_signer_once"),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["marketing", "sales"])), name="signature_of_a_side"
            ),
        ),
    ]
