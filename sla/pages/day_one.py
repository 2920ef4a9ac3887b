"""Steps of day one that belong to the contract."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from sla.models import Contract, Terms
from smarketing.agreements import services
from smarketing.agreements.models import Paper
from smarketing.start.steps import Step
from smarketing.start.steps import register as add

from ..terms import PAPER


def register() -> None:
    for step in STEPS:
        add(step)


def _to_sign() -> str:
    """The newest contract: its text once it is proposed, its draft before; without one, where it is begun."""
    newest = Contract.objects.order_by("-pk").first()
    if newest is None:
        return reverse("sla:new")
    proposed = Paper.objects.filter(kind=PAPER, line=f"contract:{newest.pk}").exists()
    return reverse("sla:terms" if proposed else "sla:draft", args=[newest.pk])


STEPS = (
    Step("contract", _("Write the contract"), _("How many MQL marketing promises, how fast and how often sales tries."),
         _("Write the contract"), lambda: Contract.objects.exists(), "sla:new", "contract.edit", 60),
    Step("contract_signed", _("Sign the contract, both sides"), _("Proposed from its draft, then signed by both managers."),
         _("Propose and sign"), lambda: Terms.objects.exists(), _to_sign, "contract.sign", 70, signs=True,
         rests=lambda user: services.side_has_signed(kind=PAPER, side=user.side)),
)  # fmt: skip
