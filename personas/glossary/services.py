"""Words are written one by one, put to both sides as a whole, and in force once both have signed. A version never changes."""

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from personas.models import GlossaryTerm, GlossaryVersion
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.agreements import services as agreements
from smarketing.agreements.canonical import canonical
from smarketing.agreements.models import Paper

from . import queries, terms
from .terms import Fault, Term

KIND = "glossary"


class Stale(ValueError):
    """Somebody saved the word since the page was read; the message is translated and meant for the screen."""

    def __init__(self) -> None:
        super().__init__(_("Somebody changed this word meanwhile: look at it before you go on."))


class Faulty(ValueError):
    """Words that break a law of the list: `faults`."""

    def __init__(self, faults: Sequence[Fault]):
        super().__init__("; ".join(f"{one.key}: {one.kind} {one.lang} {one.part}" for one in faults))
        self.faults = list(faults)


@transaction.atomic
def write(*, term: Term, revision: int, by: User | None, at: datetime) -> GlossaryTerm:
    """Say a word anew, or a new one, in the draft. `revision`: of the word as it was read, 0 for one nobody touched yet.

    Stale when somebody was faster; Faulty when the word is not whole, or is another term's already.
    """
    row = _locked(term.key, revision)
    others = [one for one in queries.draft() if one.key != term.key]
    if wrong := [one for one in terms.faults([*others, term]) if one.key == term.key]:
        raise Faulty(wrong)
    return _save(row, term, removed=False, by=by, at=at, verb="glossary.write")


@transaction.atomic
def remove(*, key: str, revision: int, by: User | None, at: datetime) -> None:
    """Leave a word out of the draft; what was signed keeps it. Stale as for `write`; KeyError for an unknown one."""
    row = _locked(key, revision)
    _save(row, queries.written(key), removed=True, by=by, at=at, verb="glossary.remove")


@transaction.atomic
def put_back(*, key: str, revision: int, by: User | None, at: datetime) -> None:
    """Take a word that was left out into the draft again. Stale and Faulty as for `write`; KeyError for an unknown one."""
    write(term=queries.written(key), revision=revision, by=by, at=at)


@transaction.atomic
def propose(*, by: User | None, at: datetime) -> Paper:
    """Put the draft to both sides. Faulty when a word breaks a law of the list."""
    words = sorted(queries.draft(), key=lambda term: term.key)
    if wrong := terms.faults(words):
        raise Faulty(wrong)
    return agreements.propose(kind=KIND, line=KIND, body={"terms": [one.body() for one in words]}, by=by, at=at)


def on_signed(paper: Paper, at: datetime) -> None:
    """Both sides have signed: the words are in force from now on, in the transaction of the second signature."""
    last = paper.signatures.order_by("-signed_at", "-pk").select_related("signer").first()
    newest = GlossaryVersion.objects.order_by("-number").first()
    version = GlossaryVersion.objects.create(
        number=newest.number + 1 if newest else 1,
        paper=paper,
        terms=json.loads(paper.body)["terms"],
        effective_at=at,
        published_by=last.signer if last else None,
        published_at=at,
    )
    record(version.published_by, "glossary.publish", "glossaryversion", version.pk, at, number=version.number)


def verify(paper: Paper) -> list[str]:
    """A sentence where the version in force by a paper says something else than what was signed."""
    version = GlossaryVersion.objects.filter(paper=paper).first()
    if version is None or canonical(version.terms) == canonical(json.loads(paper.body)["terms"]):
        return []
    return [_("version %(number)s in force says something else than what was signed") % {"number": version.number}]


def _locked(key: str, revision: int) -> GlossaryTerm | None:
    row = GlossaryTerm.objects.select_for_update().filter(key=key).first()
    if (row.revision if row else 0) != revision:
        raise Stale()
    return row


def _save(
    row: GlossaryTerm | None, term: Term, *, removed: bool, by: User | None, at: datetime, verb: str
) -> GlossaryTerm:
    row = row or GlossaryTerm(key=term.key, revision=0)
    row.body, row.removed, row.edited_by, row.edited_at = term.body(), removed, by, at
    row.revision += 1
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Stale() from None
    record(by, verb, "glossaryterm", row.pk, at, key=term.key)
    return row
