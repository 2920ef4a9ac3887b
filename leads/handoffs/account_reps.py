"""The rep of an account: named on its company by a sales manager, else the one who has its newest open or converted handoff.

Routing asks them before anybody's turn, the named one first, as long as they work, are not away and not full.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from leads.intake import facts, many
from leads.models import AttributeChange, Company, Correction
from smarketing.accounts.audit import record
from smarketing.accounts.models import Role, Side, User
from smarketing.accounts.policy import may
from smarketing.rows.fence import open_fence

from . import capacity, routing
from .problems import NotYours, Refusal

NAME = "accounts.name"


@dataclass(frozen=True)
class Account:
    """Who is the rep of a company, and why: the change that names them, None where they are it by their handoffs.
    `beside`: of somebody named, whoever would be it else."""

    rep: User
    named: AttributeChange | None = None
    beside: User | None = None

    @property
    def works(self) -> bool:
        return self.rep.is_active and self.rep.side == Side.SALES


@transaction.atomic
def name(*, company: Company, rep: User | None, by: User, at: datetime) -> bool:
    """Name the rep of an account, or (None) nobody: whoever has its leads is it again. False where it stood so already.

    NotYours for whoever may not; Refusal for somebody who is no rep at work. Taken back as every value written by hand.
    """
    if not may(by, NAME):
        raise NotYours
    fence = open_fence()
    must_be_rep(rep)
    change = facts.Change("company", company.pk, "rep", rep and rep.pk, at)
    added = facts.record_changes([change], origin=facts.Origin(by=by, source="hand"), fence=fence)
    if added:
        record(by, NAME, "company", company.pk, at, rep=rep and rep.pk)
    return bool(added)


def name_many(*, companies: list[int], rep: User, by: User, at: datetime) -> int:
    """The same for many at once. Returns how many had another one. NotYours and Refusal as for one."""
    if not may(by, NAME):
        raise NotYours
    must_be_rep(rep)
    return many.set_values(subject="company", ids=companies, values={"rep": rep.pk}, by=by, at=at)


def of(company: Company) -> Account | None:
    """The rep of a company and why; None where nobody is yet."""
    others = [pk for pk in capacity.by_handoffs([company.pk]).get(company.pk, ()) if pk != company.rep_id]
    people = User.objects.in_bulk({*others[:1], company.rep_id} - {None})
    beside = people.get(others[0]) if others else None
    if company.rep_id is None:
        return Account(beside) if beside else None
    return Account(people[company.rep_id], _naming(company.pk), beside)


def _naming(company: int) -> AttributeChange | None:
    back = Correction.objects.filter(subject="attributechange").values("subject_id")
    said = AttributeChange.objects.filter(subject="company", subject_id=company, field="rep").exclude(pk__in=back)
    return said.select_related("by", "imported_by").order_by("occurred_at", "recorded_at", "pk").last()


def must_be_rep(rep: User | None) -> None:
    """Refusal, on the field `rep`, for somebody who is no rep at work; whoever leaves waits for this deed, or this for them."""
    if rep is None:
        return
    if rep.role != Role.REP:
        raise Refusal(_("Choose a rep."), "rep")
    try:
        routing.must_work(rep)
    except routing.Taken as refusal:
        raise Refusal(str(refusal), "rep") from None
