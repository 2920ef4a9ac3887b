"""The coverage of the personas for programs: how many leads resemble none, one or several."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from smarketing.rows import fence

from . import personas


class CoveragePartShape(serializers.Serializer):
    resembles = serializers.ChoiceField(["one", "several", "none"])
    leads = serializers.IntegerField()
    rows_url = serializers.URLField(help_text=_("The page that lists the rows counted."))


class CoverageShape(serializers.Serializer):
    cutoff = serializers.DateTimeField(help_text=_("The last known fact included."))
    parts = CoveragePartShape(many=True)


class Coverage(APIView):
    """How many leads resemble no persona, one, several."""

    verb = "measures.read"
    schema = AutoSchema()

    @extend_schema(
        operation_id="persona_coverage",
        description=_("How many leads resemble no persona, one, several."),
        responses=CoverageShape,
    )
    def get(self, request: Request) -> Response:
        cutoff = fence.cutoff()
        parts = [
            {"resembles": one.key, "leads": one.n, "rows_url": request.build_absolute_uri(one.url)}
            for one in personas.coverage(request.user, cutoff)
        ]
        return Response({"cutoff": cutoff.isoformat(), "parts": parts})
