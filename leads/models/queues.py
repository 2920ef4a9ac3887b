"""How handoffs and deals are read: who may see them, what is owed, in which order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models

from smarketing.accounts.policy import may

ORDER = ("due_at", "grade_rank", "effective_at", "handoff_id")
Key = tuple[datetime | None, int, datetime, int]


class HandoffStateQuerySet(models.QuerySet):
    def visible_to(self, user) -> "HandoffStateQuerySet":
        """A rep: theirs, and what waits in the pools they belong to, accepted before or not. Others: all, where the policy
        lets them."""
        if not may(user, "handoffs.view"):
            return self.none()
        if user.role == "rep":
            mine = models.Q(rep=user) | models.Q(is_open=True, rep=None, pool__in=user.pools.values("pool"))
            return self.filter(mine)
        return self

    def leads_seen_by(self, rep) -> tuple[models.QuerySet, models.QuerySet]:
        """The leads of what a rep sees by `visible_to`, in two arms: each has its index, an "or" of them has none."""
        pooled = self.in_pool().filter(pool__in=rep.pools.values("pool"))
        return self.filter(rep=rep).order_by().values("lead"), pooled.order_by().values("lead")

    def ever_in_hands_of(self, user) -> "HandoffStateQuerySet":
        """Handoffs that were this rep's, or waited in a pool of theirs, whatever became of them since."""
        pooled = models.Q(handoff__assignments__rep=None, handoff__assignments__pool__in=user.pools.values("pool"))
        mine = models.Q(handoff__assignments__rep=user) | pooled
        return self.filter(mine).distinct()

    def open(self) -> "HandoffStateQuerySet":
        """Pooled, assigned or accepted."""
        return self.filter(is_open=True)

    def owed(self) -> "HandoffStateQuerySet":
        """Open, and in somebody's charge."""
        return self.open().filter(rep__isnull=False)

    def owed_by(self, user) -> "HandoffStateQuerySet":
        """What this rep owes."""
        return self.open().filter(rep=user)

    def in_pool(self) -> "HandoffStateQuerySet":
        """Open, in nobody's charge yet."""
        return self.open().filter(rep__isnull=True)

    def due_before(self, at: datetime) -> "HandoffStateQuerySet":
        """Whose next promise breaks before an instant."""
        return self.filter(due_at__lt=at)

    def in_order(self) -> Any:
        """The promise that breaks next first, then the better grade, then the older; without a promise last."""
        return self.order_by(models.F("due_at").asc(nulls_last=True), *ORDER[1:])

    def after(self, key: Key) -> Any:
        """What follows `key` (see `key_of`) in the order."""
        due, *rest = key
        table = self.model._meta.db_table
        tail = f"({', '.join(f'{table}.{name}' for name in ORDER[1:])}) > (%s, %s, %s)"
        if due is None:
            return self.filter(due_at__isnull=True).extra(where=[tail], params=rest)
        whole = f"({table}.due_at IS NULL OR {table}.due_at > %s OR ({table}.due_at = %s AND {tail}))"
        return self.extra(where=[whole], params=[due, due, *rest])

    def page_after(self, key: Key | None, size: int) -> Sequence[Any]:
        """Up to `size` rows in order after `key` (None: from the top), each part one range of the queue's index."""
        dated: Any = self.filter(due_at__isnull=False)
        undated: Any = self.filter(due_at__isnull=True).order_by(*ORDER[1:])
        rows: list[Any] = []
        if key is None or key[0] is not None:
            if key is not None:
                table = self.model._meta.db_table
                row = f"({', '.join(f'{table}.{name}' for name in ORDER)}) > (%s, %s, %s, %s)"
                dated = dated.extra(where=[row], params=list(key))
            rows = list(dated.order_by(*ORDER)[:size])
            key = None
        if len(rows) < size:
            rows += list((undated.after(key) if key else undated)[: size - len(rows)])
        return rows


def key_of(row) -> Key:
    """The place of a HandoffState in the order."""
    return (row.due_at, row.grade_rank, row.effective_at, row.handoff_id)


class DealQuerySet(models.QuerySet):
    def visible_to(self, user) -> "DealQuerySet":
        """A rep: their own and those of leads in their charge. Others: all, where the policy lets them."""
        if not may(user, "deals.view"):
            return self.none()
        if user.role == "rep":
            return self.filter(models.Q(rep=user) | models.Q(handoff__state_row__rep=user))
        return self

    def standing(self) -> "DealQuerySet":
        """Those that were not taken back."""
        from .facts import Correction

        return self.exclude(pk__in=Correction.objects.filter(subject="deal").values("subject_id"))
