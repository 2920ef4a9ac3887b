"""Who gets a handoff: the account's rep, else the fair turn of the first pool that takes it, else the pool itself.

A take is a conditional update of the one HandoffState row: of two who take, one wins and the other learns who.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from leads.intake import bulk, corrections, facts
from leads.models import Assignment, Attempt, Correction, Decision, Handoff, HandoffState, Routing
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows import clock
from smarketing.rows.fence import Fence, open_fence

from . import capacity, hands, notices, states, turns
from .problems import NotYours, Refusal
from .rules import body_of

TURN, ACCOUNT, POOL = turns.TURN, turns.ACCOUNT, turns.POOL
TAKEN, MANAGER = "taken", "manager"
_ASSIGNMENT = {
    "handoff_id": "bigint", "rep_id": "bigint", "pool_id": "bigint", "how": "text", "reason": "text", "by_id": "bigint",
    "occurred_at": "timestamptz", "recorded_at": "timestamptz", "known_at": "timestamptz",
}  # fmt: skip
_ROUTING = {
    "handoff_id": "bigint", "rep_id": "bigint", "pool_id": "bigint", "how": "text", "cause": "text", "considered": "jsonb",
    "by_id": "bigint", "occurred_at": "timestamptz", "recorded_at": "timestamptz", "known_at": "timestamptz",
}  # fmt: skip


class Taken(ValueError):
    """Somebody else has the handoff, or it is closed; the message is translated and meant for the screen."""


class Again(Taken):
    """The rep refused this lead before: it is given to them again only by who says so; the message asks for it."""


@transaction.atomic(savepoint=False)
def assign(
    *,
    handoffs: Iterable[Handoff | int],
    by: User | None,
    fence: Fence,
    at: datetime | None = None,
    caps: bool = True,
    avoid: Mapping[int, set[int]] | None = None,
    cause: str = Routing.Cause.HANDED,
) -> dict[int, turns.Choice]:
    """Route these handoffs in the order given, at `at` (None: each when it was handed over).

    Returns handoff -> who got it, without a rep where it waits in its pool. States are written by the caller (`states`).
    Without `caps` nobody is ever full (history judged afterwards: who was free then is not known). `avoid`: handoff -> reps
    who do not get it, not even as the account's rep. Every choice is kept with everybody who was considered (`Routing`).
    """
    routed = _read(list(handoffs))
    last = at or max((one.occurred_at for one in routed), default=None)
    if last is None:
        return {}
    asked = cases(routed, at, avoid)
    here, seats = capacity.table([(one.lead_id, one.lead.company_id) for one in routed], last, caps=caps)
    told = [(one.pk, here.choose(case), case.at) for one, case in zip(routed, asked, strict=True)]
    rows = [(pk, one.rep, one.pool, one.how, when) for pk, one, when in told if one.rep or one.pool]
    bulk.together([*seats.kept(), *_kept(told, by, fence, cause), *_named(rows, by, fence)])
    notices.tell_assigned(rows, by, fence)
    return {pk: choice for pk, choice, _when in told}


def _read(handoffs: Sequence[Handoff | int]) -> list[Handoff]:
    """Handoffs with their leads and rules, in the order given; what is there already is not read again."""
    there = {one.pk: one for one in handoffs if isinstance(one, Handoff) and Handoff.lead.is_cached(one)}
    ids = [_id(one) for one in handoffs]
    if missing := [pk for pk in ids if pk not in there]:
        rows = Handoff.objects.filter(bulk.among("pk", missing)).select_related("rules", "lead")
        there |= {one.pk: one for one in rows}
    return [there[pk] for pk in ids]


@transaction.atomic
def move(
    handoffs: Sequence[Handoff],
    *,
    by: User | None,
    fence: Fence,
    at: datetime,
    avoid: Mapping[int, set[int]],
    cause: str,
    reason: str = "",
) -> dict[int, int]:
    """Give handoffs on from whoever has them to whose turn it is. Where nobody else is free they stay: that is kept, too.

    Returns handoff -> rep of those that moved; their states are derived.
    """
    ids = [one.pk for one in handoffs]
    held = HandoffState.objects.select_for_update().filter(bulk.among("pk", ids), is_open=True).order_by("pk")
    still = {one.pk: one for one in held}
    kept = [one for one in handoffs if one.pk in still]
    here, seats = capacity.table(((one.lead_id, one.lead.company_id) for one in kept), at)
    chosen = [(one.pk, here.choose(case), at) for one, case in zip(kept, cases(kept, at, avoid), strict=True)]
    seats.keep()
    keep(chosen, by, fence, cause)
    moved = [(pk, one.rep, one.pool, one.how, when) for pk, one, when in chosen if one.rep]
    name(moved, by, fence, reason)
    states.derive([pk for pk, *_rest in moved], fence)
    return {pk: rep for pk, rep, *_rest in moved}


def cases(
    handoffs: Sequence[Handoff], at: datetime | None, avoid: Mapping[int, set[int]] | None = None
) -> list[turns.Case]:
    """What is asked of each handoff at `at` (None: when it was handed over)."""
    never, out = _never(handoffs), []
    for one in handoffs:
        when, other = at or one.occurred_at, (avoid or {}).get(one.pk, set())
        out.append(turns.Case(one.lead_id, when, clock.today(when), one.lead.company_id, never[one.pk], other))
    return out


def _never(handoffs: Sequence[Handoff]) -> dict[int, set[int]]:
    never = capacity.refused(handoffs)
    return {one.pk: set() if body_of(one)["return_to_same_rep"] else never.get(one.lead_id, set()) for one in handoffs}


def refusers(handoffs: Iterable[int]) -> dict[int, set[int]]:
    """Handoff -> reps who refused its lead, or one merged with it, or gave it back; nobody where its rules let it return."""
    return _never(list(Handoff.objects.filter(bulk.among("pk", set(handoffs))).select_related("rules")))


def keep(choices: Iterable[tuple[int, turns.Choice, datetime]], by: User | None, fence: Fence, cause: str) -> None:
    """Keep who was considered for each handoff, and why one got it or nobody did."""
    bulk.together(_kept(choices, by, fence, cause))


def _kept(
    choices: Iterable[tuple[int, turns.Choice, datetime]], by: User | None, fence: Fence, cause: str
) -> list[bulk.Statement]:
    rows = [
        (
            pk, one.rep, one.pool, one.how, cause, bulk.json_text(one.considered), by and by.pk, when, fence.recorded_at,
            fence.recorded_at,
        )
        for pk, one, when in choices
    ]  # fmt: skip
    return [bulk.inserting("leads_routing", _ROUTING, rows)] if rows else []


@transaction.atomic
def take(*, handoff: Handoff | int, by: User, at: datetime) -> HandoffState:
    """A rep takes a handoff out of its pool; one that is theirs already stays theirs.

    Taken when somebody else was faster (it says who) or the handoff is closed.
    """
    pk = _id(handoff)
    fence = open_fence()
    must_work(by)
    if by.pk in refusers([pk])[pk]:
        raise Taken(_("You refused this lead or gave it back: a colleague takes it now."))
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
def reassign(
    *, handoff: Handoff | int, rep: User | None, by: User, at: datetime, reason: str = "", sure: bool = False
) -> HandoffState:
    """A manager names another rep in charge, or (None) gives the handoff back to its pool. Taken when it is closed; Again for
    a rep who refused the lead or gave it back, unless the manager is `sure`."""
    pk = _id(handoff)
    fence = open_fence()
    if rep is not None:
        must_work(rep)
    held = HandoffState.objects.select_for_update().get(pk=pk)
    if not held.is_open:
        raise Taken(_("This handoff is closed."))
    if rep is not None and rep.pk != held.rep_id and not sure and rep.pk in refusers([pk])[pk]:
        raise Again(_("%(name)s refused this lead or gave it back. Give it to them again?") % {"name": rep.name})
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
            raise Refusal(_("Work depends on it: take that back first, or give the lead to another rep."))
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
    bulk.together(_named(rows, by, fence, reason))
    notices.tell_assigned(rows, by, fence)


def _named(rows: Sequence[tuple], by: User | None, fence: Fence, reason: str = "") -> list[bulk.Statement]:
    facts = [
        (pk, rep, pool, how, reason, by and by.pk, when, fence.recorded_at, fence.recorded_at)
        for pk, rep, pool, how, when in rows
    ]
    return [bulk.inserting("leads_assignment", _ASSIGNMENT, facts)] if facts else []
