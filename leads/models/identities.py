"""Identity rows: id and birth are insert-only; every other column is derived from facts and rebuilt in place."""

from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from smarketing.rows.kinds import Identity

from .querysets import CampaignQuerySet, CompanyQuerySet, LeadQuerySet
from .queues import DealQuerySet

BORN = ("id", "created_at", "recorded_at", "day_only", "declared", "imported_by")


class Stage(models.TextChoices):
    SUBSCRIBER = "subscriber", _("subscriber")
    LEAD = "lead", _("lead")
    MQL = "mql", _("MQL")
    SAL = "sal", _("SAL")
    SQL = "sql", _("SQL")
    OPPORTUNITY = "opportunity", _("opportunity")
    CUSTOMER = "customer", _("customer")
    RECYCLED = "recycled", _("recycled")
    DISQUALIFIED = "disqualified", _("disqualified")


class Born(Identity):
    """`created_at`: when it came to be in the world; `recorded_at`: when we learned it (database clock, fenced).

    `day_only`: the source gave a date without a time. `declared`: from an import of declared history.
    """

    created_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    day_only = models.BooleanField(default=False)
    declared = models.BooleanField(default=False)
    imported_by = models.ForeignKey("leads.Import", models.PROTECT, null=True, db_constraint=False, related_name="+")
    attributes = models.JSONField(default=dict)
    insert_only: tuple[str, ...] = BORN

    class Meta:
        abstract = True


class Company(Born):
    name = models.TextField(default="")
    domain = models.TextField(default="")
    industry = models.TextField(default="")
    country = models.TextField(default="")
    employees = models.IntegerField(null=True)
    # The rep of the account, where a manager named one (`handoffs.account_reps`).
    rep = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="accounts")
    root_id = models.BigIntegerField(null=True)  # the company that it was merged into, null when it stands for itself

    objects = CompanyQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(Lower("domain"), name="company_domain"),
            models.Index(Lower("name"), name="company_name"),
            # the list in its orders, whichever way: companies of unknown size are last in both
            models.Index(fields=["created_at", "id"], name="company_newest"),
            models.Index(fields=["employees", "id"], name="company_smallest"),
            models.Index(models.F("employees").desc(nulls_last=True), models.F("id").desc(), name="company_largest"),
            # walked from one value to the next: what forms offer
            models.Index(fields=["industry"], name="company_industry", condition=~models.Q(industry="")),
            models.Index(fields=["country"], name="company_country", condition=~models.Q(country="")),
            models.Index(fields=["root_id"], name="company_merged", condition=models.Q(root_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name


class Campaign(Born):
    key = models.TextField(default="", db_index=True)
    name = models.TextField(default="")
    channel = models.TextField(default="")
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    # programme → campaign → asset
    parent = models.ForeignKey("self", models.PROTECT, null=True, db_constraint=False, related_name="children")
    level = models.TextField(default="", db_default="", blank=True)
    root_id = models.BigIntegerField(null=True)  # the campaign that it was merged into, null when it stands for itself

    objects = CampaignQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name or self.key


class Lead(Born):
    # That company and campaign exist, triggers ask set by set (migration 0040) instead of a constraint row by row.
    company = models.ForeignKey(Company, models.PROTECT, null=True, db_constraint=False, related_name="people")
    # Found by lead_campaign_living: who was merged or erased is not asked for by campaign.
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="leads"
    )
    # Leads of an import lie together in ranges of pages.
    imported_by = models.ForeignKey(
        "leads.Import", models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    email = models.TextField(default="")
    first_name = models.TextField(default="")
    last_name = models.TextField(default="")
    phone = models.TextField(default="")
    function = models.TextField(default="")
    country = models.TextField(default="")
    source = models.TextField(default="")
    birth_date = models.DateField(null=True)
    opted_out = models.BooleanField(default=False)
    erased = models.BooleanField(default=False)
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.LEAD)
    root_id = models.BigIntegerField(null=True)  # survivor after a merge, null when it is its own root

    objects = LeadQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="lead_newest"),
            models.Index(fields=["source", "id"], name="lead_source"),
            models.Index(Lower("email"), name="lead_email"),
            BrinIndex(fields=["imported_by"], name="lead_imported", pages_per_range=32, autosummarize=True),
            models.Index(
                fields=["campaign"],
                condition=models.Q(erased=False, root_id=None, campaign__isnull=False),
                name="lead_campaign_living",  # counted without reading a lead
            ),
            GinIndex(
                fields=["attributes"],
                opclasses=["jsonb_path_ops"],
                condition=~models.Q(attributes={}),
                name="lead_own",
            ),
        ]

    def __str__(self) -> str:
        return self.called(self.first_name, self.last_name, self.email, self.pk)

    @staticmethod
    def called(first_name: str, last_name: str, email: str, pk: int) -> str:
        """What a lead is called: by name, else by e-mail, else by number."""
        return f"{first_name} {last_name}".strip() or email or f"#{pk}"


class Deal(Born):
    class State(models.TextChoices):
        OPEN = "open", _("open")
        WON = "won", _("won")
        LOST = "lost", _("lost")

    key = models.TextField(default="", db_index=True)
    # Declared primary lead; none where a file named only the company.
    lead = models.ForeignKey(Lead, models.PROTECT, null=True, related_name="deals")
    company = models.ForeignKey(Company, models.PROTECT, null=True, related_name="deals")  # where it is not its lead's
    title = models.TextField(default="")
    state = models.CharField(max_length=4, choices=State, default=State.OPEN)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    closed_at = models.DateTimeField(null=True)
    closed_day_only = models.BooleanField(default=False)
    return_on = models.DateField(null=True)  # lost: the day from which its lead may be qualified again
    reason = models.TextField(default="", blank=True)  # a code of the house, or the words of a file
    step = models.TextField(default="", blank=True)  # a code of leads.handoffs.steps, or the words of a file
    handoff = models.ForeignKey("leads.Handoff", models.PROTECT, null=True, related_name="deals")
    rep = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="deals")
    insert_only = (*BORN, "lead", "handoff")

    objects = DealQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["closed_at"], name="deal_closed"),
            models.Index(fields=["created_at"], name="deal_opened"),
        ]


class Visitor(Identity):
    """An anonymous browser of one source; joined to a lead by a Join fact."""

    source = models.ForeignKey("leads.Source", models.PROTECT)
    key = models.TextField()
    created_at = models.DateTimeField()
    insert_only = ("id", "source", "created_at")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="visitor_once")]


class LeadKey(Identity):
    """The name another system gives a lead: (source, key) → lead. Erasure replaces the key by a tombstone."""

    source = models.ForeignKey("leads.Source", models.PROTECT, db_constraint=False, db_index=False)
    key = models.TextField()
    lead = models.ForeignKey(Lead, models.PROTECT, db_constraint=False, related_name="keys")
    created_at = models.DateTimeField()
    insert_only = ("id", "source", "lead", "created_at")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="lead_key_once")]
