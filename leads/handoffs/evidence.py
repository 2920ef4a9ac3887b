"""What a reason must name, offered and checked: a criterion of the definition, a field, another record.

Kept on the decision as "fit:<criterion>", "must:<place>", "never:<place>", "field:<key>", or a record (`records`).
"""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from leads.models import Handoff, HandoffState
from personas.criteria import definition_text
from personas.criteria.sentence import Voice
from personas.definitions import queries
from personas.definitions.catalogue import catalogue
from personas.models import DefinitionVersion
from smarketing.accounts.models import User
from smarketing.web.language import active_language

from . import hands, records
from .problems import Refusal
from .reasons import ATTEMPTS, CRITERION, FIELD, RECORD, Reason

SECTIONS = ("fit", "must", "never")
CONTACT_FIELDS = (
    "lead.email", "lead.phone", "lead.first_name", "lead.last_name", "lead.function", "company.name", "company.domain",
)  # fmt: skip
STORY = "story"  # what speaks against a decision is in the lead's story


def choices(kind: str, handoff: Handoff, by: User | None = None) -> list[tuple[str, str]]:
    """(value, words) that a form offers `by` for this kind of evidence, in the active language."""
    if kind == RECORD:
        return list(records.offers(handoff, by))
    return list(_OFFERS[kind](handoff)) if kind in _OFFERS else []


def unproved(state: HandoffState, promised: int, at: datetime) -> str:
    """Why nobody may say that this person could not be reached: they were, or the promised attempts are not made; "" else."""
    if state.reached_at:
        return _("they were reached on %(when)s") % {"when": hands.short(state.reached_at, at)}
    if state.attempts < promised:
        words = {"promised": promised, "attempts": state.attempts}
        return _("after %(promised)s attempts; %(attempts)s counted so far") % words
    return ""


def check(
    reason: Reason, state: HandoffState, handoff: Handoff, value: str, *, by: User, at: datetime, promised: int
) -> str:
    """The evidence as it is kept. Refusal when what the reason must name is missing or does not prove it."""
    if reason.evidence == ATTEMPTS:
        if state.reached_at:
            when = hands.short(state.reached_at, at)
            said = _("“%(reason)s” is contradicted: they were reached on %(when)s. Choose what was said.")
            raise Refusal(said % {"reason": reason.label, "when": when}, "reason")
        if state.attempts < promised:
            raise Refusal(
                _("“%(reason)s” needs %(promised)s attempts; %(attempts)s counted so far.")
                % {"reason": reason.label, "promised": promised, "attempts": state.attempts},
                "reason",
            )
        return f"attempts:{state.attempts}"
    if not reason.evidence:
        return ""
    if reason.evidence == RECORD:
        return records.check(reason, handoff, value, by)
    if value not in dict(choices(reason.evidence, handoff)):
        raise Refusal(str(reason.question), "evidence")
    return value


def against(handoff: Handoff) -> list[tuple[str, str]]:
    """(value, words) of what may speak against a decision: a criterion, a field, what the story tells."""
    return [*dict([*_criteria(handoff), *_fields(handoff)]).items(), (STORY, _("what the story of the lead tells"))]


def words(value: str, handoff: Handoff) -> str:
    """Kept evidence in the active language; what can no longer be named is shown as it was kept."""
    if value.startswith("attempts:"):
        return ""
    if value == STORY:
        return _("what the story of the lead tells")
    if value.startswith(("lead:", "company:")):
        return records.words(value)
    offered = dict([*_criteria(handoff), *_fields(handoff)])
    return offered.get(value, value)


def criteria(version: DefinitionVersion) -> Iterator[tuple[str, str]]:
    """(value, words) of the criteria of a version, in the active language."""
    language = active_language()
    voice = Voice(language, catalogue(), queries.persona_names(language))
    for line in definition_text.lines(version.body, voice):
        if line.section in SECTIONS:
            yield f"{line.section}:{line.key or line.path[-1]}", line.text


def fields() -> Iterator[tuple[str, str]]:
    """(value, words) of the fields by which somebody is reached or told, in the active language."""
    french = active_language() == "fr"
    known = catalogue()
    for key in CONTACT_FIELDS:
        if key in known:
            yield f"field:{key}", known[key].label_fr if french else known[key].label_en


def _criteria(handoff: Handoff) -> list[tuple[str, str]]:
    version = handoff.version or queries.version_in_force(handoff.line_id, handoff.occurred_at)
    return (list(criteria(version)) if version else []) or list(fields())


def _fields(handoff: Handoff) -> list[tuple[str, str]]:
    return list(fields())


_OFFERS = {CRITERION: _criteria, FIELD: _fields}
