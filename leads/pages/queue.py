"""The queue as a list: what is owed, in the order of the promises; the pool; a manager's choice of rep."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leads.handoffs import listing, problems, queue, routing, setting_aside, whose_turn
from leads.models import HandoffState, queues
from smarketing.accounts.models import Role, User
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.columns import Deed
from smarketing.web.once import once

from . import done, telling
from .queue_rows import told

ORDERS = {
    queues.PROMISE: gettext_lazy("the promise that breaks next"),
    queues.SCORE: gettext_lazy("the best grade first"),
    queues.NEWEST: gettext_lazy("the newest first"),
}


@needs("queue.view")
def index(request: HttpRequest) -> HttpResponse:
    """The list. A rep sees their own; a manager all, or the chosen rep's."""
    at, reps = clock.now(), _reps(request.user)
    asked = _asked(request, at, _chosen(request, reps), order=setting_aside.order_of(request.user))
    found, above, rep, only = listing.read(asked), listing.head(asked), asked.rep, _only(request.GET)
    teller = telling.teller(at, clock.zone(), found.owed[0].calendar_id if found.owed else None)
    first = min((one.due_at for one in found.owed if one.due_at), default=None)
    waiting, asleep = found.pooled[: listing.FEW], found.asleep[: listing.FEW]
    turn = _turn(asked, above.counts)
    rows = told([*found.owed, *waiting, *asleep, *turn], teller, request.user)
    below = len(found.owed) + len(waiting)
    context = {
        "rows": rows[: len(found.owed)],
        "turn": rows[-1] if turn else None,
        "pool": rows[len(found.owed) : below],
        "pool_more": len(found.pooled) > listing.FEW,
        "asleep": rows[below : below + len(asleep)],
        "asleep_more": len(found.asleep) > listing.FEW,
        "order": asked.order,
        "orders": ORDERS,
        "pulse": above.pulse,
        "counts": above.counts,
        "before_noon": at.astimezone(teller.zone).hour < queue.NOON.hour,
        "following": queue.written(found.following) if found.following else "",
        "further": bool(request.GET.get("after")),
        "only": only,
        "next_promise": teller.day_and_time(first) if first and first > at else "",
        "teller": teller,
        "done": done.done(request, teller),
        "rep": rep,
        "reps": reps,
        "may_work": may(request.user, "handoffs.work"),
        "deeds": _deeds(request.user),
        "query": request.GET.urlencode(),
    }
    return render(request, "leads/queue/list.html", context)


def _asked(request: HttpRequest, at: datetime, rep: User | None, **more: Any) -> listing.Asked:
    """What is asked of the queue: of a rep's own, of everybody's, or of the rep chosen."""
    only, after = _only(request.GET), queue.parsed(request.GET.get("after", ""))
    until = (at if only == "late" else queue.tomorrow(at)) if only else None
    return listing.Asked(request.user, at, rep, until=until, after=after, **more)


def _turn(asked: listing.Asked, counts: queue.Counts) -> list[listing.Line]:
    """The broken promise that focus mode shows a rep next, though the order has others above it; empty where there is none."""
    me = asked.user
    if me.role != Role.REP or asked.order != queues.PROMISE or asked.after or not counts.late:
        return []
    owed = owed_by(me, None).awake(asked.at)
    found = whose_turn.of_late(owed, asked.at, me, whose_turn.did(me, asked.at))
    return list(listing.lines([found]).values()) if found else []


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
    above = listing.head(_asked(request, clock.now(), rep_chosen(request)))
    answer = HttpResponse(above.pulse, content_type="text/plain")
    answer["Cache-Control"] = "no-store"
    return answer


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
        sure = request.POST.get("sure") == "1"
        routing.reassign(handoff=state.handoff, rep=rep, by=request.user, at=clock.now(), reason=reason, sure=sure)
    except routing.Again as again:
        messages.warning(request, str(again))
        return redirect(f"{reverse('leads:focus', args=[pk])}?{urlencode({'again_to': chosen, 'why': reason[:120]})}")
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


def _deeds(user: User) -> list[Deed]:
    """What a manager may do with the handoffs picked."""
    give = Deed(_("Give to a rep…"), reverse("leads:queue_give"), "person-check")
    return [give] if may(user, "handoffs.reassign") else []


def rep_chosen(request: HttpRequest) -> User | None:
    """The rep a manager looks at."""
    return _chosen(request, _reps(request.user))


def _chosen(request: HttpRequest, reps: list[User]) -> User | None:
    wanted = request.GET.get("rep", "")
    return next((one for one in reps if str(one.pk) == wanted), None)


def _reps(user: User) -> list[User]:
    if not may(user, "handoffs.reassign"):
        return []
    return queue.reps(list(User.objects.filter(role=Role.REP, is_active=True)))
