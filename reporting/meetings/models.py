"""Meetings of both sides over a month: people, agenda, minutes, what was resolved, what each side believed before.

A meeting is written until it is closed; a trigger keeps it from then on (`0008`). What was decided is an act.
"""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from smarketing.accounts.models import Side
from smarketing.accounts.policy import may
from smarketing.rows.kinds import Act, Working


class MeetingQuerySet(models.QuerySet):
    def visible_to(self, user) -> "MeetingQuerySet":
        return self if may(user, "meetings.view") else self.none()

    def ahead(self) -> "MeetingQuerySet":
        """Those that are neither closed nor called off."""
        return self.filter(closed=None, cancelled_at=None)

    def held(self) -> "MeetingQuerySet":
        return self.filter(closed__isnull=False)


class Meeting(Working):
    """`month`: the month it looks at (first day). `question`: key of the clause whose share people estimate before, "" for
    none. `revision` refuses minutes written over somebody else's; `sequence` counts what the invitation changed."""

    contract = models.ForeignKey("sla.Contract", models.PROTECT, related_name="meetings")
    month = models.DateField()
    starts_at = models.DateTimeField()
    minutes = models.IntegerField(default=60)
    place = models.CharField(max_length=200, default="", blank=True)
    link = models.URLField(max_length=300, default="", blank=True)
    question = models.CharField(max_length=20, default="", blank=True)
    text = models.TextField(default="", blank=True)
    revision = models.IntegerField(default=0)
    sequence = models.IntegerField(default=0)
    edited_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    edited_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["contract", "-starts_at"], name="meeting_of_contract")]
        constraints = [models.CheckConstraint(condition=models.Q(minutes__gt=0), name="meeting_lasts")]


class Attendee(Working):
    """Somebody who is invited, for the side they were on then ("" for none); `came`: whether they were there, once known."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendees")
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    side = models.CharField(max_length=10, choices=Side, default="", blank=True)
    came = models.BooleanField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "user"], name="attendee_once")]


class AgendaItem(Working):
    """One point of an agenda; without a meeting it waits for the contract's next one. `ref` by kind: the key of a clause, a
    month, the code of a reason, the id of a remark, disagreement or resolution, of a campaign or persona,
    "definition:criterion". `text`: of a point written by hand; `came_from`: the page on which it was put on the agenda."""

    class Kind(models.TextChoices):
        CLAUSE = "clause", _("promise")
        RESTATED = "restated", _("closed month restated")
        REASON = "reason", _("reason of refusals")
        DISAGREEMENT = "disagreement", _("disagreement")
        CONTEST = "contest", _("contested decision")
        REMARK = "remark", _("remark")
        CAMPAIGN = "campaign", _("campaign")
        CRITERION = "criterion", _("criterion")
        PERSONA = "persona", _("persona")
        RESOLUTION = "resolution", _("earlier resolution")
        TEXT = "text", _("point")

    contract = models.ForeignKey("sla.Contract", models.PROTECT, related_name="agenda")
    meeting = models.ForeignKey(Meeting, models.CASCADE, null=True, related_name="items")
    kind = models.CharField(max_length=12, choices=Kind)
    ref = models.CharField(max_length=90, default="", blank=True)
    text = models.CharField(max_length=300, default="", blank=True)
    came_from = models.CharField(max_length=300, default="", blank=True)
    place = models.IntegerField(default=0)
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")  # null: found in the data
    at = models.DateTimeField()

    class Meta:
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "meeting", "kind", "ref"], condition=~models.Q(kind="text"), nulls_distinct=False,
                name="agenda_item_once",
            )
        ]  # fmt: skip


class MeetingClose(Act):
    """The end of a meeting: what was looked at, written and resolved, as one canonical text that both sides may sign."""

    meeting = models.OneToOneField(Meeting, models.PROTECT, related_name="closed")
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()


class ResolutionQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ResolutionQuerySet":
        return self if may(user, "meetings.view") else self.none()

    def newest_outcome(self) -> "ResolutionQuerySet":
        """With `outcome`: the newest word on whether it happened, null while nobody said."""
        said = ResolutionOutcome.objects.filter(resolution=models.OuterRef("pk")).order_by("-pk")
        return self.annotate(outcome=models.Subquery(said.values("done")[:1]))

    def open(self) -> "ResolutionQuerySet":
        return self.newest_outcome().filter(outcome=None)


class Resolution(Act):
    """What a meeting resolved: who is in charge, until when, and the figure that shall move: a registered measure, narrowed
    by dimensions (`where`), with the target it shall reach (a share in percent). `cutoff`: up to which facts are "before"."""

    class Direction(models.TextChoices):
        UP = "up", _("at least")
        DOWN = "down", _("at most")

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="resolutions")
    number = models.IntegerField()
    text = models.CharField(max_length=400)
    charge = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    due = models.DateField()
    measure = models.CharField(max_length=80, default="", blank=True)
    where = models.JSONField(default=dict)
    direction = models.CharField(max_length=4, choices=Direction, default=Direction.UP)
    target = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    cutoff = models.DateTimeField()
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = ResolutionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "number"], name="resolution_once")]
        indexes = [models.Index(fields=["due"], name="resolution_due")]


class ResolutionOutcome(Act):
    """Whether a resolution happened, in somebody's words; the newest holds."""

    resolution = models.ForeignKey(Resolution, models.PROTECT, related_name="outcomes")
    done = models.BooleanField()
    words = models.CharField(max_length=400, default="", blank=True)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()


class ResolutionDraft(Act):
    """The draft that carries a resolution out: of which definition or contract, and the newest signed version then."""

    class Kind(models.TextChoices):
        DEFINITION = "definition", _("definition")
        TERMS = "terms", _("terms")

    resolution = models.ForeignKey(Resolution, models.PROTECT, related_name="drafts")
    kind = models.CharField(max_length=10, choices=Kind)
    line = models.ForeignKey("personas.DefinitionLine", models.PROTECT, null=True, related_name="+")
    contract = models.ForeignKey("sla.Contract", models.PROTECT, null=True, related_name="+")
    after = models.IntegerField(default=0)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resolution", "kind", "line", "contract"], nulls_distinct=False, name="resolution_draft_once"),
            models.CheckConstraint(
                condition=models.Q(kind="definition", line__isnull=False, contract=None) | models.Q(kind="terms", contract__isnull=False, line=None),
                name="resolution_draft_of_one",
            ),
        ]  # fmt: skip


class Answered(Act):
    """That somebody answered the question of a meeting; what, nobody can tell: `Estimate` names no one."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="answered")
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "user"], name="answered_once")]


class Estimate(Act):
    """What somebody of a side believes, in percent. It has no author and no instant, and its key tells no order."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="estimates")
    side = models.CharField(max_length=10, choices=Side)
    value = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(value__gte=0, value__lte=100), name="estimate_is_a_share")
        ]
