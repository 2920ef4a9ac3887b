"""Hot signals: a lead that a rep owes does what the definition in force gives points for. Told with the event itself.

Hot is an event of today or yesterday that leads straight to an MQL (the direct path) or earns points of engagement. A
lead tells of itself once in four hours, and not while its rep has only just been given it; whoever opposes, never.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.intake import bulk
from leads.models import Campaign, Correction, Event, HandoffState, HotPulse
from leads.scoring import filters
from leads.scoring.sql import Params, any_of, fetch
from personas.criteria import tree
from personas.criteria.behaviours import canonical_filter, lasts
from personas.criteria.sentence import Voice, plain
from personas.definitions.queries import version_in_force
from smarketing.accounts.models import User
from smarketing.notify import notices, registry
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line
from smarketing.rows.fence import Fence
from smarketing.web.language import active_language

from . import notices as handoffs
from .queue import HOT, SHOWN_KINDS

KIND = "hot_signal"
QUIET = timedelta(hours=4)
JUST_GIVEN = timedelta(minutes=15)
NAMED = ("e.lead_id", "leads_event e", "e.id = ANY({})")
JOINED = (
    "j.lead_id",
    "leads_event e JOIN unnest({}::bigint[], {}::bigint[]) AS j(visitor_id, lead_id) ON j.visitor_id = e.visitor_id",
    "e.lead_id IS NULL",
)
_OWED = """
SELECT s.handoff_id FROM leads_handoffstate s JOIN leads_lead l ON l.id = s.lead_id
WHERE s.lead_id = ANY(%(leads)s::bigint[]) AND s.is_open AND s.rep_id IS NOT NULL AND s.assigned_at <= %(given)s
  AND NOT l.opted_out AND NOT l.erased
"""


def register() -> None:
    label = gettext_lazy("A lead that you owe shows a hot signal")
    registry.register(registry.Kind(KIND, label, "lightning-charge", say))


def tell(events: Sequence[Any], fence: Fence) -> None:
    """Intake's hook: new events (objects with `id`, `lead_id`, `kind`, `occurred_at`) that have a lead."""
    fresh = [one for one in events if one.kind in SHOWN_KINDS and one.occurred_at > fence.recorded_at - HOT]
    if states := _owed({one.lead_id for one in fresh}, fence.recorded_at):
        params = Params()
        who, source, which = NAMED
        ids = params.add([one.id for one in fresh if one.lead_id in states])
        _tell(states, (who, source, which.format(ids)), params, fence.recorded_at)


def tell_joined(pairs: Sequence[tuple[int, int]], fence: Fence) -> None:
    """Intake's hook, after the joins' rows: what visitors did just before they were recognised as these leads."""
    if states := _owed({lead for _visitor, lead in pairs}, fence.recorded_at):
        params = Params()
        mine = [(visitor, lead) for visitor, lead in pairs if lead in states]
        who, source, where = JOINED
        source = source.format(params.add([one[0] for one in mine]), params.add([one[1] for one in mine]))
        _tell(states, (who, source, where), params, fence.recorded_at)


def filters_of(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The event filters of a definition that are hot: of its direct paths, and of engagement that adds points."""
    direct = [cond for cond in body.get("direct") or ()]
    adding = [item["when"] for _path, item, _group in tree.items(body, "engagement") if item["points"] > 0]
    return [canonical_filter(event) for cond in (*direct, *adding) for event in _events(cond)]


def _events(cond: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for path, leaf in tree.leaves(cond):
        if "event" in leaf and not leaf.get("absent") and "none" not in path and not lasts(leaf["event"]):
            yield leaf["event"]


def _owed(leads: set[int], at: datetime) -> dict[int, list[HandoffState]]:
    """Lead → its handoffs that a rep owes, and was not given just now. One look into an index, which mostly finds nothing."""
    found: dict[int, list[HandoffState]] = {}
    ids = fetch(_OWED, {"leads": bulk.array(sorted(leads)), "given": at - JUST_GIVEN}) if leads else []
    for state in HandoffState.objects.filter(pk__in=[one for (one,) in ids]).order_by("pk") if ids else ():
        found.setdefault(state.lead_id, []).append(state)
    return found


def _tell(states: Mapping[int, list[HandoffState]], source: tuple[str, str, str], params: Params, at: datetime) -> None:
    told = []
    for line in sorted({state.line_id for some in states.values() for state in some}):
        newest = _newest(line, source, params, at)
        for lead, (pk, when) in sorted(newest.items()):
            told += [(state, pk, when) for state in states.get(lead, ()) if state.line_id == line]
    _beat(told)
    lately = _lately({state.rep_id for state, _pk, _when in told}, at)
    slot = int(at.timestamp() // QUIET.total_seconds())  # of two at one instant one is kept
    notices.tell_all(
        KIND,
        [
            notices.Told(state.rep_id, f"lead:{state.lead_id}@{slot}", when, {"handoff": state.pk, "event": pk, "lead": state.lead_id})
            for state, pk, when in told
            if (state.rep_id, state.lead_id) not in lately
        ],
    )  # fmt: skip


def _beat(told: Sequence[tuple[HandoffState, int, datetime]]) -> None:
    """Every hot event moves the pulse of its rep's queue, also one of which no notice tells."""
    newest: dict[int, int] = {}
    for state, pk, _when in told:
        newest[state.rep_id] = max(newest.get(state.rep_id, 0), pk)
    rows = [HotPulse(user_id=rep, event=pk) for rep, pk in sorted(newest.items())]
    HotPulse.objects.bulk_create(rows, update_conflicts=True, unique_fields=["user"], update_fields=["event"])


def among(line: int, events: Sequence[int], at: datetime) -> set[int]:
    """Which of these events, of today or yesterday, are hot by the version of a line in force: what signals tell of is what
    the list and focus mode mark."""
    version = version_in_force(line, at)
    hot = filters_of(version.body) if version and events else []
    if not hot:
        return set()
    own = Params()
    where = f"e.id = ANY({own.add(list(events))}) AND e.occurred_at > {own.add(at - HOT)}"
    rows = filters.events(hot, "e.id AS who", "leads_event e", where)
    tests = any_of(filters.hit(one, own) for one in hot)
    return {pk for (pk,) in fetch(f"SELECT x.id FROM ({rows}) x WHERE {tests}", own)}


def _newest(line: int, source: tuple[str, str, str], params: Params, at: datetime) -> dict[int, tuple[int, datetime]]:
    """Lead → (id, instant) of its newest hot event by the version of a line in force."""
    version = version_in_force(line, at)
    hot = filters_of(version.body) if version else []
    if not hot:
        return {}
    own = Params(params)
    who, table, where = source
    where = f"{where} AND e.occurred_at > {own.add(at - HOT)} AND e.known_at >= e.recorded_at"
    rows = filters.events(hot, f"{who} AS who", table, where)
    tests = any_of(filters.hit(one, own) for one in hot)
    found = fetch(f"SELECT x.who, x.id, x.occurred_at FROM ({rows}) x WHERE {tests} ORDER BY x.occurred_at, x.id", own)
    return {lead: (pk, when) for lead, pk, when in found}


def _lately(reps: set[int], at: datetime) -> set[tuple[int, int]]:
    """(rep, lead) told of less than four hours ago."""
    told = Notice.objects.filter(user__in=reps, kind=KIND, told_at__gt=at - QUIET)
    return {(user, params["lead"]) for user, params in told.values_list("user", "params")}


def say(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Hot signal: Zoé Martin", with what the lead did, and the company."""
    states = handoffs.visible([one.params["handoff"] for one in some], reader)
    events = Event.objects.in_bulk([one.params["event"] for one in some])
    back = set(Correction.objects.filter(subject="event", subject_id__in=events).values_list("subject_id", flat=True))
    wanted = {event.campaign_id for event in events.values()} - {None}
    voice = Voice(active_language(), {}, campaigns={one.pk: str(one) for one in Campaign.objects.filter(pk__in=wanted)})
    out = {}
    for one in some:
        if state := states.get(one.params["handoff"]):
            event = events.get(one.params["event"])
            did = _did(event, voice) if event else ""
            did = _("%(reason)s (taken back since)") % {"reason": did} if event and event.pk in back else did
            detail = " · ".join(part for part in (did, str(state.lead.company or "")) if part)
            out[one.pk] = Line(
                _("Hot signal: %(lead)s") % {"lead": state.lead}, handoffs.page_of(state, reader), detail
            )
    return out


def _did(event: Event, voice: Voice) -> str:
    said: dict[str, Any] = {"kind": event.kind}
    said |= {name: getattr(event, name) for name in ("name", "form") if getattr(event, name)}
    if event.campaign_id:
        said["campaign"] = event.campaign_id
    if event.page:
        said["page"] = {"op": "is", "value": event.page}
    return plain(voice.condition({"event": said}))
