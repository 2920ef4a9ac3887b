"""Which personas a lead resembles, for programs: the rules that hold and those that do not, and what would be needed."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from leads.evidence import resembles
from leads.models import Lead
from smarketing.rows import clock
from smarketing.web.language import active_language

from .api import lead_of, sees_personal


class RuleShape(serializers.Serializer):
    words = serializers.CharField()
    holds = serializers.BooleanField()


class ResemblanceShape(serializers.Serializer):
    persona = serializers.IntegerField()
    name = serializers.CharField()
    negative = serializers.BooleanField()
    version = serializers.IntegerField()
    holds = serializers.BooleanField(help_text=_("Whether every rule holds: the lead resembles the persona."))
    counts = serializers.BooleanField(help_text=_("It is the persona of this lead: the first in the agreed order."))
    met = serializers.IntegerField(help_text=_("Rules that hold."))
    of = serializers.IntegerField()
    rules = RuleShape(many=True, help_text=_("Without those that name personal values you may not see."))
    needed = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text=_("At most three smallest sets of values under which it would resemble it; none where it does, or where that is out of reach."),
    )  # fmt: skip
    proven = serializers.BooleanField(
        help_text=_(
            "Whether no smaller set exists; without a set: whether there is none. False: there were too many to try."
        )
    )


class Resembles(APIView):
    """Which personas a lead resembles, and why; in the agreed order."""

    verb = "leads.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="lead_personas", description=_("Which personas a lead resembles, and why; in the agreed order."),
        responses=ResemblanceShape(many=True),
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        lead, personal, at = lead_of(request, pk), sees_personal(request), clock.now()
        return Response([_resemblance(one, lead, at, personal) for one in resembles.of(lead, at)])


def _resemblance(one: resembles.Resemblance, lead: Lead, at, personal: bool) -> dict[str, Any]:
    lang, persona = active_language(), one.version.persona
    needed = None if one.holds else resembles.needed(lead, one.version, at)
    return {
        "persona": persona.pk, "name": persona.name, "negative": persona.negative, "version": one.version.number,
        "holds": one.holds, "counts": one.counts, "met": one.membership.met, "of": one.membership.of,
        "rules": [{"words": line.words, "holds": line.holds} for line in one.lines(lang, personal=personal)],
        "needed": needed.words(lang, personal=personal) if needed else [], "proven": needed is None or needed.proven,
    }  # fmt: skip
