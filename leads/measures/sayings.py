"""A criterion that a refusal named, in the words of the newest definition that has it."""

from personas.criteria import definition_text
from personas.criteria.sentence import Voice
from personas.definitions import queries
from personas.definitions.catalogue import catalogue
from personas.models import DefinitionVersion
from smarketing.rows.kept import Kept
from smarketing.web.language import active_language


def criterion(said: str) -> str:
    """ "fit:size" → "company has 50 to 500 employees"; as it was kept where no definition has it any longer."""
    return every().get(said, said)


def every() -> dict[str, str]:
    """Criterion as a refusal keeps it → its sentence, of all versions, the newest last."""
    return _kept(active_language())


def _sentences(language: str) -> dict[str, str]:
    voice = Voice(language, catalogue(), queries.persona_names(language))
    found: dict[str, str] = {}
    for version in DefinitionVersion.objects.order_by("number", "pk"):
        for line in definition_text.lines(version.body, voice):
            if line.section in ("fit", "engagement", "must", "never"):
                found[f"{line.section}:{line.key or line.path[-1]}"] = line.text
    return found


_kept = Kept(_sentences, seconds=5)
