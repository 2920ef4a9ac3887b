"""Disagreements with criteria for programs: read with a token; said and answered by a person alone, in a session."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from leads.evidence import criteria, telling
from leads.models import Answer, Disagreement, Lead, Score
from leads.rights import disagreements
from leads.rights.problems import Refusal
from smarketing.accounts.programs import body, refused
from smarketing.measures.api import ErrorShape
from smarketing.rows import clock
from smarketing.web.language import active_language

from .api import lead_of, sees_personal

SAID = 200


class DisagreementShape(serializers.Serializer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    lead = serializers.IntegerField()
    definition = serializers.CharField()
    version = serializers.IntegerField()
    criterion = serializers.CharField(allow_blank=True, help_text=_("Its key; blank for the grade as a whole."))
    words = serializers.CharField()
    reason = serializers.ChoiceField(Disagreement.Reason.choices)
    note = serializers.CharField(allow_blank=True, help_text=_("Blank without the right to personal values."))
    by = serializers.CharField()
    grade = serializers.CharField(help_text=_("Then."))
    points = serializers.IntegerField(help_text=_("Then."))
    answer = serializers.CharField(allow_blank=True, help_text=_("Blank while it waits for one."))


class DisagreeShape(serializers.Serializer):
    definition = serializers.IntegerField(
        default=None, allow_null=True, help_text=_("By which the lead is judged; the first one without it.")
    )
    criterion = serializers.CharField(
        default="", allow_blank=True, help_text=_("Its key; blank for the grade as a whole.")
    )
    reason = serializers.CharField(help_text=", ".join(Disagreement.Reason.values))
    text = serializers.CharField(allow_blank=True)


class DisagreementAnswerShape(serializers.Serializer):
    kind = serializers.CharField(help_text=", ".join(Answer.Kind.values))
    text = serializers.CharField(
        default="", allow_blank=True, help_text=_("Kept, because …: whoever disagreed is told.")
    )


class Disagreements(APIView):
    """What is said against the criteria by which a lead is judged, or was."""

    verb = {"GET": "leads.view", "POST": "leads.disagree"}
    schema = AutoSchema()

    @extend_schema(
        operation_id="lead_disagreements",
        description=_("What was said against the criteria that judge a lead, newest first, with the answers."),
        responses=DisagreementShape(many=True),
    )
    def get(self, request: Request, pk: int) -> Response:
        rows = disagreements.standing().filter(note__lead=lead_of(request, pk))
        return Response(_told(rows, sees_personal(request)))

    @extend_schema(
        operation_id="lead_disagree",
        description=_("Disagree with a criterion by which the lead is judged now: in a session, never with a token."),
        request=DisagreeShape,
        responses={201: DisagreementShape, 400: ErrorShape},
    )
    def post(self, request: Request, pk: int) -> Response:
        mine = Lead.objects.visible_to(request.user).filter(erased=False, root_id=None)
        lead, asked = get_object_or_404(mine, pk=pk), body(request, DisagreeShape)
        if isinstance(asked, Response):
            return asked
        line = asked.pop("definition")
        scores = Score.objects.filter(lead=lead, track="live", **({"line": line} if line else {}))
        score = scores.select_related("version__line").order_by("line_id").first()
        if score is None:
            return refused("not_judged", _("The lead is judged by no such definition."))
        try:
            made = disagreements.say(lead=lead, version=score.version, by=request.user, at=clock.now(), **asked)
        except Refusal as refusal:
            return refused("refused", refusal)
        return Response(_one(made.pk, sees_personal(request)), status=201)


class Every(APIView):
    """What is said against criteria, about leads that the reader may see."""

    verb = "definition.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="disagreements",
        description=_("What was said against criteria about the leads you may see, newest first, two hundred at most."),
        parameters=[
            OpenApiParameter("definition", OpenApiTypes.INT, description=_("Of this definition alone.")),
            OpenApiParameter("criterion", description=_("Its key.")),
            OpenApiParameter("answered", OpenApiTypes.BOOL, description=_("true: those with an answer; false: those that wait.")),
        ],
        responses={200: DisagreementShape(many=True), 400: ErrorShape},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        asked, rows = request.query_params, disagreements.visible_to(request.user)
        if line := asked.get("definition"):
            if not (line.isascii() and line.isdecimal() and len(line) < 19):
                return refused("unknown_definition", _("definition: the number of one is wanted."))
            rows = rows.filter(line=int(line))
        if "criterion" in asked:
            rows = rows.filter(criterion=asked["criterion"].replace("\0", ""))
        if (answered := asked.get("answered", "")) in _ANSWERED:
            rows = getattr(rows, _ANSWERED[answered])()
        return Response(_told(rows, sees_personal(request)))


class AnswerOne(APIView):
    """Taken into the draft, or kept, because …"""

    verb = "definition.edit"
    schema = AutoSchema()

    @extend_schema(
        operation_id="disagreement_answer",
        description=_("Answer a disagreement: taken into the draft, or kept, because …; in a session, never with a token."),
        request=DisagreementAnswerShape,
        responses={201: DisagreementShape, 400: ErrorShape},
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        found = disagreements.visible_to(request.user).select_related("version", "line", "note__lead")
        said, asked = get_object_or_404(found, pk=pk), body(request, DisagreementAnswerShape)
        if isinstance(asked, Response):
            return asked
        try:
            disagreements.answer(to=said, by=request.user, at=clock.now(), **asked)
        except Refusal as refusal:
            return refused("refused", refusal)
        return Response(_one(pk, sees_personal(request)), status=201)


_ANSWERED = {"true": "answered", "1": "answered", "false": "unanswered", "0": "unanswered"}


def _one(pk: int, personal: bool) -> dict[str, Any]:
    return _told(disagreements.standing().filter(pk=pk), personal)[0]


def _told(rows: QuerySet[Disagreement], personal: bool) -> list[dict[str, Any]]:
    """The newest of them, with their answers."""
    shown = list(rows.select_related("version", "line", "note__by", "note__words").order_by("-pk")[:SAID])
    answers = disagreements.answers(Disagreement.objects.filter(pk__in=[one.pk for one in shown]))
    return [_said(one, answers, personal) for one in shown]


def _said(one: Disagreement, answers: Mapping[int, Answer], personal: bool) -> dict[str, Any]:
    answer = answers.get(one.pk)
    return {
        "id": one.pk, "at": one.note.occurred_at.isoformat(), "lead": one.note.lead_id, "definition": one.line.name,
        "version": one.version.number, "criterion": one.criterion,
        "words": criteria.words(one.version, one.criterion, active_language()), "reason": one.reason,
        "note": one.note.words.text if personal and hasattr(one.note, "words") else "", "by": str(one.note.by),
        "grade": one.grade, "points": one.points, "answer": telling.answered(answer.kind, answer.draft) if answer else "",
    }  # fmt: skip
