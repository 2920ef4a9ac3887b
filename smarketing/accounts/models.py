"""People: who signs in, for which side, in which role; tokens; the audit log."""

from datetime import date, datetime

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from smarketing.rows.kinds import Act, Working

from .policy import may


class Side(models.TextChoices):
    MARKETING = "marketing", _("marketing")
    SALES = "sales", _("sales")


class Role(models.TextChoices):
    MARKETER = "marketer", _("marketer")
    REP = "rep", _("sales rep")
    MANAGER = "manager", _("manager")
    ADMINISTRATOR = "administrator", _("administrator")
    VIEWER = "viewer", _("viewer")


class Team(Working):
    name = models.CharField(max_length=80, unique=True)
    side = models.CharField(max_length=10, choices=Side)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields):
        """A person who may sign in. ValueError without an e-mail address."""
        if not email:
            raise ValueError("an e-mail address is needed")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class User(AbstractBaseUser, Working):
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    side = models.CharField(_("side"), max_length=10, choices=Side, blank=True)
    role = models.CharField(_("role"), max_length=15, choices=Role)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=[("en", "English"), ("fr", "Français")], default="en"
    )
    theme = models.CharField(
        _("theme"),
        max_length=5,
        choices=[("auto", _("system")), ("light", _("light")), ("dark", _("dark"))],
        default="auto",
    )
    single_keys = models.BooleanField(_("one-key shortcuts"), default=True)
    signs = models.BooleanField(_("may sign for their side"), default=False)
    is_active = models.BooleanField(default=True)
    sign_in_round = models.IntegerField(default=0)  # one more ends every session there is
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name", "role"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_side_fits_role",
                condition=models.Q(role__in=["administrator", "viewer"], side="")
                | models.Q(role="marketer", side="marketing")
                | models.Q(role="rep", side="sales")
                | models.Q(role="manager", side__in=["marketing", "sales"]),
            )
        ]

    def __str__(self) -> str:
        return self.name

    is_staff = is_superuser = False

    def _get_session_auth_hash(self, secret=None) -> str:
        return f"{super()._get_session_auth_hash(secret=secret)}.{self.sign_in_round}"

    def get_full_name(self) -> str:
        return self.name

    def has_perm(self, perm, obj=None) -> bool:
        return False

    def has_module_perms(self, app_label) -> bool:
        return False


class DeputyQuerySet(models.QuerySet):
    def on(self, day: date) -> "DeputyQuerySet":
        """Those who stand in on a local day."""
        return self.filter(first__lte=day, last__gte=day, ended_at=None)

    def to_come(self, day: date) -> "DeputyQuerySet":
        """Those who stand in on a day or later."""
        return self.filter(last__gte=day, ended_at=None)


class Deputy(Working):
    """Somebody of the same side who signs in the place of a named signer, from `first` to `last` (local days)."""

    signer = models.ForeignKey(User, models.CASCADE, related_name="deputies")
    deputy = models.ForeignKey(User, models.CASCADE, related_name="+")
    first = models.DateField()
    last = models.DateField()
    ended_at = models.DateTimeField(null=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = DeputyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="deputy_days_in_order"),
            models.CheckConstraint(condition=~models.Q(signer=models.F("deputy")), name="deputy_is_another"),
        ]


class SignInRule(Working):
    """One row at most: of whom a second factor is asked."""

    class Whom(models.TextChoices):
        NOBODY = "", _("nobody: everyone decides")
        ADMINISTRATORS = "administrators", _("administrators")
        EVERYONE = "everyone", _("everyone")

    singleton = models.BooleanField(default=True, unique=True)
    second_factor = models.CharField(max_length=14, choices=Whom, default="", blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(singleton=True), name="sign_in_rule_once")]


class Counter(Working):
    """What the shared cache keeps (`limits.py`): attempts at signing in, for minutes."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)


class InvitationQuerySet(models.QuerySet):
    def waiting(self) -> "InvitationQuerySet":
        """Neither used nor taken back; perhaps expired."""
        return self.filter(accepted_at=None, revoked_at=None)


class Invitation(Working):
    """A one-time link that makes one person. Only the SHA-256 of its secret is kept."""

    email = models.EmailField()
    role = models.CharField(max_length=15, choices=Role)
    side = models.CharField(max_length=10, choices=Side, blank=True)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True)
    signs = models.BooleanField(default=False)
    language = models.CharField(max_length=2)
    sha256 = models.BinaryField(max_length=32, unique=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    person = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"), condition=models.Q(accepted_at=None, revoked_at=None), name="invitation_waits_once"
            )
        ]

    def closed(self, at: datetime) -> str:
        """Why it opens nothing at `at`: "used", "revoked", "expired"; "" when it opens."""
        if self.accepted_at:
            return "used"
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at <= at else ""


class Token(Working):
    """A credential of a program. Only its SHA-256 is kept. `kind` api: scopes are policy verbs; write: ingest only."""

    kind = models.CharField(max_length=5, choices=[("api", "api"), ("write", "write")])
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    sha256 = models.BinaryField(max_length=32, unique=True)
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True)
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


class AuditQuerySet(models.QuerySet):
    def visible_to(self, user) -> "AuditQuerySet":
        """All of it for whoever may read the log, nothing for others."""
        return self if may(user, "audit.view") else self.none()

    def named(self, column: str) -> list[str]:
        """The values of "verb" or "subject" that there are, from one to the next by the index."""
        found: list[str] = []
        rows = self.order_by(column).values_list(column, flat=True)
        while (following := rows.filter(**{f"{column}__gt": found[-1]} if found else {}).first()) is not None:
            found.append(following)
        return found

    def matching(self, *, user=None, verb="", subject="", since=None, until=None) -> "AuditQuerySet":
        """Lines of a person, verb, subject, at or after `since`, before `until` (instants); None or "" filters nothing."""
        wanted = {"user": user, "verb": verb, "subject": subject, "at__gte": since, "at__lt": until}
        return self.filter(**{name: value for name, value in wanted.items() if value})


class AuditEntry(Act):
    """Who did what, written in the transaction of the deed. `detail` holds ids and figures only, never a personal value."""

    at = models.DateTimeField()
    user = models.ForeignKey(User, models.PROTECT, null=True)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)

    objects = AuditQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject", "subject_id"]),
            models.Index(fields=["-at"]),
            models.Index(fields=["verb", "-at"], name="audit_verb"),
        ]
