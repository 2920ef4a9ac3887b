"""Companies are sorted by name without case and accents, by an index."""

from django.db import migrations

MAKE = "CREATE INDEX company_by_name ON leads_company (leads_plain(name), id)"


class Migration(migrations.Migration):
    dependencies = [("leads", "0013_erase_every_reason")]
    operations = [migrations.RunSQL(MAKE, "DROP INDEX company_by_name")]
