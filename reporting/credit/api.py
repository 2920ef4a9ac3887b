"""Attribution for programs: campaigns × models, sourced and influenced, the version they follow."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from smarketing.accounts.programs import refused
from smarketing.measures import engine, numbers, reading
from smarketing.measures.api import ErrorShape
from smarketing.measures.question import Refusal
from smarketing.rows import fence

from . import board, compare, origins, reckoned


class SettingsShape(serializers.Serializer):
    version = serializers.IntegerField(help_text=_("0: the starter settings."))
    effective_on = serializers.DateField(allow_null=True)
    model = serializers.CharField()
    models = serializers.ListField(child=serializers.CharField())
    look_back = serializers.IntegerField(allow_null=True, help_text=_("Days; null: the whole past."))
    half_life = serializers.IntegerField(help_text=_("Days."))
    custom = serializers.DictField()
    margin = serializers.CharField()
    term = serializers.IntegerField(allow_null=True, help_text=_("Months that the amount of a deal pays for."))
    stay = serializers.IntegerField(allow_null=True, help_text=_("Months that a customer stays."))


class CreditLineShape(serializers.Serializer):
    campaign = serializers.CharField(allow_blank=True, help_text=_("Its key; blank for what no touch explains."))
    cost = serializers.CharField()
    revenue = serializers.DictField(child=serializers.CharField(), help_text=_("By model, to the cent."))
    roi = serializers.CharField(allow_null=True, help_text=_("By the model agreed; null without a cost."))
    verdict = serializers.ChoiceField([compare.ROBUST, compare.DEPENDS, compare.UNKNOWN])
    sign = serializers.IntegerField(help_text=_("1: pays under every model, -1: under none, 0: neither."))


class OriginShape(serializers.Serializer):
    definition = serializers.ChoiceField(list(origins.DEFINITIONS))
    won = serializers.IntegerField()
    revenue = serializers.CharField()
    win_rate = serializers.CharField(allow_null=True, help_text=_("Of closed deals only."))
    open = serializers.CharField()


class AttributionShape(serializers.Serializer):
    since = serializers.DateField()
    to = serializers.DateField(help_text=_("Exclusive."))
    date = serializers.ChoiceField(["won", "handed"])
    cutoff = serializers.DateTimeField(help_text=_("The last known fact included."))
    settings = SettingsShape()
    deals = serializers.IntegerField(help_text=_("Deals won."))
    rows = CreditLineShape(many=True)
    total = serializers.DictField(child=serializers.CharField(), help_text=_("By model: each is the revenue won."))
    origins = OriginShape(many=True)

    def get_fields(self):
        """`from` is a word of Python; of the API too."""
        return {"from" if name == "since" else name: field for name, field in super().get_fields().items()}


PARAMETERS = [
    OpenApiParameter("from", OpenApiTypes.DATE, required=True, description=_("First local day.")),
    OpenApiParameter("to", OpenApiTypes.DATE, required=True, description=_("The day after the last one.")),
    OpenApiParameter("date", OpenApiTypes.STR, description=_("What dates a deal: won (as left out), or handed.")),
]


class Attribution(APIView):
    """What the deals won in a period are credited to, by every model compared."""

    verb = "measures.read"
    schema = AutoSchema()

    @extend_schema(
        operation_id="attribution",
        description=_("What the deals won in a period are credited to, by every model compared."),
        parameters=PARAMETERS,
        responses={200: AttributionShape, 400: ErrorShape},
    )
    def get(self, request: Request) -> Response:
        try:
            said = reading.asked(request.query_params, ("format",))
            dated = said["date"] or "won"
            engine.ask("revenue_attributed", first=said["first"], until=said["until"], date=dated)
        except Refusal as refusal:
            return refused(refusal.code, refusal.message)
        span = board.Span(said["first"], said["until"], dated, said["cutoff"] or fence.cutoff(), request.user)
        with reckoned.kept():
            return Response(_answer(span))


def _answer(span: board.Span) -> dict:
    page = board.board(span)
    body = page.settings.body()
    shape = {
        name: body[name] for name in ("model", "models", "look_back", "half_life", "custom", "margin", "term", "stay")
    }
    return {
        "from": span.first.isoformat(), "to": span.until.isoformat(), "date": span.dated, "cutoff": span.cutoff.isoformat(),
        "settings": {"version": page.settings.number, "effective_on": page.settings.effective_on, **shape},
        "deals": page.deals, "rows": [_line(line) for line in page.lines],
        "total": {key: numbers.api(some, numbers.MONEY) for key, some in page.total.credits.items()},
        "origins": [_origin(span, key) for key in origins.DEFINITIONS],
    }  # fmt: skip


def _line(line: board.Line) -> dict:
    return {
        "campaign": line.key, "cost": numbers.api(line.cost, numbers.MONEY),
        "revenue": {key: numbers.api(some, numbers.MONEY) for key, some in line.credits.items()},
        "roi": numbers.api(line.returned, numbers.RATIO), "verdict": line.verdict.key, "sign": line.verdict.sign,
    }  # fmt: skip


def _origin(span: board.Span, key: str) -> dict:
    won, revenue, rate, open_ = (board.ask(span, f"{prefix}:{key}") for prefix in board.ORIGIN)
    return {
        "definition": key, "won": won.total.n, "revenue": numbers.api(revenue.total.value, numbers.MONEY),
        "win_rate": numbers.api(rate.total.value, numbers.RATIO), "open": numbers.api(open_.total.value, numbers.MONEY),
    }  # fmt: skip
