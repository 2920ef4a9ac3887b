"""What campaigns are to cost and what people's time costs; campaigns merged; the rules by which links name campaigns."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from smarketing.accounts.models import Side
from smarketing.rows.kinds import Act, Working

from .facts import Dated
from .querysets import TakenBackQuerySet


class PlannedCost(Dated):
    """What a campaign is to cost from one day to another, spread evenly over the days (`occurred_at`: when it was said)."""

    campaign = models.ForeignKey("leads.Campaign", models.PROTECT, related_name="planned")
    first_day = models.DateField()
    last_day = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    label = models.CharField(max_length=80, default="")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    objects = TakenBackQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="planned_days_in_order"
            ),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="planned_not_negative"),
        ]


class TimeSpent(Dated):
    """Hours of a side, a team or one person on a day, at the rate of that hour; for a campaign, or for leads in general."""

    campaign = models.ForeignKey("leads.Campaign", models.PROTECT, null=True, related_name="times")
    side = models.CharField(max_length=10, choices=Side.choices)
    team = models.ForeignKey("accounts.Team", models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    worked_on = models.DateField()
    hours = models.DecimalField(max_digits=8, decimal_places=2)
    rate = models.DecimalField(max_digits=10, decimal_places=2)
    label = models.CharField(max_length=80, default="")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    objects = TakenBackQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["worked_on"], name="time_worked")]
        constraints = [models.CheckConstraint(condition=models.Q(hours__gt=0, rate__gte=0), name="time_is_some")]


class HourlyRate(Working):
    """What an hour of a side, a team or one person costs: offered where time is written down, and copied onto it."""

    side = models.CharField(max_length=10, choices=Side.choices)
    team = models.ForeignKey("accounts.Team", models.CASCADE, null=True, related_name="+")
    person = models.ForeignKey("accounts.User", models.CASCADE, null=True, related_name="+")
    rate = models.DecimalField(max_digits=10, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["side", "team", "person"], name="one_rate_each", nulls_distinct=False)
        ]


class CampaignMerge(Dated):
    """A campaign that is another one: what names it counts with the other, as long as this stands."""

    loser = models.ForeignKey("leads.Campaign", models.PROTECT, related_name="merged_into")
    root = models.ForeignKey("leads.Campaign", models.PROTECT, related_name="merged_from")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    objects = TakenBackQuerySet.as_manager()


class LinkRules(Act):
    """Which campaign a link's UTM values mean: an ordered list, the first that fits counts. The newest version holds for all
    touches, old ones included.

    body: [{"source": "linkedin", "medium": "", "campaign": "sla-*", "content": "", "term": "", "to": 12}, ...]
    """

    number = models.IntegerField(unique=True)
    body = models.JSONField()
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    adopted_at = models.DateTimeField()
    recorded_at = models.DateTimeField()


class Level(models.TextChoices):
    """Where a campaign stands in the tree of what is planned."""

    PROGRAMME = "programme", _("programme")
    CAMPAIGN = "campaign", _("campaign")
    ASSET = "asset", _("asset")
