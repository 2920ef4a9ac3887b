"""Lists of words that a company arranges: a literal table of the code, and over it rows of the company's own words, order,
retirement and additions. What was said with one of them keeps its code.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from leads.intake import locks
from smarketing.accounts.audit import record
from smarketing.accounts.models import User

from . import arranged, ordering
from .arranged import ReasonError
from .reasons import Words


@dataclass(frozen=True)
class Word:
    """`own`: added by the company; `retired`: offered no more."""

    code: str
    label: object
    order: int
    retired: bool = False
    own: bool = False


@dataclass(frozen=True)
class Worded:
    """One such list.

    `built_in`: code -> label; `model`: its rows (code, label_en, label_fr, order, retired_at); `used()`: code -> how many rows
    are at it now; `named(codes)`: those of these codes that any row ever named; `subject`, `verb`: of the audit; `called_so`,
    `last_one`: what is said where words are taken and where the last one would go.
    """

    built_in: Mapping[str, object]
    model: type[Any]
    used: Callable[[], dict[str, int]]
    named: Callable[[Collection[str]], set[str]]
    subject: str
    verb: str
    called_so: object
    last_one: object

    def known(self) -> dict[str, Word]:
        """Every one by its code, in order, retired ones included."""
        rows = {row.code: row for row in self.model.objects.all()}
        found = [
            self._laid(code, label, 10 * n, rows.pop(code, None))
            for n, (code, label) in enumerate(self.built_in.items(), 1)
        ]
        found += [self._laid(code, "", 0, row) for code, row in rows.items()]
        return {one.code: one for one in sorted(found, key=lambda one: (one.order, one.code))}

    def _laid(self, code: str, label: object, order: int, row: Any) -> Word:
        if row is None:
            return Word(code, label, order)
        words = Words(row.label_en, row.label_fr) if row.label_en else label
        place = order if row.order is None else row.order
        return Word(code, words, place, row.retired_at is not None, code not in self.built_in)

    def offered(self) -> list[Word]:
        """Those that may be chosen."""
        return [one for one in self.known().values() if not one.retired]

    def labels(self) -> dict[str, str]:
        """Code -> its words in the language of whoever looks."""
        return {code: str(one.label) for code, one in self.known().items()}

    def label(self, code: str) -> str:
        """In words; a code that no table holds (any longer) is shown as it is."""
        return self.labels().get(code, code)

    def unused(self) -> set[str]:
        """Codes that the company added and nothing ever named: those may be deleted."""
        own = {code for code, one in self.known().items() if one.own}
        return own - self.named(own) if own else set()

    @transaction.atomic
    def add(self, *, label_en: str, label_fr: str, by: User, at: datetime) -> Any:
        """One of the company's own, after the others. ReasonError for words that are taken."""
        found = self._held()
        self._words_are_free(found.values(), label_en, label_fr)
        code = arranged.coded(arranged.word(label_en), found)
        order = max(one.order for one in found.values()) + 10
        row = self.model(code=code, label_en=label_en, label_fr=label_fr, order=order)
        return self._saved(row, by, at, "add")

    @transaction.atomic
    def change(self, *, code: str, label_en: str, label_fr: str, by: User, at: datetime) -> Any:
        """Other words, for old rows too. ReasonError for words that are taken."""
        found = self._held()
        self._words_are_free((one for one in found.values() if one.code != code), label_en, label_fr)
        row = self._row(code)
        row.label_en, row.label_fr = label_en, label_fr
        return self._saved(row, by, at, "change")

    @transaction.atomic
    def move(self, *, code: str, up: bool, by: User, at: datetime) -> bool:
        """One place up or down. False at the end of the list."""
        found = self._held()
        wanted = ordering.moved(list(found.values()), found[code], up)
        if wanted == list(found.values()):
            return False
        for place, one in enumerate(wanted, 1):
            row = self._row(one.code)
            row.order = 10 * place
            row.save()
        self._saved(self._row(code), by, at, "up" if up else "down")
        return True

    @transaction.atomic
    def retire(self, *, code: str, by: User, at: datetime) -> None:
        """Offer it no more; what was said with it keeps it. ReasonError for the last one."""
        found = self._held()
        if not any(not one.retired for one in found.values() if one.code != code):
            raise ReasonError(str(self.last_one))
        row = self._row(code)
        row.retired_at = row.retired_at or at
        self._saved(row, by, at, "retire")

    @transaction.atomic
    def offer(self, *, code: str, by: User, at: datetime) -> None:
        """Offer a retired one again."""
        self._held()
        row = self._row(code)
        row.retired_at = None
        self._saved(row, by, at, "offer")

    @transaction.atomic
    def delete(self, *, code: str, by: User, at: datetime) -> None:
        """Delete one that the company added and nobody ever used. ReasonError for any other: it is retired."""
        self._held()
        row = self.model.objects.filter(code=code).first()
        if row is None or code not in self.unused():
            raise ReasonError(_("What was used is not deleted: retire it, and old rows keep it."))
        record(by, self.verb, self.subject, row.pk, at, code=code, deed="delete")
        row.delete()

    def _held(self) -> dict[str, Word]:
        """All of them, while nobody else changes one."""
        locks.hold(locks.SETTINGS, [self.subject])
        return self.known()

    def _row(self, code: str) -> Any:
        return self.model.objects.filter(code=code).first() or self.model(code=code)

    def _saved(self, row: Any, by: User, at: datetime, deed: str) -> Any:
        row.save()
        record(by, self.verb, self.subject, row.pk, at, code=row.code, deed=deed)
        return row

    def _words_are_free(self, others: Iterable[Word], en: str, fr: str) -> None:
        if field := arranged.taken([one.label for one in others], en, fr):
            raise ReasonError(str(self.called_so), field)
