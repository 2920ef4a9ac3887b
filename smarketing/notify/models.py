"""Mails: every one is kept as it was written, whether a server sends it or not."""

from django.db import models

from smarketing.rows.kinds import Working


class Mail(Working):
    """One mail to one address. Where text and page say `letters.LINK`, a one-time link stood: it is sealed, not readable."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        KEPT = "kept"  # no mail server: shown in Settings only

    person = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    address = models.EmailField()
    kind = models.CharField(max_length=40)
    language = models.CharField(max_length=2)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    page = models.TextField()
    sealed = models.TextField(default="", blank=True)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    outbox = models.BigIntegerField(null=True)
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-written_at"], name="mail_newest")]
