"""The queue as a list: what is owed, in the order of the promises; the pool; a manager's choice of rep."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leads.handoffs import queue, routing
from leads.handoffs.rules import body_of
from leads.models import HandoffState
from smarketing.accounts.models import Role, User
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.columns import Deed
from smarketing.web.once import once

from . import done, telling

POOL_ROWS = 20
RELATED = ("handoff__rules", "lead__company", "rep", "pool")


@dataclass(frozen=True)
class Row:
    """One line of the list: the state, time left, which promise, why now, what was tried last."""

    state: HandoffState
    left: telling.Left
    promise: str
    why: str = ""
    why_when: str = ""
    hot: bool = False
    last: str = ""
    last_when: str = ""


@needs("queue.view")
def index(request: HttpRequest) -> HttpResponse:
    """The list. A rep sees their own; a manager all, or the chosen rep's."""
    at = clock.now()
    rep = _chosen(request)
    owed, only = owed_by(request.user, rep), _only(request.GET)
    rows, following = queue.page(
        _within(owed, only, at).select_related(*RELATED), queue.parsed(request.GET.get("after", ""))
    )
    teller = telling.teller(at, clock.zone(), rows[0].calendar_id if rows else None)
    pool = HandoffState.objects.visible_to(request.user).in_pool().in_order().select_related(*RELATED)
    waiting = list(pool[: POOL_ROWS + 1])
    first = rows[0].due_at if rows else None
    context = {
        "rows": told(rows, teller),
        "pool": told(waiting[:POOL_ROWS], teller),
        "pool_more": len(waiting) > POOL_ROWS,
        "counts": queue.counts(owed, at),
        "before_noon": at.astimezone(teller.zone).hour < queue.NOON.hour,
        "following": queue.written(following) if following else "",
        "further": bool(request.GET.get("after")),
        "only": only,
        "next_promise": teller.day_and_time(first) if first and first > at else "",
        "teller": teller,
        "done": done.done(request, teller),
        "rep": rep,
        "reps": _reps(request.user),
        "may_work": may(request.user, "handoffs.work"),
        "deeds": _deeds(request.user),
        "query": request.GET.urlencode(),
    }
    return render(request, "leads/queue/list.html", context)


@needs("handoffs.work")
@require_POST
@once
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a lead out of the pool and start on it; whoever comes second learns who has it."""
    is_rep = request.user.role == Role.REP
    seen = HandoffState.objects.ever_in_hands_of if is_rep else HandoffState.objects.visible_to
    state = get_object_or_404(seen(request.user), pk=pk)
    if not is_rep:
        messages.error(request, _("Only reps take leads: give it to one of them."))
        return redirect("leads:queue")
    try:
        routing.take(handoff=state.handoff, by=request.user, at=clock.now())
    except routing.Taken as taken:
        messages.error(request, str(taken))
        return redirect("leads:queue")
    return redirect("leads:focus", pk)


@needs("handoffs.reassign")
@require_POST
@once
def reassign(request: HttpRequest, pk: int) -> HttpResponse:
    """A manager gives one lead to another rep, or back to the pool."""
    state = get_object_or_404(HandoffState.objects.visible_to(request.user), pk=pk)
    chosen = request.POST.get("rep", "")
    rep = next((one for one in _reps(request.user) if str(one.pk) == chosen), None)
    if chosen and rep is None:
        messages.error(request, _("Choose a rep."))
        return redirect("leads:focus", pk)
    reason = request.POST.get("reason", "").strip()
    try:
        routing.reassign(handoff=state.handoff, rep=rep, by=request.user, at=clock.now(), reason=reason)
    except routing.Taken as taken:
        messages.error(request, str(taken))
    else:
        said = _("Given to %(name)s.") % {"name": rep.name} if rep else _("Back in the pool.")
        messages.success(request, said)
    return redirect("leads:focus", pk)


def owed_by(user: User, rep: User | None):
    """Owed handoffs of a rep, or (a manager without a choice) of everybody."""
    visible = HandoffState.objects.visible_to(user)
    chosen = user if user.role == Role.REP else rep
    return visible.owed_by(chosen) if chosen else visible.owed()


def asked_of_queue(user: User, params: QueryDict) -> Any:
    """The handoffs that a manager may give: what the queue shows, and what waits in the pools where rows were picked."""
    visible = HandoffState.objects.visible_to(user).select_related("lead")
    if not params.get("all"):
        return visible.open()
    chosen = next((one for one in _reps(user) if str(one.pk) == params.get("rep", "")), None)
    return _within(visible.owed_by(chosen) if chosen else visible.owed(), _only(params), clock.now())


def _only(params: QueryDict) -> str:
    """Which part of the queue is asked for: late, today, or "" for all."""
    asked = params.get("only", "")
    return asked if asked in ("late", "today") else ""


def _within(owed, only: str, at: datetime):
    """What is late at `at`, what falls due before tomorrow, or all."""
    return owed.due_before(at if only == "late" else queue.tomorrow(at)) if only else owed


def told(states: list[HandoffState], teller: telling.Teller) -> list[Row]:
    """Rows in words; the last acts of all of them are read in two statements."""
    touches = queue.last_events([state.lead_id for state in states], teller.at) if states else {}
    tries = queue.last_attempts([state.handoff_id for state in states]) if states else {}
    return [_row(state, touches.get(state.lead_id), tries.get(state.handoff_id), teller) for state in states]


def _row(state: HandoffState, seen, tried, teller: telling.Teller) -> Row:
    left = teller.under(state.calendar_id).left(state.due_at)
    promised = body_of(state.handoff)["attempts"]
    return Row(
        state=state,
        left=left,
        promise=telling.promise(state.due_label, state.attempts, promised) if state.due_at else "",
        why=telling.touch(seen) if seen else "",
        why_when=teller.ago(seen.at) if seen else "",
        hot=bool(seen and seen.hot),
        last=telling.touch(tried) if tried else "",
        last_when=teller.ago(tried.at) if tried else "",
    )


def _deeds(user: User) -> list[Deed]:
    """What a manager may do with the handoffs picked."""
    give = Deed(_("Give to a rep…"), reverse("leads:queue_give"), "person-check")
    return [give] if may(user, "handoffs.reassign") else []


def _chosen(request: HttpRequest) -> User | None:
    """The rep a manager looks at."""
    if request.user.role == Role.REP:
        return None
    wanted = request.GET.get("rep", "")
    return next((one for one in _reps(request.user) if str(one.pk) == wanted), None)


def _reps(user: User) -> list[User]:
    if not may(user, "handoffs.reassign"):
        return []
    return queue.reps(list(User.objects.filter(role=Role.REP, is_active=True)))
