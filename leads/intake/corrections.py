"""What people may take back: one table of facts, by whom, until when, and with which reason.

Within 30 seconds its author needs no reason. Later the author may with one until the month in which it happened is closed;
somebody who may in their place (`chiefs`), a closed month included, always with a reason: that is a restatement. An import
is undone as a whole and has its own way (`importing.undo`); so has a deed on many leads, for an hour (`pages.bulk`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from leads.models import AttributeChange
from smarketing.accounts.models import Role, Side, User
from smarketing.rows import clock

from . import hooks

QUICK = timedelta(seconds=31)  # "within 30 seconds", the last one included
NOT_YOURS, CLOSED, REASON = "not_yours", "closed", "reason"
SAID: dict[str, Any] = {
    NOT_YOURS: _("Only whoever wrote it, or a manager, may take it back."),
    CLOSED: _("The month is closed: ask your manager to take this back."),
    REASON: _("Say why this is taken back."),
}


@dataclass(frozen=True)
class Rule:
    """`author`: who recorded a fact, as an id; `when`: the instant whose month counts. `unsigned`: whether chiefs may take
    back what no person recorded (a file, the system). `not_yours`: what others are told."""

    author: Callable[[Any], int | None]
    chiefs: Callable[[User], bool]
    when: str = "occurred_at"
    unsigned: bool = False
    not_yours: Any = SAID[NOT_YOURS]


def _manager(user: User) -> bool:
    return user.role == Role.MANAGER


def _sales_manager(user: User) -> bool:
    return user.role == Role.MANAGER and user.side == Side.SALES


def _keeper(user: User) -> bool:
    return user.role in (Role.MANAGER, Role.ADMINISTRATOR)


def _by(fact: Any) -> int | None:
    return fact.by_id


def _opener(deal: Any) -> int | None:
    first = AttributeChange.objects.filter(subject="deal", subject_id=deal.pk).order_by("pk").first()
    return first.by_id if first else None


# Subject, as corrections name it -> who may take it back.
RULES: dict[str, Rule] = {
    "attempt": Rule(lambda attempt: attempt.rep_id, _sales_manager),
    "decision": Rule(_by, _sales_manager),
    "deal": Rule(_opener, _sales_manager, "created_at"),
    "assignment": Rule(_by, _manager),
    "attributechange": Rule(_by, _manager),
    "spend": Rule(_by, _manager, unsigned=True),
    "note": Rule(_by, _manager),
    "consent": Rule(_by, _keeper, unsigned=True),
    "merge": Rule(_by, _manager, unsigned=True, not_yours=_("Only whoever merged them, or a manager, may take it back.")),
}  # fmt: skip


@dataclass(frozen=True)
class Hindrance:
    """Why somebody may not take a fact back now: a key of SAID, and the sentence; `field` names the one to fill in."""

    key: str
    said: str

    @property
    def field(self) -> str:
        return "reason" if self.key == REASON else ""


def may(subject: str, author: int | None, by: User) -> bool:
    """Whether `by` may ever take back a fact that `author` recorded: what a page asks before it offers to."""
    rule = RULES[subject]
    return by.pk == author or (rule.chiefs(by) and (author is not None or rule.unsigned))


def offered(fact: Model, by: User) -> bool:
    """The same of a fact: whether its page offers `by` to take it back."""
    subject = fact._meta.model_name or ""
    return may(subject, RULES[subject].author(fact), by)


def hindrance(subject: str, fact: Any, *, by: User, at: datetime, reason: str) -> Hindrance | None:
    """Why `by` may not take this fact back at `at` with this reason; None when they may."""
    rule = RULES[subject]
    author = rule.author(fact)
    if not may(subject, author, by):
        return Hindrance(NOT_YOURS, str(rule.not_yours))
    if by.pk == author and at - fact.recorded_at <= QUICK:
        return None
    if not rule.chiefs(by) and _is_closed(getattr(fact, rule.when)):
        return Hindrance(CLOSED, str(SAID[CLOSED]))
    if not reason.strip():
        return Hindrance(REASON, str(SAID[REASON]))
    return None


def _is_closed(when: datetime) -> bool:
    month = clock.today(when).replace(day=1)
    return any(month in closed(month, month) for closed in hooks.closed_months)
