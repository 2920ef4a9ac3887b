"""What is told about promises: that most of the time has passed, that one was missed. Looked for every minute, in sets.

Nobody's deed makes a promise break, so beat's look tells: of pending clocks of whose working time 80 % has passed, and
of missed ones. Rows of clocks may be wiped and come back: what was told once is told no more.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Min
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.handoffs import notices as handoffs
from smarketing.accounts.models import Side, User
from smarketing.calendars import services as calendars
from smarketing.calendars import sql as axes
from smarketing.notify import notices, registry, tasks
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line
from smarketing.rows import clock

from . import sets
from .clocks import MISSED, PENDING
from .kinds import KINDS
from .models import Clock, Terms

SOON, LATE = "promise_soon", "promise_missed"
SHARE = 0.8  # of a promise's working time
# Terms signed for the past promise nothing; an imported handoff, and one that nobody has, owes nobody a word.
_PROMISED = "NOT (t.retrospective AND k.starts_at < t.published_at)"
_SAID = """'handoff:' || handoff_id || ':' || clause_key || '@' || extract(epoch FROM due_at)::bigint AS about,
  jsonb_build_object('handoff', handoff_id, 'kind', kind, 'due', extract(epoch FROM due_at)::bigint) AS params"""
_SOON = f"""
WITH axis AS ({{axis}}),
owed AS (
  SELECT k.handoff_id, k.clause_key, c.kind, k.due_at, s.rep_id, {axes.MICROS.format("k.starts_at")} AS begins,
    {axes.MICROS.format("k.due_at")} AS ends
  FROM sla_clock k JOIN sla_terms t ON t.id = k.terms_id
  JOIN sla_clause c ON c.terms_id = k.terms_id AND c.key = k.clause_key
  JOIN leads_handoffstate s ON s.handoff_id = k.handoff_id
  WHERE k.terms_id = %(terms)s AND k.state = '{PENDING}' AND k.due_at > %(at)s AND k.starts_at <= %(at)s
    AND s.is_open AND s.rep_id IS NOT NULL AND {_PROMISED} OFFSET 0),
held AS (SELECT owed.*, {axes.window("begins")} AS i, {axes.window("ends")} AS j FROM owed, axis OFFSET 0),
placed AS (SELECT held.*, {axes.position("begins", "i")} AS p, {axes.position("ends", "j")} AS q FROM held, axis OFFSET 0),
wanted AS (SELECT placed.*, p + ceil({SHARE} * (q - p)) AS w FROM placed OFFSET 0),
ended AS (SELECT wanted.*, {axes.due_window("w", "w - p")} AS n FROM wanted, axis OFFSET 0),
told AS (SELECT ended.*, {axes.INSTANT.format("(" + axes.due("w", "n") + ")")} AS at FROM ended, axis OFFSET 0)
SELECT rep_id AS user_id, {_SAID}, at FROM told WHERE at <= %(at)s
"""
_LATE = f"""
WITH missed AS (
  SELECT k.handoff_id, k.clause_key, c.kind, k.due_at, s.rep_id, r.team_id
  FROM sla_clock k JOIN sla_terms t ON t.id = k.terms_id
  JOIN sla_clause c ON c.terms_id = k.terms_id AND c.key = k.clause_key
  JOIN leads_handoffstate s ON s.handoff_id = k.handoff_id LEFT JOIN accounts_user r ON r.id = s.rep_id
  WHERE k.state = '{MISSED}' AND k.due_at > %(since)s AND k.due_at <= %(at)s AND {_PROMISED}),
managers AS (SELECT id, team_id FROM accounts_user WHERE role = 'manager' AND side = 'sales' AND is_active)
SELECT rep_id AS user_id, {_SAID}, due_at AS at FROM missed WHERE rep_id IS NOT NULL
UNION ALL
SELECT m.id, {_SAID}, due_at FROM missed JOIN managers m ON m.team_id = missed.team_id
  OR NOT EXISTS (SELECT FROM managers o WHERE o.team_id = missed.team_id)
"""


def register() -> None:
    sales = {"whom": lambda user: user.side == Side.SALES}
    registry.register(
        registry.Kind(SOON, gettext_lazy("80 % of a promise's time has passed"), "hourglass-split", say_soon, **sales)
    )
    registry.register(registry.Kind(LATE, gettext_lazy("A promise is missed"), "stopwatch", say_late, **sales))
    tasks.LOOKS.append(look)


@transaction.atomic
def look(at: datetime) -> int:
    """Tell what came true by itself by `at`. Returns how many notices."""
    told = notices.tell_from(LATE, _LATE, {"at": at, "since": at - notices.NEWS})
    for terms, _clauses in sets.clocked():
        if asked := soon(terms, at):
            told += notices.tell_from(SOON, *asked)
    return told


def soon(terms: Terms, at: datetime) -> tuple[str, dict[str, Any]] | None:
    """The statement that finds the pending clocks of these terms of whose working time 80 % has passed; None: no clock."""
    pending = Clock.objects.filter(terms=terms, state=PENDING, due_at__gt=at)
    ends = pending.aggregate(first=Min("starts_at"), last=Max("due_at"))
    if ends["first"] is None:
        return None
    arrays = axes.arrays(calendars.axis(terms.calendar), since=ends["first"], until=ends["last"])
    return _SOON.format(axis=axes.constants()), {"terms": terms.pk, "at": at, **arrays}


def say_soon(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Little time left for Zoé Martin", with the promise and when it is due."""
    return _say(some, reader, gettext_lazy("Little time left: %(lead)s"), with_rep=False)


def say_late(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Promise missed: Zoé Martin", with the promise, when it was due, and to a manager whose it is."""
    return _say(some, reader, gettext_lazy("Promise missed: %(lead)s"), with_rep=True)


def _say(some: Sequence[Notice], reader: User, text: Any, *, with_rep: bool) -> Mapping[int, Line]:
    states, zone, out = handoffs.visible([one.params["handoff"] for one in some], reader), clock.zone(), {}
    for one in some:
        if state := states.get(one.params["handoff"]):
            due = datetime.fromtimestamp(one.params["due"], zone)
            kind = KINDS.get(one.params["kind"])
            detail = [capfirst(str(kind.label))] if kind else []
            detail.append(_("due %(when)s") % {"when": date_format(due, "SHORT_DATETIME_FORMAT")})
            if with_rep and state.rep_id != reader.pk:
                detail.append(str(state.rep) if state.rep else _("in the pool"))
            line = Line(str(text) % {"lead": state.lead}, handoffs.page_of(state, reader), " · ".join(detail))
            out[one.pk] = line
    return out
