"""Terms as papers that both sides sign."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.urls import reverse

from smarketing.agreements.models import Paper
from smarketing.agreements.services import AgreementError

from . import terms


def signed(paper: Paper, at: datetime) -> None:
    """Publish with the second signature, in its transaction; what forbids it refuses the signature."""
    try:
        terms.publish(paper, at)
    except ValidationError as refusal:
        raise AgreementError(" ".join(refusal.messages)) from None


def page(paper: Paper) -> str:
    """The document of the contract."""
    return reverse("sla:terms", args=[int(paper.line.split(":")[1])])
