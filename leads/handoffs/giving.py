"""Many leads given at once: their open handoffs to another rep or back to their pools, and each back to whom it was."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import ngettext

from leads.intake import bulk
from leads.models import Assignment, HandoffState
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows.fence import open_fence

from . import routing, states


def open_of(leads: Iterable[int], by: User):
    """The open handoffs of these leads, as far as `by` may see them."""
    return HandoffState.objects.visible_to(by).open().filter(bulk.among("lead_id", set(leads)))


def open_among(handoffs: Iterable[int], by: User):
    """Those of these handoffs that are open, as far as `by` may see them."""
    return HandoffState.objects.visible_to(by).open().filter(bulk.among("pk", set(handoffs)))


@transaction.atomic
def give(*, rows: QuerySet, rep: User | None, by: User, at: datetime, reason: str = "") -> int:
    """Name one rep in charge of handoffs (`open_of`, `open_among`), or (None) give each back to its pool.

    What is there already stays. Returns how many moved. Taken when the rep does not work here any more; Again where they
    refused some of these leads or gave them back: each is given to them again by itself, or not at all.
    """
    fence = open_fence()
    if rep is not None:
        routing.must_work(rep)
    held = rows.exclude(rep=rep) if rep else rows.filter(rep__isnull=False, pool__isnull=False)
    moved = list(held.order_by("pk").select_for_update(of=("self",)).values_list("pk", "pool_id"))
    again = routing.refusers(pk for pk, _pool in moved).values() if rep is not None else ()
    if rep is not None and (n := sum(rep.pk in some for some in again)):
        said = ngettext(
            "%(name)s refused %(n)s of these leads or gave it back: leave it out, or give it by itself.",
            "%(name)s refused %(n)s of these leads or gave them back: leave them out, or give them one by one.",
            n,
        )
        raise routing.Again(said % {"name": rep.name, "n": n})
    routing.name([(pk, rep and rep.pk, pool, routing.MANAGER, at) for pk, pool in moved], by, fence, reason[:120])
    states.derive([pk for pk, _pool in moved], fence)
    if moved:
        record(by, "handoff.reassign", "user", rep.pk if rep else None, at, handoffs=len(moved))
    return len(moved)


def given(*, by: User, when: datetime) -> dict[int, Assignment]:
    """Handoff -> how it stood before, of what `by` gave at that instant, where it is open and nobody moved it since."""
    moved = set(
        Assignment.objects.filter(by=by, occurred_at=when, how=routing.MANAGER).values_list("handoff", flat=True)
    )
    still = HandoffState.objects.visible_to(by).open().filter(bulk.among("pk", moved)).values_list("pk", flat=True)
    last: dict[int, list[Assignment]] = {}
    for one in Assignment.objects.filter(bulk.among("handoff_id", set(still))).order_by(
        "occurred_at", "recorded_at", "pk"
    ):
        last.setdefault(one.handoff_id, []).append(one)
    return {
        pk: rows[-2]
        for pk, rows in last.items()
        if len(rows) > 1 and rows[-1].by_id == by.pk and rows[-1].occurred_at == when
    }


@transaction.atomic
def give_back(*, by: User, when: datetime, at: datetime) -> int:
    """Give each handoff that `by` gave at `when` back to whom or where it was before. Returns how many."""
    fence = open_fence()
    list(HandoffState.objects.filter(bulk.among("pk", set(given(by=by, when=when)))).order_by("pk").select_for_update())
    before = given(by=by, when=when)
    rows = [(pk, one.rep_id, one.pool_id, routing.MANAGER, at) for pk, one in sorted(before.items())]
    routing.name(rows, by, fence)
    states.derive(list(before), fence)
    if rows:
        record(by, "handoff.give_back", "handoff", None, at, handoffs=len(rows))
    return len(rows)
