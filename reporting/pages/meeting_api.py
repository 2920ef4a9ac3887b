"""Meetings, resolutions and remarks for programs: read with a token; a remark is said by a person alone, in a session."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from leads.models import Remark
from leads.pages.api import sees_personal
from leads.rights.problems import Refusal
from reporting.meetings import belief, helped, remarks, wording
from reporting.meetings.reading import text_of
from reporting.models import Meeting, Resolution
from sla import derive
from smarketing.accounts.programs import body, granted, refused
from smarketing.measures import numbers
from smarketing.measures.api import ErrorShape
from smarketing.rows import clock

from .meeting_shapes import MeetingShape, MeetingWholeShape, RemarkSayShape, RemarkShape, ResolutionShape

MOST = 200


class Meetings(APIView):
    verb = "meetings.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="meetings",
        description=_("Meetings of both sides, the newest first, two hundred at most."),
        responses=MeetingShape(many=True),
    )
    def get(self, request: Request) -> Response:
        found = (
            Meeting.objects.visible_to(request.user).select_related("contract", "closed").order_by("-starts_at", "-pk")
        )
        return Response([_meeting(one, request) for one in found[:MOST]])


class OneMeeting(APIView):
    verb = "meetings.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="meeting",
        description=_("One meeting with its people, agenda, minutes and resolutions."),
        responses=MeetingWholeShape,
    )
    def get(self, request: Request, pk: int) -> Response:
        found = Meeting.objects.visible_to(request.user).select_related("contract", "closed")
        meeting, at = get_object_or_404(found, pk=pk), clock.now()
        derive.catch_up(at)
        points = wording.Wording(
            list(meeting.items.select_related("contract")), request.user, at, meeting, sees_personal(request)
        ).points()
        rows = meeting.resolutions.select_related("charge", "meeting").newest_outcome().order_by("number")  # type: ignore[attr-defined]
        people: dict[str, list[str]] = {"marketing": [], "sales": [], "": []}
        for one in meeting.attendees.select_related("user").order_by("user__name"):
            people[one.side].append(str(one.user))
        return Response(
            _meeting(meeting, request)
            | {
                "people": people, "agenda": [{"kind": one.item.kind, "ref": one.item.ref, "text": one.text, "more": one.more} for one in points],
                "text": meeting.text, "resolutions": [_resolution(one, request, at) for one in rows],
                "question": belief.asked(meeting), "belief": _belief(meeting, at),
            }
        )  # fmt: skip


class Resolutions(APIView):
    verb = "meetings.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="resolutions",
        description=_(
            "What meetings resolved, the newest first, two hundred at most, each with its figure before and since."
        ),
        parameters=[
            OpenApiParameter("open", bool, description=_("true: those of which nobody said whether they happened."))
        ],
        responses=ResolutionShape(many=True),
    )
    def get(self, request: Request) -> Response:
        found = (
            Resolution.objects.visible_to(request.user)
            .newest_outcome()
            .select_related("charge", "meeting")
            .order_by("-pk")
        )
        if request.query_params.get("open") in ("true", "1"):
            found = found.filter(outcome=None)
        return Response([_resolution(one, request, clock.now()) for one in found[:MOST]])


class Remarks(APIView):
    verb = {"GET": "meetings.view", "POST": "remarks.say"}
    schema = AutoSchema()

    @extend_schema(
        operation_id="remarks",
        description=_("Praise and problems about what you may see, the newest first, two hundred at most."),
        parameters=[
            OpenApiParameter("kind", description=", ".join(Remark.Kind.values)),
            OpenApiParameter("about", description=", ".join(Remark.About.values)),
        ],
        responses=RemarkShape(many=True),
    )
    def get(self, request: Request) -> Response:
        asked = {
            name: request.query_params[name][:20].replace("\0", "")
            for name in ("kind", "about")
            if request.query_params.get(name)
        }
        return Response(_remarks(Remark.objects.standing().filter(**asked), request))

    @extend_schema(
        operation_id="remark_say",
        description=_("Praise, or name a problem: in a session, never with a token."),
        request=RemarkSayShape,
        responses={201: RemarkShape, 400: ErrorShape},
    )
    def post(self, request: Request) -> Response:
        asked = body(request, RemarkSayShape)
        if isinstance(asked, Response):
            return asked
        try:
            made = remarks.say(by=request.user, at=clock.now(), **asked)
        except Refusal as refusal:
            return refused("refused", refusal)
        return Response(_remarks(Remark.objects.filter(pk=made.pk), request)[0], status=201)


def _meeting(one: Meeting, request: Request) -> dict[str, Any]:
    state = "cancelled" if one.cancelled_at else "closed" if hasattr(one, "closed") else "planned"
    return {
        "id": one.pk, "contract": one.contract.name, "month": f"{one.month:%Y-%m}", "starts_at": one.starts_at.isoformat(),
        "minutes": one.minutes, "place": one.place, "link": one.link, "state": state,
        "url": request.build_absolute_uri(reverse("reporting:meeting", args=[one.pk])),
    }  # fmt: skip


def _belief(meeting: Meeting, at: Any) -> dict[str, Any] | None:
    found = belief.shown(meeting, at)
    if found is None:
        return None
    said = {side: f"{numbers.rounded(value, 2):f}" for side, value in found.means.items()}
    return {**said, "measured": None if found.fact is None else f"{numbers.rounded(found.fact, 2):f}"}


def _resolution(one: Resolution, request: Request, at: Any) -> dict[str, Any]:
    read = helped.of(one, at, request.user) if granted(request, "measures.read") else None
    return {
        "id": one.pk, "meeting": one.meeting_id, "number": one.number, "text": one.text, "in_charge": str(one.charge),
        "due": one.due.isoformat(), "measure": one.measure, "where": one.where, "direction": one.direction,
        "target": None if one.target is None else f"{one.target:f}", "done": one.outcome,  # type: ignore[attr-defined]
        "before": _reading(read.before) if read else None, "since": _reading(read.since) if read else None,
    }  # fmt: skip


def _reading(one: helped.Reading | None) -> dict[str, Any] | None:
    if one is None:
        return None
    value, edges = numbers.api(one.total.value, one.unit), one.total.interval
    return {
        "first": one.first.isoformat(), "until": one.until.isoformat(), "value": None if value is None else str(value),
        "n": one.total.n, "of": one.total.of, "interval": [f"{numbers.rounded(edge, 6):f}" for edge in edges] if edges else None,
    }  # fmt: skip


def _remarks(rows: Any, request: Request) -> list[dict[str, Any]]:
    seen = rows.visible_to(request.user).select_related("note__words", "note__by").order_by("-pk")
    shown, personal = list(seen[:MOST]), sees_personal(request)
    abouts, answers = remarks.Abouts(shown, request.user, personal), remarks.replies([one.pk for one in shown])
    return [
        {
            "id": one.pk, "at": one.note.occurred_at.isoformat(), "kind": one.kind, "about": one.about,
            "ref": str(one.note.lead_id) if one.note.lead_id else one.ref, "words": abouts.of(one)[0], "side": one.side,
            "text": text_of(one.note, True, personal), "by": str(one.note.by), "answers": len(answers.get(one.pk, ())),
        }
        for one in shown
    ]  # fmt: skip
