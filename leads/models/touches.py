"""Touches: facts that name a campaign, narrow and in the order of their leads. Derived from events and values, and from the
link rules (`leads.touches`)."""

from django.db import models

from smarketing.rows.kinds import Derived, Working


class Touch(Derived):
    """One touch. `via` says how the fact (`fact_id`) names the campaign; a browser's touch has a visitor and no lead."""

    class Via(models.IntegerChoices):
        EVENT = 1  # an event that names its campaign
        LINK = 2  # an event whose link fits a rule
        VALUE = 3  # a campaign written on a lead

    pk = models.CompositePrimaryKey("via", "fact_id")
    via = models.SmallIntegerField(choices=Via)
    fact_id = models.BigIntegerField()
    lead = models.ForeignKey(
        "leads.Lead", models.CASCADE, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    visitor = models.ForeignKey(
        "leads.Visitor", models.CASCADE, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    campaign = models.ForeignKey(
        "leads.Campaign", models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["lead", "occurred_at"],
                include=["campaign", "via", "fact_id", "recorded_at"],
                condition=models.Q(lead__isnull=False),
                name="touch_lead",
            ),
            models.Index(
                fields=["visitor", "occurred_at"],
                include=["campaign", "via", "fact_id", "recorded_at"],
                condition=models.Q(lead__isnull=True),
                name="touch_visitor",
            ),
        ]


class TouchMark(Working):
    """One row: touches of facts recorded up to `through` are projected, by this version of the link rules (0: none)."""

    one = models.BooleanField(primary_key=True, default=True)
    through = models.DateTimeField()
    rules = models.IntegerField(default=0)
