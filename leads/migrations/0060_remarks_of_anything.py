import django.db.models.deletion
from django.db import migrations, models

ABOUT = [("lead", "a lead"), ("campaign", "a campaign"), ("criterion", "a criterion"), ("clause", "a clause"), ("persona", "a persona"), ("general", "nothing in particular")]  # fmt: skip
PROTECT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):
    """A remark is about anything, praise or problem, and is answered; a note about no lead belongs to a remark."""

    dependencies = [("leads", "0055_means")]

    operations = [
        migrations.AlterField(
            "note", "lead", models.ForeignKey(null=True, on_delete=PROTECT, related_name="notes", to="leads.lead")
        ),
        migrations.AddField(
            "remark", "about", models.CharField(choices=ABOUT, default="lead", max_length=9),
        ),
        migrations.AddField("remark", "ref", models.CharField(blank=True, default="", max_length=90)),
        migrations.AlterField(
            "remark", "kind", models.CharField(choices=[("praise", "praise"), ("problem", "problem")], max_length=7)
        ),
        migrations.AlterField(
            "remark", "side",
            models.CharField(blank=True, choices=[("marketing", "marketing"), ("sales", "sales")], max_length=10),
        ),
        migrations.AddIndex("remark", models.Index(fields=["about", "ref"], name="remark_about")),
        migrations.CreateModel(
            name="Reply",
            fields=[
                ("note", models.OneToOneField(on_delete=PROTECT, primary_key=True, related_name="reply", serialize=False, to="leads.note")),
                ("to", models.ForeignKey(on_delete=PROTECT, related_name="replies", to="leads.remark")),
            ],
            options={"abstract": False},
        ),
    ]  # fmt: skip
