"""The reps of sales side by side: what each carries, what of it is late and with which promise, and how the month went.

What they carry is read of the states of handoffs as they are now; the figures of the month are the measures', by rep.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Max, Q, QuerySet

from leads.handoffs import absences, capacity, queue
from leads.measures.dimensions import names
from leads.models import Attempt, Correction, HandoffState, PoolMember
from smarketing.accounts.models import Role, Team, User
from smarketing.measures.engine import Group
from smarketing.rows import clock

from . import own, team_figures

# (measure, its figure) of the month, in the order of the columns.
FIGURES = (
    ("first_attempt_in_time", ""),
    ("attempts_in_time", ""),
    ("decided_in_time", ""),
    ("reach", ""),
    ("response_time", "median"),
    ("response_time", "p90_nearest"),
    ("system_delay", "median"),
    ("rep_delay", "median"),
    ("rep_delay", "p90_nearest"),
)


@dataclass
class Load:
    """Handoffs owed now. `cap`: how many at most a pool gives them, None for whoever is in no pool; `late` and `today`: whose
    promise broke, or falls due before tomorrow; `why`: label of the broken promise -> how many; `inherited`: how many of the late
    ones somebody else had when they grew late; `last`: the last attempt; `away`: until which day they are away, None for who is
    here."""

    owed: int = 0
    today: int = 0
    late: int = 0
    cap: int | None = None
    why: dict[str, int] = field(default_factory=dict)
    inherited: int = 0
    last: datetime | None = None
    away: date | None = None

    @property
    def full(self) -> bool:
        """Whether no pool gives them another one."""
        return self.cap is not None and self.owed >= self.cap


@dataclass(frozen=True)
class Desk:
    """One line: a rep (None: of people who left, or of the pools), and the figures of their month in the order of FIGURES."""

    rep: User | None
    name: str
    load: Load
    figures: tuple[Group | None, ...]


@dataclass(frozen=True)
class Board:
    """`desks` by name, `whole` of all sales; `question`: the period the figures are of."""

    desks: tuple[Desk, ...]
    others: tuple[Desk, ...]
    whole: tuple[Group, ...]
    pooled: int
    first: date
    until: date
    cutoff: datetime


def reps(team: Team | None = None) -> list[User]:
    """The reps who work here, of a team or all, by name."""
    found = User.objects.filter(role=Role.REP, is_active=True).select_related("team")
    return sorted(found.filter(team=team) if team else found, key=lambda one: one.name.casefold())


def board(*, by: User, people: Sequence[User], first: date, until: date, at: datetime, cutoff: datetime) -> Board:
    """What these reps carry at `at`, and how the month [first, until) went as known at `cutoff`, as far as `by` may see it."""
    figures = team_figures.answers(FIGURES, first=first, until=until, by=("rep",), cutoff=cutoff, user=by)
    named = [{row.group["rep"]: row for row in answer.rows} for answer in figures]
    loads, called = load(people, by, at), names(people)
    desks = [
        Desk(one, called[one.pk], loads[one.pk], tuple(rows.get(called[one.pk]) for rows in named)) for one in people
    ]
    every = names(reps())
    others = sorted({name for rows in named for name in rows} - set(every.values()) - {""}, key=str.casefold)
    return Board(
        tuple(desks), tuple(Desk(None, name, Load(), tuple(rows.get(name) for rows in named)) for name in others),
        tuple(answer.total for answer in figures), HandoffState.objects.visible_to(by).in_pool().count(), first, until, cutoff,
    )  # fmt: skip


def broken(by: User, at: datetime) -> QuerySet[HandoffState]:
    """Handoffs owed whose promise broke by `at`, as far as `by` may see them."""
    return HandoffState.objects.visible_to(by).owed().filter(due_at__lt=at)


def load(people: Iterable[User], by: User, at: datetime) -> dict[int, Load]:
    """Rep -> what they carry at `at`, as far as `by` may see it."""
    out: dict[int, Load] = defaultdict(Load)
    ids = [one.pk for one in people]
    owed = HandoffState.objects.visible_to(by).owed().filter(rep__in=ids)
    for rep, label, n, today, late in owed.values_list("rep", "due_label").annotate(
        n=Count("pk"),
        today=Count("pk", filter=Q(due_at__lt=queue.tomorrow(at))),
        late=Count("pk", filter=Q(due_at__lt=at)),
    ):
        one = out[rep]
        one.owed, one.today, one.late = one.owed + n, one.today + today, one.late + late
        if late:
            one.why[label] = late
    moved = broken(by, at).filter(rep__in=ids, assigned_at__gt=F("handoff__occurred_at"))
    some = {one.pk: one for one in moved}
    for pk, found in own.late(some.values(), at).items():
        out[some[pk].rep_id].inherited += found.inherited
    caps = PoolMember.objects.filter(rep__in=ids, pool__retired_at=None, weight__gt=0).values_list("rep")
    for rep, cap in caps.annotate(cap=Max("cap")):
        out[rep].cap = cap
    tries = Attempt.objects.filter(rep__in=ids, occurred_at__gt=at - timedelta(days=60), occurred_at__lte=at)
    tries = tries.exclude(pk__in=Correction.objects.filter(subject="attempt").values("subject_id"))
    for rep, last in tries.values_list("rep").annotate(last=Max("occurred_at")):
        out[rep].last = last
    for rep in capacity.away_on(clock.today(at)).intersection(ids):
        out[rep].away = absences.until(rep, clock.today(at))
    return {pk: out[pk] for pk in ids}
