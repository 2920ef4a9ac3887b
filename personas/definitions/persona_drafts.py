"""The next version of a persona while it is being written: saved at every step, published when its writers are content."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from personas import story
from personas.builder import read, write
from personas.builder.names import one
from personas.criteria import validate
from personas.criteria.fields import Catalogue
from personas.criteria.problems import Problem
from personas.models import Persona, PersonaDraft, PersonaVersion
from smarketing.accounts.audit import record
from smarketing.accounts.models import User

from . import persona_care
from .catalogue import catalogue
from .persona_services import save_persona
from .services import Unsound

RULES = "rules"  # under which name the form of the conditions posts
SENTENCE = f"{RULES}.sentence"  # rules typed as a sentence that is not understood, as typed
SHOWN = 80  # letters of it in a message


class Stale(Exception):
    """Somebody else saved the draft after the page was opened; nothing was written. `draft` as it stands."""

    def __init__(self, draft: PersonaDraft):
        super().__init__(draft.pk)
        self.draft = draft


class Unnamed(ValueError):
    """No name, or the name of another persona; the message is translated and meant for the screen."""


def of(persona: Persona) -> PersonaDraft:
    """The draft of a persona: the one being written, else its newest version, not saved yet."""
    found = PersonaDraft.objects.filter(persona=persona).select_related("edited_by").first()
    return found or _from(persona.versions.order_by("-number").first(), persona)


def fresh() -> PersonaDraft:
    """An empty draft of a persona to come, not saved yet."""
    return PersonaDraft(story={}, rules=write.condition({}, RULES))


def _from(version: PersonaVersion | None, persona: Persona | None) -> PersonaDraft:
    if version is None:
        return PersonaDraft(persona=persona, name=persona.name if persona else "", rules=write.condition({}, RULES))
    language = version.created_by.language if version.created_by else "en"
    return PersonaDraft(
        persona=persona, name=version.persona.name, negative=version.persona.negative,
        story=story.by_language(version.story, language or "en"), rules=write.condition(version.rules, RULES),
    )  # fmt: skip


@transaction.atomic
def save(
    *, draft: PersonaDraft, revision: int, by: User, at: datetime, step: str = "", name: str | None = None,
    negative: bool | None = None, texts: Mapping[str, str] | None = None, rules: Mapping[str, list[str]] | None = None,
) -> PersonaDraft:  # fmt: skip
    """Keep what one step of the form says; what it does not speak of stays. Stale when the page was opened on another
    revision than that which stands."""
    if draft.persona_id:
        Persona.objects.select_for_update().get(pk=draft.persona_id)  # one beginning of a draft at a time
    standing = PersonaDraft.objects.select_for_update().filter(**_which(draft)).first() if _which(draft) else None
    if standing is not None:
        if standing.revision != revision:
            raise Stale(standing)
        draft = standing
    elif draft.pk:
        raise Stale(draft)  # published or thrown away meanwhile
    draft.name = draft.name if name is None else name.strip()[:80]
    draft.negative = draft.negative if negative is None else negative
    said = {key: text.strip().replace("\r\n", "\n")[: story.MOST] for key, text in (texts or {}).items()}
    draft.story = {key: text for key, text in (draft.story | said).items() if text}
    draft.rules = draft.rules if rules is None else {key: list(values) for key, values in rules.items()}
    draft.step, draft.revision = step, draft.revision + 1
    draft.edited_by, draft.edited_at = by, at
    draft.save()
    return draft


def _which(draft: PersonaDraft) -> dict[str, Any]:
    return {"pk": draft.pk} if draft.pk else {"persona": draft.persona_id} if draft.persona_id else {}


@transaction.atomic
def throw_away(*, draft: PersonaDraft, by: User, at: datetime) -> None:
    """Forget a draft; versions stay."""
    record(by, "persona.discard", "persona", draft.persona_id or 0, at, name=draft.name)
    draft.delete()


@transaction.atomic
def copy(*, version: PersonaVersion, by: User, at: datetime) -> PersonaDraft:
    """A draft of a new persona that says what a version says, under a free name."""
    draft = _from(version, None)
    wanted = _("%(name)s, copy") % {"name": version.persona.name}
    draft.name, number = wanted[:80], 2
    while Persona.objects.filter(name__iexact=draft.name).exists():
        draft.name, number = f"{wanted[:76]} {number}", number + 1
    return save(draft=draft, revision=0, by=by, at=at)


def condition(draft: PersonaDraft, fields: Catalogue | None = None) -> dict[str, Any]:
    """The match rules as they stand in the form; those of the version before where the form says the same."""
    fields = catalogue() if fields is None else fields
    new = read.condition(draft.rules, RULES, fields)
    last = draft.persona.versions.order_by("-number").first() if draft.persona else None
    if last is None or not last.rules:
        return new
    return read.keep(new, last.rules, read.condition(write.condition(last.rules, RULES), RULES, fields))


def problems(draft: PersonaDraft, fields: Catalogue | None = None) -> list[Problem]:
    """What is wrong with the match rules as they stand; nothing where nothing is asked."""
    fields = catalogue() if fields is None else fields
    if text := one(draft.rules, SENTENCE):
        return [Problem("", "rules_unread", {"text": text if len(text) <= SHOWN else f"{text[:SHOWN]}…"})]
    rules = condition(draft, fields)
    return validate.validate_condition(rules, fields) if rules else []


def name_problem(draft: PersonaDraft) -> str:
    """What is wrong with its name, "" for nothing."""
    if not draft.name:
        return _("A persona needs a name.")
    others = Persona.objects.filter(name__iexact=draft.name).exclude(pk=draft.persona_id)
    return _("There is a persona of this name already.") if others.exists() else ""


@transaction.atomic
def publish(*, draft: PersonaDraft, revision: int, review_on: date | None, by: User, at: datetime) -> PersonaVersion:
    """Make the draft the newest version. Stale, Unnamed, or Unsound when the rules are no valid condition tree."""
    standing = (
        PersonaDraft.objects.select_for_update(of=("self",)).filter(pk=draft.pk).select_related("persona").first()
    )
    if standing is None or standing.revision != revision:
        raise Stale(standing or draft)
    if problem := name_problem(standing):
        raise Unnamed(problem)
    if wrong := problems(standing):
        raise Unsound(wrong)
    version = save_persona(
        persona=standing.persona, name=standing.name, negative=standing.negative, story=standing.story,
        rules=condition(standing), by=by, at=at,
    )  # fmt: skip
    persona_care.review_by(persona=version.persona, day=review_on, by=by, at=at)
    standing.delete()
    return version
