"""Why a promise may be let go: one literal table, and over it what a company renamed, put in another order, retired or added
(`WaiverReason`). A waiver keeps the code with which it was asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.handoffs import arranged, ordering
from leads.handoffs.arranged import ReasonError
from leads.handoffs.reasons import Words
from leads.intake import locks
from smarketing.accounts.audit import record
from smarketing.accounts.models import User

from .models import Waiver, WaiverReason

BUILT_IN = {
    "incident": gettext_lazy("system incident"),
    "prospect": gettext_lazy("the prospect asked for another date"),
    "absence": gettext_lazy("absence agreed between the sides"),
    "data": gettext_lazy("the lead came with wrong or missing data"),
    "mistake": gettext_lazy("handed over by mistake"),
}


@dataclass(frozen=True)
class Reason:
    """`own`: added by the company; `retired`: offered no more."""

    code: str
    label: object
    order: int
    retired: bool = False
    own: bool = False


def known() -> dict[str, Reason]:
    """Every reason by its code, in order, retired ones included."""
    rows = {row.code: row for row in WaiverReason.objects.all()}
    found = [_laid(code, label, 10 * n, rows.pop(code, None)) for n, (code, label) in enumerate(BUILT_IN.items(), 1)]
    found += [_laid(code, "", 0, row) for code, row in rows.items()]
    return {one.code: one for one in sorted(found, key=lambda one: (one.order, one.code))}


def _laid(code: str, label: object, order: int, row: WaiverReason | None) -> Reason:
    if row is None:
        return Reason(code, label, order)
    words = Words(row.label_en, row.label_fr) if row.label_en else label
    return Reason(
        code, words, order if row.order is None else row.order, row.retired_at is not None, code not in BUILT_IN
    )


def offered() -> list[Reason]:
    """Those with which a waiver may be asked."""
    return [one for one in known().values() if not one.retired]


def labels() -> dict[str, str]:
    """Code -> its words in the language of whoever looks."""
    return {code: str(one.label) for code, one in known().items()}


def label(code: str) -> str:
    """The reason in words; a code that no table holds any longer is shown as it is."""
    return labels().get(code, code)


def used() -> dict[str, int]:
    """How many waivers were asked for each reason, by code."""
    return dict(Waiver.objects.order_by().values_list("reason").annotate(n=Count("pk")))


@transaction.atomic
def add(*, label_en: str, label_fr: str, by: User, at: datetime) -> WaiverReason:
    """A reason of the company's own, after the others. ReasonError for words that are taken."""
    found = _held()
    _words_are_free(found.values(), label_en, label_fr)
    places = [one.order for one in found.values()]
    row = WaiverReason(
        code=arranged.coded(arranged.word(label_en), found),
        label_en=label_en,
        label_fr=label_fr,
        order=max(places) + 10,
    )
    return _saved(row, by, at, "add")


@transaction.atomic
def change(*, code: str, label_en: str, label_fr: str, by: User, at: datetime) -> WaiverReason:
    """Other words, for old waivers too. ReasonError for words that are taken."""
    found = _held()
    _words_are_free((one for one in found.values() if one.code != code), label_en, label_fr)
    row = _row(code)
    row.label_en, row.label_fr = label_en, label_fr
    return _saved(row, by, at, "change")


@transaction.atomic
def move(*, code: str, up: bool, by: User, at: datetime) -> bool:
    """One place up or down. False at the end of the list."""
    found = _held()
    wanted = ordering.moved(list(found.values()), found[code], up)
    if wanted == list(found.values()):
        return False
    for place, one in enumerate(wanted, 1):
        row = _row(one.code)
        row.order = 10 * place
        row.save()
    _saved(_row(code), by, at, "up" if up else "down")
    return True


@transaction.atomic
def retire(*, code: str, by: User, at: datetime) -> None:
    """Offer it no more; waivers asked with it keep it. ReasonError for the last one."""
    found = _held()
    if not any(not one.retired for one in found.values() if one.code != code):
        raise ReasonError(_("One reason must stay on offer: add another one first."))
    row = _row(code)
    row.retired_at = row.retired_at or at
    _saved(row, by, at, "retire")


@transaction.atomic
def offer(*, code: str, by: User, at: datetime) -> None:
    """Offer a retired one again."""
    _held()
    row = _row(code)
    row.retired_at = None
    _saved(row, by, at, "offer")


@transaction.atomic
def delete(*, code: str, by: User, at: datetime) -> None:
    """Delete one that the company added and nobody ever used. ReasonError for any other: it is retired."""
    _held()
    row = WaiverReason.objects.filter(code=code).first()
    if row is None or code in BUILT_IN or Waiver.objects.filter(reason=code).exists():
        raise ReasonError(_("What was used is not deleted: retire it, and old rows keep it."))
    record(by, "settings.reasons", "waiverreason", row.pk, at, code=code, deed="delete")
    row.delete()


def _held() -> dict[str, Reason]:
    """All of them, while nobody else changes one."""
    locks.hold(locks.SETTINGS, ["waiver reasons"])
    return known()


def _row(code: str) -> WaiverReason:
    return WaiverReason.objects.filter(code=code).first() or WaiverReason(code=code)


def _saved(row: WaiverReason, by: User, at: datetime, deed: str) -> WaiverReason:
    row.save()
    record(by, "settings.reasons", "waiverreason", row.pk, at, code=row.code, deed=deed)
    return row


def _words_are_free(others: Iterable[Reason], en: str, fr: str) -> None:
    if field := arranged.taken([one.label for one in others], en, fr):
        raise ReasonError(_("Another reason is called so."), field)
