"""What a rep who leaves owes: open handoffs, given to another rep, or by turn and else back to their pools, in one deed; open deals; and accounts."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from leads.intake import facts
from leads.models import Company, Deal, HandoffState
from smarketing.accounts import duties
from smarketing.accounts.audit import record
from smarketing.accounts.models import Role, User
from smarketing.rows.fence import open_fence

from . import relief, routing, states
from .queue import reps


def register() -> None:
    duties.register(
        duties.Duty(
            key="handoffs",
            said=lambda n: ngettext("%(n)s owed handoff", "%(n)s owed handoffs", n) % {"n": n},
            count=lambda user: HandoffState.objects.owed_by(user).count(),
            hold=hold,
            rows=rows,
            heirs=lambda user: reps(list(User.objects.filter(role=Role.REP, is_active=True).exclude(pk=user.pk))),
            hand_on=hand_on,
            back=_("to whose turn it is, else back to the pool"),
        )
    )
    duties.register(
        duties.Duty(
            key="deals",
            said=lambda n: ngettext("%(n)s open deal", "%(n)s open deals", n) % {"n": n},
            count=lambda user: _open_deals(user).count(),
            hold=hold,
            rows=deal_rows,
            heirs=lambda user: reps(list(User.objects.filter(role=Role.REP, is_active=True).exclude(pk=user.pk))),
            hand_on=hand_on_deals,
            back=_("nobody for now"),
        )
    )
    duties.register(
        duties.Duty(
            key="accounts",
            said=lambda n: ngettext("%(n)s company account", "%(n)s company accounts", n) % {"n": n},
            count=lambda user: _accounts(user).count(),
            hold=hold,
            rows=account_rows,
            heirs=lambda user: reps(list(User.objects.filter(role=Role.REP, is_active=True).exclude(pk=user.pk))),
            hand_on=hand_on_accounts,
            back=_("whoever has their leads"),
        )
    )


def hold() -> None:
    """Wait for whoever assigns now, and let nobody assign until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM leads_pool ORDER BY id FOR NO KEY UPDATE")


def rows(user: User, limit: int) -> Iterable[tuple[str, str]]:
    """(name of the lead, its page) of the most urgent ones."""
    for state in HandoffState.objects.owed_by(user).in_order().select_related("lead")[:limit]:
        yield str(state.lead), reverse("leads:lead", args=[state.lead_id])


@transaction.atomic
def hand_on(*, user: User, to: User | None, by: User, at: datetime) -> int:
    """Give every open handoff of a rep to another, or (None) each to whose turn it is; what nobody can take now goes back to its
    pool and is given to whoever is free first. Returns how many."""
    fence = open_fence()
    if to is not None:
        routing.must_work(to)
    held = HandoffState.objects.owed_by(user).order_by("pk").select_for_update(of=("self",))
    owed = dict(held.values_list("pk", "pool_id"))
    moved = {} if to else relief.give_on(rep=user, by=by, at=at)
    rest = [(pk, to and to.pk, pool, routing.MANAGER if to else routing.POOL, at) for pk, pool in owed.items()]
    rest = [row for row in rest if row[0] not in moved]
    routing.name(rest, by, fence)
    states.derive([row[0] for row in rest], fence)
    if owed:
        record(by, "handoff.reassign", "user", user.pk, at, rep=to and to.pk, handoffs=len(owed))
    return len(owed)


def _open_deals(user: User):
    return Deal.objects.filter(rep=user, state=Deal.State.OPEN)


def deal_rows(user: User, limit: int) -> Iterable[tuple[str, str]]:
    """(title of the deal, its page), the greatest first."""
    for deal in _open_deals(user).order_by(F("amount").desc(nulls_last=True), "pk")[:limit]:
        yield deal.title or str(deal), reverse("leads:deal", args=[deal.pk])


@transaction.atomic
def hand_on_deals(*, user: User, to: User | None, by: User, at: datetime) -> int:
    """Put another rep, or (None) nobody for now, in charge of every open deal of a rep. Returns how many."""
    fence = open_fence()
    if to is not None:
        routing.must_work(to)
    owed = list(_open_deals(user).order_by("pk").select_for_update().values_list("pk", flat=True))
    changes = [facts.Change("deal", pk, "rep", to and to.pk, at) for pk in owed]
    facts.record_changes(changes, origin=facts.Origin(by=by, source="hand"), fence=fence)
    if owed:
        record(by, "deals.reassign", "user", user.pk, at, rep=to and to.pk, deals=len(owed))
    return len(owed)


def _accounts(user: User):
    return Company.objects.standing().filter(rep=user)


def account_rows(user: User, limit: int) -> Iterable[tuple[str, str]]:
    """(name of the company, its page), by name."""
    for company in _accounts(user).order_by("name", "pk")[:limit]:
        yield company.name or company.domain, reverse("leads:company", args=[company.pk])


@transaction.atomic
def hand_on_accounts(*, user: User, to: User | None, by: User, at: datetime) -> int:
    """Name another rep, or (None) nobody, on every account that a rep was named on. Returns how many."""
    fence = open_fence()
    if to is not None:
        routing.must_work(to)
    named = list(_accounts(user).order_by("pk").values_list("pk", flat=True))
    changes = [facts.Change("company", pk, "rep", to and to.pk, at) for pk in named]
    facts.record_changes(changes, origin=facts.Origin(by=by, source="hand"), fence=fence)
    if named:
        record(by, "accounts.name", "user", user.pk, at, rep=to and to.pk, companies=len(named))
    return len(named)
