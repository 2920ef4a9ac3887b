"""Who takes handoffs: pools of reps, changed by whoever routes."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.models import Assignment, HandoffState, Pool, PoolMember
from smarketing.accounts.audit import record
from smarketing.accounts.models import User

from . import ordering


class PoolError(ValueError):
    """A change that is refused; the message is translated and meant for the screen."""


@transaction.atomic
def save_pool(*, name: str, reps: list[User], by: User, at: datetime, pool: Pool | None = None) -> Pool:
    """Add a pool after the others, or change one: its name and who belongs to it. Weights and caps of those who stay
    are kept. PoolError for a name that is taken."""
    if Pool.objects.filter(name__iexact=name).exclude(pk=pool and pool.pk).exists():
        raise PoolError(_("A pool of this name is here already."))
    last = Pool.objects.aggregate(last=Max("order"))["last"] or 0
    pool = Pool.objects.select_for_update().get(pk=pool.pk) if pool else Pool(order=last + 1)
    pool.name = name
    pool.save()
    pool.members.exclude(rep__in=reps).delete()
    there = set(pool.members.values_list("rep_id", flat=True))
    PoolMember.objects.bulk_create(PoolMember(pool=pool, rep=rep) for rep in reps if rep.pk not in there)
    record(by, "settings.routing", "pool", pool.pk, at, reps=sorted(rep.pk for rep in reps))
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
