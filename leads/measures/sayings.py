"""A criterion that a refusal named, in the words of the newest definition that has it."""

from time import monotonic

from personas.criteria import definition_text
from personas.criteria.sentence import Voice
from personas.definitions import queries
from personas.definitions.catalogue import catalogue
from personas.models import DefinitionVersion
from smarketing.web.language import active_language

FRESH = 5.0  # seconds for which the sentences are not read again
_read: dict[str, tuple[float, dict[str, str]]] = {}


def criterion(said: str) -> str:
    """ "fit:size" → "company has 50 to 500 employees"; as it was kept where no definition has it any longer."""
    return every().get(said, said)


def every() -> dict[str, str]:
    """Criterion as a refusal keeps it → its sentence, of all versions, the newest last."""
    language = active_language()
    if language not in _read or monotonic() - _read[language][0] > FRESH:
        _read[language] = monotonic(), _sentences(language)
    return _read[language][1]


def _sentences(language: str) -> dict[str, str]:
    voice = Voice(language, catalogue(), queries.persona_names(language))
    found: dict[str, str] = {}
    for version in DefinitionVersion.objects.order_by("effective_at", "pk"):
        for line in definition_text.lines(version.body, voice):
            if line.section in ("fit", "engagement", "must", "never"):
                found[f"{line.section}:{line.key or line.path[-1]}"] = line.text
    return found
