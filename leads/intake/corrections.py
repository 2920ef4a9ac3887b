"""What people may take back: one table of what they record, by whom, until when, and with which reason.

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
    """`author`: who recorded it, as an id; `when`: the instant whose month counts; `since`: from when the 30 seconds run.
    `unsigned`: whether chiefs may take back what no person recorded (a file, the system). `not_yours`: what others are
    told. `fact`: its name in corrections where that is not its own; "" where it is no fact and is simply open again."""

    author: Callable[[Any], int | None]
    chiefs: Callable[[User], bool]
    when: str = "occurred_at"
    unsigned: bool = False
    not_yours: Any = SAID[NOT_YOURS]
    since: str = "recorded_at"
    fact: str | None = None


def _manager(user: User) -> bool:
    return user.role == Role.MANAGER


def _sales_manager(user: User) -> bool:
    return user.role == Role.MANAGER and user.side == Side.SALES


def _keeper(user: User) -> bool:
    return user.role in (Role.MANAGER, Role.ADMINISTRATOR)


def _by(fact: Any) -> int | None:
    return fact.by_id


def _administrator(user: User) -> bool:
    return user.role == Role.ADMINISTRATOR


def _maker(thing: Any) -> int | None:
    """Who wrote the first values of a lead, deal, company or campaign."""
    said = AttributeChange.objects.filter(subject=thing._meta.model_name, subject_id=thing.pk)
    first = said.order_by("pk").first()
    return first.by_id if first else None


# Subject, as corrections name it -> who may take it back.
RULES: dict[str, Rule] = {
    "attempt": Rule(lambda attempt: attempt.rep_id, _sales_manager),
    "decision": Rule(_by, _sales_manager),
    "deal": Rule(_maker, _sales_manager, "created_at"),
    "closing": Rule(_by, _sales_manager, "closed_at", unsigned=True, fact="attributechange", not_yours=_("Only whoever closed it, or a sales manager, may open it again.")),
    "dealvalues": Rule(_by, _sales_manager, fact="attributechange"),
    "dealcontact": Rule(_by, _sales_manager),
    "lead": Rule(_maker, _manager, "created_at"),
    "company": Rule(_maker, _manager, "created_at"),
    "campaign": Rule(_maker, _manager, "created_at"),
    "assignment": Rule(_by, _manager),
    "attributechange": Rule(_by, _manager),
    "spend": Rule(_by, _manager, unsigned=True),
    "plannedcost": Rule(_by, _manager),
    "timespent": Rule(_by, _manager),
    "campaignmerge": Rule(_by, _manager),
    "note": Rule(_by, _manager),
    "consent": Rule(_by, _keeper, unsigned=True),
    "merge": Rule(_by, _manager, unsigned=True, not_yours=_("Only whoever merged them, or a manager, may take it back.")),
    "companymerge": Rule(_by, _manager, not_yours=_("Only whoever merged them, or a manager, may take it back.")),
    "companypair": Rule(_by, _manager, "decided_at", since="decided_at", fact=""),
    "mergesuggestion": Rule(_by, _manager, "decided_at", since="decided_at", fact=""),
    "erasureproposal": Rule(_by, _administrator, "decided_at", since="decided_at", fact=""),
}  # fmt: skip


@dataclass(frozen=True)
class Hindrance:
    """Why somebody may not take something back now: a key of SAID, and the sentence; `field` names the one to fill in."""

    key: str
    said: str

    @property
    def field(self) -> str:
        return "reason" if self.key == REASON else ""


def may(subject: str, author: int | None, by: User) -> bool:
    """Whether `by` may ever take back a fact that `author` recorded: what a page asks before it offers to."""
    rule = RULES[subject]
    return by.pk == author or (rule.chiefs(by) and (author is not None or rule.unsigned))


def offered(fact: Model, by: User, subject: str = "") -> bool:
    """The same of a fact (as `subject`, a key of RULES, where that is not its own name): whether its page offers it."""
    subject = subject or fact._meta.model_name or ""
    return may(subject, RULES[subject].author(fact), by)


def hindrance(subject: str, fact: Any, *, by: User, at: datetime, reason: str) -> Hindrance | None:
    """Why `by` may not take this fact back at `at` with this reason; None when they may."""
    rule = RULES[subject]
    author = rule.author(fact)
    if not may(subject, author, by):
        return Hindrance(NOT_YOURS, str(rule.not_yours))
    if by.pk == author and at - getattr(fact, rule.since) <= QUICK:
        return None
    if not rule.chiefs(by) and _is_closed(getattr(fact, rule.when)):
        return Hindrance(CLOSED, str(SAID[CLOSED]))
    if not reason.strip():
        return Hindrance(REASON, str(SAID[REASON]))
    return None


def _is_closed(when: datetime) -> bool:
    month = clock.today(when).replace(day=1)
    return any(month in closed(month, month) for closed in hooks.closed_months)
