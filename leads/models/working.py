"""Working rows: sources, imports, dirty marks, behaviours' registry, pools."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from smarketing.accounts.policy import may
from smarketing.rows.kinds import Working


class Source(Working):
    """Where facts come from: a website's write key, a file, a person's hands."""

    name = models.CharField(max_length=80, unique=True)
    token = models.OneToOneField("accounts.Token", models.SET_NULL, null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class ImportQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ImportQuerySet":
        """All for whoever may import, none for others."""
        return self if may(user, "leads.import") else self.none()


class Import(Working):
    kind = models.CharField(max_length=20)  # a key of intake.importing.targets.KINDS
    filename = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, db_index=True)
    signature = models.CharField(max_length=64, default="", db_index=True)  # of the headers, for files like this one
    mapping = models.JSONField(default=dict)
    history = models.BooleanField(default=False)
    dry = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10, default="new"
    )  # new, checking, checked, running, done, failed, stopped, undoing, undone, dropped
    report = models.JSONField(default=dict)
    by = models.ForeignKey("accounts.User", models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    def __str__(self) -> str:
        return self.filename


class RememberedMapping(Working):
    """What somebody changed of how files of these columns are read: otherwise than the last one, or as none before.

    A row of nobody's hand is not needed: what is remembered are the imports themselves (`intake.importing.memory`).
    """

    kind = models.CharField(max_length=20)
    signature = models.CharField(max_length=64)  # of the headers, as of Import
    mapping = models.JSONField(null=True)  # instead of that of the imports before `mended_at`
    mended_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)  # imports before are not remembered
    by = models.ForeignKey("accounts.User", models.SET_NULL, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "signature"], name="mapping_remembered_once")]


class ImportRow(Working):
    """A row that something is to be said of; `errors` are [{"column", "key", "params"}]. Kept 30 days, like the file."""

    batch = models.ForeignKey(Import, models.CASCADE, db_constraint=False, db_index=False, related_name="rows")
    line = models.IntegerField()
    raw = models.JSONField(default=list)
    outcome = models.CharField(max_length=9, default="")  # created, updated, unchanged, rejected
    errors = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="import_line_once")]


class ImportSpan(Working):
    """Lines of a file, first to last, whose rows change nothing: settled by the check."""

    batch = models.ForeignKey(Import, models.CASCADE, db_constraint=False, db_index=False, related_name="spans")
    first = models.IntegerField()
    last = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["batch", "last"], name="import_span")]


class ImportFact(Working):
    """What one chunk of an import added, by subject as corrections name it: what undoing the import takes back."""

    batch = models.ForeignKey(Import, models.CASCADE, related_name="added")
    subject = models.CharField(max_length=20)
    ids = ArrayField(models.BigIntegerField())


class ImportTouched(Working):
    """A lead, deal, company or campaign that an import made or changed: named while it is undone, gone with its chunk."""

    pk = models.CompositePrimaryKey("batch_id", "subject", "subject_id")
    batch = models.ForeignKey(Import, models.CASCADE, db_constraint=False, db_index=False, related_name="touched")
    subject = models.CharField(max_length=10)
    subject_id = models.BigIntegerField()
    made = models.BooleanField()


class ListItem(Working):
    """A line of a list that imports look things up in (products, sales teams, deal stages); `values` go to the deal."""

    list = models.CharField(max_length=20)
    key = models.CharField(max_length=200)
    values = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "key"], name="list_item_once")]

    def __str__(self) -> str:
        return self.key


class LeadDirty(Working):
    """A lead that has facts not judged yet; inserted in the facts' transaction, NOTIFY wakes the sweep."""

    lead_id = models.BigIntegerField(primary_key=True)
    since = models.DateTimeField()


class LotDirty(Working):
    """The leads low <= id < high wait to be judged at `since`, when a version took effect; it goes with their scores."""

    pk = models.CompositePrimaryKey("version_id", "low")
    version = models.ForeignKey(
        "personas.DefinitionVersion", models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    low = models.BigIntegerField()
    high = models.BigIntegerField()
    since = models.DateTimeField()


class Word(Working):
    """The dictionary of words by which leads and companies are found; mistyped ones are looked up in it.

    A word may stand twice (two writers wait for no one); the night tidies up.
    """

    word = models.TextField(db_collation="C")

    class Meta:
        indexes = [models.Index(fields=["word"], name="word_plain")]


class Behaviour(Working):
    """One distinct event filter used by any definition; `backfilled_at` null until its ledger is complete: until then it is so
    of leads of ids below `counted_to`, and whoever was cut off goes on there."""

    key = models.CharField(max_length=64, unique=True)  # SHA-256 of the canonical filter
    filter = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    backfilled_at = models.DateTimeField(null=True)
    counted_to = models.BigIntegerField(default=0)


class CompanySums(Working):
    """One row, once somebody asked for sums over companies' people: the day to which they are kept; `asked`: wanted sooner.
    `under_way`: the day to which they are being brought, companies of ids up to `counted_to` are there."""

    one = models.BooleanField(primary_key=True, default=True)
    day = models.DateField(null=True)
    asked = models.BooleanField(default=False)
    under_way = models.DateField(null=True)
    counted_to = models.BigIntegerField(default=0)


class Pool(Working):
    name = models.CharField(max_length=80, unique=True)
    order = models.IntegerField(default=0)
    rules = models.JSONField(default=dict)  # condition tree; empty takes everything
    retired_at = models.DateTimeField(null=True)  # takes nothing any more
    # Working hours of its reps: outside them it gives nothing, what comes waits. Null: it gives at any hour.
    calendar = models.ForeignKey("calendars.Calendar", models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return self.name


class PoolMember(Working):
    pool = models.ForeignKey(Pool, models.CASCADE, related_name="members")
    rep = models.ForeignKey("accounts.User", models.CASCADE, related_name="pools")
    weight = models.IntegerField(default=1)
    cap = models.IntegerField(default=200)  # open handoffs at most
    calendar = models.ForeignKey(
        "calendars.Calendar", models.SET_NULL, null=True, related_name="+"
    )  # instead of the pool's
    # How far the fair turn has gone for them (`leads.handoffs.turns`); `waits`: not free when last asked, catches nothing up.
    turn = models.BigIntegerField(default=0)
    waits = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pool", "rep"], name="pool_member_once")]


class ReasonCode(Working):
    """What a company changed about a reason of `leads.handoffs.reasons`, or one that it added (`own`).

    Empty words, `next` "" and `order` None: as the table of the code says. Retired ones are offered no more.
    """

    code = models.CharField(max_length=12, unique=True)
    family = models.CharField(max_length=10)
    own = models.BooleanField(default=False)
    label_en = models.CharField(max_length=80, blank=True, default="")
    label_fr = models.CharField(max_length=80, blank=True, default="")
    next = models.CharField(max_length=12, blank=True, default="")
    delay = models.SmallIntegerField(null=True)
    order = models.IntegerField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [  # codes are written into the SQL of measures
            models.CheckConstraint(name="reason_code_is_plain", condition=models.Q(code__regex=r"^[A-Za-z0-9_-]+$"))
        ]

    def __str__(self) -> str:
        return self.code


class Worded(Working):
    """What a company changed about a row of a list of words (`leads.handoffs.worded`), or one that it added. Empty words and
    `order` None: as the table of the code says. Retired ones are offered no more."""

    code = models.CharField(max_length=12, unique=True)
    label_en = models.CharField(max_length=80, blank=True, default="")
    label_fr = models.CharField(max_length=80, blank=True, default="")
    order = models.IntegerField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.code


class DealStep(Worded):
    """A step of `leads.handoffs.steps`."""


class PersonaDeal(Working):
    """A deal that somebody chose as a proof of a persona: won, it shows whom we look for; lost, whom we do not."""

    persona = models.ForeignKey("personas.Persona", models.CASCADE, related_name="proofs")
    deal = models.ForeignKey("leads.Deal", models.CASCADE, related_name="proofs")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["persona", "deal"], name="proof_once")]
