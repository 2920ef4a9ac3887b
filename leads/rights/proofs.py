"""Deals chosen as proofs of a persona, by hand, and left out again; those found by membership are counted, not chosen."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from leads.models import Correction, Deal, PersonaDeal
from personas.models import Persona
from smarketing.accounts.audit import record
from smarketing.accounts.models import User

from .problems import Refusal


def chosen(persona: Persona) -> QuerySet[PersonaDeal]:
    """The proofs of a persona whose deal is won or lost and was not taken back, the latest closing first."""
    gone = Correction.objects.filter(subject="deal").values("subject_id")
    found = PersonaDeal.objects.filter(persona=persona).exclude(deal__in=gone).exclude(deal__state=Deal.State.OPEN)
    return found.select_related("deal", "by").order_by("-deal__closed_at", "-pk")


@transaction.atomic
def choose(*, persona: Persona, deal: Deal, by: User, at: datetime) -> PersonaDeal:
    """Choose a closed deal as a proof. Refusal for an open one, or one chosen already."""
    if deal.state == Deal.State.OPEN:
        raise Refusal(_("This deal is still open: only a deal won or lost proves something."), "deal")
    made, new = PersonaDeal.objects.get_or_create(persona=persona, deal=deal, defaults={"by": by, "at": at})
    if not new:
        raise Refusal(_("This deal is chosen already."), "deal")
    record(by, "persona.deal", "persona", persona.pk, at, deal=deal.pk)
    return made


@transaction.atomic
def leave_out(*, proof: PersonaDeal, by: User, at: datetime) -> None:
    """The deal proves this persona no more; the deal itself stays."""
    record(by, "persona.deal_out", "persona", proof.persona_id, at, deal=proof.deal_id)
    proof.delete()
