"""The grade of a lead for programs: why it is what it is, now or at any past instant, and what would make the lead an MQL."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from leads.evidence import why, would
from leads.evidence.why import Coming, Why, WhyRow
from leads.models import Lead
from personas.criteria import wishes
from smarketing.accounts.programs import asked_instant, granted
from smarketing.measures.api import ErrorShape
from smarketing.rows import clock
from smarketing.web.language import active_language


class NextShape(serializers.Serializer):
    on = serializers.DateField()
    points = serializers.IntegerField()


class FactShape(serializers.Serializer):
    kind = serializers.CharField(help_text=_("deed or value."))
    id = serializers.IntegerField(allow_null=True, help_text=_("Of the fact; null where nothing says the value."))
    at = serializers.DateTimeField(allow_null=True, help_text=_("When it happened, or came to hold."))
    words = serializers.CharField()
    count = serializers.IntegerField()
    taken_back = serializers.CharField(allow_blank=True, help_text=_("When, by whom and why; blank: it counts."))


class RowShape(serializers.Serializer):
    key = serializers.CharField(help_text=_("Of the criterion, group or axis; the same across versions."))
    kind = serializers.ChoiceField(["criterion", "group", "axis"])
    points = serializers.IntegerField(help_text=_("Whole points; the rows of an axis add up to it."))
    words = serializers.CharField()
    how = serializers.CharField(allow_blank=True, help_text=_("How the points came about."))
    next = NextShape(allow_null=True, help_text=_("When time alone changes them next; null: never."))
    facts = FactShape(many=True)


class AxisShape(serializers.Serializer):
    name = serializers.ChoiceField(["fit", "engagement"])
    points = serializers.IntegerField()
    rows = RowShape(many=True)


class ComingShape(serializers.Serializer):
    version = serializers.IntegerField()
    since = serializers.DateTimeField(help_text=_("When the version takes effect."))
    grade = serializers.CharField()
    qualifies = serializers.BooleanField(help_text=_("Whether it would then be an MQL."))


class GradeShape(serializers.Serializer):
    definition = serializers.CharField()
    version = serializers.IntegerField()
    grade = serializers.CharField(help_text=_("A letter of fit and a digit of engagement."))
    mql = serializers.BooleanField()
    direct = serializers.BooleanField(help_text=_("An MQL by the direct path."))
    at = serializers.DateTimeField(help_text=_("So since then; as of a past instant, that instant."))
    axes = AxisShape(many=True)
    coming = ComingShape(
        allow_null=True,
        help_text=_("The grade under the version that is signed and observed, were nothing to happen; null: none."),
    )
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
        allow_blank=True, help_text=_("MQL, or the best cell for a lead that is one already; blank: nothing better.")
    )
    since = serializers.DateTimeField(allow_null=True, help_text=_("When it became an MQL in this cycle."))
    sets = serializers.ListField(child=WishShape(many=True), help_text=_("At most three, the smallest first."))
    not_enough = serializers.ListField(
        child=serializers.CharField(), help_text=_("What brings it nearer without being enough, in words.")
    )
    never_asked = serializers.ListField(
        child=serializers.CharField(),
        help_text=_("Fields and kinds of event that the definition asks about and that may not be advised."),
    )
    hidden = serializers.IntegerField(help_text=_("Sets left out because they name personal values."))
    proven = serializers.BooleanField(
        help_text=_(
            "Whether no smaller set exists; without a set: whether there is none. False: there were too many to try."
        )
    )
    tried = serializers.IntegerField(help_text=_("Sets looked at."))
    certainty = serializers.CharField(allow_blank=True, help_text=_("The same in words."))


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
        lead, personal, present = lead_of(request, pk), sees_personal(request), clock.now()
        at = asked_instant(request, "as_of", latest=present)
        if isinstance(at, Response):
            return at
        found = (why.as_of if at else why.now)(lead, at or present, active_language(), personal=personal)
        return Response([grade(one) for one in found])


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
        personal = sees_personal(request)
        return Response([_would(one, personal) for one in would.of(lead_of(request, pk), clock.now())])


def lead_of(request: Request, pk: int) -> Lead:
    return get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)


def sees_personal(request: Request) -> bool:
    return granted(request, "leads.personal")


def grade(one: Why) -> dict[str, Any]:
    return {
        "definition": one.version.line.name, "version": one.version.number, "grade": one.grade, "mql": one.mql,
        "direct": one.direct, "at": one.at.isoformat(),
        "axes": [
            {"name": axis.name, "points": axis.value,
             "rows": [_row(row) for row in axis.rows]}
            for axis in one.axes
        ],
        "failures": list(one.failures), "missing": list(one.missing), "coming": _coming(one.coming),
    }  # fmt: skip


def _coming(one: Coming | None) -> dict[str, Any] | None:
    if one is None:
        return None
    since = one.version.effective_at.isoformat()
    return {"version": one.version.number, "since": since, "grade": one.grade, "qualifies": one.qualifies}


def _row(row: WhyRow) -> dict[str, Any]:
    deeds = [
        {
            "kind": "deed",
            "id": one.fact,
            "at": one.at.isoformat(),
            "words": one.text,
            "count": one.n,
            "taken_back": one.back,
        }
        for one in row.days
    ]
    said = [
        {"kind": "value", "id": one.change, "at": one.at and one.at.isoformat(), "words": f"{one.label}: {one.text or '–'}",
         "count": 1, "taken_back": ""}
        for one in row.facts
    ]  # fmt: skip
    return {
        "key": row.key, "kind": row.kind, "points": row.points, "words": row.text, "how": row.how,
        "next": row.next and {"on": row.next.on.isoformat(), "points": row.next.points}, "facts": deeds + said,
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
        "not_enough": one.not_enough(active_language(), personal=personal), "never_asked": list(one.unasked),
        "hidden": len(one.sets) - len(shown), "proven": one.proven,
        "tried": one.tried, "certainty": one.certainty if one.goal else "",
    }  # fmt: skip
