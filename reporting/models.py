"""Closed books and published sums; meetings lie in a room of their own."""

from django.db import models

from smarketing.rows.kinds import Act, Derived, Working

from .meetings.models import (  # noqa: F401
    AgendaItem,
    Answered,
    Attendee,
    Estimate,
    Meeting,
    MeetingClose,
    Resolution,
    ResolutionDraft,
    ResolutionOutcome,
)


class BookClose(Act):
    """Closed book of a month: frozen figures, cut-off, hash over ids and figures only."""

    contract = models.ForeignKey("sla.Contract", models.PROTECT, related_name="books")
    month = models.DateField()
    number = models.IntegerField(default=1)  # 2, 3 ... after a reopening
    cutoff = models.DateTimeField()
    figures = models.TextField()  # canonical JSON
    sha256 = models.CharField(max_length=64)
    closed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True)
    closed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contract", "month", "number"], name="book_once")]


class BookShown(Derived):
    """What the contract's pages show of a closed book, without the rows it names: read instead of its long text."""

    book = models.OneToOneField(BookClose, models.CASCADE, primary_key=True, related_name="shown", db_constraint=False)
    clauses = models.JSONField()  # clause key -> figure, parts, days


class BookReopen(Act):
    book = models.OneToOneField(BookClose, models.PROTECT, related_name="reopened")
    reason = models.CharField(max_length=200)
    marketing = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    sales = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    reopened_at = models.DateTimeField()


class PublishedSum(Derived):
    """A cache of a measure: (edition, measure, dimensions). Readers use the edition that Pointer names."""

    pk = models.CompositePrimaryKey("edition", "measure", "dims")
    edition = models.CharField(max_length=40)  # ISO cut-off
    measure = models.CharField(max_length=40)
    dims = models.CharField(max_length=200)
    body = models.JSONField()


class Pointer(Working):
    """The one switch: which edition is published."""

    name = models.CharField(max_length=20, primary_key=True)
    edition = models.CharField(max_length=40)
    published_at = models.DateTimeField()


class AttributionSettings(Act):
    """A version of how amounts are credited: it holds for the months from `effective_on` on, until a later one does.

    body: {"model": "linear", "models": [...], "look_back": 180, "half_life": 7, "custom": {"first": 250, ..., "rest": 0,
    "scope": "others"}, "margin": "0.70", "term": 12, "stay": 36, "sales_sources": [...], "sales_channels": [...]} (`reporting.attribution.settings`)
    """

    number = models.IntegerField(unique=True)
    effective_on = models.DateField()  # first day of a month
    body = models.JSONField()
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    adopted_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
