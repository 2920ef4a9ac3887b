"""Named lists of leads: who came to the fair, whom a partner named, whom to leave alone. Filled by hand, file or program.

A list is an attribute of leads, yes or no: that somebody is put on it, or taken off, is a dated change like every other value, with its
author, in the story, and can be taken back. So criteria, filters, imports and the calls of programs know it without more.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from smarketing.accounts.models import User

from .attributes import AttributeRefusal, done, free_name
from .models import FieldDef

MOST = 55  # letters of a name: its label stays within eighty
_WORDS = ("on the list {}", "présence dans la liste {}")  # a name that could mislead makes the sentence quote it all


def every() -> list[FieldDef]:
    """All lists, those on offer first, by name."""
    rows = FieldDef.objects.exclude(listing="")
    return list(rows.order_by(F("retired_at").asc(nulls_first=True), "listing", "pk"))


def offered() -> list[FieldDef]:
    """The lists that somebody may be put on."""
    return [row for row in every() if row.retired_at is None]


@transaction.atomic
def add(*, name: str, by: User, at: datetime) -> FieldDef:
    """A new list without anybody on it. AttributeRefusal for a name that another list has."""
    _is_free(name, None)
    code = free_name("lead", f"list {name}")
    row = FieldDef(
        subject="lead", name=code, key=f"lead.{code}", type=FieldDef.Type.BOOL, article_fr="la", **_said(name)
    )
    row.save()
    done(row, by, at, "add", listing=name)
    return row


@transaction.atomic
def rename(*, row: FieldDef, name: str, by: User, at: datetime) -> None:
    """Another name; who is on it stays, and criteria that ask for it say the new one."""
    row = FieldDef.objects.select_for_update().get(pk=row.pk)
    _is_free(name, row.pk)
    for part, said in _said(name).items():
        setattr(row, part, said)
    row.save()
    done(row, by, at, "change", listing=name)


def _said(name: str) -> dict[str, str]:
    english, french = (words.format(name) for words in _WORDS)
    return {"listing": name, "label_en": english, "label_fr": french}


def _is_free(name: str, besides: int | None) -> None:
    if FieldDef.objects.filter(listing__iexact=name).exclude(pk=besides or 0).exists():
        raise AttributeRefusal(_("Another list is called so."), "name")


def names(rows: Iterable[FieldDef]) -> list[tuple[str, str]]:
    """(code, name) of lists, for a choice."""
    return [(row.name, row.listing) for row in rows]
