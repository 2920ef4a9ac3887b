"""Mails, each kept as it was written whether a server sends it or not; notices, and how each person wants to be told."""

from django.db import models
from django.utils.translation import gettext_lazy as _

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
    off = models.TextField(default="", blank=True)  # where one click ends such mails; "" for a mail that nobody can end
    picture = models.BinaryField(null=True)  # a PNG that the page shows as `letters.PICTURE`
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    outbox = models.BigIntegerField(null=True)
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-written_at"], name="mail_newest")]


class ByMail(models.TextChoices):
    """When a notice goes out by mail."""

    NEVER = "", _("never")
    ONCE = "once", _("at once")
    MORNING = "morning", _("in the morning")


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user) -> "NoticeQuerySet":
        """A person's own, as far as they want them in the portal."""
        return self.filter(user=user, shown=True)

    def unseen(self) -> "NoticeQuerySet":
        return self.filter(seen_at=None)

    def to_mail(self) -> "NoticeQuerySet":
        """Those that wait for a mail: wanted by mail, not mailed, and not seen in the portal meanwhile."""
        return self.filter(mailed_at=None, seen_at=None).exclude(mail=ByMail.NEVER)


class Notice(Working):
    """One thing told to one person. `about` names it, so that it is told once; `params` holds ids and figures only: names
    are read when it is shown. `shown`, `mail`: where the person wants this kind."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)
    about = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    at = models.DateTimeField()
    told_at = models.DateTimeField()
    shown = models.BooleanField()
    mail = models.CharField(max_length=7, choices=ByMail, default=ByMail.NEVER, blank=True)
    seen_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    letter = models.ForeignKey(Mail, models.SET_NULL, null=True, related_name="notices")  # the mail it went out by

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind", "about"], name="notice_once")]
        indexes = [
            models.Index(fields=["user", "-at", "-id"], name="notice_newest", condition=models.Q(shown=True)),
            models.Index(fields=["user"], name="notice_unseen", condition=models.Q(shown=True, seen_at=None)),
            models.Index(
                fields=["user"], name="notice_to_mail",
                condition=models.Q(mailed_at=None, seen_at=None) & ~models.Q(mail=""),
            ),
        ]  # fmt: skip


class NoticeChoice(Working):
    """Where a person wants a kind of notice, when that is not where it comes by itself."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)
    portal = models.BooleanField()
    mail = models.CharField(max_length=7, choices=ByMail, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="notice_choice_once")]


class NoticeHours(Working):
    """When a person does not want mails that come at once: local times of the company's zone; both or neither."""

    user = models.OneToOneField("accounts.User", models.CASCADE, primary_key=True, related_name="+")
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    working_hours = models.BooleanField(default=True)  # only while the company's calendar is open

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from=None, quiet_until=None)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_both_or_neither",
            )
        ]


class DigestSent(Working):
    """A digest that a person had on a day: once. `letter` is empty where there was nothing to say."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)
    day = models.DateField()
    at = models.DateTimeField()
    letter = models.ForeignKey(Mail, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind", "day"], name="digest_once")]
        indexes = [models.Index(fields=["day"], name="digest_day")]
