"""Pairs of leads that may be one person, and of companies that may be one, found by the night; companies merged."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from smarketing.rows.kinds import Working

from .facts import Dated
from .querysets import TakenBackQuerySet


class MergeSuggestion(Working):
    """`first` is the older lead; `reasons` are keys of `leads.twins.likely.REASONS`. Dismissed ones are not found again."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DISMISSED = "dismissed", _("dismissed")

    first = models.ForeignKey("leads.Lead", models.CASCADE, related_name="+")
    second = models.ForeignKey("leads.Lead", models.CASCADE, related_name="+")
    reasons = ArrayField(models.CharField(max_length=12))
    weight = models.IntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="suggested_once")]
        indexes = [models.Index(fields=["state", "-weight", "id"], name="suggestion_order")]


class CompanyMerge(Dated):
    """A company that is another one: its people and deals are the other's as long as this stands."""

    loser = models.ForeignKey("leads.Company", models.PROTECT, related_name="merged_into")
    root = models.ForeignKey("leads.Company", models.PROTECT, related_name="merged_from")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    objects = TakenBackQuerySet.as_manager()


class CompanyPair(Working):
    """`first` is the older company; `reasons` are keys of `leads.twins.firms_likely.REASONS`. Dismissed ones are not found again."""

    State = MergeSuggestion.State

    first = models.ForeignKey("leads.Company", models.CASCADE, related_name="+")
    second = models.ForeignKey("leads.Company", models.CASCADE, related_name="+")
    reasons = ArrayField(models.CharField(max_length=12))
    weight = models.IntegerField()
    state = models.CharField(max_length=9, choices=MergeSuggestion.State, default=MergeSuggestion.State.OPEN)
    by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="pair_suggested_once")]
        indexes = [models.Index(fields=["state", "-weight", "id"], name="company_pair_order")]
