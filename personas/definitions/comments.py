"""What both teams say about a definition, line by line: said, answered, settled, taken back by whoever said it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from personas.builder import places
from personas.models import Comment, DefinitionLine
from smarketing.accounts.audit import record
from smarketing.accounts.models import User

from . import comment_notices
from .queries import texts

MAX_TEXT = 1000


class CannotComment(ValueError):
    """Why a comment is refused; translated and meant for the screen."""


@dataclass(frozen=True)
class Thread:
    """A comment with its answers, oldest first; what was taken back is not among them."""

    first: Comment
    answers: list[Comment]

    @property
    def settled(self) -> bool:
        return self.first.resolved_at is not None

    @property
    def said(self) -> list[Comment]:
        return [one for one in (self.first, *self.answers) if one.taken_back_at is None]


def threads(line: DefinitionLine) -> list[Thread]:
    """Every thread of a definition in which something is still said, oldest first."""
    rows = list(line.comments.select_related("by", "resolved_by").order_by("at", "pk"))
    answers: dict[int, list[Comment]] = {}
    for one in rows:
        if one.answers_id:
            answers.setdefault(one.answers_id, []).append(one)
    found = [Thread(one, answers.get(one.pk, [])) for one in rows if one.answers_id is None]
    return [one for one in found if one.said]


def count(found: Iterable[Thread]) -> int:
    """Comments that wait for an answer or a change: those of threads that nobody settled."""
    return sum(len(one.said) for one in found if not one.settled)


@transaction.atomic
def say(
    *, line: DefinitionLine, text: str, by: User, at: datetime, place: str = "", answers: Comment | None = None
) -> Comment:
    """A comment on the line at `place` ("": on the whole), or an answer. CannotComment for nothing said, too much said, or a
    line that neither the draft nor a paper holds. An answer to a settled thread opens it again."""
    said = text.strip()
    if not said:
        raise CannotComment(_("Write what you want to say."))
    if len(said) > MAX_TEXT:
        raise CannotComment(_("Use at most %(n)s characters.") % {"n": MAX_TEXT})
    quote = {}
    if answers is not None:
        answers = Comment.objects.select_for_update().get(pk=answers.answers_id or answers.pk, line=line)
        place, quote = answers.place, answers.quote
        if answers.resolved_at:
            _settle(answers, None, None)
    else:
        found = {} if not place else _entry(line, place)
        if found is None:
            raise CannotComment(_("This line is in no text any more: comment on the whole, or on another line."))
        quote = found
    made = Comment.objects.create(
        line=line, place=place, quote=quote, answers=answers, text=said, side=by.side, by=by, at=at
    )
    record(by, "definition.comment", "definitionline", line.pk, at, comment=made.pk)
    comment_notices.tell(made)
    return made


@transaction.atomic
def settle(*, comment: Comment, by: User, at: datetime, settled: bool = True) -> Comment:
    """Close the thread of a comment, or open it again; done already, nothing changes."""
    first = Comment.objects.select_for_update().get(pk=comment.answers_id or comment.pk)
    if (first.resolved_at is not None) == settled:
        return first
    _settle(first, by if settled else None, at if settled else None)
    record(by, "definition.comment_settle", "definitionline", first.line_id, at, comment=first.pk, settled=settled)
    return first


@transaction.atomic
def take_back(*, comment: Comment, by: User, at: datetime) -> Comment:
    """Nobody reads it any more. CannotComment for anybody but whoever said it."""
    comment = Comment.objects.select_for_update().get(pk=comment.pk)
    if comment.by_id != by.pk:
        raise CannotComment(_("Only whoever said it takes it back."))
    if comment.taken_back_at is None:
        comment.taken_back_at, comment.text = at, ""
        comment.save(update_fields=["taken_back_at", "text"])
        record(by, "definition.comment_back", "definitionline", comment.line_id, at, comment=comment.pk)
    return comment


def _entry(line: DefinitionLine, place: str) -> dict | None:
    return next((found for body in texts(line) if (found := places.find(body, place)) is not None), None)


def _settle(first: Comment, by: User | None, at: datetime | None) -> None:
    first.resolved_by, first.resolved_at = by, at
    first.save(update_fields=["resolved_by", "resolved_at"])
