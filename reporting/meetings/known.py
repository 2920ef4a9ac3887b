"""Whether a point of an agenda is about something that is there, and that its reader may see: one line for each kind."""

from collections.abc import Callable
from datetime import date

from leads.models import Campaign, Remark
from leads.rights import contests, disagreements
from personas.models import DefinitionLine, Persona
from sla.models import Contract
from smarketing.accounts.models import User

from ..models import AgendaItem, BookClose, Resolution
from .whose import number

Kind = AgendaItem.Kind


def exists(kind: str, ref: str, contract: Contract, user: User) -> bool:
    """Whether a point is about something that is there, and that the reader may see."""
    return KNOWN[kind](ref, contract, user)


def _criterion(ref: str, contract: Contract, user: User) -> bool:
    line, _colon, key = ref.partition(":")
    return bool(key) and DefinitionLine.objects.filter(pk=number(line)).exists()


def _month(ref: str, contract: Contract, user: User) -> bool:
    try:
        day = date.fromisoformat(f"{ref}-01")
    except ValueError:
        return False
    return BookClose.objects.filter(contract=contract, month=day).exists()


KNOWN: dict[str, Callable[[str, Contract, User], bool]] = {
    Kind.CLAUSE: lambda ref, contract, user: contract.terms.filter(clauses__key=ref).exists(),
    Kind.RESTATED: _month,
    Kind.REASON: lambda ref, contract, user: 0 < len(ref) <= 12,
    Kind.DISAGREEMENT: lambda ref, contract, user: disagreements.visible_to(user).filter(pk=number(ref)).exists(),
    Kind.CONTEST: lambda ref, contract, user: contests.visible_to(user).filter(pk=number(ref)).exists(),
    Kind.REMARK: lambda ref, contract, user: Remark.objects.standing().visible_to(user).filter(pk=number(ref)).exists(),
    Kind.CAMPAIGN: lambda ref, contract, user: Campaign.objects.filter(pk=number(ref)).exists(),
    Kind.CRITERION: _criterion,
    Kind.PERSONA: lambda ref, contract, user: Persona.objects.filter(pk=number(ref)).exists(),
    Kind.RESOLUTION: lambda ref, contract, user: Resolution.objects.visible_to(user).filter(pk=number(ref)).exists(),
}  # fmt: skip
