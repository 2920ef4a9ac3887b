"""The queue for programs: what a rep owes, in the order of their page. Read with a token."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from leads.handoffs import calling, listing, queue, setting_aside
from leads.handoffs.rules import body_of
from leads.models import HandoffState
from leads.models.queues import ORDERS
from smarketing.accounts.policy import may
from smarketing.rows import clock

from .api import sees_personal
from .queue import owed_by, rep_chosen, within

RELATED = ("handoff__rules", "lead__company", "rep")
_ONLY = ("late", "today")


class CallShape(serializers.Serializer):
    allowed = serializers.BooleanField(
        help_text=_("By the calling rule of its country; true where none counts for it.")
    )
    why = serializers.CharField(allow_blank=True, help_text="hours, holiday, most, rest, consent")
    words = serializers.CharField(allow_blank=True)
    opens = serializers.DateTimeField(
        allow_null=True,
        help_text=_("From when on a call is lawful; null: no such instant is in sight, or no rule counts."),
    )


class OwedShape(serializers.Serializer):
    handoff = serializers.IntegerField()
    lead = serializers.IntegerField()
    name = serializers.CharField(allow_blank=True, help_text=_("Blank without the right to personal values."))
    company = serializers.CharField(allow_blank=True)
    grade = serializers.CharField(allow_blank=True)
    state = serializers.CharField(help_text="assigned, accepted")
    rep = serializers.CharField()
    due_at = serializers.DateTimeField(
        allow_null=True, help_text=_("When the next open promise breaks; null: none is open.")
    )
    promise = serializers.CharField(allow_blank=True, help_text="first, attempts, decision, paused, step, …")
    attempts = serializers.IntegerField(help_text=_("Attempts that count so far."))
    promised = serializers.IntegerField(help_text=_("Attempts that were promised."))
    since = serializers.DateTimeField()
    call = CallShape()


class QueueCountsShape(serializers.Serializer):
    today = serializers.IntegerField()
    late = serializers.IntegerField()
    before_noon = serializers.IntegerField()
    all = serializers.IntegerField()


class QueueShape(serializers.Serializer):
    counts = QueueCountsShape()
    order = serializers.CharField(help_text=", ".join(ORDERS))
    rows = OwedShape(many=True)
    after = serializers.CharField(allow_blank=True, help_text=_("Names the following page; blank on the last one."))


class Queue(APIView):
    """What is owed, in order: a rep's own; for a manager everybody's, or one rep's."""

    verb = "handoffs.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="queue",
        description=_("Handoffs that are owed, fifty at a time, in the order of the page; what is snoozed is left out."),
        parameters=[
            OpenApiParameter("rep", int, description=_("For managers: the id of a rep.")),
            OpenApiParameter("only", description=_("late; today: due before tomorrow.")),
            OpenApiParameter("order", description=_("promise, score, newest; the reader's own choice where it is absent.")),
            OpenApiParameter("after", description=_("The word of the page before.")),
        ],
        responses=QueueShape,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        if not may(request.user, "queue.view"):  # what a token may read, its person must be allowed, too
            raise PermissionDenied
        at, asked = clock.now(), request.query_params
        rep = rep_chosen(request)
        owed = owed_by(request.user, rep)
        order = asked["order"] if asked.get("order") in ORDERS else setting_aside.order_of(request.user)
        only = asked["only"] if asked.get("only") in _ONLY else ""
        shown = within(owed.awake(at), only, at).select_related(*RELATED)
        rows, following = queue.page(shown, at, queue.parsed(asked.get("after", "")), order=order)
        lawful = calling.of([one.lead_id for one in rows], at)
        counts, personal = listing.head(listing.Asked(request.user, at, rep)).counts, sees_personal(request)
        return Response(
            {
                "counts": {name: getattr(counts, name) for name in ("today", "late", "before_noon", "all")},
                "order": order,
                "rows": [_row(one, personal, lawful.get(one.lead_id), at) for one in rows],
                "after": queue.written(following) if following else "",
            }
        )


def _call(one: calling.Told | None, at: datetime) -> dict[str, Any]:
    if one is None:
        return {"allowed": True, "why": "", "words": "", "opens": None}
    opens = one.verdict.opens
    return {
        "allowed": one.verdict.allowed, "why": one.verdict.why, "words": calling.now(one, at),
        "opens": opens and opens.isoformat(),
    }  # fmt: skip


def _row(one: HandoffState, personal: bool, lawful: calling.Told | None, at: datetime) -> dict[str, Any]:
    return {
        "handoff": one.pk, "lead": one.lead_id, "name": str(one.lead) if personal else "",
        "company": str(one.lead.company or ""), "grade": one.handoff.grade, "state": one.state, "rep": str(one.rep),
        "due_at": one.due_at and one.due_at.isoformat(), "promise": one.due_label, "attempts": one.attempts,
        "promised": body_of(one.handoff)["attempts"], "since": one.effective_at.isoformat(),
        "call": _call(lawful, at),
    }  # fmt: skip
