"""The installation: one company per database."""

from django.db import models

from .kinds import Working


class Installation(Working):
    """One row. `kind` demo allows a clock offset; a live database cannot hold one (constraint)."""

    singleton = models.BooleanField(default=True, unique=True)
    kind = models.CharField(max_length=4, choices=[("live", "live"), ("demo", "demo")], default="live")
    company = models.CharField(max_length=120)
    zone = models.CharField(max_length=60, default="Europe/Paris")
    currency = models.CharField(max_length=3, default="EUR")
    country = models.CharField(max_length=2, default="FR")
    language = models.CharField(max_length=2, default="fr")
    languages_off = models.JSONField(default=list, blank=True)  # codes of languages that are not on offer
    age_and_family = models.BooleanField(default=False)  # whether personas may speak of age and family
    clock_offset = models.DurationField(default="0")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="installation_one_row", condition=models.Q(singleton=True)),
            models.CheckConstraint(
                name="installation_live_has_no_offset",
                condition=models.Q(kind="demo") | models.Q(clock_offset="0"),
            ),
        ]
