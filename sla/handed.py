"""What is told about hand-overs: half of the time gone, most of it, all of it. Marketing is told: the promise is its own.

Nothing of these clocks is written; those that are open are laid out every minute from qualifications, holds and handoffs.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import Lead
from smarketing.accounts.models import Role, Side, User
from smarketing.calendars.axis import Axis
from smarketing.notify import notices, registry, tasks
from smarketing.notify.models import Notice
from smarketing.notify.notices import Told
from smarketing.notify.registry import Line
from smarketing.rows import clock

from . import handover
from .clocks import MISSED, PENDING
from .kinds import QUALIFICATION
from .parts import by_axis, clocked
from .sections import defaults

HALF, SOON, LATE = "hand_over_half", "hand_over_soon", "hand_over_missed"
MARKETERS = Q(role=Role.MARKETER) | Q(role=Role.MANAGER, side=Side.MARKETING)
TITLES = {
    HALF: gettext_lazy("Half of the time to hand over is gone: %(lead)s"),
    SOON: gettext_lazy("Little time left to hand over: %(lead)s"),
    LATE: gettext_lazy("Not handed over in time: %(lead)s"),
}
# Clocks that are open, and those missed while they are news.
_OPEN = """SELECT qualification_id, lead_id, clause_key, terms_id, starts_at, due_at, state FROM {known} k
WHERE handed_at IS NULL AND (state = %(pending)s OR (state = %(missed)s AND due_at > %(since)s))"""


def register() -> None:
    whom = {"whom": lambda user: user.side == Side.MARKETING or user.role == Role.MARKETER}
    for key, label, icon in (
        (HALF, gettext_lazy("Half of the time of a hand-over has passed"), "hourglass"),
        (SOON, gettext_lazy("Most of the time of a hand-over has passed"), "hourglass-split"),
        (LATE, gettext_lazy("A lead is not handed over in time"), "stopwatch"),
    ):
        registry.register(registry.Kind(key, label, icon, say, **whom))
    tasks.LOOKS.append(look)


@transaction.atomic
def look(at: datetime) -> int:
    """Tell marketing of the hand-overs of whose time half, as much as the terms say, or all has passed. Returns how many
    notices."""
    signed = [(terms, clauses) for terms, clauses in clocked(QUALIFICATION) if not terms.retrospective]
    if not signed:
        return 0
    axes = {
        (terms.pk, one.key): axis for terms, clauses in signed for axis, some in by_axis(terms, clauses) for one in some
    }
    reminds = {terms.pk: defaults.steps(terms).remind for terms, _clauses in signed}
    users = list(User.objects.filter(MARKETERS, is_active=True).order_by("pk").values_list("pk", flat=True))
    told: dict[str, list[Told]] = {HALF: [], SOON: [], LATE: []}
    for row in _open(at):
        key = (row[3], row[2])
        if key in axes:
            for kind in _kinds(row, axes[key], reminds[row[3]], at):
                told[kind] += _each(kind, row, users, at)
    return sum(notices.tell_all(kind, rows) for kind, rows in told.items())


def _open(at: datetime) -> list[tuple]:
    known, given = handover.relation(at)
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN.format(known=known), given | {"pending": PENDING, "missed": MISSED, "since": at - notices.NEWS}
        )
        return cursor.fetchall()


def _kinds(row: tuple, axis: Axis, remind: int, at: datetime) -> list[str]:
    """What is true of an open clock by now."""
    _pk, _lead, _key, _terms, starts, due, state = row
    if state == MISSED:
        return [LATE]
    whole, gone = axis.elapsed(starts, due), axis.elapsed(starts, min(at, due))
    share = Fraction(int(gone.total_seconds()), int(whole.total_seconds()) or 1)
    return [kind for kind, percent in ((HALF, 50), (SOON, remind)) if share * 100 >= percent]


def _each(kind: str, row: tuple, users: Sequence[int], at: datetime) -> list[Told]:
    pk, lead, key, _terms, _starts, due, _state = row
    params: dict[str, Any] = {"lead": lead, "due": int(due.timestamp())}
    about = f"qualification:{pk}:{key}@{int(due.timestamp())}"
    return [Told(user, about, min(at, due) if kind == LATE else at, params) for user in users]


def say(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Little time left to hand over: Zoé Martin", with when it is due."""
    leads = Lead.objects.visible_to(reader).in_bulk([one.params["lead"] for one in some])
    out = {}
    for one in some:
        if lead := leads.get(one.params["lead"]):
            due = date_format(datetime.fromtimestamp(one.params["due"], clock.zone()), "SHORT_DATETIME_FORMAT")
            text = str(TITLES[one.kind]) % {"lead": lead}
            out[one.pk] = Line(text, reverse("leads:lead", args=[lead.pk]), _("due %(when)s") % {"when": due})
    return out
