"""The API of measures: a list, and one answer in the shape that programs rely on."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from smarketing.accounts.authentication import HasVerb

from . import engine, numbers, reading, registry
from .engine import Answer, Group
from .question import Refusal


class GroupShape(serializers.Serializer):
    group = serializers.DictField(child=serializers.CharField(allow_blank=True))
    value = serializers.CharField(allow_null=True, help_text=_("Decimal string; an integer for counts; null over 0."))
    n = serializers.IntegerField(help_text=_("Rows counted; of a share, the hits."))
    of = serializers.IntegerField(allow_null=True, help_text=_("Base of a share."))
    interval = serializers.ListField(
        child=serializers.CharField(),
        allow_null=True,
        help_text=_("95 %: Wilson for a share, Woodruff for a median or percentile."),
    )
    mature = serializers.BooleanField(help_text=_("Whether every row of the cohort has had its time."))
    rows_url = serializers.URLField(help_text=_("The page that lists the rows counted."))


class AnswerShape(serializers.Serializer):
    key = serializers.CharField()
    unit = serializers.ChoiceField(list(numbers.PLACES))
    since = serializers.DateField()
    to = serializers.DateField(help_text=_("Exclusive."))
    by = serializers.ListField(child=serializers.CharField())
    rows = GroupShape(many=True)
    total = GroupShape()
    cutoff = serializers.DateTimeField(help_text=_("The last known fact included."))
    definition = serializers.CharField(allow_blank=True)
    terms = serializers.CharField(allow_blank=True)

    def get_fields(self):
        """`from` is a word of Python; of the API too."""
        return {"from" if name == "since" else name: field for name, field in super().get_fields().items()}


class MeasureShape(serializers.Serializer):
    key = serializers.CharField()
    label: Any = serializers.CharField()
    words = serializers.CharField()
    unit = serializers.ChoiceField(list(numbers.PLACES))
    dates = serializers.ListField(child=serializers.CharField())
    stats = serializers.ListField(child=serializers.CharField())
    windowed = serializers.BooleanField()
    dimensions = serializers.ListField(child=serializers.CharField())
    url = serializers.URLField()


class ErrorShape(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()


def _parameter(name: str, description: Any, kind=OpenApiTypes.STR, **more) -> OpenApiParameter:
    return OpenApiParameter(name, kind, description=description, **more)


PARAMETERS = [
    _parameter("from", _("First local day."), OpenApiTypes.DATE, required=True),
    _parameter("to", _("The day after the last one."), OpenApiTypes.DATE, required=True),
    _parameter("by", _("Dimensions, separated by commas: any attribute of a lead, company, deal or campaign, or a period.")),
    _parameter("window", _("Count lags of at most so many days, negative ones included."), OpenApiTypes.INT),
    _parameter("date", _("What dates a row: created, handed or won. The first of the measure's dates when left out.")),
    _parameter("stat", _("Which figure of a spread: median, mean, min, max, sum, p05 … p95.")),
    _parameter("zone", _("Zone that cuts the days; the installation's when left out.")),
    _parameter("cutoff", _("The last known instant included; now when left out."), OpenApiTypes.DATETIME),
]  # fmt: skip


class Measures(APIView):
    """Which measures there are."""

    verb = "measures.read"
    schema = AutoSchema()

    @extend_schema(
        operation_id="measures", description=_("Which measures there are."), responses=MeasureShape(many=True)
    )
    def get(self, request: Request) -> Response:
        return Response([described(measure, request) for measure in registry.measures()])


class OneMeasure(APIView):
    """The answer of one measure. Any other parameter names a dimension and the value to keep, and may be repeated."""

    verb = "measures.read"
    schema = AutoSchema()

    @extend_schema(
        operation_id="measure",
        description=_(
            "The answer of one measure. Any other parameter names a dimension and the value to keep, and may be repeated."
        ),
        parameters=PARAMETERS,
        responses={200: AnswerShape, 400: ErrorShape},
    )
    def get(self, request: Request, key: str) -> Response:
        try:
            found = engine.answer(key, user=request.user, **reading.asked(request.query_params, ("format",)))
        except Refusal as refusal:
            return Response({"code": refusal.code, "message": refusal.message}, status=400)
        return Response(shaped(found, request))


def described(measure: registry.Measure, request: Request) -> dict:
    """A measure as the list says it."""
    return {
        "key": measure.key,
        "label": str(measure.label),
        "words": str(measure.words),
        "unit": measure.unit,
        "dates": list(measure.dates),
        "stats": list(measure.stats),
        "windowed": measure.windowed,
        "dimensions": [*engine.dimensions(measure), *registry.PERIODS],
        "url": request.build_absolute_uri(f"{request.path.rstrip('/')}/{measure.key}/"),
    }


def shaped(found: Answer, request: Request | HttpRequest) -> dict:
    """An answer as JSON: `to` exclusive, a blank group "", ratios, days and money decimal strings."""
    return {
        "key": found.question.key,
        "unit": found.unit,
        "from": found.question.first.isoformat(),
        "to": found.question.until.isoformat(),
        "by": list(found.question.by),
        "rows": [_group(group, found.unit, request) for group in found.rows],
        "total": _group(found.total, found.unit, request),
        "cutoff": found.cutoff.isoformat(),
        **{"definition": "", "terms": "", **registry.notes(found.question)},
    }


def _group(group: Group, unit: str, request: Request | HttpRequest) -> dict:
    return {
        "group": group.group,
        "value": numbers.api(group.value, unit),
        "n": group.n,
        "of": group.of,
        "interval": [f"{numbers.half_even(edge):f}" for edge in group.interval] if group.interval else None,
        "mature": group.mature,
        "rows_url": request.build_absolute_uri(group.rows_url),
    }


class Schema(SpectacularAPIView):
    """The schema of this API."""

    verb = "measures.read"
    permission_classes = [HasVerb]
