"""What the contract shows in places of lower pages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.evidence import whens
from leads.handoffs import hands
from leads.handoffs.hooks import Promise
from leads.models import Attempt, Handoff, HandoffState
from smarketing.accounts.models import User
from smarketing.accounts.policy import may
from smarketing.rows import clock

from . import as_of, derive, handover, kinds, own, pauses, waiver_reasons, waivers
from .clocks import EXCLUDED, MET, MISSED, OWED, PAUSED, PENDING, WAIVED
from .models import Clause, Clock, Waiver
from .parts import runs

CLOCK_STATES = {
    PENDING: ("pending", "◌"),
    PAUSED: ("pending", "◌"),
    MET: ("kept", "✓"),
    MISSED: ("broken", "✗"),
    EXCLUDED: ("nothing", "–"),
    WAIVED: ("nothing", "–"),
}
CAUSES = {
    EXCLUDED: gettext_lazy("closed with a reason before it fell due"),
    WAIVED: gettext_lazy("waived by both sides"),
}


def clocks_of_lead(context, lead: int, at: datetime | None = None) -> str:
    """The promises on a lead's handoffs, as they stand now, or as they stood and were known at a past instant."""
    if not may(context["request"].user, "contract.view"):
        return ""
    now = context.get("at") or clock.now()
    found = _then_once(context, lead, at) if at else _now(lead, now)
    clauses = _clauses(found)
    sentences, passed = _sentences(clauses), {key for key, one in clauses.items() if runs(one, kinds.QUALIFICATION)}
    worked = [row for row in found if (row.terms_id, row.clause_key) not in passed]  # the others are hand-overs
    theirs = {} if at else own.of(worked, now)
    written = {} if at else _written(worked)
    rows = [
        {
            "written": written.get((row.handoff_id, row.settled_at), ""),
            "own": _own(theirs.get((row.handoff_id, row.clause_key))),
            "key": row.clause_key, "due": row.due_at, "settled": row.settled_at, "terms": row.terms,
            "cause": _cause(row, (row.terms_id, row.clause_key) in passed),
            "sentence": sentences[row.terms_id, row.clause_key],
            "state": (*CLOCK_STATES[row.state], row.get_state_display()),
        }
        for row in found
    ]  # fmt: skip
    deeds = {} if at else _deeds(context["request"], found, sentences)
    return render_to_string("sla/clocks.html", {"rows": rows, **deeds}, context["request"]) if rows else ""


def _written(found: Sequence[Clock]) -> dict[tuple[int, datetime | None], str]:
    """(handoff, instant) → "attempt of 11:00, recorded 17:00", of attempts that settled a promise and were written later."""
    wanted = {row.handoff_id for row in found}, {row.settled_at for row in found if row.state in (MET, MISSED)}
    tries = Attempt.objects.filter(handoff__in=wanted[0], occurred_at__in=wanted[1] - {None})
    out = {}
    for handoff, at, recorded in tries.values_list("handoff", "occurred_at", "recorded_at"):
        words = {"time": whens.time(at), "later": whens.recorded(at, recorded), "day": whens.learned(at, recorded)}
        if words["later"]:
            out[handoff, at] = _("attempt of %(time)s, recorded %(later)s") % words
        elif words["day"]:
            out[handoff, at] = _("attempt of %(time)s, learned %(day)s") % words
    return out


def _own(found: own.Own | None) -> dict[str, Any] | None:
    """The rep's own clock, beside that of the lead."""
    if found is None:
        return None
    state = (*CLOCK_STATES[found.state], Clock.State(found.state).label)
    return {"rep": found.rep, "since": found.since, "due": found.due, "state": state}


def _cause(row: Clock, is_hand_over: bool) -> str:
    """Why a promise stands as it does, where its state alone does not say it."""
    if row.state == PAUSED and row.resumes_at:
        return _("resumes %(when)s") % {"when": date_format(localtime(row.resumes_at), "SHORT_DATETIME_FORMAT")}
    if row.state == EXCLUDED and is_hand_over:
        return _("it could not be handed over: opposition, cool-down, or still with sales")
    return str(CAUSES[row.state]) if row.state in CAUSES else pauses.said(row.lost)


def _deeds(request: HttpRequest, found: Sequence[Clock], sentences: dict[tuple[int, str], str]) -> dict[str, Any]:
    """What the reader may do about the promises on a lead: pause the open handoff, ask for a waiver."""
    if not found:
        return {}
    user, at = cast(User, request.user), clock.now()
    state = HandoffState.objects.filter(handoff__in={row.handoff_id for row in found}, is_open=True).first()
    owed = state is not None and any(row.handoff_id == state.pk and row.state in OWED for row in found)
    asked = list(Waiver.objects.filter(handoff__in={row.handoff_id for row in found}, answer=None).order_by("pk"))
    open_ = {(one.handoff_id, one.clause_key) for one in asked}
    reasons = waiver_reasons.REASONS.known()
    return {
        "waivers": [(one, reasons[one.reason].label if one.reason in reasons else one.reason) for one in asked],
        "running": pauses.running(state.pk, at) if state else None, "handoff": state and state.pk,
        "may_pause": owed and may(user, "handoffs.work") and hands.is_in_hands(state, user),
        "pause_reasons": pauses.reasons(found[0].terms), "waiver_reasons": [(one.code, one.label) for one in reasons.values() if not one.retired],
        "to_waive": [
            {"handoff": row.handoff_id, "key": row.clause_key, "sentence": sentences[row.terms_id, row.clause_key]}
            for row in found
            if row.handoff_id and may(user, "contract.waive") and row.state in waivers.OPEN and (row.handoff_id, row.clause_key) not in open_
        ],
    }  # fmt: skip


def promises(lead: int, at: datetime | None) -> list[Promise]:
    """The same for `leads.handoffs.hooks`."""
    found = _found(lead, at)
    sentences = _sentences(_clauses(found))
    return [
        Promise(
            row.clause_key, sentences[row.terms_id, row.clause_key], row.terms.contract.name, row.terms.number, row.due_at,
            row.settled_at, row.state,
        )
        for row in found
    ]  # fmt: skip


def promise_then(context, lead: int, at: datetime) -> str:
    """The promise on a lead that was due next at a past instant; "" where none was open."""
    if not may(context["request"].user, "contract.view"):
        return ""
    pending = [row for row in _then_once(context, lead, at) if row.state in OWED]
    if not pending:
        return ""
    row = min(pending, key=lambda one: one.due_at)
    said = {"sentence": _sentences(_clauses([row]))[row.terms_id, row.clause_key], "due": row.due_at}
    return render_to_string("sla/promise_then.html", said)


def _found(lead: int, at: datetime | None) -> list[Clock]:
    return _then(lead, at) if at else _now(lead, clock.now())


def _now(lead: int, at: datetime) -> list[Clock]:
    rows = Clock.objects.filter(handoff__lead=lead).select_related("terms__contract")
    found = list(rows.order_by("-starts_at", "due_at"))
    stale = {row.handoff_id for row in found if (row.resumes_at or row.due_at) < at and row.state in OWED}
    if stale:
        fresh = {(row.handoff_id, row.clause_key): row for row in derive.read(sorted(stale), at)}
        found = [fresh.get((row.handoff_id, row.clause_key), row) for row in found]
    return [*found, *reversed(handover.of_lead(lead, at))]


def _then(lead: int, at: datetime, handoffs: Sequence[Handoff] | None = None) -> list[Clock]:
    """`handoffs`: those of the lead known then, where the page has read them."""
    handed = Handoff.objects.filter(lead=lead, known_at__lte=at, occurred_at__lte=at) if handoffs is None else handoffs
    rows = as_of.clocks([one.pk for one in handed], at)
    return sorted(sorted(rows, key=lambda row: row.due_at), key=lambda row: row.starts_at, reverse=True)


def _then_once(context: Any, lead: int, at: datetime) -> list[Clock]:
    """The same, read once for all places of a page."""
    kept: dict[tuple[int, datetime], list[Clock]] = context["request"].__dict__.setdefault("clocks_then", {})
    if (lead, at) not in kept:
        kept[lead, at] = _then(lead, at, context.get("handed"))
    return kept[lead, at]


def _clauses(rows: Sequence[Clock]) -> dict[tuple[int, str], Clause]:
    found = Clause.objects.filter(terms__in={row.terms_id for row in rows})
    return {(one.terms_id, one.key): one for one in found}


def _sentences(clauses: Mapping[tuple[int, str], Clause]) -> dict[tuple[int, str], str]:
    return {key: kinds.sentence(one.kind, one.target, one.params) for key, one in clauses.items()}
