"""The four kinds of rows, plus identity. Privileges, triggers and rebuilds follow from the kind (docs/architecture.md).

Fact and Act: added once, never edited. Derived: may be wiped and comes back byte-equal. Working: edited freely, source
of no figure. Identity: id and birth are insert-only, its other columns are derived.
"""

from django.db import models


class Fact(models.Model):
    row_kind = "fact"

    class Meta:
        abstract = True


class Act(models.Model):
    row_kind = "act"

    class Meta:
        abstract = True


class Derived(models.Model):
    """`is_cache`: rows kept at cut-offs of their own; a rebuild wipes them, and they come back when they are asked for."""

    row_kind = "derived"
    is_cache = False

    class Meta:
        abstract = True


class Working(models.Model):
    row_kind = "working"

    class Meta:
        abstract = True


class Identity(models.Model):
    """`insert_only` names the columns that no one may update; all others are derived."""

    row_kind = "identity"
    insert_only: tuple[str, ...] = ("id", "created_at", "recorded_at")

    class Meta:
        abstract = True
