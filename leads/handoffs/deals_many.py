"""Many deals at once: handed to another rep, closed as lost for one reason; and both taken back as one deed."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from leads.intake import many
from leads.models import AttributeChange, Deal
from smarketing.accounts.models import User
from smarketing.rows import clock

from . import coming_back, deals, deals_back, routing
from .problems import NotYours, Refusal

Left = list[tuple[Deal, str]]  # deals left as they were, and why


def open_ones(rows: Iterable[Deal], by: User) -> tuple[list[Deal], Left]:
    """(those that `by` may work and that are open, the others with the reason)."""
    kept: list[Deal] = []
    left: Left = []
    for deal in rows:
        if not deals.may_work(deal, by):
            left.append((deal, _("it is not yours")))
        elif deal.state != Deal.State.OPEN:
            left.append((deal, _("it is closed: %(state)s") % {"state": deal.get_state_display()}))
        else:
            kept.append(deal)
    return kept, left


def hand_on(*, rows: Sequence[Deal], rep: User, by: User, at: datetime) -> int:
    """Name another rep in charge of open deals. Returns how many had another one. Taken when the rep left."""
    routing.must_work(rep)
    return many.set_values(subject="deal", ids=[deal.pk for deal in rows], values={"rep": rep.pk}, by=by, at=at)


def lose(
    *, rows: Sequence[Deal], reason: str, by: User, at: datetime, return_on: date | None = None
) -> tuple[int, Left]:
    """Close each as lost for one reason; their leads may come back on one day (default: that which the rules of each propose).

    Returns (how many, those that would not, with the reason). Refusal for a day that is not ahead, of all of them.
    """
    if return_on:
        coming_back.check(return_on, clock.today(at))
    return each(rows, lambda deal: deals.lose(deal=deal, by=by, at=at, reason=reason, return_on=return_on))


def lost(*, by: User, when: datetime) -> list[Deal]:
    """What `by` closed as lost at that instant, and is so still."""
    closings = AttributeChange.objects.filter(subject="deal", field="state", by=by, occurred_at=when)
    rows = Deal.objects.visible_to(by).standing().filter(pk__in=closings.values("subject_id"))
    return list(rows.filter(state=Deal.State.LOST, closed_at=when).order_by("pk"))


def reopen(*, by: User, when: datetime, at: datetime) -> int:
    """Open those again, where the rules of taking back let. Returns how many."""
    why = _("undone with others closed in one action")
    return each(lost(by=by, when=when), lambda deal: deals_back.reopen(deal=deal, by=by, at=at, reason=why))[0]


def each(rows: Iterable[Deal], do: Callable[[Deal], object]) -> tuple[int, Left]:
    """Do it to each; what refuses is left as it was."""
    n = 0
    left: Left = []
    for deal in rows:
        try:
            with transaction.atomic():
                do(deal)
        except NotYours:
            left.append((deal, _("it is not yours")))
        except Refusal as refusal:
            left.append((deal, str(refusal)))
        else:
            n += 1
    return n, left
