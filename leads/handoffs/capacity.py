"""What the choice of a rep looks at, read from the database: pools and their seats, loads, accounts, absences, hours."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import F

from leads.intake import bulk, spans
from leads.models import Company, Contest, Correction, Handoff, HandoffState, Pool, PoolMember
from leads.scoring import asks, compile, days, program
from leads.scoring.sql import Params, fetch
from personas.criteria import tree
from smarketing.calendars import services as calendars

from . import absences
from .turns import ROUND, TURN, Bench, Seat, Table

_MOVED = """
UPDATE leads_poolmember m SET turn = m.turn + u.more, waits = u.waits
FROM unnest(%s::bigint[], %s::bigint[], %s::boolean[]) u(id, more, waits) WHERE m.id = u.id
"""
_ACTIVE = """
SELECT 'active' AS what, id AS rep, 0::bigint AS n, NULL::date AS first, NULL::date AS last
FROM accounts_user WHERE is_active AND side = 'sales'
"""
_OWED = """
SELECT 'owed', rep_id, count(*), NULL, NULL FROM leads_handoffstate WHERE is_open AND rep_id IS NOT NULL GROUP BY rep_id
"""


class Seats:
    """Seats of members, and how far each had come when it was read: only what moved is written, beside what others wrote."""

    def __init__(self, members: Iterable[PoolMember], opens: Mapping[int | None, Callable[[datetime], bool] | None]):
        self.of: dict[int, list[Seat]] = {}
        self._read: list[tuple[int, Seat, int, bool]] = []
        for one in members:
            seat = Seat(
                one.rep_id, one.weight, one.cap, one.turn, one.waits, opens.get(one.calendar_id or one.pool.calendar_id),
                one.rep.is_active and one.rep.side == "sales",
            )  # fmt: skip
            self.of.setdefault(one.pool_id, []).append(seat)
            self._read.append((one.pk, seat, seat.turn, seat.waits))

    def keep(self) -> None:
        """Write how far each has come."""
        bulk.together(self.kept())

    def kept(self) -> list[bulk.Statement]:
        """The statement of `keep`; none where nobody moved."""
        moved = [(pk, seat.turn - turn, seat.waits) for pk, seat, turn, waits in self._read if (seat.turn, seat.waits) != (turn, waits)]  # fmt: skip
        return [(_MOVED, [list(column) for column in zip(*moved, strict=True)])] if moved else []


def table(
    cases: Iterable[tuple[int, int | None]], at: datetime, *, caps: bool = True, lock: bool = True
) -> tuple[Table, Seats]:
    """The table for leads (with their companies) at `at`, and its seats. `lock`: nobody else assigns until the transaction ends."""
    pools = list(_locked(Pool.objects, lock).filter(retired_at=None).order_by("order", "pk"))
    members = _locked(PoolMember.objects, lock).filter(pool__in=pools).select_related("rep", "pool")
    found = list(members.order_by("pk"))
    opens = hours({one.calendar_id for one in [*pools, *found]})
    seats = Seats(sorted(found, key=lambda one: one.rep_id), opens)
    cases = list(cases)
    leads = {lead for lead, _company in cases}
    benches = [
        Bench(
            one.pk, seats.of.get(one.pk, []), holding(one.rules, {(lead, at) for lead in leads}) if one.rules else None
        )
        for one in pools
    ]
    asked = {company for _lead, company in cases if company}
    first = named(asked)
    active, owed, away = _who()
    return Table(benches, owed if caps else {}, accounts(asked, first=first), away, active, caps, named=first), seats


def _who() -> tuple[set[int], dict[int, int], dict[int, list[tuple[date, date]]]]:
    """(who works in sales, open handoffs by rep, absences by rep), in one look: whoever assigns is waited for."""
    active: set[int] = set()
    owed: dict[int, int] = {}
    away: dict[int, list[tuple[date, date]]] = {}
    for what, rep, count, first, last in fetch(f"{_ACTIVE} UNION ALL {_OWED} UNION ALL {absences.STANDING}"):
        if what == "active":
            active.add(rep)
        elif what == "owed":
            owed[rep] = count
        else:
            away.setdefault(rep, []).append((first, last))
    return active, owed, away


def _locked(rows: Any, lock: bool) -> Any:
    return rows.select_for_update(no_key=True, of=("self",)) if lock else rows


def hours(calendar_ids: Iterable[int | None]) -> dict[int | None, Callable[[datetime], bool] | None]:
    """Calendar -> whether it is open at an instant, by its newest version; beyond its end it is open at any."""
    wanted = set(calendar_ids) - {None}
    if not wanted:
        return {}
    return {one.calendar_id: _opens(calendars.axis(one)) for one in calendars.newest().filter(calendar__in=wanted)}


def _opens(axis: Any) -> Callable[[datetime], bool]:
    from smarketing.notify.hours import Hours

    return Hours(axis.zone, axis=axis).lets


def holding(rules: Mapping[str, Any], asked: Iterable[tuple[int, datetime]]) -> set[int]:
    """The leads for which a condition tree holds, each at its instant."""
    asked = sorted(asked)
    if not asked:
        return set()
    body = tree.empty_body() | {"direct": [rules]}
    params = Params()
    sql = compile.ctes(program.build(0, 0, body), asks.listed(asked), days.here(), params)
    return {lead for (lead,) in fetch(f"WITH {sql} SELECT lead_id FROM scored WHERE direct", params)}


def accounts(
    companies: Iterable[int], before: datetime | None = None, first: Mapping[int, int] | None = None
) -> dict[int, Sequence[int]]:
    """Company -> the reps of the account: the one whom a manager named on it (`first`: `named`, read already), then those of
    `by_handoffs`."""
    companies = set(companies)
    out = by_handoffs(companies, before)
    for company, rep in (named(companies) if first is None else first).items():
        out[company] = (rep, *(one for one in out.get(company, ()) if one != rep))
    return out


def named(companies: Iterable[int]) -> dict[int, int]:
    """Company -> the rep of the account whom a manager named on it."""
    companies = set(companies)
    rows = Company.objects.filter(bulk.among("pk", companies), rep__isnull=False)
    return dict(rows.values_list("pk", "rep_id")) if companies else {}


def by_handoffs(companies: Iterable[int], before: datetime | None = None) -> dict[int, Sequence[int]]:
    """Company -> the reps in charge of its handoffs that are open or were converted, the newest first; `before`: named before
    an instant. Of two named at once by two routers either may stand first: where one is full the account stays with the other."""
    companies = set(companies)
    if not companies:
        return {}
    found = HandoffState.objects.filter(
        bulk.among("handoff__lead__company_id", companies),
        rep__isnull=False,
        state__in=(*HandoffState.OPEN, "converted"),
    )
    found = found.filter(assigned_at__lt=before) if before else found
    out: dict[int, Sequence[int]] = {}
    rows = found.order_by("-assigned_at", "-handoff_id").values_list("handoff__lead__company_id", "rep_id")
    for company, rep in rows:
        held = out.get(company, ())
        if rep not in held:
            out[company] = (*held, rep)
    return out


def load() -> dict[int, int]:
    """Rep -> open handoffs in their charge."""
    return {rep: count for _what, rep, count, *_days in fetch(_OWED)}


def refused(handoffs: Iterable[Handoff]) -> dict[int, set[int]]:
    """Lead -> reps who refused it or gave it back, those included whose decision was overruled since, and those who refused
    whoever is merged with it: one person does not come back under another number."""
    leads = {one.lead_id for one in handoffs}
    root_of = spans.members_of(leads) | {lead: lead for lead in leads}
    sql = "SELECT lead_id, rep_id, state FROM leads_handoffstate WHERE lead_id = ANY(%(leads)s::bigint[])"
    known = fetch(sql, {"leads": bulk.array(sorted(root_of))})
    if not known:  # all of them are handed over for the first time
        return {}
    said: dict[int, set[int]] = {}
    over = Contest.objects.standing().ruled("upheld").filter(bulk.among("note__lead_id", {lead for lead, *_ in known}))
    for lead, rep in [
        *((lead, rep) for lead, rep, state in known if rep and state in ("refused", "returned")),
        *over.exclude(decision__by=None).values_list("note__lead_id", "decision__by_id"),
    ]:
        said.setdefault(root_of[lead], set()).add(rep)
    return {lead: said[root_of[lead]] for lead in leads if root_of[lead] in said}


def away_on(day: date) -> set[int]:
    """Reps who are away on a local day."""
    return {rep for rep, spans in absences.spans().items() if any(first <= day <= last for first, last in spans)}


def credit(handoff: Handoff, times: int = 1) -> bool:
    """Give the turn that this handoff took back to whoever took it (-1: take it again). False where no turn was taken."""
    back = Correction.objects.filter(subject="assignment").values("subject_id")
    last = handoff.assignments.exclude(pk__in=back).order_by("occurred_at", "pk").last()
    if last is None or last.how != TURN:
        return False
    seat = PoolMember.objects.filter(pool=last.pool_id, rep=last.rep_id).first()
    if seat is None:
        return False
    PoolMember.objects.filter(pk=seat.pk).update(turn=F("turn") - times * (ROUND // max(seat.weight, 1)))
    return True
