"""What a night tells the managers of both sides about each contract."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction

from smarketing.accounts.models import Role, User
from smarketing.jobs.models import Run
from smarketing.notify import notices

from .models import Contract

Told = tuple[str, dict[str, Any]]  # what it is about, and what its sentence says beside the contract


@transaction.atomic
def managers(run: Run, kind: str, of: Callable[[Contract, date], Told | None]) -> int:
    """Tell them of a kind what `of` says of a contract on the business date; None: nothing. Returns how many were told."""
    users = list(User.objects.filter(role=Role.MANAGER, is_active=True).values_list("pk", flat=True))
    told = 0
    for contract in Contract.objects.order_by("pk"):
        if found := of(contract, run.business_date):
            about, more = found
            told += notices.tell(kind=kind, users=users, about=about, at=run.cutoff, contract=contract.pk, **more)
    return told
