"""Definitions for programs: the draft and where it stands, versions with text, signatures and personas, what differs between two."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from personas.builder import places
from personas.criteria import definition_text, tree
from personas.definitions import comments, queries, services, voices
from personas.models import DefinitionLine, DefinitionVersion
from smarketing.accounts.programs import asked_instant, refused
from smarketing.agreements import services as agreements
from smarketing.agreements.models import Paper
from smarketing.measures.api import ErrorShape
from smarketing.rows import clock

from . import definition_shapes as shapes
from .comparing import pair
from .document import spoken
from .home import lines
from .standing import standing, text_of
from .studio import get_line


class Definitions(APIView):
    """Which definitions there are, and where each stands between draft and agreement."""

    verb = "definition.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="definitions",
        description=_("Which definitions there are, and where each stands between draft and agreement."),
        responses=shapes.DefinitionShape(many=True),
    )
    def get(self, request: Request) -> Response:
        return Response([_definition(one, request) for one in lines()])


class OneDefinition(APIView):
    """A definition: its draft in sentences, and the paper that waits for signatures."""

    verb = "definition.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="definition",
        description=_("A definition: its draft in sentences, and the paper that waits for signatures."),
        responses=shapes.OneDefinitionShape,
    )
    def get(self, request: Request, pk: int) -> Response:
        line = get_line(pk)
        draft, where = line.draft, standing(line)
        said = {
            "revision": draft.revision, "edited_by": str(draft.edited_by or ""), "edited_at": _said(draft.edited_at),
            "ahead": where.state in ("empty", "writing"), "sound": not services.problems_of(draft.body),
            "body": draft.body, "sentences": sentences(draft.body),
        }  # fmt: skip
        waiting = _paper(where.paper) if where.waiting and where.paper else None
        return Response(_definition(line, request) | {"draft": said, "waiting": waiting})


class Versions(APIView):
    """The versions of a definition, the newest first, each with its signatures."""

    verb = "definition.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="definition_versions",
        description=_("The versions of a definition, the newest first, each with its signatures."),
        responses=shapes.DefinitionVersionShape(many=True),
    )
    def get(self, request: Request, pk: int) -> Response:
        line = get_line(pk)
        live = queries.version_in_force(line, clock.now())
        found = line.versions.select_related("paper__proposed_by").order_by("-number")
        return Response([_version(one, live, request) for one in found])


class OneVersion(APIView):
    """A version as it was signed: its body, in the sentences of both languages, and the personas that it names."""

    verb = "definition.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="definition_version",
        description=_(
            "A version as it was signed: its body, in the sentences of both languages, and the personas that it names."
        ),
        responses=shapes.OneVersionShape,
    )
    def get(self, request: Request, pk: int, number: int) -> Response:
        found = get_object_or_404(
            DefinitionVersion.objects.select_related("line", "paper__proposed_by"), line_id=pk, number=number
        )
        return Response(_whole(found, queries.version_in_force(pk, clock.now()), request))


class InForce(APIView):
    """The version in force now, or at any instant."""

    verb = "definition.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="definition_in_force",
        description=_("The version in force now, or at any instant."),
        parameters=[OpenApiParameter("at", OpenApiTypes.DATETIME, description=_("An instant with its zone; now without it."))],
        responses={200: shapes.InForceShape, 400: ErrorShape},
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        line, asked = get_line(pk), asked_instant(request, "at")
        if isinstance(asked, Response):
            return asked
        at = asked or clock.now()
        live = queries.version_in_force(line, at)
        return Response({"at": at.isoformat(), "version": _whole(live, live, request) if live else None})


class Differences(APIView):
    """What differs between two texts of a definition, in the words of both languages."""

    verb = "definition.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="definition_differences",
        description=_("What differs between two texts of a definition, in the words of both languages."),
        parameters=[
            OpenApiParameter("old", description=_("draft, paper (the one that waits) or the number of a version; the version in force without it.")),
            OpenApiParameter("new", description=_("The same; the draft without it.")),
        ],
        responses={200: shapes.DifferencesShape, 400: ErrorShape},
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        asked = request.query_params
        found = pair(get_line(pk), asked.get("old", ""), asked.get("new", ""))
        if found is None:
            return refused(
                "unknown_text", _("old, new: draft, paper (while one waits) or the number of a version is wanted.")
            )
        old, new = found
        changes = voices.changes(old.body, new.body)
        told = [
            {"kind": one[0].kind, "key": one[0].key, "words": words({lang: said.text for lang, said in zip(changes, one, strict=True)})}
            for one in zip(*changes.values(), strict=True)
        ]  # fmt: skip
        return Response({"old": old.key, "new": new.key, "differences": told})


def words(said: Mapping[str, str]) -> dict[str, str]:
    """A text by language."""
    return {lang: said[lang] for lang in voices.LANGUAGES}


def sentences(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every line of a body in reading order, in both languages."""
    told = {lang: definition_text.lines(body, voices.voice(lang)) for lang in voices.LANGUAGES}
    return [
        {
            "section": one[0].section, "place": _place(one[0], body), "depth": one[0].depth,
            "words": words({lang: line.text for lang, line in zip(told, one, strict=True)}),
        }
        for one in zip(*told.values(), strict=True)
    ]  # fmt: skip


def _place(line: definition_text.Line, body: Mapping[str, Any]) -> str:
    """The name of a line for comments (`builder.places`)."""
    if line.key:
        return line.key
    if line.section in tree.LISTS:
        return places.of_condition(line.section, tree.find(body, line.path))
    return tree.written(line.path or ("mql",))


def _definition(line: DefinitionLine, request: Request) -> dict[str, Any]:
    at = clock.now()
    live, coming = queries.version_in_force(line, at), queries.version_to_come(line, at)
    return {
        "id": line.pk, "name": line.name, "state": standing(line).state, "revision": line.draft.revision,
        "in_force": live.number if live else None, "observed": coming.number if coming else None, "comments": comments.count(comments.threads(line)),
        "url": request.build_absolute_uri(reverse("personas:api_definition", args=[line.pk])),
    }  # fmt: skip


def _paper(found: Paper) -> dict[str, Any]:
    text = text_of(found)
    return {
        "number": found.number, "sha256": found.sha256, "proposed_by": str(found.proposed_by or ""),
        "proposed_at": found.proposed_at.isoformat(), "effective_at": text["effective_at"],
        "retires": text.get("retires", False), "calls_off": text.get("calls_off"), "moves": text.get("moves"),
        "signatures": [
            {"side": side, "by": str(one.signer) if one else "", "at": _said(one and one.signed_at)}
            for side, one in agreements.state(found).items()
        ],
    }  # fmt: skip


def _version(one: DefinitionVersion, live: DefinitionVersion | None, request: Request) -> dict[str, Any]:
    instead = queries.replaced_before_it_began(one, clock.now())
    return _paper(one.paper) | {
        "number": one.number, "effective_at": one.effective_at.isoformat(),
        "in_force": live is not None and live.pk == one.pk, "replaced_by": instead.number if instead else None,
        "url": request.build_absolute_uri(reverse("personas:api_definition_version", args=[one.line_id, one.number])),
    }  # fmt: skip


def _whole(one: DefinitionVersion, live: DefinitionVersion | None, request: Request) -> dict[str, Any]:
    pinned = text_of(one.paper)["personas"]
    told = {lang: voices.voice(lang) for lang in voices.LANGUAGES}
    return _version(one, live, request) | {
        "definition": one.line.name, "body": one.body, "sentences": sentences(one.body),
        "personas": [
            {"persona": said["persona"], "number": said["number"], "rules": said["rules"],
             "words": words({lang: spoken(said["rules"], voice) for lang, voice in told.items()})}
            for said in pinned
        ],
    }  # fmt: skip


def _said(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
