"""Named lists of leads for programs: which there are, what asks for them, who of the leads one may see is on them."""

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

from leads.models import Lead
from leads.models.querysets import LeadQuerySet
from personas import attributes, lead_lists
from personas.models import FieldDef
from smarketing.accounts.policy import may
from smarketing.accounts.programs import refused
from smarketing.measures.api import ErrorShape

from .lead_lists import USES

PAGE = 1000


class UseShape(serializers.Serializer):
    kind = serializers.CharField(help_text=_("definition or persona."))
    id = serializers.IntegerField()
    name = serializers.CharField()


class ListShape(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    field = serializers.CharField(help_text=_("How criteria name it: is, true."))
    code = serializers.CharField(help_text=_("How an identify call names it."))
    retired = serializers.BooleanField(help_text=_("Nobody is put on it any more."))
    leads = serializers.IntegerField(help_text=_("On it, of those you may see."))
    uses = UseShape(many=True, help_text=_("What asks for it."))
    url = serializers.URLField()


class OneListShape(ListShape):
    members = serializers.ListField(
        child=serializers.IntegerField(), help_text=_("Numbers of leads, the lowest first, a thousand at most.")
    )
    after = serializers.IntegerField(allow_null=True, help_text=_("Ask again with this to go on; null: all were told."))


class Lists(APIView):
    """Which lists of leads there are."""

    verb = "leads.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="lists", description=_("Which lists of leads there are."), responses=ListShape(many=True)
    )
    def get(self, request: Request) -> Response:
        uses = attributes.uses()
        return Response([_list(one, _on(one, request), uses.get(one.key, []), request) for one in lead_lists.every()])


class OneList(APIView):
    """A list, and who is on it."""

    verb = "leads.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="list",
        description=_("A list, and who of the leads you may see is on it."),
        parameters=[OpenApiParameter("after", OpenApiTypes.INT, description=_("Members with higher numbers than this."))],
        responses={200: OneListShape, 400: ErrorShape},
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        one = get_object_or_404(FieldDef.objects.exclude(listing=""), pk=pk)
        after = request.query_params.get("after", "0")
        if not (after.isascii() and after.isdecimal() and len(after) < 19):
            return refused("bad_number", _("after: the number of a lead is wanted."))
        rows = _on(one, request)
        members = list(rows.filter(pk__gt=int(after)).order_by("pk").values_list("pk", flat=True)[: PAGE + 1])
        said = _list(one, rows, attributes.uses().get(one.key, []), request)
        return Response(said | {"members": members[:PAGE], "after": members[PAGE - 1] if len(members) > PAGE else None})


def _on(one: FieldDef, request: Request) -> LeadQuerySet:
    return Lead.objects.visible_to(request.user).living().saying({one.name: True})


def _list(one: FieldDef, rows: LeadQuerySet, uses: list[attributes.Use], request: Request) -> dict[str, Any]:
    kinds = {"line": "definition", "persona": "persona"}
    return {
        "id": one.pk, "name": one.listing, "field": one.key, "code": one.name, "retired": one.retired_at is not None,
        "leads": rows.count(),
        "uses": [{"kind": kinds[use.kind], "id": use.pk, "name": use.name} for use in uses if may(request.user, USES[use.kind][0])],
        "url": request.build_absolute_uri(reverse("leads:api_list", args=[one.pk])),
    }  # fmt: skip
