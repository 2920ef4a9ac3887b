"""How handoffs and deals are read: who may see them, what is owed, in which order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models

from smarketing.accounts.policy import may

ORDER = ("due_at", "grade_rank", "effective_at", "handoff_id")
Key = tuple[datetime | None, int, datetime, int]
PROMISE, SCORE, NEWEST = "promise", "score", "newest"
LIVE, BROKEN, UNDATED = 0, 1, 2  # parts of the order by promise: can still be kept, broken, none
_DUE = "coalesce({t}.due_at, 'infinity')"
_PART = "CASE WHEN {t}.due_at IS NULL THEN 2 WHEN {t}.due_at >= '{at}' THEN 0 ELSE 1 END"
# How a queue may be ordered: what is compared, as (expression, part of the key), and whether the greatest comes first.
ORDERS: dict[str, tuple[tuple[tuple[str, str], ...], bool]] = {
    PROMISE: (
        (
            (_PART, "part"),
            (_DUE, "due"),
            ("{t}.grade_rank", "rank"),
            ("{t}.effective_at", "since"),
            ("{t}.handoff_id", "id"),
        ),
        False,
    ),
    SCORE: (
        (("{t}.grade_rank", "rank"), (_DUE, "due"), ("{t}.effective_at", "since"), ("{t}.handoff_id", "id")),
        False,
    ),
    NEWEST: ((("{t}.effective_at", "since"), ("{t}.handoff_id", "id")), True),
}


def part_of(due: datetime | None, at: datetime) -> int:
    """In which part of the order by promise a due instant lies at an instant."""
    return UNDATED if due is None else LIVE if due >= at else BROKEN


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

    def awake(self, at: datetime) -> "HandoffStateQuerySet":
        """Those that no snooze sets aside at an instant."""
        return self.filter(models.Q(snoozed_until=None) | models.Q(snoozed_until__lte=at))

    def awake_or_broken(self, at: datetime) -> "HandoffStateQuerySet":
        """As `awake`, and those whose promise is broken at an instant, however long they sleep: who asks what is late sees all."""
        return self.filter(models.Q(snoozed_until=None) | models.Q(snoozed_until__lte=at) | models.Q(due_at__lt=at))

    def asleep(self, at: datetime) -> "HandoffStateQuerySet":
        """Those set aside until later, the next to come back first."""
        return self.filter(snoozed_until__gt=at).order_by("snoozed_until", "handoff_id")

    def after(self, key: Key, order: str, at: datetime) -> Any:
        """What follows `key` (see `key_of`) in an order, as it is at an instant."""
        return self._beyond(key, order, at, "<" if ORDERS[order][1] else ">")

    def before(self, key: Key, order: str, at: datetime) -> Any:
        """What comes before `key` in an order, the nearest first."""
        compared, descending = ORDERS[order]
        names = {f"back{n}": self._said(one, at) for n, (one, _part) in enumerate(compared)}
        found = self._beyond(key, order, at, ">" if descending else "<").extra(select=names)
        return found.extra(order_by=[name if descending else f"-{name}" for name in names])

    def page_after(self, key: Key | None, size: int, order: str, at: datetime) -> Sequence[Any]:
        """Up to `size` rows in an order after `key` (None: from the top). By promise: those that can still be kept, the one
        that breaks next first, then the broken ones, then those without; each part is one range of the queue's index."""
        rows: list[Any] = []
        for some in self.parts_after(key, order, at, part_of(key[0], at) if key else None):
            if len(rows) < size:
                rows += list(some[: size - len(rows)])
        return rows

    def parts_after(self, key: Key | None, order: str, at: datetime, begun: int | None) -> list[Any]:
        """What `page_after` shows, in querysets that follow one another; `begun`: the part in which `key` lies."""
        if order != PROMISE:
            names = {
                SCORE: ("grade_rank", models.F("due_at").asc(nulls_last=True), *ORDER[2:]),
                NEWEST: ("-effective_at", "-handoff_id"),
            }
            return [(self.after(key, order, at) if key else self).order_by(*names[order])]
        out: list[Any] = []
        for part, some in ((LIVE, {"due_at__gte": at}), (BROKEN, {"due_at__lt": at}), (UNDATED, {"due_at": None})):
            if begun is None or part >= begun:
                found: Any = self.filter(**some)
                if key and part == begun:
                    found = found._past(key, undated=part == UNDATED)
                out.append(found.order_by(*(ORDER[1:] if part == UNDATED else ORDER)))
        return out

    def _past(self, key: Key, undated: bool) -> Any:
        names, values = (ORDER[1:], key[1:]) if undated else (ORDER, key)
        table, marks = self.model._meta.db_table, ", ".join(["%s"] * len(names))
        row = f"({', '.join(f'{table}.{name}' for name in names)}) > ({marks})"
        return self.extra(where=[row], params=list(values))

    def _beyond(self, key: Key, order: str, at: datetime, sign: str) -> Any:
        due, rank, since, handoff = key
        said = {"part": part_of(due, at), "due": due or "infinity", "rank": rank, "since": since, "id": handoff}
        compared, _descending = ORDERS[order]
        left = ", ".join(self._said(one, at) for one, _part in compared)
        marks = ", ".join("%s::timestamptz" if part == "due" else "%s" for _one, part in compared)
        return self.extra(where=[f"({left}) {sign} ({marks})"], params=[said[part] for _one, part in compared])

    def _said(self, expression: str, at: datetime) -> str:
        return expression.format(t=self.model._meta.db_table, at=at.isoformat())


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

    def of_company(self, company: int) -> "DealQuerySet":
        """Those that name the company, or name none and whose lead is of it."""
        return self.filter(models.Q(company=company) | models.Q(company=None, lead__company=company))
