"""The contract over the facts: terms signed by both sides, promises, clocks."""

from fractions import Fraction

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Func
from django.utils.translation import gettext_lazy as _

from leads.models import Worded
from smarketing.accounts.policy import may
from smarketing.agreements.models import Paper
from smarketing.calendars.models import CalendarVersion
from smarketing.rows.kinds import Act, Derived, Working

from .acts import Escalation, Pause, Waiver, WaiverAnswer
from .kinds import periods

__all__ = [
    "Clause", "ClauseSplit", "Clock", "ClockBlock", "Contract", "Escalation", "MonthSum", "Pause", "Rematched", "SlaDirty", "Terms", "TermsDraft", "TermsSpan", "Waiver", "WaiverAnswer", "WaiverReason",
]  # fmt: skip


class ContractQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ContractQuerySet":
        """Every contract for whoever may read contracts, none for others."""
        return self if may(user, "contract.view") else self.none()


class Contract(Working):
    """The lasting agreement over one definition line; its terms follow one another."""

    objects = ContractQuerySet.as_manager()
    name = models.CharField(max_length=80, unique=True)
    line = models.ForeignKey("personas.DefinitionLine", models.PROTECT, related_name="contracts")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class TermsDraft(Working):
    contract = models.OneToOneField(Contract, models.CASCADE, related_name="draft")
    body = models.JSONField(default=dict)
    revision = models.IntegerField(default=0)
    edited_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True)
    edited_at = models.DateTimeField(null=True)


class Terms(Act):
    """One signed, immutable version. In force for handoffs with starts_on ≤ local day of `handed_at` < ends_on."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="terms")
    number = models.IntegerField()
    paper = models.OneToOneField(Paper, models.PROTECT, related_name="terms")
    calendar = models.ForeignKey(CalendarVersion, models.PROTECT)
    body = models.JSONField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    retrospective = models.BooleanField(default=False)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contract", "number"], name="terms_version_once")]


class TermsSpan(Derived):
    """Local days [first, until) in which terms are in force: later terms of the contract replace them from their start.

    At most one set of terms is in force per definition line and day.
    """

    terms = models.OneToOneField(Terms, models.CASCADE, primary_key=True, related_name="span", db_constraint=False)
    line = models.ForeignKey("personas.DefinitionLine", models.CASCADE, db_constraint=False, db_index=False)
    first = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_contract_in_force",
                expressions=[
                    ("line", RangeOperators.EQUAL),
                    (Func("first", "until", function="daterange"), RangeOperators.OVERLAPS),
                ],
                deferrable=models.Deferrable.DEFERRED,
            )
        ]


class Clause(Act):
    """One promise of the terms. `kind` is a row of `sla.kinds`; target and share are exact decimals."""

    terms = models.ForeignKey(Terms, models.PROTECT, related_name="clauses")
    key = models.CharField(max_length=20)
    order = models.SmallIntegerField()
    side = models.CharField(max_length=10)
    kind = models.CharField(max_length=20)
    target = models.DecimalField(max_digits=12, decimal_places=2)
    unit = models.CharField(max_length=20)
    share = models.DecimalField(max_digits=5, decimal_places=2, null=True)  # percent
    params = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["terms", "key"], name="clause_once")]
        ordering = ["order"]

    @property
    def period(self) -> str:
        """Over which time it is judged (`kinds.periods`); of a month its parameters say nothing."""
        return periods.of(self.params)

    @property
    def promised(self) -> Fraction:
        """The share promised: of the handoffs on which the target is kept, else the target itself, in percent."""
        return Fraction(self.target if self.share is None else self.share) / 100


class CampaignPlan(Act):
    """So many MQL a campaign is to bring in a month; the newest said by a cut-off counts, 0 plans none any more."""

    campaign = models.ForeignKey("leads.Campaign", models.PROTECT, related_name="plans")
    month = models.DateField()  # first day
    mql = models.IntegerField()
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(mql__gte=0), name="plan_not_negative")]
        indexes = [models.Index(fields=["month", "campaign", "-at"], name="plan_of_month")]


class TermsReview(Act):
    """A review that both sides were due to hold: somebody looked at the terms, and kept them or took figures into a draft."""

    class Outcome(models.TextChoices):
        KEPT = "kept", _("terms kept as they are")
        DRAFTED = "drafted", _("figures taken into a draft")

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="reviews")
    due = models.DateField()  # the day it was due, or the day it was held where none was due
    outcome = models.CharField(max_length=8, choices=Outcome)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["contract", "-due"], name="review_of_contract")]


class Clock(Derived):
    """(handoff, clause key): derived from the log and the terms; could be wiped."""

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        PAUSED = "paused", _("paused")
        MET = "met", _("met")
        MISSED = "missed", _("missed")
        EXCLUDED = "excluded", _("excluded")
        WAIVED = "waived", _("waived")

    pk = models.CompositePrimaryKey("handoff_id", "clause_key")
    handoff = models.ForeignKey("leads.Handoff", models.CASCADE, db_constraint=False, db_index=False)
    clause_key = models.CharField(max_length=20)
    terms = models.ForeignKey(Terms, models.CASCADE, db_constraint=False, db_index=False)
    starts_at = models.DateTimeField()
    due_at = models.DateTimeField()
    month = (
        models.DateField()
    )  # first day of the month it counts in: by its due instant, or by the terms that of its start
    state = models.CharField(max_length=8, choices=State)
    settled_at = models.DateTimeField(null=True)
    done = models.IntegerField(default=0)
    took = models.BigIntegerField(null=True)  # working microseconds to the first attempt, of clauses that promise hours
    lost = models.BigIntegerField(default=0)  # working microseconds by which pauses moved it
    resumes_at = models.DateTimeField(null=True)  # of one that is paused: when it goes on

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="clock_pending", condition=models.Q(state="pending")),
            models.Index(fields=["resumes_at"], name="clock_paused", condition=models.Q(state="paused")),
            models.Index(fields=["due_at"], name="clock_missed", condition=models.Q(state="missed")),
            models.Index(fields=["terms", "month"], name="clock_month"),
        ]


class MonthSum(Derived):
    """What a contract counts of a volume or a rate in a month, by local day, as known at the row's own cut-off."""

    is_cache = True
    pk = models.CompositePrimaryKey("contract_id", "month", "what")
    contract = models.ForeignKey(Contract, models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    month = models.DateField()  # first day
    what = models.CharField(max_length=200)  # `rates.counted` of the clause
    basis = models.BigIntegerField()  # its newest terms
    cutoff = models.DateTimeField()
    days = models.JSONField()  # day -> how many, or state -> how many


class ClockBlock(Derived):
    """The clocks of a block of a contract's handoffs, or (below 0) of a piece of one, counted, as known at its cut-off; `blocks.MARK` is of all."""

    is_cache = True
    pk = models.CompositePrimaryKey("contract_id", "block")
    contract = models.ForeignKey(Contract, models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    block = models.BigIntegerField()
    basis = models.BigIntegerField()  # the contract's newest terms
    cutoff = models.DateTimeField()
    first = models.DateField()  # months in which its clocks count; of the mark, from which month on all are kept
    last = models.DateField()
    counts = models.JSONField()


class ClauseSplit(Derived):
    """A clause of a month counted by team, rep, persona, source and grade, as known at the row's cut-off."""

    is_cache = True
    pk = models.CompositePrimaryKey("contract_id", "month", "what")
    contract = models.ForeignKey(Contract, models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    month = models.DateField()  # first day
    what = models.CharField(max_length=220)  # "clock" and the clause's key, or `rates.counted` of the clause
    basis = models.CharField(max_length=32)  # digest of what is read as it is now: newest terms, names, teams, personas
    cutoff = models.DateTimeField()
    counted_at = models.DateTimeField()
    parts = models.JSONField()  # block of handoffs or day -> dimension -> value -> state -> how many


class WaiverReason(Worded):
    """A reason of `sla.waiver_reasons`."""


class Rematched(Working):
    """Leads that were handed over and whose personas were written anew, for whoever keeps counts by persona."""

    lead_id = models.BigIntegerField(primary_key=True)
    since = models.DateTimeField(db_index=True)


class SlaDirty(Working):
    """Handoffs whose clocks must be derived again."""

    handoff_id = models.BigIntegerField(primary_key=True)
    since = models.DateTimeField()
