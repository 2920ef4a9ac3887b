"""Ledger of runs and chunks, lease with fencing token, outbox, heartbeats."""

from django.db import models

from smarketing.accounts.policy import may
from smarketing.rows.kinds import Working


class RunQuerySet(models.QuerySet):
    def visible_to(self, user) -> "RunQuerySet":
        """All of them for whoever may watch runs, none for others."""
        return self if may(user, "runs.view") else self.none()

    def newest(self) -> "RunQuerySet":
        return self.order_by("-started_at", "-pk")


class Run(Working):
    """One run of a job, keyed (job, business date, cut-off); running it again is the same run."""

    job = models.CharField(max_length=40)
    business_date = models.DateField()
    cutoff = models.DateTimeField()
    state = models.CharField(max_length=10, default="running")  # running, done, failed, stopped
    step = models.CharField(max_length=40, default="", blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    error = models.TextField(default="", blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "business_date", "cutoff"], name="run_once")]


class Chunk(Working):
    """A piece of a run; its checkpoint commits with its rows. At `attempts` 3 it is quarantined and shown."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="chunks")
    step = models.CharField(max_length=40)
    number = models.IntegerField()
    low = models.BigIntegerField()
    high = models.BigIntegerField()
    state = models.CharField(max_length=11, default="pending")  # pending, done, quarantined
    attempts = models.SmallIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    error = models.TextField(default="", blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "step", "number"], name="chunk_once")]


class Lease(Working):
    """Who may write for a job: every chunk begins with `SELECT … WHERE token = … FOR SHARE`."""

    name = models.CharField(max_length=40, primary_key=True)
    token = models.BigIntegerField(default=0)
    holder = models.CharField(max_length=120, default="", blank=True)
    until = models.DateTimeField(null=True)


class Outbox(Working):
    """A side effect intended in the transaction of its cause; relayed at least once with this stable id."""

    kind = models.CharField(max_length=40)
    body = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    not_before = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["id"], name="outbox_waiting", condition=models.Q(sent_at=None))]


class Heartbeat(Working):
    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)
