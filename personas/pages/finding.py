"""Where the search of the frame looks in the common language: personas, words of the glossary."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from personas.glossary import queries, terms
from personas.models import Persona
from smarketing.rows import clock
from smarketing.web import finding
from smarketing.web.finding import Hit, Source
from smarketing.web.language import active_language

SHORTEST = 3  # letters from which on words of the glossary are looked for


def register() -> None:
    label = gettext_lazy("Personas")
    finding.register(Source("personas", label, "personas.view", _personas, None, "person-badge", 40))
    words = gettext_lazy("Glossary")
    finding.register(Source("glossary", words, "glossary.view", _words, None, "chat-square-text", 45))


def _personas(user, text: str, limit: int, nearly: bool) -> list[Hit]:
    found = finding.by_name(Persona.objects.filter(retired=False), text, limit, nearly, ("name",))
    return [
        Hit(one.name, reverse("personas:persona", args=[one.pk]), _("whom we do not look for") if one.negative else "")
        for one in found
    ]


def _words(user, text: str, limit: int, nearly: bool) -> list[Hit]:
    lang, home = active_language(), reverse("personas:glossary")
    if len(asked := terms.folded(text)) < SHORTEST:
        return []
    found = [
        one
        for one in terms.in_order(queries.in_force(clock.now()).terms, lang)
        if any(terms.folded(form).startswith(asked) for of in one.texts.values() for form in of.spoken())
    ]
    return [Hit(one.text(lang).word, f"{home}#{one.key}", one.text(lang).sentence) for one in found[:limit]]


def names(text: str) -> list[str]:
    """Names of personas that hold a text, for fields in which one is written."""
    rows = Persona.objects.filter(retired=False).order_by("name")
    return list(rows.filter(name__unaccent__icontains=text).values_list("name", flat=True))
