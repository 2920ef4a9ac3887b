"""Who gets a handoff: the account's rep, else the fair turn of the first pool that takes it, else the pool itself.

A take is a conditional update of the one HandoffState row: of two who take, one wins and the other learns who.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from leads.intake import bulk, corrections, facts
from leads.models import Assignment, Attempt, Correction, Decision, Handoff, HandoffState, Pool, PoolMember
from leads.scoring import asks, compile, days, program
from leads.scoring.sql import Params, fetch
from personas.criteria import tree
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows.fence import Fence, open_fence

from . import hands, notices, states
from .problems import NotYours, Refusal
from .rules import body_of

TURN, TAKEN, MANAGER, ACCOUNT, POOL = "turn", "taken", "manager", "account", "pool"
TURNS = timedelta(days=28)  # the fair turn looks back so far
_ASSIGNMENT = {
    "handoff_id": "bigint", "rep_id": "bigint", "pool_id": "bigint", "how": "text", "reason": "text", "by_id": "bigint",
    "occurred_at": "timestamptz", "recorded_at": "timestamptz", "known_at": "timestamptz",
}  # fmt: skip


class Taken(ValueError):
    """Somebody else has the handoff, or it is closed; the message is translated and meant for the screen."""


@dataclass
class _Turns:
    """Members of a pool and what they got lately; `next_of` gives the weighted fair turn."""

    pool: Pool
    members: Sequence[PoolMember]
    got: Counter = field(default_factory=Counter)

    def next_of(self, load: Mapping[int, int], never: Iterable[int]) -> int | None:
        free = [
            one
            for one in self.members
            if one.weight > 0 and one.rep_id not in never and load.get(one.rep_id, 0) < one.cap
        ]
        best = min(free, key=lambda one: ((self.got[one.rep_id] + 1) / one.weight, one.rep_id), default=None)
        return best.rep_id if best else None


@transaction.atomic
def assign(
    *,
    handoffs: Iterable[Handoff | int],
    by: User | None,
    fence: Fence,
    at: datetime | None = None,
    caps: bool = True,
    avoid: Mapping[int, set[int]] | None = None,
) -> dict[int, int | None]:
    """Route these handoffs in the order given, at `at` (None: each when it was handed over).

    Returns handoff -> rep, None where it waits in its pool. States are derived by the caller (`states.derive`).
    Without `caps` nobody is ever full (history judged afterwards: who was free then is not known). `avoid`: handoff -> reps
    who do not get it, not even as the account's rep.
    """
    ids = [_id(one) for one in handoffs]
    found = {one.pk: one for one in Handoff.objects.filter(bulk.among("pk", ids)).select_related("rules", "lead")}
    with connection.cursor() as cursor:  # two assigners never count the same turns
        cursor.execute("SELECT id FROM leads_pool ORDER BY id FOR NO KEY UPDATE")
    last = at or max((one.occurred_at for one in found.values()), default=None)
    if last is None:
        return {}
    pools = _pools(last)
    takes = _pools_of({one.lead_id for one in found.values()}, pools, last)
    account, load = _account_reps(found.values()), _load() if caps else {}
    active = set(User.objects.filter(is_active=True, side="sales").values_list("pk", flat=True))
    never = _refused_by(found.values())
    rows: list[tuple] = []
    chosen: dict[int, int | None] = {}
    for pk in ids:
        one = found[pk]
        turns = next((pools[pool] for pool in takes.get(one.lead_id, ())), None)
        shut = never.get(one.lead_id, set()) if not body_of(one)["return_to_same_rep"] else set()
        shut = shut | (avoid or {}).get(pk, set())
        rep = account.get(one.lead.company_id) if one.lead.company_id else None
        how = ACCOUNT
        if rep is None or rep not in active or rep in shut:
            rep, how = (turns.next_of(load, shut) if turns else None), TURN
            if rep:
                turns.got[rep] += 1
        if rep:
            load[rep] = load.get(rep, 0) + caps
            if one.lead.company_id:
                account[one.lead.company_id] = rep
        chosen[pk] = rep
        rows.append((pk, rep, turns and turns.pool.pk, how if rep else POOL, at or one.occurred_at))
    name([row for row in rows if row[1] or row[2]], by, fence)
    return chosen


@transaction.atomic
def take(*, handoff: Handoff | int, by: User, at: datetime) -> HandoffState:
    """A rep takes a handoff out of its pool; one that is theirs already stays theirs.

    Taken when somebody else was faster (it says who) or the handoff is closed.
    """
    pk = _id(handoff)
    fence = open_fence()
    must_work(by)
    pool = _claim(pk, by)
    if pool is None:
        held = HandoffState.objects.select_related("rep").get(pk=pk)
        if held.is_open and held.rep_id == by.pk:
            return held
        if held.is_open and held.rep_id:
            raise Taken(_("%(name)s has taken this lead.") % {"name": held.rep.name})
        raise Taken(_("This handoff is closed."))
    name([(pk, by.pk, pool or None, TAKEN, at)], by, fence)
    states.derive([pk], fence)
    record(by, "handoff.take", "handoff", pk, at)
    return HandoffState.objects.get(pk=pk)


@transaction.atomic
def reassign(*, handoff: Handoff | int, rep: User | None, by: User, at: datetime, reason: str = "") -> HandoffState:
    """A manager names another rep in charge, or (None) gives the handoff back to its pool. Taken when it is closed."""
    pk = _id(handoff)
    fence = open_fence()
    if rep is not None:
        must_work(rep)
    held = HandoffState.objects.select_for_update().get(pk=pk)
    if not held.is_open:
        raise Taken(_("This handoff is closed."))
    name([(pk, rep and rep.pk, held.pool_id, MANAGER, at)], by, fence, reason[:120])
    states.derive([pk], fence)
    record(by, "handoff.reassign", "handoff", pk, at, rep=rep and rep.pk)
    return HandoffState.objects.get(pk=pk)


@transaction.atomic
def take_back(*, assignment: Assignment, by: User, at: datetime, reason: str = "") -> Correction:
    """Take a naming back that a person made: whoever was in charge before it is again, or the pool.

    Who may is said by `intake.corrections`. Refusal for one that was made by turn, is not the last, or on which work
    stands; NotYours for others.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM leads_pool ORDER BY id FOR NO KEY UPDATE")
    held = HandoffState.objects.select_for_update().get(pk=assignment.handoff_id)
    if Correction.objects.filter(subject="assignment", subject_id=assignment.pk).exists():
        raise Refusal(_("This was taken back before."))
    if assignment.by_id is None or assignment.how not in (TAKEN, MANAGER):
        raise Refusal(_("Nobody named this rep by hand: give the lead to another one instead."))
    if not corrections.may("assignment", assignment.by_id, by):
        raise NotYours
    back = Correction.objects.filter(subject="assignment").values("subject_id")
    last = (
        Assignment.objects.filter(handoff=assignment.handoff_id)
        .exclude(pk__in=back)
        .order_by("occurred_at", "pk")
        .last()
    )
    if last != assignment or not held.is_open:
        raise Refusal(_("Something was decided since: this naming stays."))
    since = {"handoff": assignment.handoff_id, "recorded_at__gt": assignment.recorded_at}
    for model, subject in ((Attempt, "attempt"), (Decision, "decision")):
        gone = Correction.objects.filter(subject=subject).values("subject_id")
        if model.objects.filter(**since).exclude(pk__in=gone).exists():
            raise Refusal(_("Work stands on it: take that back first, or give the lead to another rep."))
    hands.may_take_back("assignment", assignment, by=by, at=at, reason=reason)
    facts.correct(subject="assignment", subject_ids=[assignment.pk], by=by, at=at, reason=reason)
    states.derive([assignment.handoff_id])
    return Correction.objects.get(subject="assignment", subject_id=assignment.pk)


def must_work(rep: User) -> None:
    """Taken when a rep was switched off, even a moment ago: whoever leaves waits for this deed, or this for them."""
    if not User.objects.filter(pk=rep.pk, is_active=True).select_for_update(no_key=True).exists():
        raise Taken(_("%(name)s does not work here any more.") % {"name": rep.name})


def _id(handoff: Handoff | int) -> int:
    return handoff.pk if isinstance(handoff, Handoff) else handoff


def _claim(pk: int, by: User) -> int | None:
    """The conditional update that lets exactly one win: the row is locked, and read again, by whoever comes second.

    Returns the pool it was in (0 for none), None for who lost.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leads_handoffstate SET rep_id = %s WHERE handoff_id = %s AND is_open AND rep_id IS NULL"
            " RETURNING coalesce(pool_id, 0)",
            [by.pk, pk],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def name(rows: Sequence[tuple], by: User | None, fence: Fence, reason: str = "") -> None:
    """Add assignments (handoff, rep, pool, how, when) and tell their reps; their states are derived by the caller."""
    facts = [
        (pk, rep, pool, how, reason, by and by.pk, when, fence.recorded_at, fence.recorded_at)
        for pk, rep, pool, how, when in rows
    ]
    bulk.insert("leads_assignment", _ASSIGNMENT, facts)
    notices.tell_assigned(rows, by, fence)


# --- what the choice looks at


def _pools(at: datetime) -> dict[int, _Turns]:
    pools = {pool.pk: _Turns(pool, []) for pool in Pool.objects.filter(retired_at=None).order_by("order", "pk")}
    for member in PoolMember.objects.filter(pool__retired_at=None, rep__is_active=True, rep__side="sales").order_by(
        "rep_id"
    ):
        pools[member.pool_id].members.append(member)
    recent = Assignment.objects.filter(how=TURN, occurred_at__gt=at - TURNS).values_list("pool_id", "rep_id")
    for pool, rep in recent:
        if pool in pools:
            pools[pool].got[rep] += 1
    return pools


def _pools_of(leads: set[int], pools: Mapping[int, _Turns], at: datetime) -> dict[int, list[int]]:
    """Lead -> the pools that take it, in order. A pool without rules takes everything."""
    held: dict[int, set[int]] = {}
    for pk, turns in pools.items():
        held[pk] = _holding(turns.pool.rules, leads, at) if turns.pool.rules else leads
    return {lead: [pk for pk in pools if lead in held[pk]] for lead in leads}


def _holding(rules: Mapping[str, Any], leads: set[int], at: datetime) -> set[int]:
    """The leads for which a condition tree holds at `at`."""
    if not leads:
        return set()
    body = tree.empty_body() | {"direct": [rules]}
    params = Params()
    which = asks.listed([(lead, at) for lead in sorted(leads)])
    sql = compile.ctes(program.build(0, 0, body), which, days.here(), params)
    return {lead for (lead,) in fetch(f"WITH {sql} SELECT lead_id FROM scored WHERE direct", params)}


def _account_reps(handoffs: Iterable[Handoff]) -> dict[int, int]:
    """Company -> the rep in charge of its newest handoff that is open or was converted."""
    companies = {one.lead.company_id for one in handoffs if one.lead.company_id}
    found = HandoffState.objects.filter(
        bulk.among("handoff__lead__company_id", companies),
        rep__isnull=False,
        state__in=(*HandoffState.OPEN, "converted"),
    )
    return dict(found.order_by("assigned_at", "handoff_id").values_list("handoff__lead__company_id", "rep_id"))


def _load() -> dict[int, int]:
    rows = fetch("SELECT rep_id, count(*) FROM leads_handoffstate WHERE is_open AND rep_id IS NOT NULL GROUP BY 1")
    return dict(rows)


def _refused_by(handoffs: Iterable[Handoff]) -> dict[int, set[int]]:
    """Lead -> reps who refused it or gave it back."""
    leads = {one.lead_id for one in handoffs}
    found: dict[int, set[int]] = {}
    rows = HandoffState.objects.filter(
        bulk.among("lead_id", leads), state__in=("refused", "returned"), rep__isnull=False
    )
    for lead, rep in rows.values_list("lead_id", "rep_id"):
        found.setdefault(lead, set()).add(rep)
    return found
