"""Facts: added once, never edited. `occurred_at` when it happened, `recorded_at` when we learned it (fenced), `known_at`
when a judge may use it (equals `recorded_at`, or `occurred_at` under declared history)."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from smarketing.rows.kinds import Fact

from .querysets import TakenBackQuerySet


class Dated(Fact):
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    known_at = models.DateTimeField()

    class Meta:
        abstract = True


class EventKey(Fact):
    """One row per message id of a source: the same message is never counted twice."""

    pk = models.CompositePrimaryKey("source_id", "key")
    source = models.ForeignKey(
        "leads.Source", models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )  # never deleted
    key = models.BinaryField(max_length=16)  # first 16 bytes of SHA-256 of the message id as sent
    body_hash = models.BinaryField(max_length=16)
    event_id = models.BigIntegerField()


class Event(Dated):
    """Partitioned by its own time-ordered id, hence by recorded month. Properties are in EventPayload."""

    id = models.BigIntegerField(primary_key=True)
    lead = models.ForeignKey("leads.Lead", models.PROTECT, null=True, db_constraint=False, db_index=False)
    visitor = models.ForeignKey("leads.Visitor", models.PROTECT, null=True, db_constraint=False, db_index=False)
    source = models.ForeignKey("leads.Source", models.PROTECT, db_constraint=False, db_index=False)
    kind = models.CharField(max_length=20)  # page, form, track, mail_open, mail_click, ...
    name = models.CharField(max_length=120, default="")
    page = models.CharField(max_length=300, default="")
    form = models.CharField(max_length=120, default="")
    campaign = models.ForeignKey("leads.Campaign", models.PROTECT, null=True, db_constraint=False, db_index=False)
    day_only = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["lead", "occurred_at"], name="event_lead"),
            models.Index(fields=["visitor"], name="event_visitor", condition=models.Q(visitor__isnull=False)),
            models.Index(fields=["recorded_at"], name="event_recorded"),
        ]


class EventPayload(Fact):
    """Properties as sent, one row per event that has any."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, db_constraint=False)
    properties = models.JSONField()


class EventDetail(Fact):
    """What another file said of an event already recorded: a part (opened with, bounced because, ...) by the event's id."""

    event = models.ForeignKey(Event, models.PROTECT, db_constraint=False, related_name="details")
    part = models.CharField(max_length=40)
    properties = models.JSONField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["event", "part"], name="event_detail")]


class AttributeChange(Dated):
    """Every value of a lead, company, campaign or deal. `field` is the name without the subject.

    A file brings ten of them a row: its import and its author are named without a constraint (they would be looked up
    for each of them); values of an import lie together in ranges of pages, the few that people write are indexed alone.
    """

    subject = models.CharField(max_length=10)
    subject_id = models.BigIntegerField()
    field = models.CharField(max_length=60)
    value = models.JSONField(null=True)
    day_only = models.BooleanField(default=False)
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    imported_by = models.ForeignKey(
        "leads.Import", models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    source = models.CharField(max_length=40, default="")

    class Meta:
        indexes = [
            models.Index(fields=["subject", "subject_id", "field", "occurred_at"], name="change_subject"),
            BrinIndex(fields=["recorded_at"], name="change_recorded", pages_per_range=32),
            BrinIndex(fields=["imported_by"], name="change_imported", pages_per_range=32),
            models.Index(fields=["by"], name="change_by", condition=models.Q(by__isnull=False)),
            models.Index(fields=["value"], name="change_company", condition=models.Q(subject="lead", field="company")),
            models.Index(
                fields=["occurred_at"],
                name="change_ahead",
                condition=models.Q(occurred_at__gt=models.F("recorded_at")),
            ),
        ]


class Attempt(Dated):
    class Channel(models.TextChoices):
        CALL = "call", _("call")
        MAIL = "mail", _("mail")
        MESSAGE = "message", _("message")
        VISIT = "visit", _("visit")
        AUTO_MAIL = "auto_mail", _("automatic mail")  # counts only where the terms list it

    class Outcome(models.TextChoices):
        REACHED = "reached", _("reached")
        NO_ANSWER = "no_answer", _("no answer")
        VOICEMAIL = "voicemail", _("voicemail left")
        MAIL_SENT = "mail_sent", _("mail sent")
        WRONG_NUMBER = "wrong_number", _("wrong number")
        REPLIED = (
            "replied",
            _("replied by themselves"),
        )  # inbound: no attempt, but it keeps what the attempts were promised for

    handoff = models.ForeignKey("leads.Handoff", models.PROTECT, related_name="attempts")
    lead = models.ForeignKey("leads.Lead", models.PROTECT, related_name="attempts")
    rep = models.ForeignKey("accounts.User", models.PROTECT, related_name="attempts")
    channel = models.CharField(max_length=10, choices=Channel)
    outcome = models.CharField(max_length=12, choices=Outcome)
    next_step_on = models.DateField(null=True)
    next_step = models.CharField(max_length=10, choices=Channel, blank=True, default="", db_default="")
    minutes = models.SmallIntegerField(null=True)  # how long it took

    class Meta:
        indexes = [
            BrinIndex(fields=["recorded_at"], name="attempt_recorded", pages_per_range=32),
            models.Index(fields=["occurred_at"], name="attempt_happened"),
        ]


class AttemptNote(Fact):
    attempt = models.OneToOneField(Attempt, models.PROTECT, primary_key=True, related_name="note")
    text = models.TextField()


class DealContact(Dated):
    deal = models.ForeignKey("leads.Deal", models.PROTECT, related_name="contacts")
    lead = models.ForeignKey("leads.Lead", models.PROTECT, related_name="deal_contacts")
    role = models.CharField(max_length=40, default="")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")


class Spend(Dated):
    """Money spent for a day (`occurred_at` is the start of that local day) on a campaign; None: nobody said on which."""

    campaign = models.ForeignKey("leads.Campaign", models.PROTECT, null=True, related_name="spends")
    spent_on = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    label = models.CharField(max_length=80, default="")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    imported_by = models.ForeignKey("leads.Import", models.PROTECT, null=True, related_name="+")

    objects = TakenBackQuerySet.as_manager()


class Join(Dated):
    visitor = models.ForeignKey("leads.Visitor", models.PROTECT, related_name="joins")
    lead = models.ForeignKey("leads.Lead", models.PROTECT, related_name="joins")


class Merge(Dated):
    loser = models.ForeignKey("leads.Lead", models.PROTECT, related_name="+")
    root = models.ForeignKey("leads.Lead", models.PROTECT, related_name="+")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")


class EngagementReset(Dated):
    """Behaviour up to the end of the local day before `occurred_at` counts 0 after it; a new cycle starts."""

    lead = models.ForeignKey("leads.Lead", models.PROTECT, related_name="resets")
    handoff = models.ForeignKey("leads.Handoff", models.PROTECT, null=True, related_name="+")


class Correction(Dated):
    """Takes one fact or decision back. `subject` is the model's name in lower case."""

    subject = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "subject_id"], name="corrected_once")]


class Erasure(Dated):
    lead = models.ForeignKey("leads.Lead", models.PROTECT, related_name="+")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
