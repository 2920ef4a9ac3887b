"""What a rep sets aside for now, and in which order they work: acts of snoozing and skipping, and their own choice."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from smarketing.rows.kinds import Working

from .acts import Done


class Snooze(Done):
    """A handoff leaves the order of its queue until an instant; its promises go on. The newest one counts, and one whose end
    is its own instant wakes the handoff."""

    class Reason(models.TextChoices):
        CALLBACK = "callback", _("asked to be called then")
        AWAY = "away", _("cannot be reached before")
        PREPARE = "prepare", _("I prepare the talk first")
        WOKEN = "woken", _("taken up again")

    handoff = models.ForeignKey("leads.Handoff", models.PROTECT, related_name="snoozes")
    reason = models.CharField(max_length=10, choices=Reason)
    until = models.DateTimeField()


class Skip(Done):
    """A rep saw a handoff in its turn and went on to the next one, saying why. It moves nothing."""

    class Reason(models.TextChoices):
        HOUR = "hour", _("not the right hour for a call")
        PREPARE = "prepare", _("needs preparation")
        COLLEAGUE = "colleague", _("a colleague has to be asked first")
        LANGUAGE = "language", _("not my language")
        UNCLEAR = "unclear", _("not clear why this lead is here")

    handoff = models.ForeignKey("leads.Handoff", models.PROTECT, related_name="skips")
    reason = models.CharField(max_length=10, choices=Reason)


class QueueChoice(Working):
    """In which order somebody works their queue (`leads.models.queues.ORDERS`); nobody's row is the default."""

    user = models.OneToOneField("accounts.User", models.CASCADE, primary_key=True, related_name="queue_choice")
    order = models.CharField(max_length=10)


class HotPulse(Working):
    """The newest hot event of a lead that somebody owes: by it an open queue learns that something happened, told or not."""

    user = models.OneToOneField("accounts.User", models.CASCADE, primary_key=True, related_name="hot_pulse")
    event = models.BigIntegerField()


class MailTemplate(Working):
    """A mail that reps send by hand: about a persona, or to anybody (no persona). Its words are in `texts`, one a language."""

    name = models.CharField(max_length=80, unique=True)
    persona = models.ForeignKey("personas.Persona", models.CASCADE, null=True, blank=True, related_name="+")
    retired_at = models.DateTimeField(null=True)
    edited_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    edited_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class MailText(Working):
    """Subject and body of a template in one language, with fields in double braces (`leads.mailing.fields`)."""

    template = models.ForeignKey(MailTemplate, models.CASCADE, related_name="texts")
    language = models.CharField(max_length=2)
    subject = models.CharField(max_length=200)
    body = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "language"], name="mail_text_once")]
