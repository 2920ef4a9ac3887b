"""What the frame keeps: forms already sent, so that a second click does nothing twice."""

from django.db import models

from smarketing.rows.kinds import Working


class SentForm(Working):
    """One form sent by one person: `answer` is what they got, told again when the same form comes again. Kept 30 days."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    key = models.CharField(max_length=40)
    body_hash = models.BinaryField(max_length=16)
    answer = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="form_sent_once")]
