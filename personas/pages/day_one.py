"""Steps of day one that belong to the common language."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from personas.criteria import tree
from personas.definitions.services import KIND
from personas.models import DefinitionDraft, DefinitionLine, DefinitionVersion, Persona
from smarketing.agreements import services
from smarketing.agreements.models import Paper
from smarketing.start.steps import Step
from smarketing.start.steps import register as add


def register() -> None:
    for step in STEPS:
        add(step)


def _is_built() -> bool:
    """Whether some definition says anything, in a draft or signed."""
    bodies = DefinitionDraft.objects.order_by("pk").values_list("body", flat=True)
    return DefinitionVersion.objects.exists() or any(body and body != tree.empty_body() for body in bodies)


def _studio() -> str:
    """The newest definition that is being written, or where one is begun."""
    newest = DefinitionLine.objects.filter(draft__isnull=False).order_by("-pk").first()
    return reverse("personas:definition", args=[newest.pk]) if newest else reverse("personas:line_new")


def _to_sign() -> str:
    """The paper that waits; before it, the studio, where it is proposed."""
    paper = Paper.objects.filter(kind=KIND).order_by("-pk").first()
    return reverse("personas:paper", args=[paper.pk]) if paper else _studio()


STEPS = (
    Step("personas", _("Describe a persona"), _("Whom you want to reach, how to recognise them, what to say."),
         _("Add a persona"), lambda: Persona.objects.filter(retired=False).exists(), "personas:persona_new",
         "personas.edit", 30),
    Step("definition", _("Build the definition of an MQL"), _("From a template or sentence by sentence; your leads are counted as you build."),
         _("Build the definition"), _is_built, _studio, "definition.edit", 40),
    Step("definition_signed", _("Sign the definition, both sides"),
         _("Proposed in the studio, then signed by marketing and by sales: from then on leads are judged by it."),
         _("Propose and sign"), lambda: DefinitionVersion.objects.exists(), _to_sign, "definition.sign", 50, signs=True,
         rests=lambda user: services.side_has_signed(kind=KIND, side=user.side)),
)  # fmt: skip
