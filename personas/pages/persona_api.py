"""Personas for programs: which there are, what one says in both languages, its versions. Age and family only once switched on."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from personas import story
from personas.definitions import persona_care, persona_evidence, traits
from personas.models import Persona, PersonaVersion
from smarketing.accounts import languages
from smarketing.rows import clock

from . import differing
from .document import spoken
from .words import voice


class PersonaShape(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    negative = serializers.BooleanField(help_text=_("Whom we do not want."))
    retired = serializers.BooleanField()
    place = serializers.IntegerField(
        allow_null=True, help_text=_("In the agreed order, from 1: of several that a lead resembles, the first counts.")
    )
    version = serializers.IntegerField()
    since = serializers.DateTimeField(help_text=_("When this version was written."))
    review_on = serializers.DateField(allow_null=True, help_text=_("By when somebody asks whether it is still true."))
    overdue = serializers.BooleanField()
    url = serializers.URLField()


class TextShape(serializers.Serializer):
    key = serializers.CharField(help_text=_("Group and question, as role.skills; a group alone is told in short."))
    title = serializers.CharField()
    texts = serializers.DictField(child=serializers.CharField(), help_text=_("By language, those that are written."))


class OnePersonaShape(PersonaShape):
    rules = serializers.DictField(help_text=_("A condition tree; empty: nobody resembles it."))
    rules_words = serializers.CharField(allow_blank=True)
    story = TextShape(many=True)
    interviews = serializers.IntegerField(help_text=_("Those that were not taken back."))
    definitions = serializers.ListField(child=serializers.CharField(), help_text=_("Definitions that name it."))


class ChangeShape(serializers.Serializer):
    title = serializers.CharField()
    language = serializers.CharField(allow_blank=True)
    gone = serializers.CharField(allow_blank=True)
    new = serializers.CharField(allow_blank=True)


class VersionShape(serializers.Serializer):
    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    by = serializers.CharField(allow_blank=True)
    rules = serializers.DictField()
    rules_words = serializers.CharField(allow_blank=True)
    changes = ChangeShape(many=True, help_text=_("What differs from the version before; none for the first one."))


class Personas(APIView):
    """Which personas there are, in the agreed order."""

    verb = "personas.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="personas", description=_("Which personas there are, in the agreed order."),
        parameters=[OpenApiParameter("retired", OpenApiTypes.BOOL, description=_("true: retired ones as well, last."))],
        responses=PersonaShape(many=True),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        found = Persona.objects.order_by("retired", "place", "pk")
        if request.query_params.get("retired") not in ("true", "1"):
            found = found.filter(retired=False)
        newest = persona_care.newest(found)
        return Response([_persona(one, newest[one.pk], place, request) for place, one in enumerate(found, 1)])


class OnePersona(APIView):
    """Everything that the newest version of a persona says."""

    verb = "personas.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="persona",
        description=_("Everything that the newest version of a persona says."),
        responses=OnePersonaShape,
    )
    def get(self, request: Request, pk: int) -> Response:
        found = get_object_or_404(Persona, pk=pk)
        version = found.versions.select_related("created_by").order_by("-number").first()
        place = Persona.objects.filter(retired=False, place__lt=found.place).count() + 1
        said = {
            "rules": version.rules,
            "rules_words": spoken(version.rules, voice()) if version.rules else "",
            "story": _story(version),
            "interviews": sum(not one.is_back for one in persona_evidence.interviews(found)),
            "definitions": [one.line.name for one in persona_care.namings(found)],
        }
        return Response(_persona(found, version, place, request) | said)


class Versions(APIView):
    """The versions of a persona, the newest first, with what changed in words."""

    verb = "personas.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="persona_versions", description=_("The versions of a persona, the newest first, with what changed in words."),
        responses=VersionShape(many=True),
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        found = get_object_or_404(Persona, pk=pk)
        versions = list(found.versions.select_related("created_by", "persona").order_by("-number"))
        return Response([_version(one, before) for one, before in zip(versions, [*versions[1:], None], strict=True)])


def _persona(one: Persona, version: PersonaVersion, place: int, request: Request) -> dict[str, Any]:
    return {
        "id": one.pk, "name": one.name, "negative": one.negative, "retired": one.retired,
        "place": None if one.retired else place, "version": version.number, "since": version.created_at.isoformat(),
        "review_on": one.review_on and one.review_on.isoformat(),
        "overdue": bool(one.review_on and one.review_on < clock.today()),
        "url": request.build_absolute_uri(reverse("personas:api_persona", args=[one.pk])),
    }  # fmt: skip


def _story(version: PersonaVersion) -> list[dict[str, Any]]:
    language = version.created_by.language if version.created_by else "en"
    texts, personal = story.by_language(version.story, language or "en"), traits.wanted()
    found = []
    for group in story.GROUPS:
        for key in group.keys(personal):
            said = {code: texts[f"{key}@{code}"] for code in languages.offered() if texts.get(f"{key}@{code}")}
            if said:
                found.append({"key": key, "title": str(story.LABELS[key]), "texts": said})
    return found


def _version(one: PersonaVersion, before: PersonaVersion | None) -> dict[str, Any]:
    changes = differing.changes(differing.of(before), differing.of(one), traits.wanted()) if before else []
    return {
        "number": one.number, "at": one.created_at.isoformat(), "by": str(one.created_by or ""), "rules": one.rules,
        "rules_words": spoken(one.rules, voice()) if one.rules else "",
        "changes": [
            {"title": str(change.label), "language": change.lang, "gone": change.text(differing.GONE), "new": change.text(differing.NEW)}
            for change in changes
        ],
    }  # fmt: skip
