"""Why a lead is here and what to say: the grade's strongest rows, the persona's message."""

from dataclasses import dataclass

from leads.models import Handoff, Lead, PersonaMatch, Score
from personas.criteria import definition_text, tree
from personas.criteria.sentence import Voice
from personas.criteria.words import signed
from personas.definitions import queries
from personas.definitions.catalogue import catalogue
from personas.models import DefinitionVersion, PersonaVersion
from smarketing.rows.kept import Kept
from smarketing.web.language import active_language

ROWS = 4
# Groups of a persona's story that a rep is shown, by the names under which they may be written.
STORY = {"say": ("say", "pitch", "message"), "objections": ("objections",), "avoid": ("avoid", "preferences")}


@dataclass(frozen=True)
class Warmth:
    """Fit and engagement of now, and the rows that weigh most: (sentence, points)."""

    grade: str
    fit: int
    engagement: int
    rows: list[tuple[str, str]]


def warmth(lead: Lead, handoff: Handoff) -> Warmth | None:
    """The lead's current score on the handoff's line; None when it was never judged."""
    score = Score.objects.filter(lead=lead, line=handoff.line_id, track="live").first()
    if score is None:
        return None
    slots, said = _told(score.version_id, active_language())
    rows = [
        (said[key], points) for key, points in zip(slots, score.contributions, strict=False) if points and key in said
    ]
    rows.sort(key=lambda row: -abs(row[1]))
    return Warmth(score.grade, score.fit, score.engagement, [(text, signed(points)) for text, points in rows[:ROWS]])


def sentences(version: DefinitionVersion) -> dict[str, str]:
    """Key of each criterion → its condition in the active language, without points."""
    language = active_language()
    personas = queries.persona_names(language)
    voice = Voice(language, catalogue(), personas)
    said = {}
    for axis in tree.AXES:
        for _path, item, _group in tree.items(version.body, axis):
            said[item["key"]] = definition_text.plain(voice.condition(item["when"]))
    return said


def _read(version_id: int, _language: str) -> tuple[list[str], dict[str, str]]:
    version = DefinitionVersion.objects.get(pk=version_id)
    return list(tree.slots(version.body)), sentences(version)


_told = Kept(_read, seconds=5)  # of a version, which never changes; names of fields and personas may, seldom


def persona(lead: Lead) -> dict | None:
    """{"name", "negative", "say", "objections", "avoid"} of the persona of a lead: of those it resembles the first in the agreed
    order; None when it resembles none."""
    found = PersonaMatch.objects.filter(lead=lead, persona__retired=False).select_related("persona")
    match = found.order_by("persona__place", "persona_id").first()
    if match is None:
        return None
    story = PersonaVersion.objects.get(pk=match.version_id).told(active_language())
    texts = {name: next((_text(story[key]) for key in keys if story.get(key)), "") for name, keys in STORY.items()}
    return {"pk": match.persona_id, "name": match.persona.name, "negative": match.persona.negative} | texts


def _text(value) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)
