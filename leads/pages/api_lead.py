"""A lead for programs, as its page shows it: now or as of any past instant, what changed between two, its history."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from leads.evidence import header, resembles, since, standing, story, telling, values, why
from leads.handoffs import account_reps
from leads.models import Company, Lead, ScoreHistory
from leads.scoring.oracle import LeadFacts
from smarketing.accounts.programs import asked_instant
from smarketing.measures.api import ErrorShape
from smarketing.rows import clock
from smarketing.web.language import active_language

from .api import GradeShape, grade, lead_of, sees_personal
from .api_around import AroundShape, around

LINES, MOMENTS = 40, 200
AS_OF = OpenApiParameter(
    "as_of", OpenApiTypes.DATETIME, description=_("A past instant with its zone: facts and versions as known then.")
)


class ValueShape(serializers.Serializer):
    field = serializers.CharField()
    words = serializers.CharField(help_text=_("The field's name."))
    value = serializers.JSONField(allow_null=True)
    since = serializers.DateTimeField(allow_null=True, help_text=_("When it came to hold."))
    learned = serializers.DateTimeField(allow_null=True, help_text=_("When we learned it."))
    origin = serializers.CharField(allow_blank=True, help_text=_("Who or what said it."))


class HandoffShape(serializers.Serializer):
    number = serializers.IntegerField()
    count = serializers.IntegerField()
    state = serializers.CharField()
    rep = serializers.CharField(allow_blank=True)
    pool = serializers.CharField(allow_blank=True)


class LikenessShape(serializers.Serializer):
    persona = serializers.CharField()
    version = serializers.IntegerField()
    holds = serializers.BooleanField()
    met = serializers.IntegerField()
    of = serializers.IntegerField()


class LineShape(serializers.Serializer):
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    words = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()
    learned = serializers.DateTimeField()
    taken_back = serializers.BooleanField()


class AccountShape(serializers.Serializer):
    rep = serializers.CharField()
    named_by = serializers.CharField(
        allow_blank=True, help_text=_("Blank: by the newest lead of theirs that is open or became SQL.")
    )
    since = serializers.DateTimeField(allow_null=True, help_text=_("When a manager named them."))


class LeadShape(AroundShape):
    id = serializers.IntegerField()
    at = serializers.DateTimeField(help_text=_("The instant that is shown."))
    known = serializers.BooleanField(help_text=_("Whether anybody knew of the lead then."))
    erased = serializers.BooleanField()
    merged_into = serializers.IntegerField(allow_null=True)
    opposed = serializers.BooleanField()
    stage = serializers.CharField()
    values = ValueShape(many=True)
    company = ValueShape(many=True)
    account = AccountShape(
        allow_null=True, help_text=_("The rep of its company's account as it is now; null for a past instant.")
    )
    personas = LikenessShape(many=True)
    handoff = HandoffShape(allow_null=True)
    grades = GradeShape(many=True)
    story = LineShape(many=True, help_text=_("The newest lines known then, newest first."))


class CauseShape(serializers.Serializer):
    kind = serializers.CharField(help_text=_("time, correction, fact, version or cap."))
    points = serializers.IntegerField(help_text=_("The causes of a row add up to its difference."))
    words = serializers.ListField(child=serializers.CharField())


class MovedShape(serializers.Serializer):
    key = serializers.CharField()
    kind = serializers.ChoiceField(["criterion", "group", "axis"])
    words = serializers.CharField()
    before = serializers.IntegerField()
    after = serializers.IntegerField()
    difference = serializers.IntegerField()
    causes = CauseShape(many=True)


class AxisMovedShape(serializers.Serializer):
    name = serializers.ChoiceField(["fit", "engagement"])
    before = serializers.IntegerField()
    after = serializers.IntegerField()
    difference = serializers.IntegerField(help_text=_("The rows add up to it; rows that stayed are left out."))
    rows = MovedShape(many=True)


class LeadChangeShape(serializers.Serializer):
    definition = serializers.CharField()
    versions = serializers.ListField(child=serializers.IntegerField(), help_text=_("Then and now."))
    grades = serializers.ListField(child=serializers.CharField(), help_text=_("Then and now."))
    axes = AxisMovedShape(many=True)


class MomentShape(serializers.Serializer):
    at = serializers.DateTimeField()
    definition = serializers.CharField()
    version = serializers.IntegerField()
    grade = serializers.CharField()
    fit = serializers.IntegerField()
    engagement = serializers.IntegerField()
    mql = serializers.BooleanField()


class Whole(APIView):
    """A lead as its page shows it."""

    verb = "leads.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="lead",
        description=_("A lead as its page shows it, now or as of any past instant as it was known then."),
        parameters=[AS_OF],
        responses={200: LeadShape, 400: ErrorShape},
    )
    def get(self, request: Request, pk: int) -> Response:
        lead, personal, present = lead_of(request, pk), sees_personal(request), clock.now()
        at = asked_instant(request, "as_of", latest=present)
        if isinstance(at, Response):
            return at
        return Response(_whole(lead, at, at or present, personal) | around(request, lead, at, personal))


class Changes(APIView):
    """What changed in a lead's points between two instants."""

    verb = "leads.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="lead_changes",
        description=_("What changed in a lead's points between two instants, in rows and causes that add up."),
        parameters=[
            OpenApiParameter("since", OpenApiTypes.DATETIME, required=True, description=_("The earlier instant, with its zone.")),
            OpenApiParameter("until", OpenApiTypes.DATETIME, description=_("The later one; now without it.")),
        ],
        responses={200: LeadChangeShape(many=True), 400: ErrorShape},
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        lead, personal, present = lead_of(request, pk), sees_personal(request), clock.now()
        until = asked_instant(request, "until", latest=present)
        if isinstance(until, Response):
            return until
        then = asked_instant(request, "since", latest=until or present, wanted=True)
        if isinstance(then, Response):
            return then
        found = since.changes(lead, then, until or present, active_language(), personal=personal)
        return Response([_change(one) for one in found])


class History(APIView):
    """The moments at which a lead's points changed."""

    verb = "leads.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="lead_history",
        description=_("The moments at which a lead's points changed, newest first, two hundred at most."),
        responses=MomentShape(many=True),
    )
    def get(self, request: Request, pk: int) -> Response:
        rows = ScoreHistory.objects.filter(lead=lead_of(request, pk), track="live").select_related("line", "version")
        return Response(
            [
                {
                    "at": one.effective_at.isoformat(), "definition": one.line.name, "version": one.version.number,
                    "grade": one.grade, "fit": one.fit, "engagement": one.engagement, "mql": one.mql,
                }
                for one in rows.order_by("-effective_at", "line_id")[:MOMENTS]
            ]
        )  # fmt: skip


def _whole(lead: Lead, at: datetime | None, t: datetime, personal: bool) -> dict[str, Any]:
    lang, facts, then = active_language(), LeadFacts(lead.pk, t), standing.of(lead, t)
    company = values.linked("lead", lead.pk, t).get("company")
    charge = header.charge(lead, t, at is None)
    entries, _further = story.page(lead, t, size=LINES)
    current = next(step for step in header.steps(lead, t, at is None) if step.is_current)
    return {
        "id": lead.pk, "at": t.isoformat(), "known": then.known, "erased": lead.erased, "merged_into": then.root,
        "opposed": then.opposed is not None, "stage": str(current.stage),
        "values": _values("lead", lead.pk, t, lang, personal),
        "company": _values("company", company.pk, t, lang, personal) if company else [],
        "account": _account(company) if company and at is None else None,
        "personas": [
            {"persona": str(one.version.persona), "version": one.version.number, "holds": one.holds,
             "met": one.membership.met, "of": one.membership.of}
            for one in resembles.of(lead, t, facts)
        ],
        "handoff": charge and {"number": charge.number, "count": charge.count, "state": charge.state.state,
                               "rep": charge.rep, "pool": charge.pool},
        "grades": [grade(one) for one in (why.as_of if at else why.now)(lead, t, lang, personal=personal, facts=facts)],
        "story": [_line(one) for one in telling.lines(entries, personal=personal, lead=lead.pk)],
    }  # fmt: skip


def _account(company: Company) -> dict[str, Any] | None:
    found = account_reps.of(company)
    if found is None:
        return None
    said = found.named
    return {
        "rep": str(found.rep),
        "named_by": str(said.by or "") if said else "",
        "since": said and said.occurred_at.isoformat(),
    }


def _values(subject: str, pk: int, t: datetime, lang: str, personal: bool) -> list[dict[str, Any]]:
    shown = [one for one in values.values(subject, pk, t, lang) if personal or not one.personal]
    return [
        {
            "field": one.field, "words": one.label, "value": one.raw, "origin": one.origin,
            "since": one.change and one.change.occurred_at.isoformat(),
            "learned": one.change and one.change.recorded_at.isoformat(),
        }
        for one in shown
    ]  # fmt: skip


def _line(one: telling.Line) -> dict[str, Any]:
    words = one.text or " · ".join(f"{label}: {value}" for label, value in one.pairs) or one.note
    return {
        "at": one.entry.at.isoformat(), "kind": one.entry.kind, "words": words, "count": one.n,
        "learned": one.entry.recorded_at.isoformat(), "taken_back": bool(one.taken_back),
    }  # fmt: skip


def _change(one: since.Change) -> dict[str, Any]:
    return {
        "definition": one.after.version.line.name,
        "versions": [one.before.version.number, one.after.version.number],
        "grades": [one.before.grade, one.after.grade],
        "axes": [
            {"name": axis.name, "before": axis.before, "after": axis.after, "difference": axis.difference,
             "rows": [_moved(row) for row in axis.rows]}
            for axis in one.axes
        ],
    }  # fmt: skip


def _moved(row: since.Moved) -> dict[str, Any]:
    return {
        "key": row.key, "kind": row.kind, "words": row.text, "before": row.before, "after": row.after,
        "difference": row.difference,
        "causes": [{"kind": one.kind, "points": one.points, "words": list(one.words)} for one in row.causes],
    }  # fmt: skip
