"""Terms as papers that both sides sign."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.urls import reverse

from smarketing.agreements.models import Paper
from smarketing.agreements.services import AgreementError

from . import terms
from .models import Contract


def signed(paper: Paper, at: datetime) -> None:
    """Publish with the second signature, in its transaction; what forbids it refuses the signature."""
    try:
        terms.publish(paper, at)
    except ValidationError as refusal:
        raise AgreementError(" ".join(refusal.messages)) from None


def page(paper: Paper) -> str:
    """The document of the contract."""
    return reverse("sla:terms", args=[_contract(paper)])


def name(paper: Paper) -> str:
    """The contract's name."""
    return Contract.objects.values_list("name", flat=True).get(pk=_contract(paper))


def _contract(paper: Paper) -> int:
    return int(paper.line.split(":")[1])
