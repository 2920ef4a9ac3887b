"""Rows of the queue in words: what is owed, why now, what was tried last, how it stands. Read in a few statements for all."""

from datetime import datetime
from typing import TypedDict

from django.urls import reverse
from django.utils.translation import gettext as _

from leads.handoffs import calling, came_back, hooks, hot, listing, queue, reasons
from leads.handoffs.queue import Touch
from leads.handoffs.states import PAUSED
from smarketing.accounts.models import User

from . import telling


class Row(TypedDict):
    """One line of the list: whose, its page, time left, which promise, why now, what was tried last. A dict, which templates
    read quickest."""

    pk: int
    url: str
    lead: str
    company: str | None
    employees: int | None
    grade: str
    rep: str
    left: telling.Left
    promise: str
    paused: bool
    why: str
    why_when: str
    owes: str  # of a late one what was due, by which clause; of a paused one until when it waits, and why
    back: str  # of a lead that was handed over before: since when it is back, and why it left
    step: str  # the next step that was named for today or before
    hot: bool
    last: str
    last_when: str
    calls: str  # from when on it may be called, where it may not now; "" where it may
    until: str  # of one set aside: when it comes back


def told(lines: list[listing.Line], teller: telling.Teller, reader: User) -> list[Row]:
    """Rows in words for `reader`; the last acts of all of them are read in two statements."""
    touches = queue.last_events([one.lead_id for one in lines], teller.at) if lines else {}
    warm = _hot(lines, touches, teller.at)
    tries = queue.last_attempts([one.pk for one in lines]) if lines else {}
    before, after = reverse("leads:focus", args=[0]).split("0")
    asked = [one.pk for one in lines if one.due_label == PAUSED or (one.due_at and one.due_at < teller.at)]
    standing = hooks.stands(asked, teller.at)
    repeated = {one.pk: one.lead_id for one in lines if not one.first}
    again = came_back.of(repeated) if repeated else {}
    lawful = calling.of([one.lead_id for one in lines], teller.at)
    return [
        _row(one, f"{before}{one.pk}{after}", touches.get(one.lead_id), tries.get(one.pk), teller, reader)
        | {
            "hot": one.pk in warm,
            "owes": _owes(one, standing.get(one.pk), teller),
            "back": _back(again.get(one.pk), teller),
            "calls": _calls(lawful.get(one.lead_id), teller),
        }
        for one in lines
    ]


def _hot(lines: list[listing.Line], touches: dict[int, Touch], at: datetime) -> set[int]:
    """The handoffs whose lead did something hot by the definition in force, as signals have it."""
    fresh: dict[int, dict[int, int]] = {}
    for one in lines:
        seen = touches.get(one.lead_id)
        if seen and seen.event and at - seen.at <= queue.HOT:
            fresh.setdefault(one.line_id, {})[one.pk] = seen.event
    found = {line: hot.among(line, sorted(set(events.values())), at) for line, events in fresh.items()}
    return {pk for line, events in fresh.items() for pk, event in events.items() if event in found[line]}


def _back(one: came_back.Back | None, teller: telling.Teller) -> str:
    if one is None:
        return ""
    words = {"day": teller.day(one.since), "reason": reasons.label(one.reason)}
    return (_("back since %(day)s: %(reason)s") if one.reason else _("back since %(day)s")) % words


def _calls(one: calling.Told | None, teller: telling.Teller) -> str:
    """ "call from tomorrow 10:00", where the rule of its country forbids one now."""
    if one is None or one.verdict.allowed:
        return ""
    opens = one.verdict.opens
    return _("call from %(when)s") % {"when": teller.day_and_time(opens)} if opens else _("no calls")


def _owes(line: listing.Line, one: hooks.Standing | None, teller: telling.Teller) -> str:
    """What a late row owes and by which clause, or until when and why a paused one waits; "" where the promise says it all."""
    if one is None or not line.due_at:
        return ""
    if line.due_label == PAUSED:
        words = {"when": teller.day_and_time(one.until), "why": one.why} if one.until else {}
        return _("paused until %(when)s: %(why)s") % words if words else ""
    what = telling.promise(line.due_label, line.attempts, line.promised)
    words = {"promise": what, "when": teller.when(line.due_at), "clause": one.clause}
    return _("%(promise)s was due %(when)s (clause %(clause)s)") % words if one.clause else ""


def _row(
    line: listing.Line, url: str, seen: Touch | None, tried: Touch | None, teller: telling.Teller, reader: User
) -> Row:
    return Row(
        pk=line.pk,
        url=url,
        lead=line.lead,
        company=line.company,
        employees=line.employees,
        grade=line.grade or "–",
        rep=line.rep,
        left=teller.under(line.calendar_id).left(line.due_at),
        paused=line.due_label == PAUSED,
        promise=telling.promise(line.due_label, line.attempts, line.promised) if line.due_at else "",
        why=telling.touch(seen) if seen else "",
        why_when=teller.ago(seen.at) if seen else "",
        step=telling.step(tried, reader.pk, teller) if tried else "",
        hot=False,
        owes="",
        back="",
        calls="",
        last=telling.touch(tried) if tried else "",
        last_when=teller.ago(tried.at) if tried else "",
        until=teller.day_and_time(line.snoozed_until) if line.snoozed_until else "",
    )
