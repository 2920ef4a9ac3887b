"""Personas in immutable versions. A new version opens the drafts of the definitions that name the persona."""

from copy import deepcopy
from datetime import datetime
from typing import Any

from django.db import transaction

from personas import hooks
from personas.criteria import tree, validate
from personas.models import DefinitionDraft, DefinitionVersion, Persona, PersonaVersion
from smarketing.accounts.audit import record
from smarketing.accounts.models import User

from . import persona_order
from .catalogue import catalogue
from .services import UNDO_STEPS, Unsound


@transaction.atomic
def create_persona(
    *, name: str, story: dict[str, Any], rules: dict[str, Any], by: User | None, at: datetime, negative: bool = False
) -> PersonaVersion:
    """A persona and its first version. Unsound when the rules are no valid condition tree over fields."""
    persona = Persona.objects.create(name=name, negative=negative, place=persona_order.last_place())
    return create_version(persona=persona, story=story, rules=rules, by=by, at=at)


@transaction.atomic
def create_version(
    *, persona: Persona, story: dict[str, Any], rules: dict[str, Any], by: User | None, at: datetime
) -> PersonaVersion:
    """The next version of a persona; drafts of definitions that name an earlier one now name this one.

    `rules` {} resembles nobody. Unsound when the rules are no valid condition tree over fields.
    """
    problems = validate.validate_condition(rules, catalogue()) if rules else []
    if problems:
        raise Unsound(problems)
    persona = Persona.objects.select_for_update().get(pk=persona.pk)
    earlier = list(persona.versions.order_by("number"))
    version = PersonaVersion.objects.create(
        persona=persona,
        number=earlier[-1].number + 1 if earlier else 1,
        story=story,
        rules=rules,
        created_by=by,
        created_at=at,
    )
    record(by, "persona.version", "persona", persona.pk, at, number=version.number)
    if earlier:
        _open_drafts({one.pk for one in earlier}, version.pk, by, at)
    if rules != (earlier[-1].rules if earlier else {}):
        hooks.match_again(at)
    return version


@transaction.atomic
def save_persona(
    *,
    persona: Persona | None,
    name: str,
    negative: bool,
    story: dict[str, Any],
    rules: dict[str, Any],
    by: User | None,
    at: datetime,
) -> PersonaVersion:
    """A new persona (None), or an existing one under a perhaps other name with its next version; a version that says
    the same as the newest is not added. Unsound as `create_version`."""
    if persona is None:
        return create_persona(name=name, story=story, rules=rules, by=by, at=at, negative=negative)
    persona = Persona.objects.select_for_update().get(pk=persona.pk)
    if (persona.name, persona.negative) != (name, negative):
        persona.name, persona.negative = name, negative
        persona.save(update_fields=["name", "negative"])
        record(by, "persona.change", "persona", persona.pk, at, negative=negative)
    newest = persona.versions.order_by("-number").first()
    if newest and (newest.story, newest.rules) == (story, rules):
        return newest
    return create_version(persona=persona, story=story, rules=rules, by=by, at=at)


def current_versions(at: datetime | None = None) -> list[PersonaVersion]:
    """The newest version of each persona that is not retired, in the agreed order of the personas; with `at` the newest then."""
    known = PersonaVersion.objects.filter(persona__retired=False)
    if at is not None:
        known = known.filter(created_at__lte=at)
    versions = known.select_related("persona").order_by("persona_id", "-number")
    return sorted(versions.distinct("persona_id"), key=lambda one: (one.persona.place, one.persona_id))


def _open_drafts(old: set[int], new: int, by: User | None, at: datetime) -> None:
    newest = DefinitionVersion.objects.order_by("line_id", "-number").distinct("line_id")
    published = {version.line_id: version.body for version in newest}
    for draft in DefinitionDraft.objects.select_for_update().order_by("pk"):
        body = draft.body if tree.personas_used(draft.body) & old else published.get(draft.line_id)
        if body is None or not tree.personas_used(body) & old:
            continue
        draft.history = [*draft.history, draft.body][-UNDO_STEPS:]
        draft.body = _renamed(deepcopy(body), old, new)
        draft.revision += 1
        draft.edited_by, draft.edited_at = by, at
        draft.save()
        record(by, "definition.edit", "definitionline", draft.line_id, at, revision=draft.revision, persona=new)


def _renamed(body: dict[str, Any], old: set[int], new: int) -> dict[str, Any]:
    for _path, cond in tree.conditions(body):
        if isinstance(cond, dict) and cond.get("persona") in old:
            cond["persona"] = new  # leaves are the dicts of `body` itself
    return body
