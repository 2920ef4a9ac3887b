"""Pauses of the promises on a lead, waivers asked and answered. Views only translate."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leads.handoffs import hands
from leads.handoffs.problems import NotYours, Refusal, Stale
from leads.models import HandoffState
from leads.models.queues import key_of
from leads.pages import focus, setting_aside
from smarketing.accounts.models import Side, User
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web import exports, filters, lists
from smarketing.web.once import once
from smarketing.web.tables import Column, Deed, Table

from .. import kinds, pauses, waiver_reasons, waivers
from ..clocks import OWED
from ..models import Clause, Clock, Pause, Waiver, WaiverAnswer


@needs("handoffs.work")
@once
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop the promises on a handoff until an instant; asked in the queue it is a sheet, and the next lead follows. Whoever
    had it and has it no more is told who has it now."""
    try:
        state = focus.found(request, pk)
    except focus.Gone as left:
        return focus.gone(request, left.state, clock.now())
    if not hands.is_in_hands(state, request.user):
        raise Http404
    if request.method != "POST":
        return _sheet(request, state)
    queued, before = request.POST.get("back") == "queue", key_of(state)
    try:
        until = _instant(request.POST.get("until", "") or request.POST.get("offer", ""))
        made = pauses.pause(
            handoff=state.handoff, reason=request.POST.get("reason", ""), until=until, by=request.user, at=clock.now()
        )
    except NotYours:
        raise Http404 from None
    except Refusal as refusal:
        if queued:
            return _sheet(request, state, refusal)
        messages.error(request, str(refusal))
    else:
        if queued:
            return focus.onward(request, state, before, f"pause-{made.pk}")
        messages.success(request, _("The promises on this lead stand still until then."))
    return redirect("leads:lead", state.lead_id)


def _sheet(request: HttpRequest, state: HandoffState, refusal: Refusal | None = None) -> HttpResponse:
    """Wait for the prospect: why and until when, with what was typed and why it was not done."""
    at = clock.now()
    owed = Clock.objects.filter(handoff=state.pk, state__in=OWED).select_related("terms").first()
    context = {
        "state": state, "lead": state.lead, "running": pauses.running(state.pk, at), "problem": refusal,
        "reasons": pauses.reasons(owed.terms) if owed else (), "reason": request.POST.get("reason", ""),
        "until": request.POST.get("until", ""), "offer": request.POST.get("offer", ""), "offers": setting_aside.mornings(state, at),
    }  # fmt: skip
    return render(
        request, "sla/pause.html", context, status=(409 if isinstance(refusal, Stale) else 422) if refusal else 200
    )


@needs("handoffs.work")
@require_POST
@once
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """End a pause now."""
    found = get_object_or_404(Pause.objects.select_related("handoff"), pk=pk, ends=None)
    state = _state(request, found.handoff_id)
    try:
        pauses.resume(pause=found, by=request.user, at=clock.now())
    except NotYours:
        raise Http404 from None
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The promises on this lead go on."))
    if request.POST.get("back") == "queue":
        return redirect("leads:focus", state.pk)
    return redirect("leads:lead", state.lead_id)


@needs("contract.waive")
@require_POST
@once
def ask(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Ask the other side to let a promise go."""
    state = _state(request, pk)
    try:
        waivers.ask(
            handoff=state.handoff,
            clause_key=key,
            reason=request.POST.get("reason", ""),
            by=request.user,
            at=clock.now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The other side's managers are told: they consent or refuse."))
    return redirect("leads:lead", state.lead_id)


class WaiverFilters(filters.Filters):
    reason = filters.choice(gettext_lazy("Reason"))
    side = filters.choice(gettext_lazy("Asked by"), Side.choices)
    answer = filters.choice(gettext_lazy("Answer"), [("no", gettext_lazy("open")), *WaiverAnswer.Kind.choices])
    since, until = filters.day(gettext_lazy("Days from")), filters.day(gettext_lazy("to"))
    further = ("since", "until")
    asks = {
        "reason": "reason", "side": "side", "since": filters.since_of("occurred_at"), "until": filters.until_of("occurred_at"),
        "answer": lambda rows, value: rows.filter(**{"answer": None} if value == "no" else {"answer__kind": value}),
    }  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer("reason", waiver_reasons.REASONS.labels().items())


@lists.listed("sla:waivers", gettext_lazy("Waivers"))
@needs("contract.view")
def every(request: HttpRequest) -> HttpResponseBase:
    """Every waiver asked, the newest first."""
    form = WaiverFilters(request.GET)
    deeds = [
        Deed(_("Consent…"), reverse("sla:bulk_consent"), "check-lg"),
        Deed(_("Refuse…"), reverse("sla:bulk_refuse"), "x-lg"),
        Deed(_("Take back…"), reverse("sla:bulk_withdraw"), "arrow-counterclockwise"),
    ]
    table = Table(
        _columns(request), form.rows(visible_to(request.user)), request.GET, "-asked", form=form, caption=_("Waivers"),
        exports=exports.Export("waivers", "lists.export", "waiver"),
        deeds=deeds if may(request.user, "contract.waive") else (),
        empty={
            "title": _("No waiver was asked for"),
            "text": _("Where a promise could not be kept for a good reason, a manager asks the other side on the lead's page."),
            "url": reverse("sla:follow_up"), "action": _("See what is promised"),
        },
    )  # fmt: skip
    return lists.answer(request, table, "sla/waivers.html")


def visible_to(user: User):
    """Waivers about leads that a person may see."""
    seen = HandoffState.objects.visible_to(user).values("handoff")
    found = Waiver.objects.filter(handoff__in=seen) if may(user, "contract.view") else Waiver.objects.none()
    return found.select_related("handoff__lead", "by", "answer__by")


def _columns(request: HttpRequest) -> list[Column]:
    named, reasons = may(request.user, "leads.personal"), waiver_reasons.REASONS.labels()

    def lead(one: Waiver) -> str:
        return str(one.handoff.lead) if named else _("Handoff %(number)s") % {"number": one.handoff_id}

    def state(one: Waiver) -> str:
        return one.answer.get_kind_display() if hasattr(one, "answer") else _("open")

    return [
        Column("lead", gettext_lazy("Lead"), lead, url=lambda one: reverse("sla:waiver", args=[one.pk]), head=True),
        Column("clause", gettext_lazy("Clause"), "clause_key", sort="clause_key"),
        Column("reason", gettext_lazy("Reason"), lambda one: reasons.get(one.reason, one.reason), sort="reason"),
        Column("side", gettext_lazy("Asked by"), lambda one: one.get_side_display(), sort="side"),
        Column("asked", gettext_lazy("Asked on"), "occurred_at", sort="occurred_at", align="nowrap"),
        Column("state", gettext_lazy("Answer"), state),
    ]  # fmt: skip


@needs("contract.view")
@once
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """A waiver: what is asked, by whom and why; the buttons of whoever may answer."""
    found = get_object_or_404(visible_to(request.user), pk=pk)
    if request.method == "POST" and may(request.user, "contract.waive"):
        try:
            waivers.answer(waiver=found, kind=request.POST.get("kind", ""), by=request.user, at=clock.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Your answer is recorded: the promises of this lead are counted anew."))
        return redirect("sla:waiver", found.pk)
    row = waivers.clock_of(found.handoff_id, found.clause_key, clock.now())
    clause = Clause.objects.filter(terms=row.terms_id, key=row.clause_key).first() if row else None
    context = {
        "waiver": found, "clock": row, "answer": getattr(found, "answer", None), "named": may(request.user, "leads.personal"),
        "sentence": clause and kinds.sentence(clause.kind, clause.target, clause.params),
        "may": waivers.may_answer(found, request.user), "reason": waiver_reasons.REASONS.label(found.reason),
    }  # fmt: skip
    return render(request, "sla/waiver.html", context)


def _state(request: HttpRequest, pk: int) -> HandoffState:
    return get_object_or_404(HandoffState.objects.visible_to(request.user).select_related("handoff"), pk=pk)


def _instant(text: str) -> datetime:
    """A local time of the installation as a form sends it. Refusal for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(_("Say until when: a moment to come, within a year."), "until") from None
    return found if found.tzinfo else found.replace(tzinfo=clock.zone())
