"""What is told about promises: that most of the time has passed, that one was missed. Looked for every minute, in sets.

Nobody's deed makes a promise break, so beat's look tells: of clocks of whose working time half has passed (whoever wants to
know), as much as the terms say, and of missed ones. Rows of clocks may be wiped and come back: what was told once is told no
more.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Min
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.handoffs import notices as handoffs
from smarketing.accounts.models import Side, User
from smarketing.calendars import sql as axes
from smarketing.calendars.axis import Axis
from smarketing.notify import notices, registry, tasks
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line
from smarketing.rows import clock

from . import escalation
from .clocks import MISSED, PENDING
from .kinds import KINDS
from .models import Clause, Clock, Terms
from .parts import by_axis, clocked
from .sections import defaults

HALF, SOON, LATE = "promise_half", "promise_soon", "promise_missed"
LONG = timedelta(days=60)  # a promise broken longer ago is not looked at again
# Terms signed for the past promise nothing; an imported handoff, and one that nobody has, owes nobody a word.
_PROMISED = "NOT (t.retrospective AND k.starts_at < t.published_at)"
_SAID = """'handoff:' || handoff_id || ':' || clause_key || '@' || extract(epoch FROM due_at)::bigint AS about,
  jsonb_build_object('handoff', handoff_id, 'kind', kind, 'due', extract(epoch FROM due_at)::bigint) AS params"""
# Of clocks by one calendar: when so much of their working time, pauses left out, has passed.
_PASSED = f"""
WITH axis AS ({{axis}}),
owed AS (
  SELECT k.handoff_id, k.clause_key, c.kind, k.due_at, k.lost, s.rep_id, r.team_id,
    {axes.MICROS.format("k.starts_at")} AS begins, {axes.MICROS.format("k.due_at")} AS ends
  FROM sla_clock k JOIN sla_terms t ON t.id = k.terms_id
  JOIN sla_clause c ON c.terms_id = k.terms_id AND c.key = k.clause_key
  JOIN leads_handoffstate s ON s.handoff_id = k.handoff_id LEFT JOIN accounts_user r ON r.id = s.rep_id
  WHERE k.terms_id = %(terms)s AND k.clause_key = ANY(%(keys)s) AND k.state = %(state)s AND k.due_at > %(since)s
    AND k.starts_at <= %(at)s AND s.is_open AND s.rep_id IS NOT NULL AND {_PROMISED} OFFSET 0),
held AS (SELECT owed.*, {axes.window("begins")} AS i, {axes.window("ends")} AS j FROM owed, axis OFFSET 0),
placed AS (SELECT held.*, {axes.position("begins", "i")} AS p, {axes.position("ends", "j")} AS q FROM held, axis OFFSET 0),
wanted AS (SELECT placed.*, p + lost + ceil(%(share)s * (q - p - lost)) AS w FROM placed OFFSET 0),
ended AS (SELECT wanted.*, {axes.due_window("w", "w - p")} AS n FROM wanted, axis OFFSET 0),
told AS (SELECT ended.*, {axes.INSTANT.format("(" + axes.due("w", "n") + ")")} AS at FROM ended, axis OFFSET 0)
"""
_MANAGERS = (
    "managers AS (SELECT id, team_id FROM accounts_user WHERE role = 'manager' AND side = 'sales' AND is_active)"
)
_TO_REP = f"SELECT rep_id AS user_id, {_SAID}, at FROM told WHERE at <= %(at)s"
_TO_MANAGERS = f""", {_MANAGERS}
SELECT m.id, {_SAID}, at FROM told JOIN managers m ON m.team_id = told.team_id
  OR NOT EXISTS (SELECT FROM managers o WHERE o.team_id = told.team_id) WHERE at <= %(at)s"""
# Whoever got the lead after its promise broke is not told that it broke.
_LATE = f"""
WITH missed AS (
  SELECT k.handoff_id, k.clause_key, c.kind, k.due_at, s.rep_id, r.team_id, t.id = ANY(%(copied)s) AS copied,
    s.assigned_at <= k.due_at AS theirs
  FROM sla_clock k JOIN sla_terms t ON t.id = k.terms_id
  JOIN sla_clause c ON c.terms_id = k.terms_id AND c.key = k.clause_key
  JOIN leads_handoffstate s ON s.handoff_id = k.handoff_id LEFT JOIN accounts_user r ON r.id = s.rep_id
  WHERE k.state = '{MISSED}' AND k.due_at > %(since)s AND k.due_at <= %(at)s AND {_PROMISED}),
{_MANAGERS}
SELECT rep_id AS user_id, {_SAID}, due_at AS at FROM missed WHERE theirs
UNION ALL
SELECT m.id, {_SAID}, due_at FROM missed JOIN managers m ON m.team_id = missed.team_id
  OR NOT EXISTS (SELECT FROM managers o WHERE o.team_id = missed.team_id) WHERE missed.copied
"""


def register() -> None:
    sales = {"whom": lambda user: user.side == Side.SALES}
    for key, label, icon, say in (
        (HALF, gettext_lazy("Half of a promise's time has passed"), "hourglass", say_half),
        (SOON, gettext_lazy("Most of a promise's time has passed"), "hourglass-split", say_soon),
        (LATE, gettext_lazy("A promise is missed"), "stopwatch", say_late),
    ):
        registry.register(registry.Kind(key, label, icon, say, **sales))
    tasks.LOOKS.append(look)
    tasks.LOOKS.append(escalation.look)


@transaction.atomic
def look(at: datetime) -> int:
    """Tell what came true by itself by `at`. Returns how many notices."""
    every = [(terms, clauses, defaults.steps(terms)) for terms, clauses in clocked()]
    copied = [terms.pk for terms, _clauses, steps in every if steps.copy == 100]
    told = notices.tell_from(LATE, _LATE, {"at": at, "since": at - notices.NEWS, "copied": copied})
    for terms, clauses, steps in every:
        for axis, own in by_axis(terms, clauses):
            told += _told(HALF, passed(terms, axis, own, at, 50))
            told += _told(SOON, passed(terms, axis, own, at, steps.remind))
            if steps.copy != 100:
                told += _told(
                    SOON if steps.copy < 100 else LATE, passed(terms, axis, own, at, steps.copy, _TO_MANAGERS)
                )
    return told


def _told(kind: str, asked: tuple[str, dict[str, Any]] | None) -> int:
    return notices.tell_from(kind, *asked) if asked else 0


def passed(
    terms: Terms, axis: Axis, clauses: Sequence[Clause], at: datetime, percent: int, whom: str = _TO_REP
) -> tuple[str, dict[str, Any]] | None:
    """The statement that finds the clocks of these clauses of whose working time so much has passed: those still owed, or
    beyond 100 % those missed; None: no clock."""
    state, since = (PENDING, at) if percent < 100 else (MISSED, at - LONG)
    keys = [one.key for one in clauses]
    found = Clock.objects.filter(terms=terms, clause_key__in=keys, state=state, due_at__gt=since)
    ends = found.aggregate(first=Min("starts_at"), last=Max("due_at"))
    if ends["first"] is None:
        return None
    arrays = axes.arrays(axis, since=ends["first"], until=max(ends["last"], at))
    given = {"terms": terms.pk, "keys": keys, "state": state, "since": since, "at": at, "share": percent / 100}
    return (_PASSED + whom).format(axis=axes.constants()), given | arrays


def say_half(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Half of the time is gone: Zoé Martin", with the promise and when it is due."""
    return _say(some, reader, gettext_lazy("Half of the time is gone: %(lead)s"), with_rep=False)


def say_soon(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Little time left for Zoé Martin", with the promise and when it is due."""
    return _say(some, reader, gettext_lazy("Little time left: %(lead)s"), with_rep=True)


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
