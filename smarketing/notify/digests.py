"""Digests: mails that gather a day or a week for a role. Registered from above, named and chosen here.

A digest is on until its reader switches it off; that is kept as a choice of its key, beside those of notices.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from smarketing.accounts.models import User

from .letters import Letter
from .models import ByMail, NoticeChoice


@dataclass(frozen=True)
class Span:
    """Local days since <= day < until that a digest tells of, as it is written at `at`."""

    since: date
    until: date
    at: datetime


@dataclass(frozen=True)
class Digest:
    """`role`: whose it is; `whom()`: of whom it is instead, where something else says so. `label`, `said`: lazy text. `write(reader, span)` → the letter in the active language; None where there is nothing to
    say. `weekly`: on the first business day of a week, about the week before; else every business day."""

    key: str
    label: Any
    said: Any
    role: str
    write: Callable[[User, Span], Letter | None]
    weekly: bool = False
    whom: Callable[[], Q] | None = None

    def readers(self) -> QuerySet[User]:
        """Whoever may have it."""
        return User.objects.filter(self.whom() if self.whom else Q(role=self.role), is_active=True)


_DIGESTS: dict[str, Digest] = {}


def register(digest: Digest) -> None:
    _DIGESTS[digest.key] = digest


def get(key: str) -> Digest | None:
    return _DIGESTS.get(key)


def every() -> list[Digest]:
    return list(_DIGESTS.values())


def of(user: User) -> list[tuple[Digest, bool]]:
    """The digests that a person may have, with whether they want them."""
    mine = [one for one in _DIGESTS.values() if one.readers().filter(pk=user.pk).exists()]
    off = set(NoticeChoice.objects.filter(user=user, kind__in=[one.key for one in mine]).values_list("kind", flat=True))
    return [(one, one.key not in off) for one in mine]


def switched_off(key: str) -> set[int]:
    """Those who do not want a digest."""
    return set(NoticeChoice.objects.filter(kind=key).values_list("user", flat=True))


def keep(user: User, key: str, *, on: bool) -> None:
    """Keep whether a person wants a digest."""
    if on:
        NoticeChoice.objects.filter(user=user, kind=key).delete()
    else:
        NoticeChoice.objects.update_or_create(user=user, kind=key, defaults={"portal": False, "mail": ByMail.NEVER})
