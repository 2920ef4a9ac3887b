"""What a page of the queue shows, read in few and light statements: lines instead of rows of models.

Who may see what, what is owed and in which order is said by the querysets of `HandoffState` alone; here they are written once
per process and asked again with other values (`rows.written`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.db.models import IntegerField, Value

from leads.models import HandoffState, Lead
from leads.models.queues import PROMISE, SCORE, Key, part_of
from smarketing.accounts.models import Role, User
from smarketing.rows.prepared import Prepared
from smarketing.rows.written import Written

from . import queue, rules

OWED, ASLEEP, POOLED = 0, 10, 20  # arms of the statement; what is owed may come in several, in their order
FEW = 20  # of those asleep and of those in the pool
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)  # sorts those without a promise among themselves
_LINES = Prepared("""
SELECT s.handoff_id, s.lead_id, s.line_id, s.first, s.due_at, s.grade_rank, s.effective_at, s.due_label, s.attempts, s.snoozed_until,
  s.calendar_id, h.rules_id, h.grade, l.first_name, l.last_name, l.email, c.name, c.employees, u.name
FROM leads_handoffstate s JOIN leads_handoff h ON h.id = s.handoff_id JOIN leads_lead l ON l.id = s.lead_id
LEFT JOIN leads_company c ON c.id = l.company_id LEFT JOIN accounts_user u ON u.id = s.rep_id
WHERE s.handoff_id = ANY(%(handoffs)s)
""")
_HEAD = """
SELECT count(*) FILTER (WHERE due_at < %(tomorrow)s), count(*) FILTER (WHERE due_at < %(at)s),
  count(*) FILTER (WHERE due_at >= %(at)s AND due_at < %(noon)s), count(*), max(assigned_at), min(due_at),
  (SELECT max(event) FROM leads_hotpulse WHERE %(whose)s::bigint IS NULL OR user_id = %(whose)s)
FROM ({}) owed(due_at, assigned_at)
"""


@dataclass(frozen=True)
class Line:
    """What the list says of one handoff. `company` None: the lead has none; `promised`: attempts by its rules."""

    pk: int
    lead_id: int
    line_id: int
    first: bool
    due_at: datetime | None
    grade_rank: int
    effective_at: datetime
    due_label: str
    attempts: int
    snoozed_until: datetime | None
    calendar_id: int | None
    promised: int
    grade: str
    lead: str
    company: str | None
    employees: int | None
    rep: str

    @property
    def key(self) -> Key:
        """Its place in the order."""
        return (self.due_at, self.grade_rank, self.effective_at, self.pk)


@dataclass(frozen=True)
class Asked:
    """Whose queue, by whom, as it is at `at`: `rep` None for a rep's own, and for everybody's to others."""

    user: User
    at: datetime
    rep: User | None = None
    order: str = PROMISE
    until: datetime | None = None  # only what is due before
    after: Key | None = None

    @property
    def shape(self) -> tuple[str, str, bool]:
        return self.user.role, self.user.side, self.rep is not None

    @property
    def whose(self) -> int | None:
        """Whose pulse it is: None for everybody's."""
        chosen = self.user if self.user.role == Role.REP else self.rep
        return chosen.pk if chosen else None

    @property
    def who(self) -> dict[str, Any]:
        return {"me": self.user.pk, "rep": self.rep.pk if self.rep else None}


@dataclass(frozen=True)
class Listed:
    """A page: what is owed, the key after which the next one begins, what is set aside, what waits in the pool (of both FEW
    and one more, which says that there are more)."""

    owed: list[Line]
    following: Key | None
    asleep: list[Line]
    pooled: list[Line]


@dataclass(frozen=True)
class Head:
    """Figures over all that is owed, and a word that changes when they do or when a lead of theirs does something hot."""

    counts: queue.Counts
    pulse: str


def read(asked: Asked) -> Listed:
    """The page, in two statements."""
    begun = part_of(asked.after[0], asked.at) if asked.after else None
    due, rank, since, handoff = asked.after or (None,) * 4
    given = {
        "at": asked.at,
        "until": asked.until,
        "due": due or "infinity",
        "rank": rank,
        "since": since,
        "handoff": handoff,
    }
    found = _PICKS.rows(*asked.shape, asked.order, asked.until is not None, begun, queue.PAGE, **asked.who, **given)
    arms: dict[int, list[tuple]] = {OWED: [], ASLEEP: [], POOLED: []}
    for one in sorted(found, key=partial(_place, asked.order)):
        arms[max(arm for arm in arms if arm <= one[-1])].append(one)
    owed = arms[OWED][: queue.PAGE]
    told = lines([one[0] for some in (owed, arms[ASLEEP], arms[POOLED]) for one in some])
    owed_, asleep, pooled = (
        [told[one[0]] for one in some if one[0] in told] for some in (owed, arms[ASLEEP], arms[POOLED])
    )
    return Listed(owed_, owed_[-1].key if len(arms[OWED]) > queue.PAGE else None, asleep, pooled)


def head(asked: Asked) -> Head:
    """What the page says above its rows, and what an open page asks for every few seconds: one statement."""
    noon, tomorrow = queue.noon(asked.at), queue.tomorrow(asked.at)
    given = {"at": asked.at, "noon": noon, "tomorrow": tomorrow, "whose": asked.whose}
    [(today, late, before_noon, every, newest, due, told)] = _OWED.rows(*asked.shape, **asked.who, **given)
    said = (every, newest and int(newest.timestamp()), due and int(due.timestamp()), told)
    return Head(queue.Counts(today, late, before_noon, every), ".".join(str(one or 0) for one in said))


def lines(handoffs: Iterable[int]) -> dict[int, Line]:
    """Handoff → its line."""
    return {row[0]: _line(*row) for row in _LINES.rows({"handoffs": list(handoffs)})}


def _line(*row: Any) -> Line:
    state, (rules_id, grade, first, last, email, company, employees, rep) = row[:11], row[11:]
    name = Lead.called(first, last, email, row[1])
    said: list[Any] = [rules.promised(rules_id, grade), grade, name, company, employees, rep or ""]
    return Line(*state, *said)


def _visible(role: str, side: str, me: int) -> Any:
    return HandoffState.objects.visible_to(User(pk=me, role=role, side=side))


def _owed_by(role: str, side: str, chosen: bool, me: int, rep: int) -> Any:
    visible = _visible(role, side, me)
    if role == Role.REP:
        return visible.owed_by(me)
    return visible.owed_by(rep) if chosen else visible.owed()


def _owed(role: str, side: str, chosen: bool, *, me: int, rep: int) -> Any:
    return _owed_by(role, side, chosen, me, rep).values_list("due_at", "assigned_at")


def _picks(
    role: str, side: str, chosen: bool, order: str, until_said: bool, begun: int | None, size: int, *,
    me: int, rep: int, at: datetime, until: datetime, due: datetime, rank: int, since: datetime, handoff: int,
) -> list[Any]:  # fmt: skip
    """Arms of the statement: what is owed, what is set aside, what waits; of each the columns that sort it, and which it is."""
    owed = _owed_by(role, side, chosen, me, rep)
    shown = owed.awake(at) if not until_said else owed.due_before(until).awake_or_broken(at)
    after = None if begun is None else (due, rank, since, handoff)
    arms = [(OWED + n, some[: size + 1]) for n, some in enumerate(shown.parts_after(after, order, at, begun))]
    asleep = owed.asleep(at).exclude(due_at__lt=at) if until_said else owed.asleep(at)  # those are among what is late
    arms += [(ASLEEP, asleep[: FEW + 1]), (POOLED, _visible(role, side, me).in_pool().in_order()[: FEW + 1])]
    columns = ("handoff_id", "due_at", "grade_rank", "effective_at", "snoozed_until")
    return [some.values_list(*columns, Value(arm, output_field=IntegerField())) for arm, some in arms]


def _place(order: str, row: Sequence[Any]) -> tuple:
    """Where a row of `_picks` stands: the arms after each other, each in its order."""
    handoff, due, rank, since, snoozed, arm = row
    if arm == ASLEEP:
        return (arm, snoozed, handoff)
    dated = (due is None, due or LONG_AGO)
    if arm == POOLED or order == PROMISE:
        return (arm, *dated, rank, since, handoff)
    return (arm, rank, *dated, since, handoff) if order == SCORE else (arm, -since.timestamp(), -handoff)


_PICKS = Written(
    _picks, me=int, rep=int, rank=int, handoff=int, at=datetime, until=datetime, due=datetime, since=datetime
)
_OWED = Written(_owed, around=_HEAD, plan_once=True, me=int, rep=int)
