"""When people may be called, as the law of their country has it: rules of Settings, and calls that were made all the same."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from smarketing.rows.kinds import Fact, Working


class CallingRule(Working):
    """The lawful hours of a country (ISO 3166, "" for every country without its own rule). `windows`: ISO weekday → [["10:00",
    "13:00"], …] in each of `zones`; `most` calls within `within` days, none for `rest` days after a no (None: no limit)."""

    class Reach(models.TextChoices):
        NOBODY = "nobody", _("nobody: switched off")
        PRIVATE = "private", _("private persons: leads without a company")
        ALL = "all", _("everybody, business contacts too")

    class Consent(models.TextChoices):
        NO_MATTER = "", _("changes nothing")
        LIFTS = "lifts", _("lifts all of this")
        NEEDED = "needed", _("is needed for any call")

    country = models.CharField(max_length=2, default="", blank=True, unique=True)
    reach = models.CharField(max_length=7, choices=Reach, default=Reach.PRIVATE)
    zones = models.JSONField(default=list)
    windows = models.JSONField(default=dict)
    holidays = models.BooleanField(default=True)
    most = models.PositiveSmallIntegerField(null=True)
    within = models.PositiveSmallIntegerField(default=30)
    rest = models.PositiveSmallIntegerField(null=True)
    consent = models.CharField(max_length=6, choices=Consent, default="", blank=True)
    changed_at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")


class OutsideCall(Fact):
    """A call that was made when the rule of `country` forbade it (`rule`: what did, a word of `handoffs.lawful`), and why."""

    class Reason(models.TextChoices):
        ASKED = "asked", _("they asked to be called then")
        RETURNED = "returned", _("they had tried to reach us")
        CONTRACT = "contract", _("about a contract that runs")
        MISTAKE = "mistake", _("made by mistake")
        AWAY = "away", _("logged without a network")  # said by nobody: kept on a device and sent later

    attempt = models.OneToOneField("leads.Attempt", models.PROTECT, primary_key=True, related_name="outside")
    reason = models.CharField(max_length=8, choices=Reason)
    rule = models.CharField(max_length=8)
    country = models.CharField(max_length=2, default="", blank=True)
