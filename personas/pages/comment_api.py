"""Comments on definitions for programs: read with a token, said and settled by a person alone, in a session."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from personas.definitions import comments, voices
from personas.definitions.comments import Thread
from personas.models import Comment
from smarketing.accounts.programs import body, refused
from smarketing.measures.api import ErrorShape
from smarketing.rows import clock

from .definition_api import words
from .definition_shapes import SayShape, SettleShape, ThreadShape
from .studio import get_line
from .talks import quoted


class Comments(APIView):
    """What both teams say about a definition, line by line."""

    verb = {"GET": "definition.view", "POST": "definition.comment"}
    schema = AutoSchema()

    @extend_schema(
        operation_id="definition_comments",
        description=_("What both teams say about a definition, line by line; threads, oldest first."),
        responses=ThreadShape(many=True),
    )
    def get(self, request: Request, pk: int) -> Response:
        return Response([_thread(one) for one in comments.threads(get_line(pk))])

    @extend_schema(
        operation_id="definition_comment",
        description=_("Say something about a line or the whole, or answer: in a session, never with a token."),
        request=SayShape,
        responses={201: ThreadShape, 400: ErrorShape},
    )
    def post(self, request: Request, pk: int) -> Response:
        line, asked = get_line(pk), body(request, SayShape)
        if isinstance(asked, Response):
            return asked
        answered = asked["answers"]
        first = line.comments.filter(pk=answered, taken_back_at=None).first() if answered else None
        if answered and first is None:
            return refused("unknown_comment", _("answers: this definition has no such comment."))
        try:
            made = comments.say(
                line=line, text=asked["text"], place=asked["place"], answers=first, by=request.user, at=clock.now()
            )
        except comments.CannotComment as refusal:
            return refused("refused", refusal)
        return Response(_of(made), status=201)


class Settled(APIView):
    """A thread settled, or opened again."""

    verb = "definition.comment"
    schema = AutoSchema()

    @extend_schema(
        operation_id="comment_settled",
        description=_("Settle the thread of a comment, or open it again: in a session, never with a token."),
        request=SettleShape,
        responses={200: ThreadShape, 400: ErrorShape},
    )
    def post(self, request: Request, pk: int) -> Response:
        found = get_object_or_404(Comment.objects.select_related("line"), pk=pk, taken_back_at=None)
        asked = body(request, SettleShape)
        if isinstance(asked, Response):
            return asked
        comments.settle(comment=found, by=request.user, at=clock.now(), settled=asked["settled"])
        return Response(_of(found))


class TakenBack(APIView):
    """A comment taken back by whoever said it."""

    verb = "definition.comment"
    schema = AutoSchema()

    @extend_schema(
        operation_id="comment_taken_back",
        description=_("Take back what you said yourself: nobody reads it any more. In a session, never with a token."),
        request=None,
        responses={200: ThreadShape(many=True), 400: ErrorShape},
    )
    def post(self, request: Request, pk: int) -> Response:
        """The threads that are left on the definition."""
        found = get_object_or_404(Comment.objects.select_related("line"), pk=pk, taken_back_at=None)
        try:
            comments.take_back(comment=found, by=request.user, at=clock.now())
        except comments.CannotComment as refusal:
            return refused("refused", refusal)
        return Response([_thread(one) for one in comments.threads(found.line)])


def _of(comment: Comment) -> dict[str, Any]:
    """The thread that a comment belongs to."""
    first = comment.answers_id or comment.pk
    return _thread(next(one for one in comments.threads(comment.line) if one.first.pk == first))


def _quoted(first: Comment, lang: str) -> str:
    with translation.override(lang):
        return quoted(first, voices.voice(lang))


def _thread(one: Thread) -> dict[str, Any]:
    first = one.first
    return {
        "id": first.pk, "place": first.place,
        "words": words({lang: _quoted(first, lang) for lang in voices.LANGUAGES}),
        "settled_by": str(first.resolved_by or ""), "settled_at": first.resolved_at and first.resolved_at.isoformat(),
        "comments": [
            {"id": said.pk, "at": said.at.isoformat(), "by": str(said.by), "side": said.side, "text": said.text}
            for said in one.said
        ],
    }  # fmt: skip
