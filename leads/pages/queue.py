"""The queue as a list: what is owed, in the order of the promises; the pool; a manager's choice of rep."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Min
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leads.handoffs import problems, queue, routing, setting_aside
from leads.handoffs.hot import KIND as HOT_SIGNAL
from leads.handoffs.rules import body_of
from leads.intake.bulk import among
from leads.models import HandoffState, queues
from smarketing.accounts.models import Role, User
from smarketing.accounts.policy import may, needs
from smarketing.notify.models import Notice
from smarketing.rows import clock
from smarketing.web.columns import Deed
from smarketing.web.once import once

from . import done, telling

POOL_ROWS = 20
ORDERS = {
    queues.PROMISE: gettext_lazy("the promise that breaks next"),
    queues.SCORE: gettext_lazy("the best grade first"),
    queues.NEWEST: gettext_lazy("the newest first"),
}
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
    until: str = ""  # of one set aside: when it comes back


@needs("queue.view")
def index(request: HttpRequest) -> HttpResponse:
    """The list. A rep sees their own; a manager all, or the chosen rep's."""
    at = clock.now()
    rep = rep_chosen(request)
    owed, only, order = owed_by(request.user, rep), _only(request.GET), setting_aside.order_of(request.user)
    shown = within(owed.awake(at), only, at)
    rows, following = queue.page(shown, at, queue.parsed(request.GET.get("after", "")), order=order)
    asleep = list(owed.asleep(at)[: POOL_ROWS + 1])
    teller = telling.teller(at, clock.zone(), rows[0].calendar_id if rows else None)
    waiting = list(HandoffState.objects.visible_to(request.user).in_pool().in_order()[: POOL_ROWS + 1])
    rows, asleep, waiting = _dressed(rows, asleep, waiting)
    first = min((one.due_at for one in rows if one.due_at), default=None)
    lines = told([*rows, *waiting[:POOL_ROWS], *asleep[:POOL_ROWS]], teller)
    below = len(rows) + len(waiting[:POOL_ROWS])
    context = {
        "rows": lines[: len(rows)],
        "pool": lines[len(rows) : below],
        "pool_more": len(waiting) > POOL_ROWS,
        "asleep": lines[below:],
        "asleep_more": len(asleep) > POOL_ROWS,
        "order": order,
        "orders": ORDERS,
        "pulse": pulse_of(request.user, owed),
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


def _dressed(*lists: list[HandoffState]) -> list[list[HandoffState]]:
    """The rows of some lists with what stands in a line of them: read for all at once, by their ids."""
    ids = [state.pk for some in lists for state in some]
    found = HandoffState.objects.filter(among("handoff_id", ids)).select_related(*RELATED) if ids else []
    full = {state.pk: state for state in found}
    return [[full.get(state.pk, state) for state in some] for some in lists]


@needs("queue.view")
@require_POST
@once
def order(request: HttpRequest) -> HttpResponse:
    """Keep the order in which this person works."""
    try:
        setting_aside.choose_order(user=request.user, order=request.POST.get("order", ""))
    except problems.Refusal as refusal:
        messages.error(request, str(refusal))
    rep = request.POST.get("rep", "")
    return redirect(reverse("leads:queue") + (f"?rep={rep}" if rep.isdigit() else ""))


@needs("queue.view")
def pulse(request: HttpRequest) -> HttpResponse:
    """A short word that changes when something in the queue did: what a page that is open asks every few seconds."""
    answer = HttpResponse(pulse_of(request.user, owed_by(request.user, rep_chosen(request))), content_type="text/plain")
    answer["Cache-Control"] = "no-store"
    return answer


def pulse_of(user: User, owed) -> str:
    """How many are owed, the newest handoff of them, and the newest hot signal told to this person."""
    found = owed.aggregate(n=Count("pk"), newest=Max("assigned_at"), due=Min("due_at"))
    hot = Notice.objects.filter(user=user, kind=HOT_SIGNAL).order_by("-pk").values_list("pk", flat=True).first()
    said = [found["n"], found["newest"], found["due"], hot or 0]
    return ".".join(str(int(one.timestamp()) if isinstance(one, datetime) else one or 0) for one in said)


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
    return within(visible.owed_by(chosen) if chosen else visible.owed(), _only(params), clock.now())


def _only(params: QueryDict) -> str:
    """Which part of the queue is asked for: late, today, or "" for all."""
    asked = params.get("only", "")
    return asked if asked in ("late", "today") else ""


def within(owed, only: str, at: datetime):
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
        until=teller.day_and_time(state.snoozed_until) if state.snoozed_until else "",
    )


def _deeds(user: User) -> list[Deed]:
    """What a manager may do with the handoffs picked."""
    give = Deed(_("Give to a rep…"), reverse("leads:queue_give"), "person-check")
    return [give] if may(user, "handoffs.reassign") else []


def rep_chosen(request: HttpRequest) -> User | None:
    """The rep a manager looks at."""
    if request.user.role == Role.REP:
        return None
    wanted = request.GET.get("rep", "")
    return next((one for one in _reps(request.user) if str(one.pk) == wanted), None)


def _reps(user: User) -> list[User]:
    if not may(user, "handoffs.reassign"):
        return []
    return queue.reps(list(User.objects.filter(role=Role.REP, is_active=True)))
