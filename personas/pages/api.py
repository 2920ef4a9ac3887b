"""The language of criteria for programs: what a definition may say, as JSON Schema."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from personas.criteria.schema import schema
from personas.definitions.catalogue import catalogue
from smarketing.web.language import active_language


class Criteria(APIView):
    """What a definition may say: the fields there are, operators, kinds of event and of decay, as JSON Schema."""

    verb = "leads.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="criteria",
        description=_(
            "What a definition may say: the fields there are, operators, kinds of event and of decay, as JSON Schema."
        ),
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        fields = {key: info for key, info in catalogue().items() if info.offered}
        return Response(schema(fields, active_language()))
