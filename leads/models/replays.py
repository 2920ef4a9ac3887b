"""What a definition would have done: computed in the background, one row for each text of a draft that was looked at."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from smarketing.accounts.policy import may
from smarketing.rows.kinds import Working


class ReplayQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ReplayQuerySet":
        """All for whoever may see definitions."""
        return self if may(user, "definition.view") else self.none()

    def of_months(self) -> "ReplayQuerySet":
        return self.filter(kind="months")

    def under_way(self) -> "ReplayQuerySet":
        return self.filter(state__in=("waiting", "running"))

    def done(self) -> "ReplayQuerySet":
        return self.filter(state="done").order_by("-ended_at", "-pk")


class Replay(Working):
    """`body` is replayed as of `cutoff`; `digest` of its canonical text. A row of the arrays is an MQL: lead, first yes
    (microseconds since 1970), what became of it (bits of `replay.months`); `draft_…` under the body, `was_…` as it really was.
    `draft_handed`: the instant at which the body would have passed it on, or 0 and in `draft_holds` why not (`replay.passing`).

    `since`: the body is that of a version, replayed from the instant it took effect; `differs`: MQLs that differ from its record.

    Of the kind "beside" it is a text that stands beside the versions in force, `since` observed: `draft_leads` would have
    qualified (code 0: when that began, 1: since), `was_leads` really did since, `at_once` would the moment it took effect.
    """

    line = models.ForeignKey("personas.DefinitionLine", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, default="months")  # months, beside
    digest = models.CharField(max_length=64)
    body = models.JSONField()
    revision = models.IntegerField()
    state = models.CharField(max_length=8, default="waiting")  # waiting, running, done, failed, stopped
    attempts = models.SmallIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    walked = models.BigIntegerField(default=0)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    cutoff = models.DateTimeField(null=True)
    since = models.DateTimeField(null=True)
    differs = models.IntegerField(null=True)
    erased = models.IntegerField(default=0)
    draft_leads = ArrayField(models.BigIntegerField(), default=list)
    draft_at = ArrayField(models.BigIntegerField(), default=list)
    draft_codes = ArrayField(models.SmallIntegerField(), default=list)
    draft_handed = ArrayField(models.BigIntegerField(), default=list)
    draft_holds = ArrayField(models.SmallIntegerField(), default=list)
    at_once = ArrayField(models.BigIntegerField(), default=list)
    was_leads = ArrayField(models.BigIntegerField(), default=list)
    was_at = ArrayField(models.BigIntegerField(), default=list)
    was_codes = ArrayField(models.SmallIntegerField(), default=list)

    objects = ReplayQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["line", "digest"], name="replay_of_body")]


class SalesTime(Working):
    """What a rep can do, for the load of sales: minutes an attempt takes, hours a business day for following up (one row)."""

    minutes = models.DecimalField(max_digits=5, decimal_places=1, default=8)
    hours = models.DecimalField(max_digits=4, decimal_places=1, default=3)
    changed_at = models.DateTimeField(null=True)
    by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
