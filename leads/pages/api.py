"""The grade of a lead for programs: why it is what it is, now or at any past instant, and what would make the lead an MQL."""

from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from leads.evidence import why, would
from leads.evidence.why import Why
from leads.models import Lead
from personas.criteria import wishes
from smarketing.accounts.models import Token
from smarketing.accounts.policy import may
from smarketing.measures.api import ErrorShape
from smarketing.rows import clock
from smarketing.web.language import active_language


class RowShape(serializers.Serializer):
    key = serializers.CharField(help_text=_("Of the criterion, group or axis; the same across versions."))
    kind = serializers.ChoiceField(["criterion", "group", "axis"])
    points = serializers.IntegerField(help_text=_("Whole points; the rows of an axis add up to it."))
    words = serializers.CharField()


class AxisShape(serializers.Serializer):
    name = serializers.ChoiceField(["fit", "engagement"])
    points = serializers.IntegerField()
    rows = RowShape(many=True)


class GradeShape(serializers.Serializer):
    definition = serializers.CharField()
    version = serializers.IntegerField()
    grade = serializers.CharField(help_text=_("A letter of fit and a digit of engagement."))
    mql = serializers.BooleanField()
    direct = serializers.BooleanField(help_text=_("An MQL by the direct path."))
    at = serializers.DateTimeField(help_text=_("So since then; as of a past instant, that instant."))
    axes = AxisShape(many=True)
    failures = serializers.ListField(
        child=serializers.CharField(), help_text=_("Must have, and has not; or the contrary.")
    )
    missing = serializers.ListField(child=serializers.CharField(), help_text=_("Needed before handing over."))


class WishShape(serializers.Serializer):
    words = serializers.CharField()
    event = serializers.DictField(required=False, help_text=_("An act to be done today, as criteria name it."))
    times = serializers.IntegerField(required=False)
    field = serializers.CharField(required=False, help_text=_("A field that would have another value."))
    value = serializers.CharField(required=False, help_text=_("A value that would do; others may."))
    gained = serializers.ListField(
        child=serializers.DictField(), required=False, help_text=_("Conditions that would hold.")
    )
    lost = serializers.ListField(
        child=serializers.DictField(), required=False, help_text=_("Conditions that no longer would.")
    )


class WouldShape(serializers.Serializer):
    definition = serializers.CharField()
    version = serializers.IntegerField()
    goal = serializers.CharField(
        allow_blank=True, help_text=_("MQL, or the best cell for whom is one; blank: nothing better.")
    )
    since = serializers.DateTimeField(allow_null=True, help_text=_("When it became an MQL in this cycle."))
    sets = serializers.ListField(child=WishShape(many=True), help_text=_("At most three, the smallest first."))
    hidden = serializers.IntegerField(help_text=_("Sets left out because they name personal values."))
    proven = serializers.BooleanField(help_text=_("Whether no smaller set exists."))


class Grade(APIView):
    """Why a lead has its grade: rows that add up exactly."""

    verb = "leads.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="lead_grade",
        description=_("Why a lead has its grade: rows that add up exactly."),
        parameters=[
            OpenApiParameter(
                "as_of",
                OpenApiTypes.DATETIME,
                description=_("A past instant with its zone: facts and versions as known then."),
            )
        ],
        responses={200: GradeShape(many=True), 400: ErrorShape},
    )
    def get(self, request: Request, pk: int) -> Response:
        lead, personal, present = _lead(request, pk), _personal(request), clock.now()
        if (asked := request.query_params.get("as_of")) is None:
            found = why.now(lead, present, active_language(), personal=personal)
        else:
            at = _instant(asked)
            if at is None or at > present:
                said = _("as_of: a past instant with its zone is wanted, as 2026-11-20T09:00:00Z.")
                return Response({"code": "bad_instant", "message": str(said)}, status=400)
            found = why.as_of(lead, at, active_language(), personal=personal)
        return Response([_grade(one) for one in found])


class Would(APIView):
    """What would make a lead an MQL: at most three smallest sets of facts that may change and acts that are possible."""

    verb = "leads.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="lead_would",
        description=_(
            "What would make a lead an MQL: at most three smallest sets of facts that may change and acts that are possible."
        ),
        responses=WouldShape(many=True),
    )
    def get(self, request: Request, pk: int) -> Response:
        personal = _personal(request)
        return Response([_would(one, personal) for one in would.of(_lead(request, pk), clock.now())])


def _lead(request: Request, pk: int) -> Lead:
    return get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)


def _personal(request: Request) -> bool:
    scoped = not isinstance(request.auth, Token) or "leads.personal" in request.auth.scopes
    return scoped and may(request.user, "leads.personal")


def _instant(text: str) -> datetime | None:
    try:
        at = parse_datetime(text.replace(" ", "+"))  # a plus sign that an address lost
    except ValueError:
        return None
    return at if at and at.tzinfo and at.year > 1970 else None


def _grade(one: Why) -> dict[str, Any]:
    return {
        "definition": one.version.line.name, "version": one.version.number, "grade": one.grade, "mql": one.mql,
        "direct": one.direct, "at": one.at.isoformat(),
        "axes": [
            {"name": axis.name, "points": axis.value,
             "rows": [{"key": row.key, "kind": row.kind, "points": row.points, "words": row.text} for row in axis.rows]}
            for axis in one.axes
        ],
        "failures": list(one.failures), "missing": list(one.missing),
    }  # fmt: skip


def _would(one: would.Would, personal: bool) -> dict[str, Any]:
    shown = one.shown(personal=personal)
    said = one.words(active_language(), personal=personal)
    return {
        "definition": one.version.line.name, "version": one.version.number, "goal": one.goal,
        "since": one.since and one.since.isoformat(),
        "sets": [
            [{"words": text, **wishes.data(wish)} for wish, text in zip(parts, texts, strict=True)]
            for parts, texts in zip(shown, said, strict=True)
        ],
        "hidden": len(one.sets) - len(shown), "proven": one.proven,
    }  # fmt: skip
