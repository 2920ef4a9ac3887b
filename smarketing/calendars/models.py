"""Calendars in immutable versions, each materialised as a work axis."""

from django.db import models

from smarketing.rows.kinds import Act, Derived, Working


class Calendar(Working):
    name = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return self.name


class CalendarVersion(Act):
    """spec: {"zone": "Europe/Paris", "windows": {"1": [["09:00", "18:00"]], ...}, "country": "FR", "region": "", "holidays": [ISO dates],
    "open": [names of holidays that are worked], "extra": [ISO dates closed], "special": {ISO date: windows of that day}}."""

    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="versions")
    number = models.IntegerField()
    spec = models.JSONField()
    created_by = models.ForeignKey("accounts.User", models.PROTECT, null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "number"], name="calendar_version_once")]


class AxisWindow(Derived):
    """Window `i` of a version's work axis: whole microseconds UTC, working microseconds and business days before it."""

    pk = models.CompositePrimaryKey("version_id", "i")
    version = models.ForeignKey(CalendarVersion, models.CASCADE, db_index=False)
    i = models.IntegerField()
    opens_us = models.BigIntegerField()
    closes_us = models.BigIntegerField()
    before_us = models.BigIntegerField()
    day = models.DateField()
    ordinal = models.IntegerField()
