"""Focus mode: one lead at a time; an outcome is one key, and the next lead follows."""

from datetime import datetime
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from leads.handoffs import attempts, calling, decisions, hands, listing, problems, queue, setting_aside
from leads.handoffs.rules import body_of
from leads.mailing import templates
from leads.models import Attempt, Deal, HandoffState, OutsideCall
from leads.models.queues import key_of
from smarketing.accounts.models import Role, Side, User
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.once import once

from . import done, offline, telling, timeline, warmth
from .attempt_form import AttemptForm
from .in_place import in_place
from .queue import owed_by
from .queue_rows import told

STEPS = (1, 2, 3, 5, 10)  # business days ahead that a next step is offered for
TYPED = ("note", "minutes", "channel", "next_step", "next_step_in", "next_step_on", "occurred_at", "outside")
RELATED = ("handoff__rules", "handoff__version", "lead__company", "rep", "pool")
UNREAD = ("handoff__version__body",)


def found(request: HttpRequest, pk: int) -> HandoffState:
    """The state of a handoff this person may see. 404 when foreign or missing; Gone when it left their hands."""
    state = HandoffState.objects.visible_to(request.user).select_related(*RELATED).defer(*UNREAD).filter(pk=pk).first()
    if state:
        return state
    if request.user.role == Role.REP and (
        left := HandoffState.objects.ever_in_hands_of(request.user).filter(pk=pk).first()
    ):
        raise Gone(left)
    raise Http404


class Gone(LookupError):
    """The handoff was in this rep's hands or pool, and is no more."""

    def __init__(self, state: HandoffState):
        super().__init__(state.pk)
        self.state = state


def gone(request: HttpRequest, state: HandoffState, at: datetime) -> HttpResponse:
    """ "Paul took this lead at 09:50", with what was typed; nothing of the lead itself."""
    context = {"said": str(hands.gone(state.handoff, at)), "typed": _typed(request)}
    return render(request, "leads/queue/gone.html", context, status=409 if request.method == "POST" else 200)


@needs("queue.view")
def focus(request: HttpRequest, pk: int) -> HttpResponse:
    """One lead: why it is here, what to say, what to do."""
    try:
        state = found(request, pk)
    except Gone as left:
        return gone(request, left.state, clock.now())
    return page(request, state, AttemptForm(initial=_again(request, state)))


def page(
    request: HttpRequest, state: HandoffState, form: AttemptForm, problem: str = "", status: int = 200
) -> HttpResponse:
    """The page, also with what was typed and why it was not done."""
    at = clock.now()
    teller = telling.teller(at, clock.zone(), state.calendar_id)
    user, lead, handoff = request.user, state.lead, state.handoff
    owed = owed_by(user, state.rep if user.role != Role.REP else None).awake(at)
    lawful = calling.of([lead.pk], at).get(lead.pk)
    working = may(user, "handoffs.work") and hands.is_in_hands(state, user) and hands.goes_on(state)
    context = {
        "state": state,
        "lead": lead,
        "row": told(list(listing.lines([state.pk]).values()), teller, user)[0],
        "teller": teller,
        "place": (place := queue.place(owed, at, key_of(state), state.pk, setting_aside.order_of(user))),
        "back": queue.written(place.back) if place.back else "",
        "nap": setting_aside.running(state, at),
        "steps": _steps(teller),
        "promised": body_of(handoff)["attempts"],
        "warmth": warmth.warmth(lead, handoff),
        "persona": warmth.persona(lead),
        "lines": timeline.lines(lead, teller, user, attempts.not_counted(handoff)),
        "form": form,
        "ways": [way for way in attempts.WAYS if way.key.isdigit()],
        "inbound": [way for way in attempts.WAYS if not way.key.isdigit()],
        "may_praise": user.side == Side.SALES and not lead.erased and may(user, "leads.praise"),
        "working": working,
        "waiting": state.is_open and state.rep_id is None,
        "deals": list(Deal.objects.visible_to(user).filter(handoff=handoff).order_by("pk")),
        "closed": "" if state.is_open else str(hands.closed(handoff, at)),
        "reps": User.objects.filter(role=Role.REP, is_active=True).order_by("name")
        if may(user, "handoffs.reassign")
        else (),
        "again_to": request.GET.get("again_to", ""),
        "again_why": request.GET.get("why", ""),
        "done": done.done(request, teller),
        "problem": problem,
        "hindrance": templates.hindrance(lead),
        "lawful": lawful,
        "no_call": calling.now(lawful, at) if lawful else "",
        "tel": "".join(sign for sign in lead.phone if sign in "+0123456789"),
    }
    return render(request, "leads/queue/focus.html", context, status=status)


@needs("handoffs.work")
@require_POST
@in_place("leads:focus")
@once
def attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """Log an outcome and go on to the next lead; one that was kept on a device, with its own time."""
    at, kept = clock.now(), offline.is_kept(request)
    try:
        state = found(request, pk)
    except Gone as left:
        return offline.refused(str(hands.gone(left.state.handoff, at)), 409) if kept else gone(request, left.state, at)
    form, before = AttemptForm(request.POST), key_of(state)
    if not form.is_valid():
        return offline.refused(offline.faults(form), 422) if kept else page(request, state, form, status=422)
    said = form.for_service()
    if kept:
        said["occurred_at"] = said["occurred_at"] or offline.moment(request, state.handoff.occurred_at, at)
        said["outside"] = said["outside"] or OutsideCall.Reason.AWAY.value  # it was made: nothing typed is lost
    try:
        made = attempts.log(handoff=state.handoff, by=request.user, at=at, **said)
    except problems.NotYours:
        raise Http404 from None
    except problems.Refusal as refusal:
        return _not_logged(request, state, form, refusal, kept)
    return onward(request, state, before, f"attempt-{made.pk}")


def _not_logged(
    request: HttpRequest, state: HandoffState, form: AttemptForm, refusal: problems.Refusal, kept: bool
) -> HttpResponse:
    stale = isinstance(refusal, problems.Stale)
    if kept:
        return offline.refused(str(refusal), 409 if stale else 422)
    if stale:
        return page(request, state, form, str(refusal), 409)
    if refusal.field == "outside":
        form.say_when(state.handoff.occurred_at)
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    return page(request, state, form, status=422)


@needs("handoffs.work")
@require_POST
@once
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept, and stay: the call comes next."""
    return _decided(request, pk, decisions.accept)


def _decided(request: HttpRequest, pk: int, deed) -> HttpResponse:
    at = clock.now()
    try:
        state = found(request, pk)
        made = deed(handoff=state.handoff, by=request.user, at=at)
    except Gone as left:
        return gone(request, left.state, at)
    except problems.NotYours:
        raise Http404 from None
    except problems.Refusal as refusal:
        status = 409 if isinstance(refusal, problems.Stale) else 422
        return page(request, state, AttemptForm(initial=_typed(request)), str(refusal), status)
    return redirect(f"{reverse('leads:focus', args=[pk])}?{urlencode({'done': f'decision-{made.pk}'})}")


def onward(request: HttpRequest, state: HandoffState, before, deed: str) -> HttpResponse:
    """To the lead that followed in the queue, or to the list when there is none; with what was done."""
    at = clock.now()
    owed = owed_by(request.user, state.rep if request.user.role != Role.REP else None).awake(at)
    following = queue.onward(owed, at, request.user, before, state.pk, setting_aside.order_of(request.user))
    address = reverse("leads:focus", args=[following]) if following else reverse("leads:queue")
    return redirect(f"{address}?{urlencode({'done': deed})}")


def _steps(teller: telling.Teller) -> list[tuple[str, str]]:
    """(day, words) of the next steps offered: "+ 2 business days (Wed 25 Nov)"."""
    out = []
    for n in STEPS:
        day = queue.business_day(teller.axis, teller.at, n, teller.zone)
        words = {"n": n, "day": formats.date_format(day, gettext("D j M"))}
        out.append(
            (day.isoformat(), ngettext("+ %(n)s business day (%(day)s)", "+ %(n)s business days (%(day)s)", n) % words)
        )
    return out


def _again(request: HttpRequest, state: HandoffState) -> dict:
    """After an undo the note is there again."""
    number = request.GET.get("again", "")
    if not (number.isascii() and number.isdecimal()):
        return {}
    old = Attempt.objects.filter(pk=int(number), handoff=state.pk, rep=request.user).select_related("note").first()
    if old is None:
        return {}
    said = {name: getattr(old, name) for name in ("next_step_on", "next_step", "minutes")}
    return said | {"note": old.note.text if hasattr(old, "note") else ""}


def _typed(request: HttpRequest) -> dict:
    return {name: request.POST.get(name, "") for name in TYPED if request.POST.get(name)}
