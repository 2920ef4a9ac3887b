"""Routing and contests for programs: why a handoff went to whom, how long that took, what marketing contests. Read with a token."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from leads.evidence import routed
from leads.handoffs import turns
from leads.models import Contest, Ruling
from leads.rights import contests

from .api import lead_of, sees_personal

MOST = 200


class ConsideredShape(serializers.Serializer):
    pool = serializers.CharField()
    takes = serializers.BooleanField(help_text=_("Whether its rule takes the lead."))
    rep = serializers.CharField(allow_blank=True)
    why = serializers.CharField(allow_blank=True, help_text=", ".join(turns.WHY))
    load = serializers.IntegerField(allow_null=True)
    cap = serializers.IntegerField(allow_null=True)


class RoutingShape(serializers.Serializer):
    at = serializers.DateTimeField()
    handoff = serializers.IntegerField()
    rep = serializers.CharField(allow_blank=True, help_text=_("Blank: nobody was free, it waits."))
    how = serializers.CharField(help_text="turn, account, pool")
    words = serializers.CharField()
    considered = ConsideredShape(many=True)


class DelaysShape(serializers.Serializer):
    judging = serializers.FloatField(allow_null=True, help_text=_("Seconds from the fact to the judgement."))
    assigning = serializers.FloatField(allow_null=True, help_text=_("Seconds from the judgement to the assignment."))
    rep = serializers.FloatField(
        allow_null=True, help_text=_("Seconds from the rep's assignment to their first attempt.")
    )
    lead = serializers.FloatField(allow_null=True, help_text=_("Seconds from the handoff to the first attempt."))


class LeadRoutingShape(serializers.Serializer):
    routings = RoutingShape(many=True)
    delays = DelaysShape(allow_null=True)


class ContestShape(serializers.Serializer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    lead = serializers.IntegerField()
    decision = serializers.CharField(help_text="refuse, return")
    reason = serializers.CharField()
    by = serializers.CharField()
    note = serializers.CharField(allow_blank=True, help_text=_("Blank without the right to personal values."))
    due_on = serializers.DateField()
    ruling = serializers.CharField(allow_blank=True, help_text=_("upheld or stays; blank while it waits."))


class Routings(APIView):
    """Why the handoffs of a lead went to whom."""

    verb = "handoffs.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="lead_routing",
        description=_("Every routing of a lead's handoffs, newest first, with everybody who was considered and why."),
        responses=LeadRoutingShape,
    )
    def get(self, request: Request, pk: int) -> Response:
        lead = lead_of(request, pk)
        found = routed.delays(lead.pk)
        return Response(
            {"routings": [_told(one) for one in routed.told(lead.pk)], "delays": _delays(found) if found else None}
        )


class Contests(APIView):
    """What marketing contests about leads that the reader may see."""

    verb = "handoffs.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="contests",
        description=_("Contests of refusals and returns, newest first, two hundred at most."),
        parameters=[OpenApiParameter("ruling", description=_("no: those that wait; upheld; stays."))],
        responses=ContestShape(many=True),
    )
    def get(self, request: Request) -> Response:
        rows, asked = contests.visible_to(request.user), request.query_params.get("ruling", "")
        rows = rows.unruled() if asked == "no" else rows.ruled(asked) if asked in Ruling.Kind.values else rows  # type: ignore[attr-defined]
        found = list(rows.select_related("decision", "note__by", "note__words").order_by("-pk")[:MOST])
        rulings = contests.rulings([one.pk for one in found])
        personal = sees_personal(request)
        return Response([_contest(one, rulings.get(one.pk), personal) for one in found])


def _told(one: routed.Told) -> dict[str, Any]:
    rows = [
        {"pool": pool.name, "takes": pool.takes, "rep": row.rep, "why": row.why, "load": row.load, "cap": row.cap}
        for pool in one.pools
        for row in (pool.rows or [routed.Asked("", "")])
    ]
    first = [{"pool": "", "takes": True, "rep": one.account.rep, "why": one.account.why, "load": None, "cap": None}] if one.account else []  # fmt: skip
    return {
        "at": one.at.isoformat(), "handoff": one.handoff, "rep": one.rep, "how": one.how, "words": one.said,
        "considered": [*first, *rows],
    }  # fmt: skip


def _delays(found: routed.Delays) -> dict[str, Any]:
    def seconds(span: timedelta | None) -> float | None:
        return None if span is None else span.total_seconds()

    return {
        "judging": seconds(found.judging), "assigning": seconds(found.assigning), "rep": seconds(found.by_rep),
        "lead": seconds(found.by_lead),
    }  # fmt: skip


def _contest(one: Contest, ruling: Ruling | None, personal: bool) -> dict[str, Any]:
    return {
        "id": one.pk, "at": one.note.occurred_at.isoformat(), "lead": one.note.lead_id, "decision": one.decision.kind,
        "reason": one.decision.reason, "by": str(one.note.by),
        "note": one.note.words.text if personal and hasattr(one.note, "words") else "",
        "due_on": one.due_on.isoformat(), "ruling": ruling.kind if ruling else "",
    }  # fmt: skip
