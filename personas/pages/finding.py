"""Where the search of the frame looks in the common language: personas."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from personas.models import Persona
from smarketing.web import finding
from smarketing.web.finding import Hit, Source


def register() -> None:
    label = gettext_lazy("Personas")
    finding.register(Source("personas", label, "personas.view", _personas, None, "person-badge", 40))


def _personas(user, text: str, limit: int, nearly: bool) -> list[Hit]:
    found = finding.by_name(Persona.objects.filter(retired=False), text, limit, nearly, ("name",))
    return [
        Hit(one.name, reverse("personas:persona", args=[one.pk]), _("whom we do not look for") if one.negative else "")
        for one in found
    ]
