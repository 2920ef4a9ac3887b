"""Reasons as a company arranges them: renamed, in its own order, retired, added; and how often each was used."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from leads.intake import locks
from leads.models import Correction, Deal, Decision, ReasonCode
from smarketing.accounts.audit import record
from smarketing.accounts.models import User

from . import arranged, ordering, reasons
from .arranged import ReasonError
from .reasons import LOST, Reason

KINDS = (Decision.Kind.REFUSE, Decision.Kind.RETURN)


def decisions_of(code: str) -> QuerySet[Decision]:
    """Refusals and returns for a reason that stand."""
    back = Correction.objects.filter(subject="decision").values("subject_id")
    return Decision.objects.filter(kind__in=KINDS, reason=code).exclude(pk__in=back)


def deals_of(code: str) -> QuerySet[Deal]:
    """Deals lost for a reason that stand."""
    return Deal.objects.filter(state=Deal.State.LOST, reason=code).standing()


def used() -> dict[str, int]:
    """How often each reason was used, by code."""
    back = Correction.objects.filter(subject="decision").values("subject_id")
    told = Decision.objects.filter(kind__in=KINDS).exclude(reason="").exclude(pk__in=back)
    lost = Deal.objects.filter(state=Deal.State.LOST).exclude(reason="").standing()
    counts = dict(told.order_by().values_list("reason").annotate(n=Count("pk")))
    return {**counts, **dict(lost.order_by().values_list("reason").annotate(n=Count("pk")))}


def was_used(code: str) -> bool:
    """Whether any act or deal ever named it, taken back or not: then it is never deleted."""
    return Decision.objects.filter(reason=code).exists() or Deal.objects.filter(reason=code).exists()


def unused(known: dict[str, Reason]) -> set[str]:
    """Codes that the company added and nobody ever used: those may be deleted."""
    own = [code for code, reason in known.items() if reason.own]
    told = Decision.objects.filter(reason__in=own).values_list("reason", flat=True)
    lost = Deal.objects.filter(reason__in=own).values_list("reason", flat=True)
    return set(own) - set(told) - set(lost) if own else set()


def may_move_on(reason: Reason) -> bool:
    """Whether the stage that follows may be chosen: opposition ends all, and a lost deal always recycles."""
    return not reason.opposes and reason.family != LOST.key


@transaction.atomic
def add(
    *, family: str, label_en: str, label_fr: str, next: str, delay: int | None, by: User, at: datetime
) -> ReasonCode:
    """A reason of the company's own, after the others of its family. ReasonError for words that are taken."""
    locks.hold(locks.SETTINGS, ["reasons"])
    group = reasons.ALL_FAMILIES[family]
    known = reasons.known()
    _words_are_free(known, family, label_en, label_fr, "")
    places = [one.order for one in known.values() if one.family == family]
    row = ReasonCode(
        code=_code(group.prefix, label_en, set(known)), family=family, own=True, label_en=label_en, label_fr=label_fr,
        order=max(places) + 10,
    )  # fmt: skip
    row.next, row.delay = _follows(group.opposes, family, next, delay)
    row.save()
    _done(row, by, at, "add")
    return row


@transaction.atomic
def change(
    *, code: str, label_en: str, label_fr: str, next: str, delay: int | None, by: User, at: datetime
) -> ReasonCode:
    """Other words, another stage that follows. What was decided before keeps the stage it moved to."""
    locks.hold(locks.SETTINGS, ["reasons"])
    known = reasons.known()
    reason = known[code]
    _words_are_free(known, reason.family, label_en, label_fr, code)
    row = _row(reason)
    row.label_en, row.label_fr = label_en, label_fr
    if may_move_on(reason):
        row.next, row.delay = _follows(reason.opposes, reason.family, next, delay)
    row.save()
    _done(row, by, at, "change")
    return row


@transaction.atomic
def move(*, code: str, up: bool, by: User, at: datetime) -> bool:
    """One place up or down within its family. False at the end of it."""
    locks.hold(locks.SETTINGS, ["reasons"])
    known = reasons.known()
    family = [one for one in known.values() if one.family == known[code].family]
    wanted = ordering.moved(family, known[code], up)
    if wanted == family:
        return False
    for place, one in enumerate(wanted, 1):
        row = _row(one)
        row.order = place * 10
        row.save()
    _done(_row(known[code]), by, at, "up" if up else "down")
    return True


@transaction.atomic
def retire(*, code: str, by: User, at: datetime) -> None:
    """Offer it no more; what was decided for it keeps it. ReasonError for the last one by which somebody may oppose, and
    for the last one of an act."""
    locks.hold(locks.SETTINGS, ["reasons"])
    known = reasons.known()
    reason = known[code]
    left = [one for one in known.values() if not one.retired and one.code != code]
    if reason.opposes and not any(one.opposes for one in left):
        raise ReasonError(
            _("Somebody who asks not to be contacted must be heard: the last reason of opposition stays.")
        )
    if any(not any(act in one.acts for one in left) for act in reason.acts):
        raise ReasonError(_("One reason must stay on offer: add another one first."))
    row = _row(reason)
    row.retired_at = row.retired_at or at
    row.save()
    _done(row, by, at, "retire")


@transaction.atomic
def offer(*, code: str, by: User, at: datetime) -> None:
    """Offer a retired one again."""
    locks.hold(locks.SETTINGS, ["reasons"])
    row = _row(reasons.known()[code])
    row.retired_at = None
    row.save()
    _done(row, by, at, "offer")


@transaction.atomic
def delete(*, code: str, by: User, at: datetime) -> None:
    """Delete one that the company added and nobody ever used. ReasonError for any other: it is retired."""
    locks.hold(locks.SETTINGS, ["reasons"])
    row = ReasonCode.objects.filter(code=code, own=True).first()
    if row is None or was_used(code):
        raise ReasonError(_("What was used cannot be deleted: retire it, and old rows keep it."))
    _done(row, by, at, "delete")
    row.delete()


def _row(reason: Reason) -> ReasonCode:
    return ReasonCode.objects.filter(code=reason.code).first() or ReasonCode(code=reason.code, family=reason.family)


def _follows(opposes: bool, family: str, next: str, delay: int | None) -> tuple[str, int | None]:
    """(stage, days) that follow: a disqualified lead does not come back by itself."""
    if family == LOST.key:
        return "", None
    if opposes:
        return reasons.DISQUALIFIED, None
    return next, delay if next == reasons.RECYCLED else None


def _words_are_free(known: dict[str, Reason], family: str, en: str, fr: str, code: str) -> None:
    others = [one.label for one in known.values() if one.family == family and one.code != code]
    if field := arranged.taken(others, en, fr):
        raise ReasonError(_("Another reason of this family is called so."), field)


def _code(prefix: str, words: str, taken: set[str]) -> str:
    """A short code from the words: "Bound by a tender" → "TIME-BOUND"; numbered when that is taken."""
    return arranged.coded(f"{prefix}-{arranged.word(words)}".upper(), taken)


def _done(row: ReasonCode, by: User, at: datetime, deed: str) -> None:
    record(by, "settings.reasons", "reason", row.pk, at, code=row.code, deed=deed)
    transaction.on_commit(reasons.kept.forget)
    reasons.kept.forget()
