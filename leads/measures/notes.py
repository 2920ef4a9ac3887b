"""Which definition was in force: said beside every answer."""

from personas.models import DefinitionVersion
from smarketing.measures.question import Question


def definition(question: Question) -> str:
    """ "France B2B v6" for each version in force at the end of the period or the cut-off; '' where none is published."""
    found = DefinitionVersion.objects.standing().filter(effective_at__lte=question.cutoff).select_related("line")
    latest = {version.line.name: version.number for version in found.order_by("line__name", "number")}
    wanted = question.where.get("line")
    return ", ".join(f"{name} v{number}" for name, number in latest.items() if not wanted or name in wanted)
