"""Handing a lead over by hand: somebody of marketing or a manager says why, whatever the grade; so is one reopened that was
disqualified. The reason stands in the story as a note of whoever gave it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from leads.handoffs import handing
from leads.models import Handoff, Lead
from personas.models import DefinitionLine
from smarketing.accounts.models import User

from . import notes
from .problems import Refusal


@transaction.atomic
def hand_over(*, lead: Lead, line: DefinitionLine, reason: str, by: User, at: datetime) -> Handoff:
    """Pass a lead to sales with a reason; who gets it is said by the rules. Refusal without one, for a lead that opposes, is
    with sales already, was merged into another one or erased."""
    if not reason.strip():
        raise Refusal(_("Say why you hand it over."), "reason")
    held = Lead.objects.get(pk=lead.pk)
    if held.erased:
        raise Refusal(_("This person was erased."))
    if held.root_id:
        raise Refusal(_("This lead was merged into another one: hand that one over."))
    notes.write(lead=held, text=_("Handed over by hand: %(reason)s") % {"reason": reason.strip()}, by=by, at=at)
    try:
        return handing.hand_over(lead=held, line=line, gate=handing.GATES.MANUAL, by=by, at=at)
    except handing.CannotHand as problem:
        raise Refusal(str(problem)) from None
