"""Who takes handoffs: pools of reps, changed by whoever routes."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from leads.models import Pool, PoolMember
from smarketing.accounts.audit import record
from smarketing.accounts.models import User


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
