"""What the frame keeps: forms already sent, so that a second click does nothing twice; lists as people arrange them; large
files that the worker writes."""

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


class ExportFileQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ExportFileQuerySet":
        """One's own only."""
        return self.filter(user=user) if may(user, "exports.fetch") else self.none()

    def under_way(self) -> "ExportFileQuerySet":
        return self.filter(state__in=("waiting", "running"))


class ExportFile(Working):
    """A large file that the worker writes for one person: `address` asks the list for its rows, `secret` names it on disk.

    `standing`: the role and side of who asked, at that time. `error`: why it failed, a key of `export_files.WHY`.
    """

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=200)
    verb = models.CharField(max_length=40)
    subject = models.CharField(max_length=40)
    address = models.TextField()
    format = models.CharField(max_length=8)
    language = models.CharField(max_length=8)
    standing = models.CharField(max_length=40)
    secret = models.CharField(max_length=32, unique=True)
    state = models.CharField(max_length=8, default="waiting")  # waiting, running, done, failed, stopped
    error = models.CharField(max_length=20, default="", blank=True)
    attempts = models.SmallIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    written = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    asked_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = ExportFileQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title
