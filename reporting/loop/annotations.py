"""What happened on the time line of a number: a new definition, a new version of the contract."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from personas.models import DefinitionVersion
from sla.models import Terms


@dataclass(frozen=True)
class Note:
    day: date
    text: str
    url: str


def between(first: date, until: date) -> list[Note]:
    """Definitions that took effect and terms that came into force in first ≤ day < until, in order."""
    found = []
    for version in (
        DefinitionVersion.objects.standing()
        .select_related("line")
        .filter(effective_at__date__gte=first, effective_at__date__lt=until)
    ):
        said = {"name": version.line.name, "number": version.number}
        day = timezone.localtime(version.effective_at).date()
        found.append(
            Note(
                day, _("Definition %(name)s v%(number)s") % said, reverse("personas:definition", args=[version.line_id])
            )
        )
    for terms in Terms.objects.select_related("contract").filter(starts_on__gte=first, starts_on__lt=until):
        said = {"name": terms.contract.name, "number": terms.number}
        text = _("Contract %(name)s v%(number)s") if terms.number == 1 else _("Amendment: %(name)s v%(number)s")
        found.append(Note(terms.starts_on, text % said, reverse("sla:terms", args=[terms.contract_id])))
    return sorted(found, key=lambda one: (one.day, one.text))
