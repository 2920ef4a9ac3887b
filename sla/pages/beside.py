"""What the contract says inside the pages of leads: the promise of a lead in the rep's queue, and how many were kept."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from leads.handoffs import hands
from leads.handoffs.hooks import Standing
from leads.models import HandoffState
from leads.pages import telling
from sla import kinds, own, pauses, words
from sla.clocks import MET, MISSED, OWED
from sla.models import Clause, Clock, Pause
from smarketing.accounts.models import User
from smarketing.accounts.policy import may
from smarketing.rows import clock
from smarketing.rows.written import Written


def kept(context, rep: int | None = None) -> str:
    """ "kept this month 92 % (n = 61)": sales' promises that fell due this month, of a rep or of everybody."""
    user = context["request"].user
    rep = rep or (user.pk if user.role == "rep" else None)
    at = context["teller"].at if "teller" in context else clock.now()
    month = clock.today(at).replace(day=1)
    [(n, met)] = _SETTLED.rows(rep is not None, rep=rep, month=month, met=MET)
    if not n:
        return ""
    share = words.percent(100 * met // n)  # never "100 %" while one was broken
    said = _("kept this month %(share)s (n = %(n)s)") % {"share": share, "n": n}
    return render_to_string("sla/kept.html", {"said": said})


def _settled(of_one: bool, *, rep: int, month: date) -> QuerySet:
    found = Clock.objects.filter(month=month, state__in=(MET, MISSED))
    mine = HandoffState.objects.filter(rep=rep).values("handoff")
    return (found.filter(handoff__in=mine) if of_one else found).values_list("state")


_SETTLED = Written(
    _settled,
    around="SELECT count(*), count(*) FILTER (WHERE state = %(met)s) FROM ({}) settled(state)",
    rep=int,
    month=date,
)


def results(context) -> str:
    """The way from the queue to what came of it: a rep's own results, a manager's team."""
    user = context["request"].user
    return render_to_string("sla/results_link.html", {"own": may(user, "results.view"), "team": may(user, "team.view")})


def promise(context, handoff: int) -> str:
    """The clause that breaks next on a handoff, in words."""
    found = Clock.objects.filter(handoff=handoff, state__in=(*OWED, MISSED)).select_related("terms").order_by("due_at")
    clock_row = next((row for row in found if row.due_at == context["state"].due_at), None)
    if clock_row is None:
        return ""
    clause = Clause.objects.get(terms=clock_row.terms_id, key=clock_row.clause_key)
    theirs = own.of([clock_row], context["teller"].at).get((handoff, clause.key))
    said = {"key": clause.key, "sentence": kinds.sentence(clause.kind, clause.target, clause.params), "own": theirs}
    return render_to_string("sla/promise.html", said)


def standing(handoffs: Sequence[int], at: datetime) -> dict[int, Standing]:
    """For `leads.handoffs.hooks`: the clause that each handoff's queue shows, and the pause that runs."""
    due = HandoffState.objects.filter(pk=OuterRef("handoff_id")).values("due_at")
    found = Clock.objects.filter(handoff__in=handoffs, due_at=Subquery(due), state__in=(*OWED, MISSED))
    out = {pk: Standing(key) for pk, key in found.order_by("-clause_key").values_list("handoff_id", "clause_key")}
    running = Pause.objects.filter(handoff__in=handoffs, ends=None, ended=None, occurred_at__lte=at, until__gt=at)
    for one in running.order_by("until"):
        clause = out.get(one.handoff_id, Standing()).clause
        out[one.handoff_id] = Standing(clause, one.until, one.get_reason_display())
    return out


def wait(context, handoff: int) -> str:
    """The way to wait for the prospect, in focus mode; while a pause runs, who began it, until when, and its end."""
    request, state, at = context["request"], context["state"], context["teller"].at
    if not (may(request.user, "handoffs.work") and hands.is_in_hands(state, request.user) and state.is_open):
        return ""
    running = pauses.running(handoff, at)
    owed = Clock.objects.filter(handoff=handoff, state__in=OWED).select_related("terms").first()
    if not running and not (owed and pauses.reasons(owed.terms)):
        return ""
    return render_to_string(
        "sla/wait.html", {"running": running, "handoff": handoff, "here": context["teller"]}, request
    )


def waits(pk: int, user: User, teller: telling.Teller) -> dict | None:
    """What the strip above the next lead says of a pause just begun."""
    made = Pause.objects.filter(pk=pk, by=user, ends=None).select_related("handoff__lead").first()
    if made is None or pauses.running(made.handoff_id, teller.at) != made:
        return None
    if not HandoffState.objects.visible_to(user).filter(pk=made.handoff_id).exists():
        return None
    return {
        "lead": made.handoff.lead,
        "handoff": made.handoff_id,
        "what": _("Waits for the prospect until %(when)s") % {"when": teller.day_and_time(made.until)},
        "undo": reverse("sla:resume", args=[pk]),
    }
