"""A lead whose broken promise nobody took up goes on to somebody else, where the terms say after how many business days.

Looked for every minute. The act, the new assignment and the notices are one transaction, once for each deadline: whoever is
killed in between leaves nothing behind, and the next look does it. Terms signed for the past give nothing on.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.handoffs import notices as handoffs
from leads.handoffs import routing
from leads.handoffs import states as handoff_states
from leads.models import Handoff, HandoffState
from smarketing.accounts import audit
from smarketing.accounts.models import Side, User
from smarketing.calendars.axis import AxisEnds
from smarketing.notify import notices, registry
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line
from smarketing.rows.fence import Fence, open_fence

from .clocks import MISSED
from .kinds import KINDS
from .models import Clause, Terms
from .oracle import axis_of
from .parts import clocked
from .sections import defaults

KIND = "given_on"
# Broken while this rep had the lead, which is untouched and open still. Once given on, a lead is somebody else's to break.
_IDLE = f"""
SELECT k.handoff_id, k.due_at, s.rep_id FROM sla_clock k JOIN leads_handoffstate s ON s.handoff_id = k.handoff_id
WHERE k.terms_id = %(terms)s AND k.clause_key = %(key)s AND k.state = '{MISSED}' AND k.due_at > %(published)s AND k.due_at <= %(at)s
  AND k.done = 0 AND s.is_open AND s.rep_id IS NOT NULL AND s.decided_at IS NULL AND s.assigned_at <= k.due_at
  AND NOT EXISTS (SELECT FROM sla_escalation e WHERE e.handoff_id = k.handoff_id AND e.clause_key = k.clause_key
    AND e.due_at = k.due_at)
ORDER BY k.due_at, k.handoff_id
"""
_ACT = """
INSERT INTO sla_escalation (handoff_id, clause_key, due_at, rep_id, occurred_at, recorded_at)
VALUES (%(handoff)s, %(key)s, %(due)s, %(rep)s, %(at)s, %(recorded)s) ON CONFLICT DO NOTHING
"""


def register() -> None:
    label = gettext_lazy("A lead whose promise was broken goes on to somebody else")
    sales = {"whom": lambda user: user.side == Side.SALES}
    registry.register(registry.Kind(KIND, label, "skip-forward", say, **sales))


def look(at: datetime) -> int:
    """Give on what the terms say by `at`. Returns how many leads."""
    given = 0
    for terms, clauses in clocked():
        days = defaults.steps(terms).reassign_after_days
        if days is not None:
            given += sum(_of_clause(terms, clause, days, at) for clause in clauses)
    return given


@transaction.atomic
def _of_clause(terms: Terms, clause: Clause, days: int, at: datetime) -> int:
    axis, due = axis_of(clause, terms), []
    with connection.cursor() as cursor:
        cursor.execute(_IDLE, {"terms": terms.pk, "key": clause.key, "published": terms.published_at, "at": at})
        for handoff, broken, rep in cursor.fetchall():
            try:
                due += [(handoff, broken, rep)] if axis.due_days(broken, days) <= at else []
            except AxisEnds:
                continue
    if not due:
        return 0
    fence = open_fence()
    return sum(_give_on(clause, handoff, broken, rep, at, fence) for handoff, broken, rep in due)


def _give_on(clause: Clause, handoff: int, broken: datetime, rep: int, at: datetime, fence: Fence) -> int:
    """The act, whoever is next in turn (else the pool), and who is told. 0 where somebody else did it meanwhile."""
    held = HandoffState.objects.select_for_update().get(handoff=handoff)
    if not held.is_open or held.rep_id != rep:
        return 0
    told: dict[str, Any] = {
        "handoff": handoff,
        "key": clause.key,
        "due": broken,
        "rep": rep,
        "at": at,
        "recorded": fence.recorded_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ACT, told)
        if not cursor.rowcount:
            return 0
    chosen = routing.assign(handoffs=[handoff], by=None, fence=fence, at=at, avoid={handoff: {rep}})[handoff]
    handoff_states.derive([handoff], fence)
    who = User.objects.get(pk=rep)
    about = f"handoff:{handoff}:{clause.key}>{broken:%Y%m%d%H%M%S}"
    params = {"handoff": handoff, "kind": clause.kind, "rep": rep}
    users = dict.fromkeys([rep, *(one.pk for one in handoffs.managers_of(who))])
    notices.tell_all(KIND, [notices.Told(user, about, at, params) for user in users])
    audit.record(None, "promises.give_on", "handoff", handoff, at, clause=clause.key, rep=rep, to=chosen.rep)
    return 1


def say(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Given on: Zoé Martin", with the promise that was broken, who had the lead and who has it now. The rep who had it may
    not see the lead any more, and is told that one went on."""
    states = handoffs.visible([one.params["handoff"] for one in some], reader)
    reps = User.objects.in_bulk([one.params["rep"] for one in some])
    there = set(Handoff.objects.filter(pk__in=[one.params["handoff"] for one in some]).values_list("pk", flat=True))
    out: dict[int, Line] = {}
    for one in some:
        kind, state = KINDS.get(one.params["kind"]), states.get(one.params["handoff"])
        promise = capfirst(str(kind.label)) if kind else ""
        if state:
            words: dict[str, Any] = {
                "rep": reps.get(one.params["rep"]) or _("Somebody"),
                "now": state.rep or _("the pool"),
            }
            detail = f"{promise} · {_('from %(rep)s to %(now)s') % words}"
            out[one.pk] = Line(
                _("Reassigned: %(lead)s") % {"lead": state.lead}, handoffs.page_of(state, reader), detail
            )
        elif one.params["rep"] == reader.pk and one.params["handoff"] in there:
            out[one.pk] = Line(_("A lead of yours that nobody had touched went on to somebody else"), "", promise)
    return out
