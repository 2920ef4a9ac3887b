"""Moves of stage are checked by an index, also the first ones of a company.

The check's plan is made once a statement. Made over a table that was empty and looked at, it read that table from end to
end for each move that came into it: a hundred thousand moves at once took half an hour.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("leads", "0027_refused_by_hand")]
    operations = [
        migrations.RunSQL(
            "ALTER FUNCTION leads_stage_follows() SET enable_seqscan = off",
            "ALTER FUNCTION leads_stage_follows() RESET enable_seqscan",
        ),
    ]
