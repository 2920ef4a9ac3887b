"""What the frame keeps: forms already sent, so that a second click does nothing twice; lists as people arrange them."""

from django.db import models

from smarketing.accounts.policy import may
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


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, user) -> "SavedViewQuerySet":
        """One's own, and those shared with everybody."""
        return self.filter(models.Q(user=user) | models.Q(shared=True)) if may(user, "views.save") else self.none()

    def kept_by(self, user) -> "SavedViewQuerySet":
        """Those that a person may change: one's own; an administrator also the shared ones."""
        if not may(user, "views.save"):
            return self.none()
        shared = models.Q(shared=True) if user.role == "administrator" else models.Q(pk=None)
        return self.filter(models.Q(user=user) | shared)


class SavedView(Working):
    """A list as somebody arranged it and named it: `query` holds filters, order and columns as its address does.

    `table`: name of the list's address, "leads:list".
    """

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    table = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    shared = models.BooleanField(default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "table", "name"], name="view_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """What follows the list's path."""
        return f"?{self.query}&view={self.pk}" if self.query else f"?view={self.pk}"


class ListHabit(Working):
    """How one person opens one list: its columns (none: as given), and the view that opens first."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    table = models.CharField(max_length=60)
    columns = models.CharField(max_length=400, blank=True, default="")  # keys, comma between
    view = models.ForeignKey(SavedView, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "table"], name="list_habit_once")]
