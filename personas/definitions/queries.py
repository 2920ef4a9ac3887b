"""Which version is in force when, and what it names."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from personas.criteria import tree
from personas.models import DefinitionDraft, DefinitionLine, DefinitionVersion, PersonaVersion
from smarketing.agreements.models import Paper


def version_in_force(line: DefinitionLine | int, at: datetime) -> DefinitionVersion | None:
    """The version of a line in force at an instant; None before its first one."""
    versions = DefinitionVersion.objects.standing().filter(line=line, effective_at__lte=at)
    return versions.order_by("-number").first()


def version_to_come(line: DefinitionLine | int, at: datetime) -> DefinitionVersion | None:
    """The signed version of a line that takes effect next, observed until then; None where nothing waits for its day."""
    coming = DefinitionVersion.objects.standing(at).filter(line=line, published_at__lte=at, effective_at__gt=at)
    return coming.order_by("effective_at").first()


def replaced_before_it_began(version: DefinitionVersion, at: datetime) -> DefinitionVersion | None:
    """The newer version that both sides signed in its place before its day; None where it took, or takes, effect."""
    day = Q(effective_at__lte=version.effective_at) | Q(replaces=version)
    newer = DefinitionVersion.objects.filter(day, line=version.line_id, number__gt=version.number, published_at__lte=at)
    return newer.order_by("number").first()


def versions_in_force(at: datetime) -> list[DefinitionVersion]:
    """One version per line that has one at this instant, ordered by line."""
    versions = DefinitionVersion.objects.standing().filter(effective_at__lte=at)
    newest = versions.order_by("line_id", "-number").distinct("line_id")
    return list(newest.select_related("line"))


def coming_into_force(after: datetime, until: datetime) -> list[DefinitionVersion]:
    """Versions that took effect in (after, until], oldest first."""
    versions = DefinitionVersion.objects.standing().filter(effective_at__gt=after, effective_at__lte=until)
    return list(versions.order_by("effective_at", "line_id", "number"))


def texts(line: DefinitionLine) -> list[Mapping[str, Any]]:
    """Bodies that people read and speak of: the draft's, then those of the papers, the newest first."""
    papers = Paper.objects.filter(kind="definition", line=f"definition:{line.pk}").order_by("-number")
    drafts = DefinitionDraft.objects.filter(line=line).values_list("body", flat=True)
    return [*drafts, *(json.loads(text)["body"] for text in papers.values_list("body", flat=True))]


def rules_of(versions: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    """Persona version → its condition tree ({} matches nobody)."""
    return dict(PersonaVersion.objects.filter(pk__in=set(versions)).values_list("pk", "rules"))


def pinned(body: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    """Rules of the persona versions that a definition's body names."""
    return rules_of(tree.personas_used(body))


def persona_names(language: str = "") -> dict[int, str]:
    """Persona version → what it is called, no two alike: the newest by its name, an earlier one as "Maud, version 1"."""
    rows = PersonaVersion.objects.order_by("number").values_list("pk", "number", "persona_id", "persona__name")
    newest = {persona: pk for pk, _number, persona, _name in rows}
    with translation.override(language or translation.get_language()):
        return {
            pk: name if newest[persona] == pk else _("%(name)s, version %(number)s") % {"name": name, "number": number}
            for pk, number, persona, name in rows
        }
