"""The catalogue for programs: each field that conditions may name and each kind of event, with what advice may ask for."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from personas.criteria.fields import TYPES
from personas.criteria.phrases import EVENT_PHRASES
from personas.definitions import advice


class FieldShape(serializers.Serializer):
    key = serializers.CharField()
    type = serializers.ChoiceField(choices=TYPES)
    words = serializers.DictField(child=serializers.CharField(), help_text=_("By language."))
    personal = serializers.BooleanField()
    changeable = serializers.BooleanField(help_text=_("Whether somebody can learn or write it."))
    steady = serializers.BooleanField(help_text=_("Once known it stays: only asked for while it is not known."))
    advised = serializers.BooleanField(help_text=_("Whether “what would make it an MQL” may ask for it."))


class KindShape(serializers.Serializer):
    kind = serializers.CharField()
    words = serializers.DictField(child=serializers.CharField(), help_text=_("By language."))
    possible = serializers.BooleanField(help_text=_("Whether a person may do it."))
    advised = serializers.BooleanField(help_text=_("Whether “what would make it an MQL” may ask for it."))


class CatalogueShape(serializers.Serializer):
    fields = FieldShape(many=True)  # type: ignore[assignment]
    events = KindShape(many=True)


class Catalogue(APIView):
    """Each field that conditions may name and each kind of event: whether advice may ask for it."""

    verb = "leads.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="catalogue",
        description=_("Each field that conditions may name and each kind of event: whether advice may ask for it."),
        responses=CatalogueShape,
    )
    def get(self, request: Request) -> Response:
        fields = [
            {"key": info.key, "type": info.type, "words": {"en": info.label_en, "fr": info.label_fr},
             "personal": info.personal, "changeable": info.changeable, "steady": info.steady, "advised": info.advisable}
            for info in (one.info for one in advice.listed())
        ]  # fmt: skip
        events = [
            {"kind": one.kind, "words": {"en": EVENT_PHRASES[one.kind][0], "fr": EVENT_PHRASES[one.kind][2]},
             "possible": one.possible, "advised": one.advised}
            for one in advice.kinds()
        ]  # fmt: skip
        return Response({"fields": fields, "events": events})
