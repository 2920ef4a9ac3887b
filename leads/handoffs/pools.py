"""Who takes handoffs: pools of reps, changed by whoever routes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.models import Assignment, HandoffState, Pool, PoolMember
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.calendars.models import Calendar

from . import ordering


class PoolError(ValueError):
    """A change that is refused; the message is translated and meant for the screen."""


@dataclass(frozen=True)
class Place:
    """How a rep takes part in a pool; None: as before, or as usual. `weight` 0: only by hand; `calendar` "" for the pool's hours."""

    weight: int | None = None
    cap: int | None = None
    calendar: int | str | None = None


@transaction.atomic
def save_pool(
    *,
    name: str,
    reps: list[User],
    by: User,
    at: datetime,
    pool: Pool | None = None,
    rules: Mapping[str, Any] | None = None,
    calendar: Calendar | None = None,
    places: Mapping[int, Place] | None = None,
) -> Pool:
    """Add a pool after the others, or change one: its name, its rule (None: as it was), its hours, who belongs to it and how
    (`places`, by rep). Weights and caps of which nothing is said are kept. PoolError for a name that is taken."""
    if Pool.objects.filter(name__iexact=name).exclude(pk=pool and pool.pk).exists():
        raise PoolError(_("A pool of this name is here already."))
    last = Pool.objects.aggregate(last=Max("order"))["last"] or 0
    pool = Pool.objects.select_for_update().get(pk=pool.pk) if pool else Pool(order=last + 1)
    pool.name, pool.calendar = name, calendar
    pool.rules = pool.rules if rules is None else dict(rules)
    pool.save()
    pool.members.exclude(rep__in=reps).delete()
    members = {one.rep_id: one for one in pool.members.all()}
    for rep in reps:
        member = members.get(rep.pk) or PoolMember(pool=pool, rep=rep)
        place = (places or {}).get(rep.pk, Place())
        member.weight = member.weight if place.weight is None else place.weight
        member.cap = member.cap if place.cap is None else place.cap
        if place.calendar is not None:
            member.calendar_id = int(place.calendar) if place.calendar else None
        if member.pk:
            member.save(update_fields=["weight", "cap", "calendar"])  # how far the turn has come is the turn's own
        else:
            member.save()
    record(by, "settings.routing", "pool", pool.pk, at, reps=sorted(rep.pk for rep in reps), rules=bool(pool.rules))
    return pool


def unused() -> set[int]:
    """Pools that never got a handoff: those may be deleted."""
    used = set(Assignment.objects.exclude(pool=None).order_by().values_list("pool", flat=True).distinct())
    used |= set(HandoffState.objects.exclude(pool=None).order_by().values_list("pool", flat=True).distinct())
    return set(Pool.objects.values_list("pk", flat=True)) - used


@transaction.atomic
def move(*, pool: Pool, up: bool, by: User, at: datetime) -> bool:
    """One place up or down: a handoff goes to the first pool that takes it. False at the end of the list."""
    rows = list(Pool.objects.select_for_update().order_by("order", "pk"))
    wanted = ordering.moved(rows, pool, up)
    if wanted == rows:
        return False
    for place, one in enumerate(wanted, 1):
        one.order = place
    Pool.objects.bulk_update(wanted, ["order"])
    record(by, "settings.routing", "pool", pool.pk, at, deed="up" if up else "down")
    return True


@transaction.atomic
def retire(*, pool: Pool, by: User, at: datetime) -> None:
    """It takes no handoff any more; what went through it keeps it. PoolError while handoffs wait in it."""
    pool = Pool.objects.select_for_update().get(pk=pool.pk)
    waiting = HandoffState.objects.open().in_pool().filter(pool=pool).count()
    if waiting:
        said = ngettext(
            "%(n)s handoff waits in it: have it taken or given to a rep first.",
            "%(n)s handoffs wait in it: have them taken or given to reps first.", waiting,
        )  # fmt: skip
        raise PoolError(said % {"n": waiting})
    pool.retired_at = pool.retired_at or at
    pool.save(update_fields=["retired_at"])
    record(by, "settings.routing", "pool", pool.pk, at, deed="retire")


@transaction.atomic
def offer(*, pool: Pool, by: User, at: datetime) -> None:
    """It takes handoffs again."""
    Pool.objects.filter(pk=pool.pk).update(retired_at=None)
    record(by, "settings.routing", "pool", pool.pk, at, deed="offer")


@transaction.atomic
def delete(*, pool: Pool, by: User, at: datetime) -> None:
    """Delete a pool that never got a handoff. PoolError for any other: it is retired."""
    pool = Pool.objects.select_for_update().get(pk=pool.pk)
    if pool.pk not in unused():
        raise PoolError(_("Handoffs went through it: retire it, and they keep it."))
    record(by, "settings.routing", "pool", pool.pk, at, deed="delete")
    pool.delete()
