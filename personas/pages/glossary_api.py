"""The glossary for programs: the words in force in every language, with what is executed under them; its versions."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from personas.glossary import bound, queries, terms
from personas.models import GlossaryVersion
from smarketing.accounts.programs import asked_instant
from smarketing.agreements import services as agreements
from smarketing.measures.api import ErrorShape
from smarketing.rows import clock


class WordShape(serializers.Serializer):
    word = serializers.CharField()
    forms = serializers.ListField(child=serializers.CharField(), help_text=_("Plurals and other names."))
    sentence = serializers.CharField()


class ExecutedShape(serializers.Serializer):
    text = serializers.CharField()
    url = serializers.CharField(allow_blank=True)


class TermShape(serializers.Serializer):
    key = serializers.CharField(help_text=_("Its lasting name."))
    texts = serializers.DictField(child=WordShape(), help_text=_("By language."))
    binding = serializers.CharField(allow_blank=True, help_text=_("What is executed under this word; empty: nothing."))
    executed = ExecutedShape(many=True, help_text=_("What holds at the instant asked for, in words."))
    url = serializers.URLField()


class GlossaryShape(serializers.Serializer):
    version = serializers.IntegerField(
        allow_null=True, help_text=_("null: nobody has signed; the words a company starts with.")
    )
    since = serializers.DateTimeField(allow_null=True)
    terms = TermShape(many=True)


class GlossaryVersionShape(serializers.Serializer):
    version = serializers.IntegerField()
    since = serializers.DateTimeField()
    sha256 = serializers.CharField(help_text=_("Digest of the text that both sides signed."))
    signed_by = serializers.DictField(child=serializers.CharField(), help_text=_("By side."))
    terms = serializers.IntegerField()
    changed = serializers.ListField(
        child=serializers.CharField(),
        help_text=_("Keys of the words that it words differently from the version before."),
    )
    url = serializers.URLField()


class Glossary(APIView):
    """The words that both sides last signed."""

    verb = "glossary.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="glossary",
        description=_("The words that both sides last signed, with what is executed under them."),
        parameters=[
            OpenApiParameter("at", OpenApiTypes.DATETIME, description=_("An instant with its zone; now without it."))
        ],
        responses={200: GlossaryShape, 400: ErrorShape},
    )
    def get(self, request: Request) -> Response:
        asked = asked_instant(request, "at")
        if isinstance(asked, Response):
            return asked
        at = asked or clock.now()
        live = queries.in_force(at)
        executed = bound.of_all(live.terms, at)
        home = request.build_absolute_uri(reverse("personas:glossary"))
        since = live.version.effective_at.isoformat() if live.version else None
        words = [_term(one, executed[one.binding], home) for one in live.terms]
        return Response({"version": live.version and live.version.number, "since": since, "terms": words})


class GlossaryVersions(APIView):
    """The versions of the glossary, the newest first."""

    verb = "glossary.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="glossary_versions",
        description=_("The versions of the glossary, the newest first."),
        responses=GlossaryVersionShape(many=True),
    )
    def get(self, request: Request) -> Response:
        versions = list(GlossaryVersion.objects.select_related("paper").order_by("-number"))
        pairs = zip(versions, [*versions[1:], None], strict=True)
        return Response([_version(one, before, request) for one, before in pairs])


def _term(one: terms.Term, executed: list[bound.Executed], home: str) -> dict[str, Any]:
    texts = {
        lang: {"word": text.word, "forms": text.spoken()[1:], "sentence": text.sentence}
        for lang, text in one.texts.items()
    }
    said = [{"text": each.text, "url": each.url} for each in executed]
    return {"key": one.key, "texts": texts, "binding": one.binding, "executed": said, "url": f"{home}#{one.key}"}


def _version(one: GlossaryVersion, before: GlossaryVersion | None, request: Request) -> dict[str, Any]:
    old = list(map(terms.read, before.terms)) if before else []
    return {
        "version": one.number, "since": one.effective_at.isoformat(), "sha256": one.paper.sha256,
        "signed_by": {side: str(said.signer) for side, said in agreements.state(one.paper).items() if said},
        "terms": len(one.terms),
        "changed": [change.term.key for change in terms.changes(old, list(map(terms.read, one.terms)))] if before else [],
        "url": request.build_absolute_uri(reverse("personas:glossary_paper", args=[one.paper_id])),
    }  # fmt: skip
