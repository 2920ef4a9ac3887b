"""Why a lead went to whom: everybody who was considered, in words; and how long the system and the people took, apart."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.handoffs import turns
from leads.models import Assignment, Correction, Handoff, HandoffState, Pool, Qualification, Routing
from smarketing.accounts.models import User

WORDS: dict[str, Any] = {
    turns.CHOSEN: gettext_lazy("got it"),
    turns.LATER: gettext_lazy("free, but later in turn"),
    turns.REFUSED: gettext_lazy("sent this lead back before"),
    turns.HAD: gettext_lazy("had it until then"),
    turns.GONE: gettext_lazy("no longer works here"),
    turns.AWAY: gettext_lazy("away on that day"),
    turns.HAND: gettext_lazy("takes only by hand"),
    turns.HOURS: gettext_lazy("outside their working hours"),
    turns.FULL: gettext_lazy("full: carried as many as their limit"),
}


@dataclass(frozen=True)
class Asked:
    """One rep who was considered: `why` a key of turns.WHY; how many they carried, of how many at most."""

    rep: str
    why: str
    load: int | None = None
    cap: int | None = None

    @property
    def words(self) -> str:
        return str(WORDS.get(self.why, self.why))


@dataclass(frozen=True)
class PoolAsked:
    name: str
    takes: bool
    rows: Sequence[Asked] = ()


@dataclass(frozen=True)
class Told:
    """One routing of a handoff, newest first: `said` in one sentence; who was considered, pool by pool."""

    at: datetime
    handoff: int
    cause: str
    rep: str
    how: str
    said: str
    account: Asked | None = None
    pools: Sequence[PoolAsked] = field(default_factory=list)


@dataclass(frozen=True)
class Delays:
    """The two delays of a handoff. System: captured, judged, assigned. People: from the assignment of whoever made it to the
    first attempt (`by_rep`), and from the handoff (`by_lead`), which never begins again. None: not yet, or not known."""

    captured: datetime | None
    judged: datetime | None
    assigned: datetime | None
    handed: datetime
    attempted: datetime | None
    charged: datetime | None
    rep: str = ""

    @property
    def judging(self) -> timedelta | None:
        return _between(self.captured, self.judged)

    @property
    def assigning(self) -> timedelta | None:
        return _between(self.judged or self.captured, self.assigned)

    @property
    def system(self) -> timedelta | None:
        return _between(self.captured, self.assigned)

    @property
    def by_rep(self) -> timedelta | None:
        return _between(self.charged, self.attempted)

    @property
    def by_lead(self) -> timedelta | None:
        return _between(self.handed, self.attempted)


def _between(first: datetime | None, last: datetime | None) -> timedelta | None:
    return max(last - first, timedelta(0)) if first and last else None


def told(lead: int, at: datetime | None = None) -> list[Told]:
    """Every routing of the handoffs of a lead, the newest first; as known at an instant where one is asked."""
    rows = Routing.objects.filter(handoff__lead=lead).select_related("rep", "pool").order_by("-occurred_at", "-pk")
    found = list(rows.filter(known_at__lte=at, occurred_at__lte=at) if at else rows)
    people, pools = _names(found)
    return [_told(one, people, pools) for one in found]


def _names(found: Sequence[Routing]) -> tuple[dict[int, str], dict[int, str]]:
    """Of everybody who was considered, and of the pools: both in one question."""
    reps = {pk for one in found for pk in _reps(one.considered)}
    pools = {row[0] for one in found for row in one.considered.get("pools", ())}
    if not reps and not pools:
        return {}, {}
    asked = [
        model.objects.order_by().filter(pk__in=some).annotate(of=Value(of)).values_list("of", "pk", "name")
        for of, model, some in (("rep", User, reps), ("pool", Pool, pools))
    ]
    said = list(asked[0].union(asked[1], all=True))
    people, named = ({pk: name for of, pk, name in said if of == wanted} for wanted in ("rep", "pool"))
    return people, named


def _reps(considered: dict[str, Any]) -> set[int]:
    first = considered.get("account")
    return {row[0] for _pool, _takes, rows in considered.get("pools", ()) for row in rows} | (
        {first[0]} if first else set()
    )


def _told(one: Routing, people: dict[int, str], pools: dict[int, str]) -> Told:
    def name(pk: int) -> str:
        return str(people.get(pk) or _("Somebody"))

    first = one.considered.get("account")
    account = Asked(name(first[0]), first[1]) if first else None
    asked = [
        PoolAsked(pools.get(pool, "–"), takes, [Asked(name(row[0]), row[1], *row[2:4]) for row in rows])
        for pool, takes, rows in one.considered.get("pools", ())
    ]
    said = sentence(one, account, asked)
    return Told(
        one.occurred_at, one.handoff_id, one.get_cause_display(), str(one.rep or ""), one.how, said, account, asked
    )


def sentence(one: Routing, account: Asked | None, asked: Sequence[PoolAsked]) -> str:
    """The choice in one sentence."""
    pool, rep = one.pool.name if one.pool else "", str(one.rep or "")
    others = [row for each in asked for row in each.rows if row.why != turns.CHOSEN]
    if one.how == turns.ACCOUNT:
        return _("%(rep)s has this company already.") % {"rep": rep}
    if rep:
        n = len(others)
        said = ngettext("It was the turn of %(rep)s in %(pool)s, of %(n)s other considered.", "It was the turn of %(rep)s in %(pool)s, of %(n)s others considered.", n)  # fmt: skip
        return said % {"rep": rep, "pool": pool, "n": n}
    if not any(each.takes for each in asked):
        return _("No pool takes this lead: its routing rules leave it out.") if asked else _("There is no pool.")
    return _("Nobody was free in %(pool)s: it waits, and goes to whoever is free first.") % {"pool": pool}


def delays(lead: int, at: datetime | None = None, handoffs: Sequence[Handoff] | None = None) -> Delays | None:
    """The delays of the newest handoff of a lead that was routed here; None where there is none, or of history.
    `handoffs`: those of the lead known then, the first one first, where they were read already."""
    if handoffs is None:
        found = Handoff.objects.filter(lead=lead)
        found = found.filter(known_at__lte=at, occurred_at__lte=at) if at else found
        handoffs = list(found.order_by("occurred_at", "pk"))
    one = next((one for one in reversed(handoffs) if one.gate != Handoff.Gate.IMPORTED), None)
    if one is None or one.recorded_at - one.occurred_at > timedelta(days=1):
        return None
    return _delays(one, at)


def _delays(one: Handoff, at: datetime | None) -> Delays:
    back = Correction.objects.filter(subject="assignment").values("subject_id")
    charges = Assignment.objects.filter(handoff=one, rep__isnull=False).exclude(pk__in=back).select_related("rep")
    charges = charges.filter(known_at__lte=at) if at else charges
    rows = list(charges.order_by("occurred_at", "pk"))
    state = HandoffState.objects.filter(handoff=one).first()
    tried = state.first_attempt_at if state else None
    tried = None if at and tried and tried > at else tried
    mine = [row for row in rows if tried is None or row.occurred_at <= tried]
    made: Qualification | None = one.qualification
    return Delays(
        captured=made.effective_at if made else one.occurred_at,
        judged=made.recorded_at if made else None,
        assigned=rows[0].recorded_at if rows else None,
        handed=one.occurred_at,
        attempted=tried,
        charged=mine[-1].occurred_at if mine else None,
        rep=str(mine[-1].rep) if mine else "",
    )
