"""On whose agenda a point belongs: of the contract that it speaks of, of its definition's, else of the first one with terms."""

from collections.abc import Callable
from typing import Any

from leads.models import Contest, Disagreement, Remark
from sla.models import Contract
from smarketing.accounts.models import User

from ..models import AgendaItem

Kind, About = AgendaItem.Kind, Remark.About


def contract_of(kind: str, ref: str, user: User) -> Contract | None:
    """The contract that a person may see; None where there is none at all."""
    visible = Contract.objects.visible_to(user).order_by("name")
    found = visible.filter(**WHOSE[kind](ref)).first() if kind in WHOSE else None
    return found or visible.filter(terms__isnull=False).first() or visible.first()


def number(text: str) -> int:
    """A key as an address or a form writes it; 0, which nothing has, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _head(ref: str) -> int:
    """The id before the colon."""
    return number(ref.partition(":")[0])


def _remark(ref: str) -> dict[str, Any]:
    made = Remark.objects.filter(pk=number(ref)).select_related("handoff").first()
    if made and made.about == About.CLAUSE:
        return {"pk": _head(made.ref)}
    if made and made.about == About.CRITERION:
        return {"line": _head(made.ref)}
    return {"line": made.handoff.line_id if made and made.handoff else 0}


# Kind of a point → what its contract is found by.
WHOSE: dict[str, Callable[[str], dict[str, Any]]] = {
    Kind.CRITERION: lambda ref: {"line": _head(ref)},
    Kind.DISAGREEMENT: lambda ref: {"line__in": Disagreement.objects.filter(pk=number(ref)).values("line")},
    Kind.CONTEST: lambda ref: {"line__in": Contest.objects.filter(pk=number(ref)).values("decision__handoff__line")},
    Kind.REMARK: _remark,
    Kind.RESOLUTION: lambda ref: {"meetings__resolutions": number(ref)},
}
